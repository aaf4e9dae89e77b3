"""Tasks in lists and below other tasks over HTTP: moved, completed together, and refused with a pointer."""

from typing import Any
from uuid import uuid4

import pytest

from tests.http.service import NOBODY, Api, Person, faults, problem


async def change(person: Person, task: dict[str, Any], **fields: Any) -> dict[str, Any]:
    answer = await person.ask("PATCH", person.task(task), json=fields)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def again(person: Person, task: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = (await person.get(person.task(task))).json()
    return found


async def test_a_subtask_is_in_the_list_of_its_parent(ada: Person) -> None:
    work, home = await ada.add_list("Work"), await ada.add_list("Home")
    top = await ada.add(list_id=work["id"])
    below = await ada.add("Below", parent_id=top["id"])
    assert below["list_id"] == work["id"]
    await change(ada, top, list_id=home["id"])
    assert (await again(ada, below))["list_id"] == home["id"]
    apart = await change(ada, below, list_id=None)
    assert (apart["list_id"], apart["parent_id"]) == (None, None)


async def test_what_cannot_be_is_refused_with_its_place(ada: Person) -> None:
    work = await ada.add_list()
    tasks = [await ada.add(list_id=work["id"])]
    for _ in range(7):
        tasks.append(await ada.add(parent_id=tasks[-1]["id"]))
    new: dict[str, Any] = {"title": "x"}
    for body, told in (
        (new | {"parent_id": tasks[-1]["id"]}, {"/parent_id": "too-deep"}),
        (new | {"parent_id": tasks[0]["id"], "list_id": None}, {"/list_id": "list-mismatch"}),
        (
            new | {"parent_id": NOBODY, "list_id": NOBODY},
            dict.fromkeys(["/parent_id", "/list_id"], "unknown-reference"),
        ),
        (new | {"parent_id": "x", "list_id": "X"}, dict.fromkeys(["/parent_id", "/list_id"], "unknown-reference")),
        (new | {"list_id": tasks[0]["id"]}, {"/list_id": "unknown-reference"}),
    ):
        assert faults(await ada.ask("POST", ada.tasks, json=body)) == told
    assert faults(await ada.ask("PATCH", ada.task(tasks[0]), json={"parent_id": tasks[1]["id"]})) == {
        "/parent_id": "cycle"
    }


@pytest.mark.check("E1")
async def test_references_to_things_of_others_are_as_good_as_none(api: Api, ada: Person) -> None:
    bob, own = await api.person(), await ada.add()
    theirs = {"list_id": (await bob.add_list())["id"], "parent_id": (await bob.add())["id"]}
    for field, foreign in theirs.items():
        told = []
        for target in (foreign, NOBODY):
            answers = [
                await ada.ask("POST", ada.tasks, json={"title": "x", field: target}),
                await ada.ask("PATCH", ada.task(own), json={field: target}),
                await ada.ask("POST", f"{ada.task(own)}/move", json={field: target}),
            ]
            told.append([problem(answer, 400, "invalid")["errors"] for answer in answers])
        assert told[0] == told[1]
    for side in ("before", "after"):
        moves = [
            await ada.ask("POST", f"{ada.task(own)}/move", json={side: target})
            for target in (theirs["parent_id"], NOBODY)
        ]
        assert [faults(move) for move in moves] == [{f"/{side}": "unknown-reference"}] * 2
    assert await again(ada, own) == own


async def test_a_client_may_choose_the_id_once(ada: Person) -> None:
    chosen = str(uuid4())
    assert (await ada.add(id=chosen))["id"] == chosen
    for method, path in (("POST", ada.tasks), ("DELETE", f"{ada.tasks}/{chosen}"), ("POST", ada.tasks)):
        body = {"title": "again", "id": chosen} if method == "POST" else None
        answer = await ada.ask(method, path, json=body)
        if method == "POST":
            problem(answer, 409, "conflict")
    problem(await ada.ask("POST", f"/api/{ada.id}/lists", json={"name": "x", "id": chosen}), 409, "conflict")
    for wrong in (chosen.upper(), f"{{{chosen}}}", "01936f4e-7a2b-1c3d-8e4f-5a6b7c8d9e0f", ""):
        assert faults(await ada.ask("POST", ada.tasks, json={"title": "x", "id": wrong})) == {"/id": "invalid-id"}


async def test_the_id_of_another_owner_is_free(api: Api, ada: Person) -> None:
    bob = await api.person()
    theirs = await bob.add()
    assert (await ada.add(id=theirs["id"]))["id"] == theirs["id"]


async def test_completing_a_task_completes_its_subtasks_unless_it_says_keep(ada: Person) -> None:
    for more, expected in (({}, True), ({"subtasks": "complete"}, True), ({"subtasks": "keep"}, False)):
        top = await ada.add()
        below = await ada.add(parent_id=(await ada.add(parent_id=top["id"]))["id"])
        done = await ada.ask("PATCH", f"{ada.task(top)}/complete", json={"completed": True, **more})
        assert (done.status_code, done.json()["completed"]) == (200, True)
        assert (await again(ada, below))["completed"] is expected
        await ada.ask("PATCH", f"{ada.task(top)}/complete", json={"completed": False})
        assert (await again(ada, below))["completed"] is expected
    path = f"{ada.task(await ada.add())}/complete"
    answer = await ada.ask("PATCH", path, json={"completed": True, "subtasks": "drop"})
    assert faults(answer) == {"/subtasks": "wrong-type"}


async def test_tasks_are_moved_among_their_siblings(ada: Person) -> None:
    a, b, c = [await ada.add(title) for title in "abc"]

    async def move(task: dict[str, Any], **body: Any) -> list[str]:
        answer = await ada.ask("POST", f"{ada.task(task)}/move", json=body)
        assert answer.status_code == 200, answer.text
        assert answer.headers["etag"] == f'"{answer.json()["revision"]}"'
        return await ada.titles(sort="position", parent="none", list="inbox")

    assert await move(c, before=b["id"]) == ["a", "c", "b"]
    assert await move(a, after=b["id"]) == ["c", "b", "a"]
    assert await move(a, after=None) == ["a", "c", "b"]
    assert await move(a) == ["c", "b", "a"]
    assert await move(c, before=None) == ["b", "a", "c"]
    assert (await again(ada, b))["revision"] == b["revision"], "a move changes no other task"


async def test_a_move_takes_a_task_with_its_subtasks_elsewhere(ada: Person) -> None:
    work = await ada.add_list()
    first, top = await ada.add("first", list_id=work["id"]), await ada.add("top")
    below = await ada.add("below", parent_id=top["id"])
    wish = {"list_id": work["id"], "before": first["id"]}
    moved = (await ada.ask("POST", f"{ada.task(top)}/move", json=wish)).json()
    assert moved["list_id"] == work["id"]
    assert await ada.titles(list=work["id"], parent="none", sort="position") == ["top", "first"]
    assert (await again(ada, below))["list_id"] == work["id"]
    up = (await ada.ask("POST", f"{ada.task(below)}/move", json={"parent_id": None, "after": None})).json()
    assert (up["parent_id"], up["list_id"]) == (None, work["id"])
    assert await ada.titles(list=work["id"], parent="none", sort="position") == ["below", "top", "first"]
    inbox = (await ada.ask("POST", f"{ada.task(below)}/move", json={"list_id": None})).json()
    assert inbox["list_id"] is None


async def test_what_is_no_move_is_refused(ada: Person) -> None:
    top, other = await ada.add(), await ada.add()
    below = await ada.add(parent_id=top["id"])
    for task, body, told in (
        (top, {"before": other["id"], "after": other["id"]}, {"/after": "conflicting"}),
        (top, {"before": below["id"]}, {"/before": "unknown-reference"}),
        (top, {"after": top["id"]}, {"/after": "unknown-reference"}),
        (top, {"parent_id": below["id"]}, {"/parent_id": "cycle"}),
        (top, {"title": "x", "before": 1}, {"/title": "unknown-field", "/before": "wrong-type"}),
        (top, {"list_id": "x", "after": "x"}, dict.fromkeys(["/list_id", "/after"], "unknown-reference")),
    ):
        assert faults(await ada.ask("POST", f"{ada.task(task)}/move", json=body)) == told
    stale = {"If-Match": f'"{below["revision"]}"'}
    problem(await ada.ask("POST", f"{ada.task(top)}/move", json={}, headers=stale), 412, "stale")
