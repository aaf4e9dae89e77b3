"""Undo over HTTP: its answer, its key, its conflicts."""

import pytest

from tests.http.service import Api, Person, problem


async def test_it_answers_with_the_changes_that_revert_the_set(ada: Person) -> None:
    task = await ada.add("before", priority="low")
    await ada.ask("PATCH", ada.task(task), json={"title": "after"})
    answer = await ada.ask("POST", f"/api/{ada.id}/changes/2/undo")
    assert answer.status_code == 200, answer.text
    (change,) = answer.json()["changes"]
    assert (change["seq"], change["set"], change["kind"], change["previous"]) == (3, 3, "updated", 2)
    assert change["value"] == (await ada.get(ada.task(task))).json()
    assert change["value"]["title"] == "before"
    redone = await ada.ask("POST", f"/api/{ada.id}/changes/3/undo")
    assert redone.json()["changes"][0]["value"]["title"] == "after"


async def test_what_has_been_changed_since_is_a_conflict_for_each_thing_and_field(ada: Person) -> None:
    task = await ada.add("one")
    await ada.ask("PATCH", ada.task(task), json={"title": "two", "priority": "high"})
    latest = await ada.ask("PATCH", ada.task(task), json={"title": "three", "priority": "low"})
    answer = await ada.ask("POST", f"/api/{ada.id}/changes/2/undo")
    told = problem(answer, 409, "conflict")
    assert [list(fault) for fault in told["errors"]] == [["code", "detail", "entity", "id", "field"]] * 2
    assert {(each["entity"], each["id"], each["field"]) for each in told["errors"]} == {
        ("task", task["id"], "title"), ("task", task["id"], "priority")
    }  # fmt: skip
    assert (await ada.get(ada.task(task))).json() == latest.json()


async def test_what_cannot_be_reverted_as_a_whole_has_no_field(ada: Person) -> None:
    task = await ada.add("one")
    await ada.ask("PATCH", ada.task(task), json={"title": "two"})
    await ada.ask("DELETE", ada.task(task))
    told = problem(await ada.ask("POST", f"/api/{ada.id}/changes/2/undo"), 409, "conflict")
    (fault,) = told["errors"]
    assert (fault["id"], fault["field"]) == (task["id"], None)


async def test_a_key_makes_it_happen_once(ada: Person) -> None:
    await ada.add()
    once = {"Idempotency-Key": "undo"}
    first = await ada.ask("POST", f"/api/{ada.id}/changes/1/undo", headers=once)
    again = await ada.ask("POST", f"/api/{ada.id}/changes/1/undo", headers=once)
    assert first.json()["changes"][0]["kind"] == "deleted"
    assert (again.content, again.headers["idempotency-replayed"]) == (first.content, "true")


@pytest.mark.parametrize("number", ["0", "01", "-1", "+1", "1.0", "x", "1e3", "9" * 19, "99", "%31"])
async def test_what_is_no_set_of_ones_own_is_not_found(api: Api, ada: Person, number: str) -> None:
    await ada.add()
    problem(await ada.ask("POST", f"/api/{ada.id}/changes/{number}/undo"), 404, "not-found")


async def test_the_middle_of_a_set_is_none(ada: Person) -> None:
    operations = [{"op": "add", "task": {"title": title}} for title in "ab"]
    await ada.ask("POST", f"/api/{ada.id}/batch", json={"operations": operations})
    problem(await ada.ask("POST", f"/api/{ada.id}/changes/2/undo"), 404, "not-found")
    assert len((await ada.ask("POST", f"/api/{ada.id}/changes/1/undo")).json()["changes"]) == 2
