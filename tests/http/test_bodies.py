"""Bodies: everything that is no JSON, or not the JSON that is wanted, is a 400 that says why."""

import asyncio
from typing import Any

import pytest

from tests.http.service import Person, faults, problem
from tests.http.test_guards import OPERATIONS, name, path_of
from todo_http.kernel.operation import PUBLIC_BODY_MAX, Operation

pytestmark = pytest.mark.check("H16", "H8", "H2", "H3", "H4", "H6")

BODIES = [operation for operation in OPERATIONS if operation.body]
JSON = {"Content-Type": "application/json"}

MALFORMED = [
    b"",
    b" ",
    b"{",
    b'{"title": "x"',
    b'{"title": "x"} x',
    b'{"title": "x"}{"title": "x"}',
    b"{'title': 'x'}",
    b'{title: "x"}',
    b'{"title": "x",}',
    b'{"title": "x"} // really',
    b'{"title": NaN}',
    b'{"title": -Infinity}',
    b'{"title": 01}',
    b'{"title": "\xff"}',
    b'{"title": "\xc0\x80"}',
    b'{"title": "\xed\xa0\x80"}',
    b'{"title": "\xe4\xb8"}',
    b'{"\xff": 1}',
    b'{"unknown": "\xff"}',
    '{"title": "x"}'.encode("utf-16"),
    b'\xef\xbb\xbf{"title": "x"}',
    b'{"title": "\\ud800"}',
    b'{"title": "\\udc00\\ud800"}',
    b'{"\\ud800": 1}',
    b'{"title": "a\nb"}',
    b'{"title": "\x00"}',
    b'{"title": "x", "title": "y"}',
    b'{"nonsense": {"a": 1, "a": 2}}',
    b'{"title": "\\u0061", "ti\\u0074le": "y"}',
    b'{"unknown": ' + b"[" * 5_000 + b"]" * 5_000 + b"}",
    b'{"title": ' + b"[" * 5_000 + b"]" * 5_000 + b"}",
    b'{"title": ' + b'{"a":' * 5_000 + b"1" + b"}" * 5_001,
    b"[" * 200_000,
    b"[" * 100_000 + b"]" * 100_000,
    b'{"a":' * 40_000,
]


@pytest.mark.parametrize("body", MALFORMED, ids=lambda body: repr(body[:24]))
async def test_what_is_no_json_is_malformed(ada: Person, body: bytes) -> None:
    told = problem(await ada.ask("POST", ada.tasks, content=body, headers=JSON), 400, "malformed")
    assert "errors" not in told
    assert await ada.titles() == []


@pytest.mark.parametrize("operation", BODIES, ids=name)
@pytest.mark.parametrize(
    "body", [MALFORMED[0], MALFORMED[13], MALFORMED[29], MALFORMED[-3]], ids=lambda body: repr(body[:24])
)
async def test_no_operation_trips_over_malformed_bodies(ada: Person, operation: Operation, body: bytes) -> None:
    path = path_of(operation, **await ada.ids())
    body = body[:PUBLIC_BODY_MAX]
    problem(await ada.ask(operation.method, path, content=body, headers=JSON), 400, "malformed")


@pytest.mark.check("H16")
@pytest.mark.parametrize("operation", BODIES, ids=name)
@pytest.mark.parametrize("body", [b"null", b"[]", b'"x"', b"5", b"true", b"[{}]", b"1e999"])
async def test_every_body_is_an_object(ada: Person, operation: Operation, body: bytes) -> None:
    path = path_of(operation, **await ada.ids())
    answer = await ada.ask(operation.method, path, content=body, headers=JSON)
    assert faults(answer) == {"": "wrong-type"} if body != b"1e999" else answer.status_code == 400


