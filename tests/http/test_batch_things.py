"""Batches of lists and tasks: references wherever an id may stand, moves, completions, and where faults point."""

import json
import re
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.http.service import NOBODY, Api, Person, faults, problem

API = (Path(__file__).parents[2] / "docs" / "api.md").read_text("utf-8")
SECTION = API.partition("### A project in one request")[2].partition("\n## ")[0]
EXAMPLE = re.search(r"-d '(\{.*?\})'\n", SECTION, re.DOTALL)


def ref(name: str) -> dict[str, str]:
    return {"$ref": name}


async def batch(person: Person, *operations: Any, **more: Any) -> Any:
    return await person.ask("POST", f"/api/{person.id}/batch", json={"operations": list(operations)}, **more)


async def done(person: Person, *operations: Any) -> list[dict[str, Any]]:
    """The results of a batch."""
    answer = await batch(person, *operations)
    assert answer.status_code == 200, answer.text
    results: list[dict[str, Any]] = answer.json()
    return results


async def test_the_project_of_the_guide_is_made_by_one_request(ada: Person) -> None:
    assert EXAMPLE
    results = await done(ada, *json.loads(EXAMPLE[1])["operations"])
    assert [result["status"] for result in results] == [201] * 6 + [200] * 2
    work, flat = results[0]["list"], results[1]["task"]
    assert work["name"] == "Move to Berlin"
    top = await ada.titles(list=work["id"], parent="none", sort="position")
    assert top == ["Make a plan", "Find a flat", "Pack"]
    assert await ada.titles(parent=flat["id"], sort="position") == ["Read advertisements", "Visit three"]
    assert await ada.titles(status="completed") == ["Read advertisements"]
    assert await ada.titles(list=work["id"], tag="ERRAND") == ["Visit three"]


async def test_a_reference_may_stand_wherever_an_id_may(ada: Person) -> None:
    results = await done(
        ada,
        {"op": "add", "ref": "l", "list": {"name": "Work"}},
        {"op": "add", "ref": "m", "list": {"name": "Home"}},
        {"op": "move", "id": ref("m"), "list": {"before": ref("l")}},
        {"op": "add", "ref": "a", "task": {"title": "a", "list_id": ref("l")}},
        {"op": "add", "ref": "b", "task": {"title": "b", "parent_id": ref("a")}},
        {"op": "add", "ref": "c", "task": {"title": "c", "parent_id": ref("a"), "list_id": ref("l")}},
        {"op": "move", "id": ref("c"), "task": {"before": ref("b")}},
        {"op": "change", "id": ref("a"), "task": {"list_id": ref("m"), "priority": "high"}},
        {"op": "move", "id": ref("b"), "task": {"parent_id": None, "after": ref("a")}},
        {"op": "complete", "id": ref("a"), "task": {"subtasks": "keep"}},
        {"op": "change", "id": ref("m"), "list": {"archived": True}},
        {"op": "remove", "id": ref("l")},
    )
    work, home, a, b, c = [results[number] for number in (0, 1, 3, 4, 5)]
    assert (work["list"], home["list"]["archived"], results[-1]) == (None, True, {"status": 204, "list": None})
    assert home["list"] == results[2]["list"] == results[10]["list"]
    assert {task["task"]["list_id"] for task in (a, b, c)} == {home["list"]["id"]}
    assert (a["task"]["completed"], b["task"]["parent_id"], c["task"]["completed"]) == (True, None, False)
    assert await ada.titles(parent="none", sort="position") == ["a", "b"]


async def test_a_list_is_deleted_with_its_tasks_or_restored_from_the_trash(ada: Person) -> None:
    work = await ada.add_list()
    task = await ada.add(list_id=work["id"])
    results = await done(ada, {"op": "remove", "entity": "list", "id": work["id"], "if_match": '"1"'})
    assert results == [{"status": 204, "list": None}]
    problem(await ada.get(ada.task(task)), 404, "not-found")
    assert (await ada.ask("POST", f"/api/{ada.id}/trash/{work['id']}/restore")).status_code == 200
    assert (await ada.get(ada.task(task))).status_code == 200


async def test_a_completion_may_say_nothing_or_how(ada: Person) -> None:
    top = await ada.add()
    await ada.add("below", parent_id=top["id"])
    keep = {"op": "complete", "id": top["id"], "task": {"completed": True, "subtasks": "keep"}}
    assert (await done(ada, keep))[0]["task"]["completed"] is True
    assert await ada.titles(status="pending") == ["below"]
    await done(ada, {"op": "complete", "id": top["id"], "task": {"completed": False}})
    assert await ada.titles(status="pending") == ["Buy milk", "below"]
    await done(ada, {"op": "complete", "id": top["id"]})
    assert await ada.titles(status="pending") == []


async def test_ids_that_the_client_has_chosen_need_no_reference(ada: Person) -> None:
    work, top = str(uuid4()), str(uuid4())
    await done(
        ada,
        {"op": "add", "list": {"name": "Work", "id": work}},
        {"op": "add", "task": {"title": "top", "id": top, "list_id": work}},
        {"op": "add", "task": {"title": "below", "parent_id": top}},
        {"op": "complete", "id": top},
    )
    assert await ada.titles(list=work, status="completed", sort="-title") == ["top", "below"]
    told = problem(await batch(ada, {"op": "add", "task": {"title": "x", "id": top}}), 409, "conflict")
    assert [fault["pointer"] for fault in told["errors"]] == ["/operations/0"]


