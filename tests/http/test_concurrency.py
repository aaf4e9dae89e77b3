"""Concurrent requests: how many of one caller run and wait, and that other callers do not notice."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from uuid import UUID

import httpx
import pytest

from tests.http.service import OPTIONS, PASSWORD, Api, Person, problem, serving
from todo_core.errors import TooManyRequests
from todo_core.ids import UserId
from todo_http.kernel.concurrency import ConcurrencyLimit

FEW = replace(OPTIONS, user_concurrency=2, user_queue=1, network_concurrency=2)


@asynccontextmanager
async def locked(api: Api, person: Person) -> AsyncIterator[None]:
    """The person's writes wait for as long as this is open."""
    run = api.todo.run
    async with run.store.begin(UserId(UUID(person.id)), api.clock.now(), run.ids, exclusive=True):
        yield


async def soon(tasks: list[asyncio.Task[httpx.Response]], done: int) -> None:
    """Waits until so many of the requests are answered, and a moment longer."""
    for _ in range(1_000):
        if sum(task.done() for task in tasks) >= done:
            break
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.05)
    assert sum(task.done() for task in tasks) == done


async def turn(limit: ConcurrencyLimit, caller: str) -> None:
    if not limit.enters(caller):
        await limit.wait(caller)


@pytest.mark.check("P6")
async def test_so_many_requests_of_a_user_run_some_wait_and_the_others_are_429() -> None:
    async with serving(FEW) as api:
        busy, other = await api.person(), await api.person()
        async with locked(api, busy):
            tasks = [asyncio.create_task(busy.ask("POST", busy.tasks, json={"title": "Buy milk"})) for _ in range(5)]
            await soon(tasks, 2)
            refused = [task.result() for task in tasks if task.done()]
            for answer in refused:
                problem(answer, 429, "too-many-requests")
                assert answer.headers["retry-after"] == "1"
            assert (await busy.get(busy.tasks)).status_code == 429, "reads count as well"
            assert (await other.add())["title"] == "Buy milk"
        answers = await asyncio.gather(*tasks)
        assert sorted(answer.status_code for answer in answers) == [201, 201, 201, 429, 429]
        assert len(await busy.titles()) == 3
        assert len(api.app.service.users) == 0


async def test_a_wrong_request_needs_no_turn() -> None:
    async with serving(FEW) as api:
        busy = await api.person()
        async with locked(api, busy):
            tasks = [asyncio.create_task(busy.ask("POST", busy.tasks, json={"title": "Buy milk"})) for _ in range(3)]
            await asyncio.sleep(0.05)
            assert (await api.client.get(busy.tasks)).status_code == 401
            assert (await busy.get("/api/no-one/tasks")).status_code == 403
        await asyncio.gather(*tasks)


@pytest.mark.check("P6")
async def test_so_many_logins_of_a_network_run_and_the_others_are_429() -> None:
    async with serving(FEW) as api, AsyncExitStack() as stack:
        person = await api.person()
        transport = httpx.ASGITransport(api.app, client=("192.0.2.7", 1))  # type: ignore[arg-type]
        elsewhere = await stack.enter_async_context(httpx.AsyncClient(transport=transport, base_url="http://todo.test"))
        wish = {"email": person.email, "password": PASSWORD}
        async with api.todo.accounts.hasher.turn():
            tasks = [asyncio.create_task(api.client.post("/api/auth/login", json=wish)) for _ in range(4)]
            await soon(tasks, 2)
            for task in tasks:
                if task.done():
                    problem(task.result(), 429, "too-many-requests")
            assert (await api.client.get("/health/live")).status_code == 200
            assert (await person.get(person.tasks)).status_code == 200, "a token is not a matter of the network"
            tasks.append(asyncio.create_task(elsewhere.post("/api/auth/login", json=wish)))
            await asyncio.sleep(0.05)
            assert not tasks[-1].done(), "another network waits for its hash, and is not refused"
        answers = await asyncio.gather(*tasks)
        assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 429, 429]
        assert len(api.app.service.networks) == 0


async def test_requests_of_a_caller_take_turns_in_the_order_of_arrival() -> None:
    limit, order = ConcurrencyLimit(1, 10), list[int]()

    async def request(number: int) -> None:
        await turn(limit, "ada")
        order.append(number)
        await asyncio.sleep(0)
        limit.leave("ada")

    await asyncio.gather(*[request(number) for number in range(8)])
    assert order == list(range(8))
    assert len(limit) == 0


async def test_a_wait_ends_in_time() -> None:
    limit = ConcurrencyLimit(1, 10, wait_seconds=0.05)
    await turn(limit, "ada")
    with pytest.raises(TooManyRequests):
        await turn(limit, "ada")
    await turn(limit, "bob")
    limit.leave("bob")
    limit.leave("ada")
    assert len(limit) == 0


async def test_no_turn_is_lost_to_requests_that_are_cancelled() -> None:
    limit = ConcurrencyLimit(1, 100)
    for _ in range(3):
        await turn(limit, "ada")
        waiting = [asyncio.create_task(turn(limit, "ada")) for _ in range(20)]
        await asyncio.sleep(0)
        for number, task in enumerate(waiting):
            if number == 10:
                limit.leave("ada")
            task.cancel()
        outcomes = await asyncio.gather(*waiting, return_exceptions=True)
        for _ in range([outcome is None for outcome in outcomes].count(True)):
            limit.leave("ada")
        assert len(limit) == 0


async def test_without_a_limit_everything_runs() -> None:
    limit = ConcurrencyLimit(0, 0)
    await asyncio.gather(*[turn(limit, "ada") for _ in range(1_000)])
    for _ in range(1_000):
        limit.leave("ada")
    assert len(limit) == 0