@pytest.mark.check("F15", "H5", "E5")
@pytest.mark.parametrize("operation", BODIES, ids=name)
async def test_every_fault_of_every_field_is_told_at_once(ada: Person, operation: Operation) -> None:
    assert operation.body is not None
    fields = operation.body.__struct_fields__
    path = path_of(operation, **await ada.ids())
    answer = await ada.ask(operation.method, path, json={field: {"a": [1]} for field in fields} | {"no": 1, "x/~y": 2})
    wrong = {f"/{field}": "wrong-type" for field in fields}
    if "recurrence" in fields:  # an object, whose fields are told one by one
        del wrong["/recurrence"]
        wrong |= {"/recurrence/a": "unknown-field", "/recurrence/rule": "required"}
    assert faults(answer) == wrong | {"/no": "unknown-field", "/x~1~0y": "unknown-field"}


@pytest.mark.check("H7")
@pytest.mark.parametrize(
    "value", ["5", 5, 5.0, 1e3, -0.0, 2**63, 10**400, True, None, [], {}, "true", "null", "x" * 300, "\0", " "]
)
async def test_no_value_is_ever_turned_into_another_type(ada: Person, value: Any) -> None:
    for field in ("title", "description", "completed", "priority", "due_date"):
        answer = await ada.ask("POST", ada.tasks, json={"title": "x"} | {field: value})
        if answer.status_code == 201:
            assert answer.json()[field] == value
            assert type(answer.json()[field]) is type(value)
        else:
            assert set(faults(answer)) == {f"/{field}"}


async def test_numbers_of_five_thousand_digits_are_just_wrong(ada: Person) -> None:
    body = b'{"title": "x", "completed": ' + b"9" * 5_000 + b"}"
    answer = await ada.ask("POST", ada.tasks, content=body, headers=JSON)
    assert faults(answer) == {"/completed": "wrong-type"}


async def test_rules_and_shapes_and_query_are_told_together(ada: Person) -> None:
    body = {"title": "", "priority": "urgent", "due_date": "soon", "completed": "no", "extra": 1}
    answer = await ada.ask("POST", ada.tasks + "?extra=1", json=body)
    assert faults(answer) == {
        "extra": "unknown-parameter",
        "/title": "blank",
        "/priority": "unknown-value",
        "/due_date": "invalid-date",
        "/completed": "wrong-type",
        "/extra": "unknown-field",
    }


@pytest.mark.check("F15")
async def test_nothing_long_is_echoed_and_answers_stay_short(ada: Person) -> None:
    answer = await ada.ask("POST", ada.tasks, json={"title": "x", "n" * 65: 1, "m" * 64: 2})
    assert faults(answer) == {"": "unknown-field", "/" + "m" * 64: "unknown-field"}
    crowd = await ada.ask("POST", ada.tasks, json={str(number): 1 for number in range(1_000)})
    assert len(crowd.json()["errors"]) == 100
    masses = await ada.ask("POST", ada.tasks, json={str(number): 1 for number in range(1_001)})
    assert masses.json()["type"] == "/problems/malformed"
    secret = await ada.ask("POST", ada.tasks, json={"title": "x", "due_date": "canary", "priority": "canary"})
    assert "canary" not in secret.text


@pytest.mark.check("H3", "H11")
async def test_surrogate_pairs_and_odd_characters_survive(ada: Person) -> None:
    body = b'{"title": "\\ud83d\\ude00 \\u202e\\u200b\\ufffe e\\u0301"}'
    answer = await ada.ask("POST", ada.tasks, content=body, headers=JSON)
    assert answer.json()["title"] == "\U0001f600 \u202e\u200b\ufffe e\u0301"


async def test_bodies_in_many_pieces_are_read_whole(ada: Person) -> None:
    async def pieces() -> Any:
        for byte in b'{"title": "Buy milk"}':
            await asyncio.sleep(0)
            yield bytes([byte])

    answer = await ada.ask("POST", ada.tasks, content=pieces(), headers=JSON)
    assert answer.json()["title"] == "Buy milk"
