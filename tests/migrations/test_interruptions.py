"""Migrations that fail in the middle, and several at once: nothing stays locked, and running them again succeeds."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError

from tests.support.old_tasks import add_person, add_tasks, ask, positions
from todo_adapters.contracts.fakes import CountingIds
from todo_adapters.sql import migrate
from todo_core.errors import Unavailable
from todo_core.model.order import newest

IDS = CountingIds()
INVALID = "SELECT count(*) FROM pg_index WHERE NOT indisvalid"
ANY_INDEX = "SELECT count(*) FROM pg_indexes WHERE tablename = 'tasks'"
INDEX = "SELECT 'ix_tasks_user_id_list_id_id'::regclass::oid"
WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted"
LOCKED = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = $1"


@asynccontextmanager
async def session(url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()


@asynccontextmanager
async def long_reader(url: str) -> AsyncIterator[None]:
    """A transaction that looks at the tasks all the time, for which building an index concurrently waits."""
    async with session(url) as connection, connection.transaction(isolation="repeatable_read"):
        await connection.fetch("SELECT count(*) FROM users")
        yield


async def some_tasks(url: str, revision: str) -> dict[object, str]:
    """Migrates to the revision and adds tasks. Returns the positions that they are to get."""
    person, tasks = IDS.new(), [IDS.new() for _ in range(20)]
    await migrate.upgrade(url, revision)
    await ask(url, lambda each: add_person(each, person))
    await ask(url, lambda each: add_tasks(each, person, tasks))
    return {task: newest(task) for task in tasks}


async def test_a_migration_that_failed_while_it_built_an_index_can_be_run_again(postgres_url: str) -> None:
    expected = await some_tasks(postgres_url, "0006")
    async with long_reader(postgres_url), session(postgres_url) as connection:
        with pytest.raises(Unavailable, match="lock timeout"):
            await migrate.upgrade(postgres_url, "0009")
        assert await connection.fetchval(INVALID) == 1
        assert await migrate.current(postgres_url) == "0006"
        assert await connection.fetchval(LOCKED, migrate.LOCK_KEY) == 0

    await migrate.upgrade(postgres_url, "0009")
    async with session(postgres_url) as connection:
        assert await connection.fetchval(INVALID) == 0
        assert await connection.fetchval(ANY_INDEX) == 7
    assert await positions(postgres_url) == expected
    await migrate.downgrade(postgres_url, "base")


async def test_an_index_that_an_interrupted_migration_built_is_kept(postgres_url: str) -> None:
    await migrate.upgrade(postgres_url, "0006")
    async with session(postgres_url) as connection:
        await connection.execute("CREATE INDEX ix_tasks_user_id_list_id_id ON tasks (user_id, list_id, id)")
        built = await connection.fetchval(INDEX)
        await migrate.upgrade(postgres_url, "0009")
        assert await connection.fetchval(INDEX) == built
        assert await connection.fetchval(ANY_INDEX) == 7
    await migrate.downgrade(postgres_url, "base")


async def test_each_migration_is_kept_when_a_later_one_fails(postgres_url: str) -> None:
    async with session(postgres_url) as connection, connection.transaction():
        await connection.execute("CREATE TABLE trash (id integer)")
    async with session(postgres_url) as connection:
        with pytest.raises(DBAPIError, match="already exists"):
            await migrate.upgrade(postgres_url, "0009")
        assert await migrate.current(postgres_url) == "0005"
        assert await connection.fetchval("SELECT to_regclass('lists')") is None
        assert await connection.fetchval(LOCKED, migrate.LOCK_KEY) == 0
        await connection.execute("DROP TABLE trash")
    await migrate.upgrade(postgres_url, "0009")
    await migrate.downgrade(postgres_url, "base")


@pytest.mark.parametrize("table", ["tasks", "users"])
async def test_a_table_that_stays_locked_stops_a_migration_and_blocks_no_request_for_long(
    postgres_url: str, table: str
) -> None:
    await migrate.upgrade(postgres_url, "0005")
    async with session(postgres_url) as locker, locker.transaction(), session(postgres_url) as request:
        await locker.execute(f"LOCK TABLE {table} IN ACCESS SHARE MODE")
        migration = asyncio.create_task(migrate.upgrade(postgres_url, "0009"))
        await request.execute("SET lock_timeout = '1s'")
        while not migration.done():
            await request.fetch("SELECT FROM tasks, users")
            await asyncio.sleep(0.01)
        with pytest.raises(Unavailable, match="lock timeout"):
            await migration
    assert await migrate.current(postgres_url) == "0005"
    await migrate.upgrade(postgres_url, "0009")
    await migrate.downgrade(postgres_url, "base")


async def test_a_request_that_locks_the_tables_in_the_other_order_is_not_refused(postgres_url: str) -> None:
    await migrate.upgrade(postgres_url, "0005")
    async with session(postgres_url) as request:
        async with request.transaction():
            await request.execute("LOCK TABLE tasks IN ROW EXCLUSIVE MODE")
            migration = asyncio.create_task(migrate.upgrade(postgres_url, "0009"))
            while not await request.fetchval(WAITING):
                pass
            await request.execute("LOCK TABLE users IN ROW EXCLUSIVE MODE")
        await migration
    assert await migrate.current(postgres_url) == "0009"
    await migrate.downgrade(postgres_url, "base")


async def test_a_task_that_is_locked_does_not_stop_the_migration(postgres_url: str) -> None:
    expected = await some_tasks(postgres_url, "0006")
    locked = min(expected, key=str)
    async with session(postgres_url) as connection, connection.transaction():
        await connection.execute("SELECT FROM tasks WHERE id = $1 FOR UPDATE", locked)
        with pytest.raises(Unavailable, match="lock timeout"):  # for the index, after all other tasks are done
            await migrate.upgrade(postgres_url, "0009")
        assert await positions(postgres_url) == expected | {locked: ""}
    await migrate.upgrade(postgres_url, "0009")
    assert await positions(postgres_url) == expected
    await migrate.downgrade(postgres_url, "base")


@pytest.mark.check("M5")
async def test_replicas_that_migrate_tasks_together_do_not_wait_for_each_other_forever(postgres_url: str) -> None:
    expected = await some_tasks(postgres_url, "0005")
    async with asyncio.timeout(60):
        await asyncio.gather(*[migrate.upgrade(postgres_url, "0009") for _ in range(4)])
    assert await positions(postgres_url) == expected
    async with session(postgres_url) as connection:
        assert await connection.fetchval(LOCKED, migrate.LOCK_KEY) == 0
    await migrate.downgrade(postgres_url, "base")


async def test_a_replica_waits_while_another_one_migrates(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with session(postgres_url) as connection:
        await connection.execute("SELECT pg_advisory_lock($1)", migrate.LOCK_KEY)
        waiting = asyncio.create_task(migrate.upgrade(postgres_url, "0009"))
        done, _ = await asyncio.wait([waiting], timeout=0.5)
        assert not done
        assert await migrate.current(postgres_url) is None
        monkeypatch.setattr(migrate, "LOCK_WAIT", 0.1)
        with pytest.raises(Unavailable, match="Another process"):
            await migrate.upgrade(postgres_url, "0009")
    await waiting
    assert await migrate.current(postgres_url) == "0009"
    await migrate.downgrade(postgres_url, "base")


async def test_a_failure_on_sqlite_leaves_the_schema_as_it_was(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/todo.db"
    expected = await some_tasks(url, "0005")
    await ask(url, lambda each: each.execute(text("CREATE TABLE ix_tasks_open (id)")).close())
    with pytest.raises(OperationalError, match="already a table"):
        await migrate.upgrade(url, "0009")
    assert await migrate.current(url) == "0005"
    await ask(url, lambda each: each.execute(text("DROP TABLE ix_tasks_open")).close())
    await migrate.upgrade(url, "0009")
    assert await positions(url) == expected
