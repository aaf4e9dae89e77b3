"""The trash over HTTP: one entry for each deletion, in pages, restored or deleted permanently."""

from dataclasses import replace
from typing import Any

import pytest

from tests.http.service import NOBODY, OPTIONS, Api, Person, faults, problem, serving


def trash(person: Person, thing: dict[str, Any] | str = "") -> str:
    thing_id = thing if isinstance(thing, str) else thing["id"]
    return f"/api/{person.id}/trash" + (f"/{thing_id}" if thing_id else "")


async def entries(person: Person) -> list[dict[str, Any]]:
    answer = await person.get(trash(person))
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()
    return found


async def remove(person: Person, thing: dict[str, Any], plural: str = "tasks") -> None:
    assert (await person.ask("DELETE", f"/api/{person.id}/{plural}/{thing['id']}")).status_code == 204


async def test_what_is_deleted_is_in_the_trash_with_what_it_took_along(api: Api, ada: Person) -> None:
    work, task = await ada.add_list(), await ada.add("Buy salt")
    top = await ada.add(list_id=work["id"])
    await ada.add(parent_id=top["id"])
    await remove(ada, task)
    api.clock.advance(seconds=1)
    await remove(ada, work, "lists")
    found = await entries(ada)
    api.clock.advance(seconds=-1)
    assert [{name: entry[name] for name in entry if name != "value"} for entry in found] == [
        {
            "id": work["id"],
            "entity": "list",
            "deleted_at": "2026-11-20T12:00:01.000000Z",
            "purged_at": "2026-12-20T12:00:01.000000Z",
            "things": 3,
        },
        {
            "id": task["id"],
            "entity": "task",
            "deleted_at": "2026-11-20T12:00:00.000000Z",
            "purged_at": "2026-12-20T12:00:00.000000Z",
            "things": 1,
        },
    ]
    assert found[0]["value"] == work | {"revision": found[0]["value"]["revision"]}
    assert found[1]["value"] == task | {"revision": 5}


async def test_a_restored_thing_is_as_it_was(ada: Person) -> None:
    work = await ada.add_list(color="#1e90ff")
    top = await ada.add(list_id=work["id"], tags=["a"], description="text", due_date="2026-11-20")
    below = await ada.add(parent_id=top["id"])
    await remove(ada, work, "lists")
    restored = await ada.ask("POST", f"{trash(ada, work)}/restore")
    assert restored.status_code == 200, restored.text
    assert restored.json() == work | {"revision": restored.json()["revision"]}
    assert restored.headers["etag"] == f'"{restored.json()["revision"]}"'
    for task in (top, below):
        found = (await ada.get(ada.task(task))).json()
        assert found == task | {"revision": found["revision"]}
    assert await entries(ada) == []
    problem(await ada.ask("POST", f"{trash(ada, work)}/restore"), 404, "not-found")


async def test_a_task_whose_list_is_gone_comes_back_in_the_inbox(ada: Person) -> None:
    work = await ada.add_list()
    task = await ada.add(list_id=work["id"])
    await remove(ada, task)
    await remove(ada, work, "lists")
    restored = await ada.ask("POST", f"{trash(ada, task)}/restore")
    assert (restored.json()["id"], restored.json()["list_id"]) == (task["id"], None)


async def test_what_is_deleted_permanently_is_gone(ada: Person) -> None:
    one, other, third = [await ada.add(title) for title in ("one", "other", "third")]
    for task in (one, other, third):
        await remove(ada, task)
    assert (await ada.ask("DELETE", trash(ada, one))).status_code == 204
    problem(await ada.ask("DELETE", trash(ada, one)), 404, "not-found")
    assert {entry["id"] for entry in await entries(ada)} == {other["id"], third["id"]}
    emptied = await ada.ask("DELETE", trash(ada))
    assert (emptied.status_code, emptied.content) == (204, b"")
    assert await entries(ada) == []
    assert (await ada.ask("DELETE", trash(ada))).status_code == 204


async def test_pages_lead_through_the_trash(api: Api, ada: Person) -> None:
    tasks = [await ada.add(f"task {number}") for number in range(5)]
    for number, task in enumerate(tasks):
        api.clock.advance(seconds=number % 2)  # so that some are deleted at the same time
        await remove(ada, task)
    found, target = [], f"{trash(ada)}?limit=2"
    for expected in (2, 2, 1):
        answer = await ada.get(target)
        assert len(answer.json()) == expected
        found += [entry["id"] for entry in answer.json()]
        target = answer.links.get("next", {}).get("url", "")
    api.clock.advance(seconds=-2)
    assert target == ""
    assert found == [entry["id"] for entry in await entries(ada)]
    assert set(found) == {task["id"] for task in tasks}
    assert faults(await ada.get(f"{trash(ada)}?cursor=x&limit=0")) == {
        "cursor": "invalid-cursor",
        "limit": "out-of-range",
    }


@pytest.mark.check("E3")
async def test_a_cursor_of_another_list_is_none_here(ada: Person) -> None:
    for _ in range(2):
        await remove(ada, await ada.add())
        await ada.add()
    cursor = (await ada.get(f"{ada.tasks}?limit=1")).headers["x-next-cursor"]
    assert faults(await ada.get(f"{trash(ada)}?cursor={cursor}")) == {"cursor": "invalid-cursor"}


async def test_an_unchanged_trash_is_not_sent_again(ada: Person) -> None:
    await remove(ada, await ada.add())
    tag = (await ada.get(trash(ada))).headers["etag"]
    assert (await ada.get(trash(ada), headers={"If-None-Match": tag})).status_code == 304
    await ada.add()
    assert (await ada.get(trash(ada), headers={"If-None-Match": tag})).status_code == 200


@pytest.mark.check("F2", "F3")
@pytest.mark.parametrize(("method", "tail"), [("POST", "/restore"), ("DELETE", "")])
async def test_a_deleted_thing_is_written_only_as_it_was_seen(ada: Person, method: str, tail: str) -> None:
    await remove(ada, await ada.add())
    (entry,) = await entries(ada)
    path = trash(ada, entry) + tail
    problem(await ada.ask(method, path, headers={"If-Match": '"1"'}), 412, "stale")
    tag = f'"{entry["value"]["revision"]}"'
    assert (await ada.ask(method, path, headers={"If-Match": tag})).status_code < 300


async def test_the_trash_of_another_is_not_seen(api: Api, ada: Person) -> None:
    bob = await api.person()
    task = await bob.add()
    await remove(bob, task)
    assert await entries(ada) == []
    for method, tail in (("POST", "/restore"), ("DELETE", "")):
        theirs = await ada.ask(method, trash(ada, task) + tail)
        none = await ada.ask(method, trash(ada, NOBODY) + tail)
        assert problem(theirs, 404, "not-found")["detail"] == problem(none, 404, "not-found")["detail"]
    assert (await ada.ask("DELETE", trash(ada))).status_code == 204
    assert len(await entries(bob)) == 1


async def test_the_operator_decides_how_long_things_are_kept() -> None:
    async with serving(replace(OPTIONS, trash_days=2)) as short:
        ada = await short.person()
        await remove(ada, await ada.add())
        (entry,) = await entries(ada)
        assert (entry["deleted_at"][:10], entry["purged_at"][:10]) == ("2026-11-20", "2026-11-22")
