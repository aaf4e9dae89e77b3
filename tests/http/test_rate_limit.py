"""Rationed requests: how many a user gets, what the client is told about it, and what it costs to remember."""

import re
from dataclasses import replace

import httpx
import pytest

from tests.http.service import OPTIONS, problem, serving
from todo_adapters.runtime import UuidSevens
from todo_http.kernel import rate_limit
from todo_http.kernel.rate_limit import RateLimit

IDS = UuidSevens()
RATIONED = replace(OPTIONS, requests_per_minute=3, cors_origins=("https://app.example.org",))
POLICY = re.compile(r'"user";q=([0-9]{1,15});w=([0-9]{1,15})')
LEFT = re.compile(r'"user";r=([0-9]{1,15});t=([0-9]{1,15})')


class Seconds:
    """A monotonic clock that a test turns."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def someone() -> str:
    return str(IDS.new())


async def test_without_a_limit_nothing_is_counted() -> None:
    async with serving() as api:
        person = await api.person()
        for _ in range(50):
            answer = await person.get("/api/auth/me")
            assert answer.status_code == 200
            assert "ratelimit" not in answer.headers


@pytest.mark.check("F21", "J5")
async def test_each_answer_tells_what_is_left_and_the_last_one_when_to_come_back() -> None:
    async with serving(RATIONED) as api:
        person, other = await api.person(), await api.person()
        for left in (2, 1, 0):
            answer = await person.get(person.tasks, headers={"Origin": "https://app.example.org"})
            assert answer.status_code == 200
            policy, ration = (
                POLICY.fullmatch(answer.headers["ratelimit-policy"]),
                LEFT.fullmatch(answer.headers["ratelimit"]),
            )
            assert policy
            assert ration
            assert (policy.groups(), int(ration[1])) == (("3", "60"), left)
            assert 1 <= int(ration[2]) <= 20
            exposed = answer.headers["access-control-expose-headers"].split(", ")
            assert {"RateLimit", "RateLimit-Policy"} <= set(exposed)
        refused = await person.get(person.tasks)
        problem(refused, 429, "too-many-requests")
        ration = LEFT.fullmatch(refused.headers["ratelimit"])
        assert ration
        assert ration[1] == "0"
        assert abs(int(ration[2]) - int(refused.headers["retry-after"])) <= 1
        assert (await other.get(other.tasks)).status_code == 200


async def test_refused_requests_count_and_requests_without_a_token_do_not() -> None:
    async with serving(RATIONED) as api:
        person = await api.person()
        for _ in range(10):
            assert (await api.client.get(person.tasks)).status_code == 401
            assert (await api.client.get("/health")).status_code == 200
        answers = [await person.get(f"/api/{number}/tasks") for number in range(4)]
        assert [answer.status_code for answer in answers] == [403] * 3 + [429]


@pytest.mark.check("P8")
async def test_each_operation_of_a_batch_counts() -> None:
    async with serving(replace(OPTIONS, requests_per_minute=5)) as api:
        person = await api.person()
        operation = {"op": "add", "task": {"title": "Buy milk"}}

        async def batch(operations: int) -> httpx.Response:
            return await person.ask("POST", f"/api/{person.id}/batch", json={"operations": [operation] * operations})

        answer = await batch(3)
        assert (answer.status_code, answer.headers["ratelimit"][:10]) == (200, '"user";r=2')
        problem(await batch(3), 429, "too-many-requests")
        assert len(await person.titles()) == 3, "the refused one has had no effect"
        assert (await batch(1)).status_code == 429


async def test_a_batch_with_more_operations_than_requests_in_a_minute_takes_all_of_them() -> None:
    async with serving(replace(OPTIONS, requests_per_minute=5)) as api:
        person = await api.person()
        operations = [{"op": "add", "task": {"title": "Buy milk"}}] * 20
        clock = Seconds()
        api.app.service.rate_limit = RateLimit(5, clock)
        answer = await person.ask("POST", f"/api/{person.id}/batch", json={"operations": operations})
        assert answer.status_code == 429, "one request has been counted already"
        clock.now += 60
        operations = operations[:5]
        answer = await person.ask("POST", f"/api/{person.id}/batch", json={"operations": operations})
        assert (answer.status_code, answer.headers["ratelimit"][:10]) == (200, '"user";r=0')


def test_a_bucket_fills_evenly_and_never_over_its_rim() -> None:
    clock = Seconds()
    limit, user = RateLimit(6, clock), someone()
    assert [limit.take(user).left for _ in range(6)] == [5, 4, 3, 2, 1, 0]
    assert limit.take(user).wait == 10
    clock.now += 9.5
    assert limit.take(user).wait == 1
    clock.now += 0.5
    assert limit.take(user).wait == 0
    for silence in (3_600, 59):
        clock.now += silence
        assert limit.take(user).left == 5
    clock.now += 59
    assert [limit.take(user).wait > 0 for _ in range(7)] == [False] * 6 + [True]


@pytest.mark.parametrize("per_minute", [1, 7, 600, 100_000])
def test_whoever_waits_as_long_as_they_are_told_is_let_through(per_minute: int) -> None:
    clock = Seconds()
    limit, user = RateLimit(per_minute, clock), someone()
    for _ in range(per_minute):
        assert limit.take(user).wait == 0
    for _ in range(20):
        while not (share := limit.take(user)).wait:
            pass
        clock.now += share.wait
        assert limit.take(user).wait == 0


def test_whoever_has_been_silent_for_a_minute_is_forgotten() -> None:
    clock = Seconds()
    limit = RateLimit(10, clock)
    for _ in range(1_000):
        limit.take(someone())
        clock.now += 1
    assert len(limit) <= 122


def test_never_more_than_so_many_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_limit, "USERS_MAX", 100)
    limit, loyal = RateLimit(1, Seconds()), someone()
    assert limit.take(loyal).wait == 0
    for _ in range(1_000):
        assert limit.take(someone()).wait == 0
        assert limit.take(loyal).wait == 60
        assert len(limit) <= 100