async def test_names_that_mean_nothing_here_are_told_while_reading(ada: Person) -> None:
    answer = await batch(
        ada,
        {"op": "add", "ref": "l", "list": {"name": "Work"}},
        {"op": "add", "ref": "t", "task": {"title": "t", "list_id": ref("t"), "parent_id": ref("l")}},
        {"op": "move", "id": ref("l"), "task": {"before": ref("l"), "after": ref("no")}},
        {"op": "move", "id": ref("l"), "list": {"before": ref("t")}},
        {"op": "complete", "id": ref("l")},
        {"op": "change", "id": ref("t"), "list": {}},
        {"op": "remove", "entity": "task", "id": ref("l")},
    )
    assert faults(answer) == {
        "/operations/1/task/list_id/$ref": "unknown-reference",
        "/operations/1/task/parent_id/$ref": "unknown-reference",
        "/operations/2/id/$ref": "unknown-reference",
        "/operations/2/task/before/$ref": "unknown-reference",
        "/operations/2/task/after/$ref": "unknown-reference",
        "/operations/2/task/after": "conflicting",
        "/operations/3/list/before/$ref": "unknown-reference",
        "/operations/4/id/$ref": "unknown-reference",
        "/operations/5/id/$ref": "unknown-reference",
        "/operations/6/id/$ref": "unknown-reference",
    }


async def test_what_is_no_operation_on_one_thing_is_told(ada: Person) -> None:
    answer = await batch(
        ada,
        {"op": "add", "task": {"title": "x"}, "list": {"name": "x"}},
        {"op": "change", "id": NOBODY},
        {"op": "move", "id": NOBODY},
        {"op": "move", "id": NOBODY, "list": {"list_id": NOBODY}},
        {"op": "complete", "id": NOBODY, "list": {}},
        {"op": "complete", "id": NOBODY, "task": {"completed": None, "subtasks": "drop"}},
        {"op": "remove", "id": NOBODY, "list": {}},
        {"op": "remove", "id": NOBODY, "entity": "tag"},
        {"op": "add", "task": {"title": "x", "list_id": {"$ref": 1}, "parent_id": {}, "id": {"$ref": "x"}}},
        {"op": "change", "id": NOBODY, "entity": "list", "list": 7},
    )
    assert faults(answer) == {
        "/operations/0/list": "conflicting",
        "/operations/1/task": "required",
        "/operations/2/task": "required",
        "/operations/3/list/list_id": "unknown-field",
        "/operations/4/list": "unknown-field",
        "/operations/5/task/completed": "wrong-type",
        "/operations/5/task/subtasks": "wrong-type",
        "/operations/6/list": "unknown-field",
        "/operations/7/entity": "unknown-value",
        "/operations/8/task/list_id": "wrong-type",
        "/operations/8/task/parent_id": "wrong-type",
        "/operations/8/task/id": "wrong-type",
        "/operations/9/entity": "unknown-field",
        "/operations/9/list": "wrong-type",
    }


@pytest.mark.check("E7")
async def test_a_rule_that_a_step_breaks_is_told_with_its_place(api: Api, ada: Person) -> None:
    top = await ada.add()
    below = await ada.add(parent_id=top["id"])
    theirs = (await (await api.person()).add_list())["id"]
    fine = {"op": "add", "task": {"title": "x"}}
    for bad, told in (
        ({"op": "change", "id": top["id"], "task": {"parent_id": below["id"]}}, {"task/parent_id": "cycle"}),
        ({"op": "add", "task": {"title": "x", "list_id": theirs}}, {"task/list_id": "unknown-reference"}),
        ({"op": "move", "id": top["id"], "task": {"after": below["id"]}}, {"task/after": "unknown-reference"}),
    ):
        answer = await batch(ada, fine, fine, fine, bad)
        assert faults(answer) == {f"/operations/3/{place}": code for place, code in told.items()}
    assert len(await ada.titles()) == 2


async def test_an_operation_on_a_thing_of_the_wrong_kind_fails(ada: Person) -> None:
    work = await ada.add_list()
    for bad in (
        {"op": "remove", "id": work["id"]},
        {"op": "complete", "id": work["id"]},
        {"op": "move", "id": work["id"], "task": {}},
    ):
        told = problem(await batch(ada, bad), 404, "not-found")
        assert [fault["pointer"] for fault in told["errors"]] == ["/operations/0"]


@pytest.mark.check("F3")
async def test_every_operation_has_its_own_condition(ada: Person) -> None:
    task, work = await ada.add(), await ada.add_list()
    for operation in (
        {"op": "complete", "id": task["id"]},
        {"op": "move", "id": task["id"], "task": {}},
        {"op": "move", "id": work["id"], "list": {}},
        {"op": "remove", "id": work["id"], "entity": "list"},
    ):
        problem(await batch(ada, operation | {"if_match": '"99"'}), 412, "stale")
    assert (await batch(ada, {"op": "complete", "id": task["id"], "if_match": '"1"'})).status_code == 200


@pytest.mark.check("G3")
async def test_a_batch_of_every_operation_is_answered_again_under_its_key(ada: Person) -> None:
    operations = [
        {"op": "add", "ref": "l", "list": {"name": "Work"}},
        {"op": "add", "ref": "a", "task": {"title": "a", "list_id": ref("l")}},
        {"op": "add", "ref": "b", "task": {"title": "b", "parent_id": ref("a")}},
        {"op": "move", "id": ref("b"), "task": {}},
        {"op": "complete", "id": ref("a")},
        {"op": "remove", "id": ref("b")},
    ]
    first = await batch(ada, *operations, headers={"Idempotency-Key": "project"})
    again = await batch(ada, *operations, headers={"Idempotency-Key": "project"})
    assert (first.status_code, again.content) == (200, first.content)
    assert again.headers["idempotency-replayed"] == "true"
