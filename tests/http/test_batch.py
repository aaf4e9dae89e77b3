"""Batches over HTTP: in order, all or nothing, with names for what they make, and every fault told with its place."""

from dataclasses import replace
from typing import Any

import pytest

from tests.http.service import OPTIONS, Api, Person, problem, serving


async def batch(person: Person, *operations: Any, **more: Any) -> Any:
    return await person.ask("POST", f"/api/{person.id}/batch", json={"operations": list(operations)}, **more)


async def test_later_operations_speak_of_what_earlier_ones_made(api: Api) -> None:
    ada = await api.person()
    old = await ada.add("Old")
    answer = await batch(
        ada,
        {"op": "add", "ref": "milk", "task": {"title": "Buy milk", "priority": "high"}},
        {"op": "change", "id": {"$ref": "milk"}, "task": {"completed": True}},
        {"op": "change", "id": old["id"], "task": {"title": "New"}, "if_match": '"1"'},
        {"op": "add", "task": {"title": "Buy salt"}},
        {"op": "remove", "id": old["id"]},
    )
    assert answer.status_code == 200, answer.text
    results = answer.json()
    assert [result["status"] for result in results] == [201, 200, 200, 201, 204]
    assert results[0]["task"] == results[1]["task"]
    assert results[0]["task"]["completed"] is True
    assert results[4]["task"] is None
    assert await ada.titles() == ["Buy milk", "Buy salt"]
    assert [task["revision"] for task in (await ada.get(ada.tasks)).json()] == [3, 5]


@pytest.mark.check("E7")
async def test_when_one_cannot_be_done_none_is_and_the_answer_points_at_it(api: Api) -> None:
    ada, bob = await api.person(), await api.person()
    mine, his = await ada.add("Mine"), await bob.add("His")
    add = {"op": "add", "task": {"title": "Buy milk"}}
    for bad, status, code in (
        ({"op": "change", "id": his["id"], "task": {"title": "x"}}, 404, "not-found"),
        ({"op": "remove", "id": his["id"]}, 404, "not-found"),
        ({"op": "change", "id": mine["id"], "task": {"title": "x"}, "if_match": '"99"'}, 412, "stale"),
        ({"op": "remove", "id": mine["id"], "if_match": '"99"'}, 412, "stale"),
    ):
        told = problem(await batch(ada, add, bad, add), status, code)
        assert [(fault["pointer"], fault["code"]) for fault in told["errors"]] == [("/operations/1", code)]
    assert await ada.titles() == ["Mine"]
    assert await api.todo.run.store.view(_id(ada)).revision() == 1


def _id(person: Person) -> Any:
    from uuid import UUID  # noqa: PLC0415

    return UUID(person.id)


async def test_every_fault_of_every_operation_is_told_at_once(api: Api) -> None:
    ada = await api.person()
    answer = await batch(
        ada,
        {"op": "add", "ref": "a", "task": {"title": " ", "colour": 1, "completed": "no"}},
        {"op": "add", "ref": "a", "task": {"title": "fine"}},
        {"op": "change", "id": {"$ref": "nobody"}, "task": {"due_date": "2026-02-30"}},
        {"op": "change", "id": "17", "task": {}, "if_match": "7"},
        {"op": "remove"},
        {"op": "explode"},
        7,
        {"op": "add", "task": 7},
    )
    told = {(fault["pointer"], fault["code"]) for fault in problem(answer, 400, "invalid")["errors"]}
    assert told == {
        ("/operations/0/task/title", "blank"),
        ("/operations/0/task/colour", "unknown-field"),
        ("/operations/0/task/completed", "wrong-type"),
        ("/operations/1/ref", "unusable-name"),
        ("/operations/2/id/$ref", "unknown-reference"),
        ("/operations/2/task/due_date", "invalid-date"),
        ("/operations/3/id", "invalid-id"),
        ("/operations/3/if_match", "malformed-field"),
        ("/operations/4/id", "required"),
        ("/operations/5/op", "unknown-value"),
        ("/operations/6/op", "unknown-value"),
        ("/operations/7/task", "wrong-type"),
    }


async def test_a_name_is_given_once(api: Api) -> None:
    ada = await api.person()
    twice = {"op": "add", "ref": "a", "task": {"title": "fine"}}
    told = problem(await batch(ada, twice, twice), 400, "invalid")["errors"]
    assert [(fault["pointer"], fault["code"]) for fault in told] == [("/operations/1/ref", "unusable-name")]


@pytest.mark.check("H21")
async def test_a_batch_has_one_to_a_thousand_operations(api: Api) -> None:
    ada = await api.person()
    add = {"op": "add", "task": {"title": "Buy milk"}}
    for count in (0, 1_001):
        told = problem(await batch(ada, *[add] * count), 400, "invalid")["errors"]
        assert [fault["pointer"] for fault in told] == ["/operations"]
    assert (await batch(ada, *[add] * 1_000)).status_code == 200
    assert len(await ada.titles()) == 1_000


async def test_a_batch_happens_once_under_its_key(api: Api) -> None:
    ada = await api.person()
    operations = [{"op": "add", "ref": "a", "task": {"title": "x"}}, {"op": "remove", "id": {"$ref": "a"}}]
    operations.append({"op": "add", "task": {"title": "stays"}})
    first = await batch(ada, *operations, headers={"Idempotency-Key": "once"})
    again = await batch(ada, *operations, headers={"Idempotency-Key": "once"})
    assert first.content == again.content
    assert again.headers["idempotency-replayed"] == "true"
    assert await ada.titles() == ["stays"]


async def test_only_so_many_faults_are_told_at_once(api: Api) -> None:
    ada = await api.person()
    wrong = {"op": "add", "task": {f"field{number}": 1 for number in range(40)}}
    assert len(problem(await batch(ada, *[wrong] * 50), 400, "invalid")["errors"]) == 100


async def test_where_conditions_are_required_every_write_over_something_has_one() -> None:
    async with serving(replace(OPTIONS, require_if_match=True)) as strict:
        ada = await strict.person()
        task = await ada.add()
        seen = {"If-Match": '"1"'}
        for method, tail, body in (("PATCH", "", {}), ("PUT", "", {}), ("PATCH", "/complete", {"completed": True})):
            path = ada.task(task) + tail
            problem(await ada.ask(method, path, json=body), 428, "precondition-required")
        problem(await ada.ask("DELETE", ada.task(task)), 428, "precondition-required")
        assert (await ada.ask("PATCH", ada.task(task), json={}, headers=seen)).status_code == 200
        made = {"op": "add", "ref": "a", "task": {"title": "x"}}
        told = problem(await batch(ada, made, {"op": "remove", "id": task["id"]}), 428, "precondition-required")
        assert [fault["pointer"] for fault in told["errors"]] == ["/operations/1"]
        assert (await batch(ada, made, {"op": "remove", "id": {"$ref": "a"}})).status_code == 200
