"""Every write below a user: as a dry run, under a key, and over what was seen."""

from typing import Any
from uuid import UUID

import pytest

from tests.http.service import Api, Person, problem
from tests.http.test_exactly_once import below_a_user
from todo_core.ids import UserId


async def scene(person: Person) -> dict[str, str]:
    """A task alone, a list with three tasks on three levels, all with a tag, and another three in the trash."""
    alone = await person.add()
    work = (await person.add_list())["id"]
    top = (await person.add(list_id=work, tags=["a"]))["id"]
    below = (await person.add(parent_id=top, tags=["a"]))["id"]
    await person.add(parent_id=below, tags=["a", "b"])
    gone = (await person.add())["id"]
    await person.add(parent_id=(await person.add(parent_id=gone))["id"])
    await person.ask("DELETE", f"{person.tasks}/{gone}")
    return {"list_id": work, "task_id": top, "thing_id": gone, "name": "a", "set": str(alone["revision"])}


WRITES: list[tuple[str, str, Any, int]] = [
    ("POST", "/tasks", {"title": "x"}, 1),
    ("PUT", "/tasks/{task_id}", {"priority": "high"}, 1),
    ("PATCH", "/tasks/{task_id}", {"list_id": None}, 3),
    ("PATCH", "/tasks/{task_id}", {"title": "Buy milk"}, 0),
    ("PATCH", "/tasks/{task_id}/complete", {"completed": True}, 3),
    ("PATCH", "/tasks/{task_id}/complete", {"completed": True, "subtasks": "keep"}, 1),
    ("POST", "/tasks/{task_id}/move", {"list_id": None}, 3),
    ("DELETE", "/tasks/{task_id}", None, 3),
    ("POST", "/lists", {"name": "x"}, 1),
    ("PUT", "/lists/{list_id}", {"name": "x"}, 1),
    ("PATCH", "/lists/{list_id}", {"archived": True}, 1),
    ("POST", "/lists/{list_id}/move", {}, 0),
    ("DELETE", "/lists/{list_id}", None, 4),
    ("DELETE", "/lists/{list_id}?tasks=inbox", None, 4),
    ("PATCH", "/tags/{name}", {"name": "b"}, 3),
    ("DELETE", "/tags/{name}", None, 3),
    ("POST", "/trash/{thing_id}/restore", None, 3),
    ("DELETE", "/trash/{thing_id}", None, 3),
    ("DELETE", "/trash", None, 3),
    ("POST", "/changes/{set}/undo", None, 1),
    ("POST", "/batch", {"operations": [{"op": "add", "task": {"title": "x"}}] * 2}, 2),
]


FIELDS = ("etag", "location", "content-type")


def test_every_write_below_a_user_is_tried() -> None:
    known = {
        (method.upper(), path.removeprefix("/api/{user_id}"))
        for path, method, _ in below_a_user("post", "put", "patch", "delete")
    }
    assert known == {(method, path.partition("?")[0]) for method, path, _, _ in WRITES}


@pytest.mark.parametrize(("method", "path", "body", "changes"), WRITES)
async def test_a_dry_run_tells_how_many_changes_it_would_make(
    api: Api, ada: Person, method: str, path: str, body: Any, changes: int
) -> None:
    target = f"/api/{ada.id}{path}".format(**await scene(ada))
    view = api.todo.run.store.view(UserId(UUID(ada.id)))
    before = await view.revision()
    tried = await ada.ask(method, f"{target}{'&' if '?' in target else '?'}dry_run=true", json=body)
    assert tried.status_code < 300, tried.text
    assert tried.headers["x-changes"] == str(changes)
    assert await view.revision() == before
    real = await ada.ask(method, target, json=body)
    assert (real.status_code, real.headers.get("etag")) == (tried.status_code, tried.headers.get("etag"))
    assert await view.revision() == before + changes
    assert "x-changes" not in real.headers


@pytest.mark.check("G3")
@pytest.mark.parametrize(("method", "path", "body", "changes"), WRITES)
async def test_the_same_key_gives_the_first_response_again(
    api: Api, ada: Person, method: str, path: str, body: Any, changes: int
) -> None:
    target, key = f"/api/{ada.id}{path}".format(**await scene(ada)), {"Idempotency-Key": "once"}
    first = await ada.ask(method, target, json=body, headers=key)
    view = api.todo.run.store.view(UserId(UUID(ada.id)))
    before = await view.revision()
    again = await ada.ask(method, target, json=body, headers=key)
    assert first.status_code < 300, first.text
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert [again.headers.get(name) for name in FIELDS] == [first.headers.get(name) for name in FIELDS]
    assert (first.headers.get("idempotency-replayed"), again.headers["idempotency-replayed"]) == (None, "true")
    assert await view.revision() == before


@pytest.mark.check("F2", "F3")
@pytest.mark.parametrize(("method", "path", "body", "changes"), [each for each in WRITES if "_id}" in each[1]])
async def test_a_write_over_something_else_than_was_seen_does_nothing(
    api: Api, ada: Person, method: str, path: str, body: Any, changes: int
) -> None:
    target = f"/api/{ada.id}{path}".format(**await scene(ada))
    view = api.todo.run.store.view(UserId(UUID(ada.id)))
    before = await view.revision()
    stale = await ada.ask(method, target, json=body, headers={"If-Match": '"99"'})
    problem(stale, 412, "stale")
    assert await view.revision() == before
    seen = {"If-Match": stale.headers["etag"]}
    assert (await ada.ask(method, target, json=body, headers=seen)).status_code < 300


async def test_a_dry_run_that_fails_tells_no_number(ada: Person) -> None:
    found = await scene(ada)
    stale = {"If-Match": '"99"'}
    answer = await ada.ask("DELETE", f"/api/{ada.id}/lists/{found['list_id']}?dry_run=true", headers=stale)
    problem(answer, 412, "stale")
    assert "x-changes" not in answer.headers
