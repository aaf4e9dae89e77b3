"""Overload: limited concurrency, a limited queue and waiting time, immediate refusal beyond."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from pathlib import Path
from time import perf_counter, sleep
from typing import Any

import asyncpg
import pytest

from todo_adapters.security.argon2_hasher import Argon2Hasher
from todo_adapters.sql import migrate
from todo_adapters.sql.connection_limiter import ConnectionLimiter
from todo_adapters.sql.postgres.database import PostgresDatabase, PostgresOptions
from todo_adapters.sql.sqlite.database import SqliteDatabase
from todo_adapters.sql.store import SqlStore
from todo_core.errors import OwnerBusy, Unavailable


def refused_at_once(asking: Coroutine[Any, Any, object]) -> Unavailable:
    """The error that a coroutine raises before it waits for anything."""
    with pytest.raises(Unavailable) as refusal:
        asking.send(None)
    return refusal.value


async def until_done(crowd: list[asyncio.Task[None]], number: int) -> None:
    """Waits until so many tasks are done, and not more."""
    while sum(task.done() for task in crowd) < number:  # noqa: ASYNC110
        await asyncio.sleep(0.001)
    assert sum(task.done() for task in crowd) == number


async def outcomes_of(crowd: list[asyncio.Task[None]]) -> list[BaseException | None]:
    return await asyncio.gather(*crowd, return_exceptions=True)


async def test_a_gate_serves_in_the_order_of_asking() -> None:
    gate, served = ConnectionLimiter(2, 10, 1), []

    async def visit(number: int) -> None:
        await gate.enter()
        served.append(number)
        await asyncio.sleep(0.001)
        gate.leave()

    await asyncio.gather(*[visit(number) for number in range(12)])
    assert served == list(range(12))
    assert (gate.inside, gate.waiting, gate.refused) == (0, 0, 0)


@pytest.mark.check("K8")
async def test_a_full_gate_refuses_at_once_and_a_slow_one_after_a_while() -> None:
    gate = ConnectionLimiter(1, 2, 0.2)
    await gate.enter()
    waiting = [asyncio.create_task(gate.enter()) for _ in range(2)]
    await asyncio.sleep(0)
    started = perf_counter()
    assert refused_at_once(gate.enter()).retry_after >= 1
    assert [type(outcome) for outcome in await outcomes_of(waiting)] == [Unavailable, Unavailable]
    assert perf_counter() - started > 0.15
    assert (gate.inside, gate.waiting, gate.refused) == (1, 0, 3)


async def test_a_place_that_comes_in_the_moment_of_losing_patience_is_not_lost() -> None:
    gate = ConnectionLimiter(1, 5, 0.02)
    await gate.enter()
    waiting = asyncio.create_task(gate.enter())
    await asyncio.sleep(0)
    asyncio.get_running_loop().call_later(0.03, gate.leave)
    sleep(0.05)  # both are due when the loop looks again: first the patience is over, then the place comes
    assert [type(outcome) for outcome in await outcomes_of([waiting])] == [Unavailable]
    assert (gate.inside, gate.waiting) == (0, 0)
    await gate.enter()


async def test_who_gives_up_at_a_gate_leaves_no_trace() -> None:
    gate = ConnectionLimiter(1, 100, 5)
    for _ in range(3):
        await gate.enter()
        waiting = [asyncio.create_task(gate.enter()) for _ in range(50)]
        await asyncio.sleep(0)
        for number, visitor in enumerate(waiting):
            if number == 25:
                gate.leave()  # the place falls to somebody who is giving up at this very moment, or not
            visitor.cancel()
        got_in = [outcome is None for outcome in await outcomes_of(waiting)].count(True)
        for _ in range(got_in):
            gate.leave()
        assert (gate.inside, gate.waiting) == (0, 0)


@pytest.fixture
async def blocked(postgres_url: str) -> AsyncIterator[tuple[PostgresDatabase, asyncpg.Connection]]:
    """A database of two connections and a queue of three, and somebody who has locked the accounts."""
    await migrate.upgrade(postgres_url)
    options = PostgresOptions(postgres_url, pool_size=2, pool_queue=3, pool_wait=2, statement_limit=30, lock_limit=30)
    database = PostgresDatabase(options)
    await SqlStore(database).ping()
    rival = await asyncpg.connect(postgres_url)
    await rival.execute("BEGIN")
    await rival.execute("LOCK TABLE users IN ACCESS EXCLUSIVE MODE")
    yield database, rival
    await rival.close()
    await database.close()


@pytest.mark.check("K8", "K10")
async def test_a_slow_database_gets_no_endless_queue_and_is_used_again_at_once(
    blocked: tuple[PostgresDatabase, asyncpg.Connection],
) -> None:
    database, rival = blocked
    store, refused = SqlStore(database), 0

    async def look() -> None:
        nonlocal refused
        try:
            await store.accounts().users.credentials("ada@example.org")
        except Unavailable:
            refused += 1

    crowd = [asyncio.create_task(look()) for _ in range(100)]
    await until_done(crowd, 95)
    numbers = database.numbers()
    assert (numbers["todo_pool_in_use"], numbers["todo_pool_waiting"], numbers["todo_pool_size"]) == (2, 3, 2)
    started = perf_counter()
    await until_done(crowd, 98)
    assert perf_counter() - started > 1, "three have waited"
    assert refused == 98
    await rival.execute("ROLLBACK")
    await asyncio.gather(*crowd)
    await asyncio.gather(*[look() for _ in range(5)])
    assert refused == database.numbers()["todo_pool_refused_total"] == 98


@pytest.mark.check("K8")
async def test_writers_of_a_file_wait_in_a_bounded_queue(tmp_path: Path) -> None:
    await migrate.upgrade(f"sqlite:///{tmp_path}/todo.db")
    database = SqliteDatabase(tmp_path / "todo.db", wait=1, queue=3)

    async def write() -> None:
        async with database.transaction():
            pass

    async with database.transaction():
        crowd = [asyncio.create_task(write()) for _ in range(10)]
        await until_done(crowd, 7)
        kinds = [type(outcome) for outcome in await outcomes_of(crowd)]
        assert sorted(kinds, key=str) == sorted([OwnerBusy] * 3 + [Unavailable] * 7, key=str)
    await write()
    await database.close()


async def test_readers_of_a_file_wait_in_a_bounded_queue(tmp_path: Path) -> None:
    await migrate.upgrade(f"sqlite:///{tmp_path}/todo.db")
    database = SqliteDatabase(tmp_path / "todo.db", queue=20)
    pings = [SqlStore(database).ping() for _ in range(200)]
    outcomes = await asyncio.gather(*pings, return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {type(None), Unavailable}
    assert database.numbers()["todo_pool_in_use"] == 0
    await SqlStore(database).ping()
    await database.close()


@pytest.mark.check("B16")
async def test_logins_beyond_the_queue_are_refused_at_once(tmp_path: Path) -> None:
    hasher = Argon2Hasher(waiting_max=4)

    async def log_in() -> None:
        async with hasher.turn() as turn:
            await turn.matches(None, "wrong")

    crowd = [asyncio.create_task(log_in()) for _ in range(50)]
    await asyncio.sleep(0)
    assert hasher.numbers() == {"todo_hashes_waiting": 4, "todo_hashes_refused_total": 45}
    assert [type(outcome) for outcome in await outcomes_of(crowd)].count(Unavailable) == 45
    await log_in()
    hasher.close()
