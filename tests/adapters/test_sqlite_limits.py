"""Slow statements on SQLite: they end in time, and delay nobody else by more than moments."""

import asyncio
from pathlib import Path
from time import monotonic

import pytest
from sqlalchemy import column, select, table, text

from tests.support.sqlite_service import IDS, service_on
from todo_adapters.sql.failures import TOO_SLOW
from todo_adapters.sql.sqlite.database import SqliteDatabase
from todo_adapters.sql.statements import Statement
from todo_core.errors import Unavailable
from todo_core.ids import UserId

COUNT = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {}) SELECT max(i) FROM n"
ENDLESS = Statement(text(COUNT.format(10**12)))
NOT_QUICK = Statement(text(COUNT.format(300_000)))
QUICK = Statement(select(column("version_num")).select_from(table("alembic_version")))


@pytest.mark.check("P4")
async def test_a_statement_ends_at_its_time_limit(tmp_path: Path) -> None:
    async with service_on(tmp_path / "todo.db"):
        database = SqliteDatabase(tmp_path / "todo.db", statement_limit=0.2)
        began = monotonic()
        with pytest.raises(Unavailable, match=TOO_SLOW[:20]):
            await database.all(ENDLESS, {})
        assert 0.2 <= monotonic() - began < 50
        assert len(await database.all(QUICK, {})) == 1
        await database.close()


async def test_what_takes_long_is_finished_all_the_same(tmp_path: Path) -> None:
    async with service_on(tmp_path / "todo.db") as service:
        assert [tuple(row) for row in await service.database.all(NOT_QUICK, {})] == [(300_000,)]


@pytest.mark.check("P4", "P6")
async def test_slow_statements_of_several_owners_leave_the_quick_ones_of_others_alone(tmp_path: Path) -> None:
    async with service_on(tmp_path / "todo.db"):
        database = SqliteDatabase(tmp_path / "todo.db", statement_limit=60)
        await database.all(QUICK, {})
        owners = [UserId(IDS.new()) for _ in range(3)]
        slow = [asyncio.create_task(database.all(ENDLESS, {"user_id": owner})) for owner in owners for _ in range(4)]
        await asyncio.sleep(0.5)
        waits = []
        for _ in range(20):
            began = monotonic()
            await database.all(QUICK, {"user_id": UserId(IDS.new())})
            waits.append(monotonic() - began)
        assert not any(task.done() and not task.exception() for task in slow)
        assert sorted(waits)[10] < 5
        for task in slow:
            task.cancel()
        await asyncio.gather(*slow, return_exceptions=True)
        for thread in database._readers._patient:
            if thread._connection is not None:
                thread._connection.interrupt()
        await database.close()


async def test_a_statement_that_was_slow_does_not_try_the_quick_thread_again_at_once(tmp_path: Path) -> None:
    async with service_on(tmp_path / "todo.db") as service:
        readers, owner = service.database._readers, UserId(IDS.new())
        for _ in range(3):
            await service.database.all(NOT_QUICK, {"user_id": owner})
        assert set(readers._slow_until) == {(owner, NOT_QUICK)}
        await service.database.all(QUICK, {"user_id": owner})
        assert len(readers._slow_until) == 1


async def test_a_write_that_takes_too_long_is_undone(tmp_path: Path) -> None:
    async with service_on(tmp_path / "todo.db") as service:
        database = SqliteDatabase(tmp_path / "todo.db", statement_limit=0.2)
        with pytest.raises(Unavailable):
            async with database.transaction() as transaction:
                await transaction.all(ENDLESS, {})
        async with database.transaction() as transaction:
            assert len(await transaction.all(QUICK, {})) == 1
        await service.add("and the lock is free")
        await database.close()
