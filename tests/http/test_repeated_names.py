"""Members of the same name in a body: refused however they are spelled, for nobody knows which of them was meant."""

import pytest

from tests.http.service import Person, problem

JSON = {"content-type": "application/json"}


@pytest.mark.parametrize(
    "body",
    [
        b'{"title": "a", "title": "b"}',
        b'{"title": "a", "priority": null, "title": "a"}',
        b'{"title": "a", "\\u0074itle": "b"}',
        b'{"\\u0074itle": "a", "title": "b"}',
        b'{"title":"a","title"  :"b"}',
    ],
)
async def test_a_name_that_comes_twice_is_refused(ada: Person, body: bytes) -> None:
    answer = await ada.ask("POST", ada.tasks, content=body, headers=JSON)
    problem(answer, 400, "malformed")


async def test_a_name_that_comes_twice_inside_of_a_batch_is_refused(ada: Person) -> None:
    body = b'{"operations": [{"op": "add", "task": {"title": "a", "title": "b"}}]}'
    path = ada.tasks.removesuffix("/tasks") + "/batch"
    problem(await ada.ask("POST", path, content=body, headers=JSON), 400, "malformed")


async def test_values_may_be_what_names_are(ada: Person) -> None:
    body = b'{"title": "title", "description": "\\"title\\": \\"priority\\""}'
    answer = await ada.ask("POST", ada.tasks, content=body, headers=JSON)
    assert answer.status_code == 201
    assert answer.json()["title"] == "title"
