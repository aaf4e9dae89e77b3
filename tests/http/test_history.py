"""The history of a thing."""

from typing import Any

import pytest

from tests.http.service import NOBODY, THINGS, Api, Person, faults, problem


@pytest.mark.parametrize("parameter", THINGS)
async def test_every_kind_has_one(ada: Person, parameter: str) -> None:
    path = f"/api/{ada.id}/{THINGS[parameter].plural}/{await ada.thing(parameter)}"
    await ada.ask("DELETE", path)
    restored = await ada.ask("POST", f"/api/{ada.id}/trash/{path.rpartition('/')[2]}/restore")
    answer = await ada.get(f"{path}/history")
    assert [change["kind"] for change in answer.json()] == ["restored", "deleted", "created"]
    assert answer.json()[0]["value"] == restored.json()
    assert answer.json()[1]["value"] is None


async def test_it_has_only_the_changes_of_this_thing_the_latest_first(ada: Person) -> None:
    task = await ada.add("one")
    await ada.add("another")
    await ada.ask("PATCH", ada.task(task), json={"title": "two"})
    told = (await ada.get(f"{ada.task(task)}/history")).json()
    assert [(each["seq"], each["previous"], each["value"]["title"]) for each in told] == [
        (3, 1, "two"),
        (1, None, "one"),
    ]
    feed = (await ada.get(f"/api/{ada.id}/changes")).json()["changes"]
    assert told == [feed[2], feed[0]]


async def test_it_comes_in_pages(ada: Person) -> None:
    task = await ada.add("0")
    for number in range(1, 5):
        await ada.ask("PATCH", ada.task(task), json={"title": str(number)})
    path, seen = f"{ada.task(task)}/history?limit=2", list[Any]()
    while path:
        answer = await ada.get(path)
        seen += [each["value"]["title"] for each in answer.json()]
        path = answer.headers.get("link", "").partition(">")[0].removeprefix("<")
    assert seen == ["4", "3", "2", "1", "0"]


async def test_what_is_in_the_trash_has_one_and_what_is_gone_has_none(ada: Person) -> None:
    gone = await ada.trashed()
    path = f"{ada.tasks}/{gone}/history"
    assert [each["kind"] for each in (await ada.get(path)).json()] == ["deleted", "created"]
    await ada.ask("DELETE", f"/api/{ada.id}/trash/{gone}")
    problem(await ada.get(path), 404, "not-found")


async def test_that_of_others_and_of_another_kind_is_not_found(api: Api, ada: Person) -> None:
    grace = await api.person()
    foreign = (await grace.add())["id"]
    own = (await ada.add_list())["id"]
    for task_id in (foreign, own, NOBODY):
        problem(await ada.get(f"{ada.tasks}/{task_id}/history"), 404, "not-found")


async def test_a_cursor_of_another_thing_is_refused(ada: Person) -> None:
    task, other = await ada.add(), await ada.add()
    for each in (task, other):
        await ada.ask("PATCH", ada.task(each), json={"title": "changed"})
    cursor = (await ada.get(f"{ada.task(task)}/history?limit=1")).headers["x-next-cursor"]
    answer = await ada.get(f"{ada.task(other)}/history", params={"cursor": cursor})
    assert faults(answer) == {"cursor": "invalid-cursor"}
