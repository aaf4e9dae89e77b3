"""Migrations that fail in the middle, and several at once: nothing stays locked, and running them again succeeds."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError

from tests.support.fakes import CountingIds
from tests.support.old_tasks import add_person, add_tasks, ask, positions
from todo_adapters.sql import migrate
from todo_core.model.order import newest

IDS = CountingIds()
INVALID = "SELECT count(*) FROM pg_index WHERE NOT indisvalid"
ANY_INDEX = "SELECT count(*) FROM pg_indexes WHERE tablename = 'tasks'"
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
        with pytest.raises(DBAPIError, match="lock timeout"):
            await migrate.upgrade(postgres_url)
        assert await connection.fetchval(INVALID) == 1
        assert await migrate.current(postgres_url) == "0006"
        assert await connection.fetchval(LOCKED, migrate.LOCK_KEY) == 0

    await migrate.upgrade(postgres_url)
    async with session(postgres_url) as connection:
        assert await connection.fetchval(INVALID) == 0
        assert await connection.fetchval(ANY_INDEX) == 7
    assert await positions(postgres_url) == expected
    await migrate.downgrade(postgres_url, "base")


async def test_each_migration_is_kept_when_a_later_one_fails(postgres_url: str) -> None:
    async with session(postgres_url) as connection, connection.transaction():
        await connection.execute("CREATE TABLE trash (id integer)")
    async with session(postgres_url) as connection:
        with pytest.raises(DBAPIError, match="already exists"):
            await migrate.upgrade(postgres_url)
        assert await migrate.current(postgres_url) == "0005"
        assert await connection.fetchval("SELECT to_regclass('lists')") is None
        assert await connection.fetchval(LOCKED, migrate.LOCK_KEY) == 0
        await connection.execute("DROP TABLE trash")
    await migrate.upgrade(postgres_url)
    await migrate.downgrade(postgres_url, "base")


async def test_a_migration_waits_two_seconds_for_a_table(postgres_url: str) -> None:
    await migrate.upgrade(postgres_url, "0005")
    for table, reached in (("tasks", "0005"), ("users", "0005")):
        async with session(postgres_url) as connection, connection.transaction():
            await connection.execute(f"LOCK TABLE {table} IN ACCESS SHARE MODE")
            async with asyncio.timeout(10):
                with pytest.raises(DBAPIError, match="lock timeout"):
                    await migrate.upgrade(postgres_url)
        assert await migrate.current(postgres_url) == reached
    await migrate.upgrade(postgres_url)
    await migrate.downgrade(postgres_url, "base")


async def test_a_task_that_is_locked_does_not_stop_the_migration(postgres_url: str) -> None:
    expected = await some_tasks(postgres_url, "0006")
    locked = min(expected, key=str)
    async with session(postgres_url) as connection, connection.transaction():
        await connection.execute("SELECT FROM tasks WHERE id = $1 FOR UPDATE", locked)
        with pytest.raises(DBAPIError, match="lock timeout"):  # for the index, after all other tasks are done
            await migrate.upgrade(postgres_url)
        assert await positions(postgres_url) == expected | {locked: ""}
    await migrate.upgrade(postgres_url)
    assert await positions(postgres_url) == expected
    await migrate.downgrade(postgres_url, "base")


@pytest.mark.check("M5")
async def test_replicas_that_migrate_tasks_together_do_not_wait_for_each_other_forever(postgres_url: str) -> None:
    expected = await some_tasks(postgres_url, "0005")
    async with asyncio.timeout(60):
        await asyncio.gather(*[migrate.upgrade(postgres_url) for _ in range(4)])
    assert await positions(postgres_url) == expected
    async with session(postgres_url) as connection:
        assert await connection.fetchval(LOCKED, migrate.LOCK_KEY) == 0
    await migrate.downgrade(postgres_url, "base")


async def test_a_replica_waits_while_another_one_migrates(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with session(postgres_url) as connection:
        await connection.execute("SELECT pg_advisory_lock($1)", migrate.LOCK_KEY)
        waiting = asyncio.create_task(migrate.upgrade(postgres_url))
        done, _ = await asyncio.wait([waiting], timeout=0.5)
        assert not done
        assert await migrate.current(postgres_url) is None
        monkeypatch.setattr(migrate, "LOCK_WAIT", 0.1)
        with pytest.raises(TimeoutError):
            await migrate.upgrade(postgres_url)
    await waiting
    assert await migrate.current(postgres_url) == migrate.head()
    await migrate.downgrade(postgres_url, "base")


async def test_a_failure_on_sqlite_leaves_the_schema_as_it_was(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/todo.db"
    expected = await some_tasks(url, "0005")
    await ask(url, lambda each: each.execute(text("CREATE TABLE ix_tasks_open (id)")).close())
    with pytest.raises(OperationalError, match="already a table"):
        await migrate.upgrade(url)
    assert await migrate.current(url) == "0005"
    await ask(url, lambda each: each.execute(text("DROP TABLE ix_tasks_open")).close())
    await migrate.upgrade(url)
    assert await positions(url) == expected
