"""Overload: limited concurrency, a limited queue and waiting time, immediate refusal beyond."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from time import perf_counter, sleep

import asyncpg
import pytest

from todo_adapters.security.argon2_hasher import Argon2Hasher
from todo_adapters.sql import migrate
from todo_adapters.sql.connection_limiter import ConnectionLimiter
from todo_adapters.sql.postgres.database import PostgresDatabase, PostgresOptions
from todo_adapters.sql.sqlite.database import SqliteDatabase
from todo_adapters.sql.store import SqlStore
from todo_core.errors import OwnerBusy, Unavailable

QUICK = 0.1
"""Seconds within which a refusal has to be there."""


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
    with pytest.raises(Unavailable) as refusal:
        await gate.enter()
    assert perf_counter() - started < QUICK
    assert refusal.value.retry_after >= 1
    assert [type(outcome) for outcome in await outcomes_of(waiting)] == [Unavailable, Unavailable]
    assert 0.15 < perf_counter() - started < 1
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
    options = PostgresOptions(postgres_url, pool_size=2, pool_queue=3, pool_wait=1, statement_limit=5, lock_limit=5)
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
    store, slow, quick = SqlStore(database), 0, 0

    async def look() -> None:
        nonlocal slow, quick
        started = perf_counter()
        try:
            await store.accounts().users.credentials("ada@example.org")
        except Unavailable:
            took = perf_counter() - started
            quick += took < QUICK
            slow += 0.5 < took < 2

    crowd = [asyncio.create_task(look()) for _ in range(100)]
    await asyncio.sleep(0.1)
    numbers = database.numbers()
    assert (numbers["todo_pool_in_use"], numbers["todo_pool_waiting"], numbers["todo_pool_size"]) == (2, 3, 2)
    assert quick == 95
    await asyncio.sleep(1.2)
    assert slow == 3
    await rival.execute("ROLLBACK")
    started = perf_counter()
    await asyncio.gather(*crowd)
    await asyncio.gather(*[look() for _ in range(5)])
    assert perf_counter() - started < 1
    assert (quick, slow) == (95, 3)
    assert database.numbers()["todo_pool_refused_total"] == 98


@pytest.mark.check("K8")
async def test_writers_of_a_file_wait_in_a_bounded_queue(tmp_path: Path) -> None:
    await migrate.upgrade(f"sqlite:///{tmp_path}/todo.db")
    database = SqliteDatabase(tmp_path / "todo.db", wait=0.3, queue=3)

    async def write() -> None:
        async with database.transaction():
            pass

    async with database.transaction():
        started = perf_counter()
        crowd = [asyncio.create_task(write()) for _ in range(10)]
        _, waiting = await asyncio.wait(crowd, timeout=QUICK)
        assert len(waiting) == 3
        kinds = [type(outcome) for outcome in await outcomes_of(crowd)]
        assert sorted(kinds, key=str) == sorted([OwnerBusy] * 3 + [Unavailable] * 7, key=str)
        assert perf_counter() - started < 1
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
