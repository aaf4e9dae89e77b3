"""A snapshot, and the changes that lead from it to the present."""

from typing import Any

import pytest

from tests.http.service import Api, Person, faults, problem
from todo_core.errors import OutcomeUnknown


async def pages(person: Person, **query: Any) -> list[dict[str, Any]]:
    """The pages of a snapshot, found by the link to the next."""
    found, path, query = [], f"/api/{person.id}/snapshot", dict(query)
    while path:
        answer = await person.get(path, params=query or None)
        assert answer.status_code == 200, answer.text
        found.append(answer.json())
        link = answer.headers.get("link", "")
        assert ("x-next-cursor" in answer.headers) == bool(link)
        path, query = link.removeprefix("<").removesuffix('>; rel="next"'), {}
    return found


async def test_it_has_everything_but_the_trash(ada: Person) -> None:
    work = await ada.add_list()
    tasks = [await ada.add(title, list_id=work["id"]) for title in ("a", "b", "c")]
    await ada.trashed()
    found = await pages(ada, limit=2)
    assert [(page["entity"], page["items"]) for page in found if page["items"]] == [
        ("list", [work]), ("task", tasks[:2]), ("task", tasks[2:])
    ]  # fmt: skip
    assert {tuple(page) for page in found} == {("entity", "items", "cursor")}


async def test_a_new_account_has_an_empty_one_to_begin_with(ada: Person) -> None:
    found = await pages(ada)
    assert [page["items"] for page in found] == [[]] * len(found)
    changes = await ada.get(f"/api/{ada.id}/changes", params={"cursor": found[-1]["cursor"]})
    assert changes.json()["changes"] == []


async def test_with_the_changes_since_then_it_is_the_present_whatever_is_written_between_pages(ada: Person) -> None:
    work = await ada.add_list()
    first, second = await ada.add("first"), await ada.add("second", list_id=work["id"])
    path, cursors = f"/api/{ada.id}/snapshot?limit=1", set[str]()
    state: dict[str, Any] = {}
    for turn in range(10):
        answer = await ada.get(path)
        cursors.add(answer.json()["cursor"])
        state |= {item["id"]: item for item in answer.json()["items"]}
        if turn == 0:
            await ada.ask("PATCH", ada.task(first), json={"title": "changed"})
        if turn == 1:
            await ada.ask("DELETE", f"/api/{ada.id}/lists/{work['id']}?tasks=inbox")
            await ada.add("third")
        if "link" not in answer.headers:
            break
        path = answer.headers["link"].partition(">")[0].removeprefix("<")
    (cursor,) = cursors
    for change in (await ada.get(f"/api/{ada.id}/changes", params={"cursor": cursor})).json()["changes"]:
        state[change["id"]] = change["value"]
    present = (await ada.get(ada.tasks)).json()
    assert {key: value for key, value in state.items() if value} == {each["id"]: each for each in present}
    assert {each["title"] for each in present} == {"changed", second["title"], "third"}


async def test_an_unchanged_page_is_not_sent_again(ada: Person) -> None:
    await ada.add()
    answer = await ada.get(f"/api/{ada.id}/snapshot")
    assert answer.headers["cache-control"] == "private, no-cache"
    again = await ada.get(f"/api/{ada.id}/snapshot", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304


async def test_a_cursor_of_another_list_or_owner_is_refused(api: Api, ada: Person) -> None:
    for person in (grace := await api.person(), ada):
        for title in ("a", "b"):
            await person.add(title)
    path = f"/api/{ada.id}/snapshot"
    own = (await ada.get(path)).json()["cursor"]
    foreign = (await grace.get(f"/api/{grace.id}/snapshot", params={"limit": 1})).headers["x-next-cursor"]
    tasks = (await ada.get(ada.tasks, params={"limit": 1})).headers["x-next-cursor"]
    for cursor in (own, foreign, tasks, "x"):
        assert faults(await ada.get(path, params={"cursor": cursor})) == {"cursor": "invalid-cursor"}


async def test_nothing_is_told_that_may_not_be_durable(api: Api, ada: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    async def confirm() -> None:
        raise OutcomeUnknown

    monkeypatch.setattr(api.todo.run.store, "confirm", confirm)
    problem(await ada.get(f"/api/{ada.id}/snapshot"), 503, "outcome-unknown")
