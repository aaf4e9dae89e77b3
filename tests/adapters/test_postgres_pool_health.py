"""What a pool of connections lends is alive, young and clean, whatever became of those who had it before."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable

import asyncpg
import pytest
from sqlalchemy import text

from tests.support.pools import NAP, PID, Watched, pid_of, watched_pool
from tests.support.proxy import proxy_to
from todo_adapters.sql.postgres import pool as postgres_pool
from todo_adapters.sql.postgres.database import PostgresDatabase, PostgresOptions
from todo_adapters.sql.statements import Statement
from todo_core.errors import Contention, Unavailable

KEEP = Statement(text("INSERT INTO kept DEFAULT VALUES RETURNING 1"))
KEEP_SLOWLY = Statement(text("INSERT INTO kept SELECT FROM pg_sleep(0.3) RETURNING 1"))
SHORT_NAP = Statement(text("SELECT pg_sleep(1)"))
WRONG = Statement(text("SELECT 1 / 0"))


@pytest.fixture
async def kept(postgres_url: str) -> AsyncIterator[Callable[[], Awaitable[int]]]:
    """A table to write to; tells how many rows there are."""
    admin = await asyncpg.connect(postgres_url)
    await admin.execute("CREATE TABLE kept (id int GENERATED ALWAYS AS IDENTITY)")

    async def count() -> int:
        return int(await admin.fetchval("SELECT count(*) FROM kept"))

    yield count
    await admin.execute("DROP TABLE kept")
    await admin.close()


@pytest.mark.check("K7")
async def test_a_statement_given_up_in_its_midst_is_over_before_anybody_else_gets_the_connection(
    postgres_url: str,
) -> None:
    async with watched_pool(postgres_url, size=1) as watched:
        pid = await watched.visit()
        link = await watched.pool.take()
        nap = asyncio.create_task(link.rows(NAP, {}))
        await watched.until(1, "active")
        nap.cancel()
        await asyncio.wait([nap])
        watched.pool.give_back(link)
        assert watched.limiter.inside == 1  # the place is kept until the server has stopped
        assert await asyncio.wait_for(watched.visit(), 20) == pid
        assert await watched.at_the_server("active") == set()


@pytest.mark.check("K7")
@pytest.mark.parametrize("delay", range(8))
async def test_a_statement_given_up_at_any_moment_leaves_a_connection_that_answers_the_next_question(
    postgres_url: str, delay: int
) -> None:
    async with watched_pool(postgres_url, size=1) as watched:
        pid = await watched.visit()
        for statement in (SHORT_NAP, PID, Statement(text(f"SELECT {delay}, pg_sleep(0.001)"))):
            link = await watched.pool.take()
            asked = asyncio.create_task(link.rows(statement, {}))
            await asyncio.sleep(delay / 2_000)
            asked.cancel()
            await asyncio.wait([asked])
            watched.pool.give_back(link)
            # The server does not heed a wish to cancel that is there before the statement: then it takes its time.
            assert await asyncio.wait_for(watched.visit(), 20) == pid


async def test_a_statement_whose_time_is_over_leaves_a_clean_connection(postgres_url: str) -> None:
    async with watched_pool(postgres_url, size=1) as watched:
        watched.statement_seconds = 0.3
        pid = await watched.visit()
        link = await watched.pool.take()
        with pytest.raises(Unavailable):
            await link.rows(NAP, {})
        watched.pool.give_back(link)
        assert watched.limiter.inside == 1  # until the server has stopped
        assert await asyncio.wait_for(watched.visit(), 20) == pid
        assert await watched.at_the_server("active") == set()


async def test_a_statement_that_fails_leaves_its_connection_at_once(postgres_url: str) -> None:
    async with watched_pool(postgres_url, size=1) as watched:
        pid = await watched.visit()
        link = await watched.pool.take()
        with pytest.raises(asyncpg.DivisionByZeroError):
            await link.rows(WRONG, {})
        watched.pool.give_back(link)
        assert watched.limiter.inside == 0
        assert await watched.visit() == pid


@pytest.mark.parametrize("failed", [False, True])
async def test_a_transaction_that_was_left_open_is_rolled_back(
    postgres_url: str, kept: Callable[[], Awaitable[int]], failed: bool
) -> None:
    async with watched_pool(postgres_url, size=1) as watched:
        link = await watched.pool.take()
        await link.begin()
        await link.rows(KEEP, {})
        if failed:
            with pytest.raises(asyncpg.DivisionByZeroError):
                await link.rows(WRONG, {})
        watched.pool.give_back(link)
        again = await watched.pool.take()
        assert again is link
        await again.rows(KEEP, {})
        watched.pool.give_back(again)
        assert await kept() == 1
        assert await watched.at_the_server("idle in transaction%") == set()


@pytest.mark.parametrize("lost", [False, True])
async def test_who_leaves_a_transaction_has_undone_it_and_keeps_nothing(postgres_url: str, lost: bool) -> None:
    async with watched_pool(postgres_url) as watched:
        database = PostgresDatabase(PostgresOptions(postgres_url, pool_size=1))

        async def leave() -> None:
            async with database.transaction() as transaction:
                row = await transaction.one(PID, {})
                if lost and row:
                    await watched.kill(row[0])
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):  # and not what went wrong with undoing
            await leave()
        assert database.numbers()["todo_pool_in_use"] == 0
        assert await database.one(PID, {})
        await database.close()


@pytest.mark.check("K6")
async def test_a_commit_is_not_cut_short_by_who_gives_up(postgres_url: str, kept: Callable[[], Awaitable[int]]) -> None:
    async with watched_pool(postgres_url, size=1) as watched:
        link = await watched.pool.take()
        write = asyncio.create_task(link.write(KEEP_SLOWLY, {}))
        await watched.until(1, "active")
        write.cancel()
        await asyncio.wait([write])
        assert write.cancelled()
        watched.pool.give_back(link)
        assert watched.limiter.inside == 0
        assert await kept() == 1


async def test_a_warning_of_another_statement_does_not_put_a_commit_in_doubt(
    postgres_url: str, kept: Callable[[], Awaitable[int]]
) -> None:
    async with watched_pool(postgres_url, size=1) as watched:
        link = await watched.pool.take()
        await link.rows(Statement(text("DO $$ BEGIN RAISE WARNING 'careful'; END $$")), {})
        await link.write(KEEP, {})
        watched.pool.give_back(link)
        assert await kept() == 1


async def test_a_statement_prepared_before_a_migration_is_run_again(postgres_url: str) -> None:
    look = Statement(text("SELECT number FROM changing"))
    async with watched_pool(postgres_url, size=1) as watched:
        link = await watched.pool.take()
        await link.rows(Statement(text("CREATE TABLE changing AS SELECT 1 AS number")), {})
        await link.rows(look, {})
        for kind in ("bigint", "text"):
            await link.rows(Statement(text(f"ALTER TABLE changing ALTER number TYPE {kind}")), {})
            await link.begin()
            with pytest.raises(Contention):
                await link.rows(look, {})
            await link.roll_back()
            assert len(await link.rows(look, {})) == 1
        watched.pool.give_back(link)


@pytest.mark.parametrize("in_transaction", [False, True])
async def test_a_server_that_falls_silent_loses_the_connection_that_was_left_unsettled(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch, in_transaction: bool
) -> None:
    monkeypatch.setattr(postgres_pool, "GRACE_SECONDS", 0.3)
    async with proxy_to(postgres_url) as proxy, watched_pool(postgres_url, size=1) as watched:
        watched.url = proxy.url
        pid = await watched.visit()
        link = await watched.pool.take()
        if in_transaction:
            await link.begin()
        proxy.pause, proxy.swallows, proxy.cut = 3, True, lambda message: message[:1] in b"EQ"
        if not in_transaction:
            nap = asyncio.create_task(link.rows(NAP, {}))
            await asyncio.sleep(0.05)
            nap.cancel()
            await asyncio.wait([nap])
        watched.pool.give_back(link)
        next_one = asyncio.create_task(watched.visit())
        await asyncio.sleep(0.1)
        proxy.cut = lambda message: False
        assert await asyncio.wait_for(next_one, 2.5) != pid
        await watched.pool.close()


async def test_a_connection_that_the_server_ended_is_replaced(postgres_url: str) -> None:
    async with watched_pool(postgres_url, size=2) as watched:
        pids = await asyncio.gather(*[watched.visit(0.05) for _ in range(2)])
        for pid in pids:
            await watched.kill(pid)
        fresh = await asyncio.gather(*[watched.visit(0.05) for _ in range(2)])
        assert not set(fresh) & set(pids)


async def test_a_connection_that_ends_in_use_is_replaced_for_whoever_waits(postgres_url: str) -> None:
    async with watched_pool(postgres_url, size=1) as watched:
        link = await watched.pool.take()
        nap = asyncio.create_task(link.rows(NAP, {}))
        (pid,) = await watched.until(1, "active")
        waiting = asyncio.create_task(watched.visit())
        await watched.kill(pid)
        with pytest.raises(Unavailable):
            await nap
        watched.pool.give_back(link)
        assert await asyncio.wait_for(waiting, 20) != pid


async def test_an_old_connection_ends_when_it_comes_back(postgres_url: str) -> None:
    async with watched_pool(postgres_url, size=1, age_max=1) as watched:
        pid = await watched.visit()
        assert await watched.visit() == pid
        assert await watched.visit(1.1) == pid
        await watched.until(0)
        assert await watched.visit() != pid


async def test_a_connection_that_nobody_needs_ends_and_others_stay(postgres_url: str) -> None:
    async with watched_pool(postgres_url, size=3, idle_max=1) as watched:
        await asyncio.gather(*[watched.visit(0.02) for _ in range(3)])
        assert len(await watched.at_the_server()) == 3
        used = {await watched.visit(0.1) for _ in range(15)}
        assert len(used) == 1
        assert await watched.at_the_server() == used
        await watched.until(0)
        await watched.visit()


@pytest.mark.check("K7")
@pytest.mark.parametrize("seed", range(6))
async def test_whatever_its_users_do_no_place_is_ever_lost(
    postgres_url: str, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_pool, "GRACE_SECONDS", 0.5)
    chance = random.Random(seed)
    async with watched_pool(postgres_url, size=3, patience=30, age_max=0.5, idle_max=0.2) as watched:
        await asyncio.gather(*[_misbehave(watched, chance) for _ in range(12)])
        links = [await asyncio.wait_for(watched.pool.take(), 20) for _ in range(3)]
        pids = {await pid_of(link) for link in links}
        assert len(pids) == 3
        assert await watched.until(3, "idle") == pids  # none is in a transaction
        for link in links:
            watched.pool.give_back(link)


async def _misbehave(watched: Watched, chance: random.Random) -> None:
    for _ in range(15):
        user = asyncio.create_task(_use(watched, chance.choice(["ask", "nap", "fail", "begin", "leave open"])))
        await asyncio.sleep(chance.choice([0, 0, 0.001, 0.005, 0.02]))
        if chance.random() < 0.1 and (pids := await watched.at_the_server()):
            await watched.kill(chance.choice(sorted(pids)))
        user.cancel()
        await asyncio.wait([user])


async def _use(watched: Watched, manner: str) -> None:
    link = await watched.pool.take()
    try:
        if manner in ("begin", "leave open"):
            await link.begin()
            await link.rows(PID, {})
        if manner in ("nap", "fail"):
            await link.rows(SHORT_NAP if manner == "nap" else WRONG, {})
        if manner == "begin":
            await link.commit()
        await pid_of(link)
    finally:
        watched.pool.give_back(link)
