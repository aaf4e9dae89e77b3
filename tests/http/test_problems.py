"""Problems: one table for every refusal, and nothing of the inside in any of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
import structlog
from structlog.testing import capture_logs

from tests.http.service import Api, compose, problem, serving
from todo_adapters.contracts.fakes import FixedClock
from todo_core import errors
from todo_core.errors import TodoError
from todo_http.problems import errors as refusals
from todo_http.problems.table import PROBLEM_KINDS, error_of


def all_refusals(of: type[TodoError] = TodoError) -> Iterator[type[TodoError]]:
    for kind in of.__subclasses__():
        yield kind
        yield from all_refusals(kind)


@pytest.mark.check("F14")
def test_every_refusal_has_a_row_in_the_table() -> None:
    found = list(all_refusals())
    assert {errors.Contention, errors.MovedOn, refusals.Malformed} <= set(found)
    assert {kind.__name__ for kind in found if kind.code not in PROBLEM_KINDS} == set()


def test_every_row_of_the_table_has_a_refusal() -> None:
    assert set(PROBLEM_KINDS) == {kind.code for kind in all_refusals()}


@pytest.mark.parametrize("code", PROBLEM_KINDS)
async def test_the_type_of_a_problem_explains_it(api: Api, code: str) -> None:
    answer = await api.client.get(f"/problems/{code}")
    assert answer.status_code == 200
    kind = PROBLEM_KINDS[code]
    assert answer.json() == {
        "type": f"/problems/{code}",
        "status": kind.status,
        "title": kind.title,
        "meaning": kind.meaning,
    }


async def test_an_unknown_code_is_not_found(api: Api) -> None:
    for code in ("nonsense", "Invalid", "invalid%00", "..%2f"):
        problem(await api.client.get(f"/problems/{code}"), 404, "not-found")


def failing(error: Exception) -> Any:
    """The sessions of a service in which identifying fails with this error."""

    class Failing:
        revoked = ()

        def identify(self, token: str) -> None:
            raise error

    return Failing()


@contextmanager
def service_that_fails(error: Exception) -> Iterator[Any]:
    todo, hasher = compose(FixedClock())
    yield replace(todo, sessions=failing(error))
    hasher.close()


TOKEN = {"Authorization": "Bearer x"}


@pytest.mark.check("J10", "J16")
async def test_a_fault_of_ours_is_a_500_that_tells_nothing_and_a_log_line_that_tells_where() -> None:
    with service_that_fails(KeyError("SELECT canary FROM tasks")) as todo, capture_logs() as logged:
        async with serving(todo=todo) as broken:
            answer = await broken.client.get("/api/auth/me", headers=TOKEN)
    told = problem(answer, 500, "internal")
    assert "canary" not in answer.text
    assert "KeyError" not in answer.text
    assert [(line["event"], line["log_level"], line["problem"]) for line in logged] == [
        ("request_failed", "error", "internal")
    ]
    assert isinstance(logged[0]["exc_info"], KeyError)
    assert told["instance"]


@pytest.mark.check("K9", "J15")
@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.Unavailable(retry_after=7), "unavailable"),
        (errors.Contention(retry_after=7), "unavailable"),
        (errors.OutcomeUnknown(), "outcome-unknown"),
    ],
)
async def test_an_outage_is_a_503_with_a_time_to_wait_and_one_warning_a_second(error: TodoError, code: str) -> None:
    error.__cause__ = ConnectionRefusedError()
    with service_that_fails(error) as todo, capture_logs() as logged:
        async with serving(todo=todo) as broken:
            answers = [await broken.client.get("/api/auth/me", headers=TOKEN) for _ in range(3)]
    for answer in answers:
        problem(answer, 503, code)
        assert answer.headers["retry-after"] == ("1" if code == "outcome-unknown" else "7")
    assert [line["log_level"] for line in logged] == ["warning"]


@pytest.mark.check("J7")
async def test_log_lines_of_a_request_carry_its_id() -> None:
    seen: list[str] = []

    class Noting:
        revoked = ()

        def identify(self, token: str) -> None:
            seen.append(structlog.contextvars.get_contextvars()["request_id"])
            raise errors.InvalidToken

    todo, hasher = compose(FixedClock())
    async with serving(todo=replace(todo, sessions=Noting())) as api:  # type: ignore[arg-type]
        await api.client.get("/api/auth/me", headers=TOKEN | {"X-Request-Id": "abcdefgh"})
    hasher.close()
    assert seen == ["abcdefgh"]
    assert structlog.contextvars.get_contextvars() == {}


@pytest.mark.check("J13")
async def test_everyday_refusals_are_not_logged_as_errors(api: Api) -> None:
    with capture_logs() as logged:
        await api.client.get("/nope")
        await api.client.post("/health")
        await api.client.get("/api/auth/me")
        await api.client.post("/api/auth/login", json={})
    assert logged == []


def test_whatever_is_no_refusal_is_internal() -> None:
    for error in (RecursionError(), UnicodeDecodeError("utf-8", b"x", 0, 1, "x"), OSError(), MemoryError()):
        assert error_of(error).code == "internal"
