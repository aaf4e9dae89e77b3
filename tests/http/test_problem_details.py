"""The detail of a refused request says what is wrong with it, for the many clients that show nothing else."""

from typing import Any

import httpx
import pytest

from tests.http.service import NOBODY, PASSWORD, Api, Person, problem
from todo_core.errors import Invalid, Violation
from todo_http.problems.errors import Fault, InvalidRequest
from todo_http.problems.table import problem_of

LONG = "n" * 65


async def ada(api: Api) -> Person:
    return await api.person()


def detail(answer: httpx.Response) -> str:
    return str(problem(answer, 400, "invalid")["detail"])


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"title": " "}, "Title: this must not be empty."),
        ({"title": "x" * 256}, "Title: this must be at most 255 characters."),
        ({}, "Title: this field is required."),
        ([], "The body must be an object."),
        ({"title": "x", "due_date": "soon"}, "Due date: "),
        (
            {"title": "x", "due_date": "2026-07-20T15:00:00+01:00[Europe/Berlin]"},
            "Due date: the offset must be that of the time zone: Europe/Berlin is at +02:00 then.",
        ),
        ({"title": "x", "completed": 1}, "Completed: this must be true or false."),
        ({"title": "x", "colour": 1}, "Colour: there is no such field here."),
        ({"title": " ", "priority": "urgent", "due_date": 1}, "Due date: this must be a string or null; 2 more."),
        ({"title": "x", LONG: 1}, "There is no such field here."),
        ({"title": " ", LONG: 1}, "There is no such field here; 1 more."),
        ({"title": "x", "a/b~c": 1}, "A/b~c: there is no such field here."),
        ({"title": "x", "a\nb": 1}, "There is no such field here."),
        ({"title": "x", "\u202eb": 1}, "There is no such field here."),
        ({"title": "x", "": 1}, "There is no such field here."),
    ],
)
async def test_the_first_broken_rule_is_told_with_its_field_in_words(api: Api, body: Any, told: str) -> None:
    person = await ada(api)
    found = detail(await person.ask("POST", person.tasks, json=body))
    assert found.startswith(told) if told.endswith(" ") else found == told
    assert found.endswith(".")


async def test_fields_of_several_words_are_told_in_words(api: Api) -> None:
    person = await ada(api)
    body = {"current_password": PASSWORD, "new_password": "short"}
    answer = await person.ask("POST", "/api/auth/password", json=body)
    assert detail(answer) == "New password: this must be at least 8 characters."
    answer = await api.client.post("/api/auth/register", json={"email": "ada", "password": "short", "name": ""})
    assert detail(answer) == "Email: this must be an email address such as ada@example.org; 2 more."
    answer = await person.ask("DELETE", "/api/auth/me", json={"password": "not this one"})
    assert detail(answer) == "Password: this is not the current password."


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("limit=0", "limit: this must be a number from 1 to 1000."),
        ("due_before=soon&limit=0", "; 1 more."),
        ("colour=red", "colour: there is no such parameter here."),
        (f"{LONG}=1", "There is no such parameter here."),
        ("a%0Ab=1", "There is no such parameter here."),
        ("limit=1&limit=1", "limit: this must be given once."),
        (
            "due_before=2026-11-20T14:00:00+01:00",
            "due_before: this must have no spaces: in a query, + means a space, so write + as %2B.",
        ),
        ("due_before=2026-11-20T14:00:00%2B01:00&limit=0", "limit: this must be a number from 1 to 1000."),
        ("due_after=2026-11-20T14:00", "due_after: this must be a day, or a time with an offset."),
    ],
)
async def test_a_query_parameter_is_told_by_its_name(api: Api, query: str, told: str) -> None:
    person = await ada(api)
    found = detail(await person.get(f"{person.tasks}?{query}"))
    assert found.endswith(told) if told.startswith(";") else found == told


async def test_a_header_field_is_told_by_its_name(api: Api) -> None:
    person = await ada(api)
    answer = await person.ask("POST", person.tasks, json={"title": "x"}, headers={"Idempotency-Key": "two words"})
    assert detail(answer).startswith("Idempotency-Key: ")


@pytest.mark.parametrize(
    ("operations", "told"),
    [
        ([], "Operations: there must be 1 to 1,000 operations."),
        ([{"op": "fly"}], "Operation 1, op: this must be one of add, change, remove, complete, move."),
        ([{"op": "add", "task": {"title": "x"}}, {"op": "add"}], "Operation 2, task: this field is required."),
        ([{"op": "add", "task": {"title": "x"}}] * 2 + [{"op": "add", "task": {"title": ""}}],
         "Operation 3, title: this must not be empty."),
        ([{"op": "change", "id": NOBODY, "task": {"due_date": 1, "title": ""}}],
         "Operation 1, due date: this must be a string or null; 1 more."),
        ([{"op": "remove", "id": {"$ref": "milk"}}], "Operation 1, id: no earlier operation has made this."),
        ([{"op": "remove", "id": NOBODY, "if_match": "17"}], "Operation 1, if match: "),
        ([1], "Operation 1, op: this must be one of add, change, remove, complete, move."),
    ],
)  # fmt: skip
async def test_an_operation_of_a_batch_is_told_by_its_place(api: Api, operations: Any, told: str) -> None:
    person = await ada(api)
    found = detail(await person.ask("POST", f"/api/{person.id}/batch", json={"operations": operations}))
    assert found.startswith(told) if told.endswith(" ") else found == told


def told(refusal: Invalid | InvalidRequest) -> str:
    return problem_of(refusal, "12345678").detail


def test_sentences_that_begin_with_an_abbreviation_keep_it() -> None:
    assert told(Invalid([Violation("name", "x", "UTF-8 is needed.")])) == "Name: UTF-8 is needed."


def test_nothing_longer_than_64_characters_is_repeated() -> None:
    for fault in (
        Fault(code="x", detail="Wrong.", pointer=f"/{LONG}"),
        Fault(code="x", detail="Wrong.", pointer=f"/operations/0/{LONG}"),
        Fault(code="x", detail="Wrong.", parameter=LONG),
        Fault(code="x", detail="Wrong."),
    ):
        assert LONG not in told(InvalidRequest([fault]))


def test_rules_that_nobody_named_leave_the_general_sentence() -> None:
    assert told(InvalidRequest([])) == "The request breaks one or more rules."
