"""SQLite on bad days: the wrong file, no schema, a full disk, rivals for the lock, and callers that give up."""

import asyncio
import threading
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.support.sqlite_service import looked_up, service_on
from todo_adapters.sql import migrate
from todo_adapters.sql.sqlite.database import SqliteDatabase
from todo_adapters.sql.statements import Statement
from todo_adapters.sql.store import SqlStore
from todo_adapters.sql.tables import users
from todo_core.errors import Unavailable
from todo_core.model.task import Task


@pytest.mark.check("K18")
async def test_what_durability_rests_on_is_really_set(tmp_path: Path) -> None:
    async with service_on(tmp_path / "todo.db") as service:
        await service.titles()
        database = service.database
        assert database._loop_reader is not None
        for connection, patience in (
            (database._loop_reader, 0),
            (database._readers._quick._connection, 5000),
            (database._writer._connection, 5000),
        ):
            assert connection is not None
            names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
            found = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in names]
            assert found == ["wal", 2, 1, patience]


async def test_a_missing_schema_says_what_to_do(tmp_path: Path) -> None:
    for file in (tmp_path / "todo.db", tmp_path / "none.db"):
        if file.name == "todo.db":
            file.touch()
        database = SqliteDatabase(file)
        with pytest.raises(Unavailable, match="todo migrate"):
            await SqlStore(database).ping()
        await database.close()


@pytest.mark.parametrize("content", [b"This is a letter, and no database at all. " * 100, None])
async def test_a_file_that_is_no_database_is_unavailable(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "todo.db"
    if content:
        file.write_bytes(content)
    else:
        file.mkdir()
    database = SqliteDatabase(file)
    with pytest.raises(Unavailable):
        await SqlStore(database).ping()
    await database.close()


@pytest.mark.check("K16")
async def test_a_full_disk_refuses_writes_serves_reads_and_recovers(tmp_path: Path) -> None:
    file = tmp_path / "todo.db"
    async with service_on(file) as service:
        await service.add("before")
        pages = await service.writer_runs("PRAGMA page_count")
        await service.writer_runs(f"PRAGMA max_page_count = {pages + 5}")
        outcomes = await asyncio.gather(
            *[service.add(f"task {number}", "x" * 5000) for number in range(100)], return_exceptions=True
        )
        acknowledged = 1 + sum(isinstance(outcome, Task) for outcome in outcomes)
        assert {type(outcome) for outcome in outcomes} == {Task, Unavailable}
        assert len(await service.titles()) == acknowledged
        await service.writer_runs("PRAGMA max_page_count = 1000000")
        await service.add("after")
        assert len(await service.titles()) == acknowledged + 1
        changes = await service.feed()
        assert [change.seq for change in changes] == list(range(1, acknowledged + 2))
    assert looked_up(file, "PRAGMA integrity_check") == [("ok",)]
    assert looked_up(file, "PRAGMA foreign_key_check") == []


@pytest.mark.check("K19")
async def test_two_services_may_share_a_file(tmp_path: Path) -> None:
    file = tmp_path / "todo.db"
    async with service_on(file) as one, service_on(file) as other:
        await asyncio.gather(*[service.add(f"task {n}") for n in range(50) for service in (one, other)])
        assert len(await one.titles()) == len(await other.titles()) == 50


async def test_a_lock_that_somebody_keeps_is_unavailable_and_later_free(tmp_path: Path) -> None:
    file = tmp_path / "todo.db"
    async with service_on(file, wait=0.2) as service:
        async with service.database.transaction():
            with pytest.raises(Unavailable):
                await service.add("too soon")
            assert await service.titles() == []
        await service.add("at last")
        assert await service.titles() == ["at last"]


@pytest.mark.check("K6")
async def test_callers_that_give_up_leave_neither_a_transaction_nor_half_a_write(tmp_path: Path) -> None:
    async with service_on(tmp_path / "todo.db") as service:
        for number in range(60):
            write = asyncio.ensure_future(service.add(f"task {number}"))
            await asyncio.sleep(number / 30_000)
            write.cancel()
            await asyncio.gather(write, return_exceptions=True)
        await service.add("the last")
        changes = await service.feed()
        assert len(await service.titles()) == len(changes)
        assert [change.seq for change in changes] == list(range(1, len(changes) + 1))


async def test_who_gives_up_at_the_first_connection_leaves_none_behind(tmp_path: Path) -> None:
    await migrate.upgrade(f"sqlite:///{tmp_path}/todo.db")
    before = threading.active_count()
    for number in range(20):
        database = SqliteDatabase(tmp_path / "todo.db")
        ping = asyncio.ensure_future(SqlStore(database).ping())
        await asyncio.sleep(number / 10_000)
        ping.cancel()
        await asyncio.gather(ping, return_exceptions=True)
        await database.close()
    await asyncio.sleep(0.2)  # threads say that they are done a little before they are
    assert threading.active_count() == before


async def test_a_closed_database_is_not_opened_again_by_those_who_come_late(tmp_path: Path) -> None:
    async with service_on(tmp_path / "todo.db") as service:
        await service.add()
        before = threading.active_count() - 2  # its connections, one thread each
        late = [asyncio.ensure_future(service.add(f"task {number}")) for number in range(20)]
        await asyncio.sleep(0.002)
        await service.database.close()
        outcomes = await asyncio.gather(*late, return_exceptions=True)
        assert {type(outcome) for outcome in outcomes} <= {Task, Unavailable}
        with pytest.raises(Unavailable, match="closed"):
            await service.titles()
        await asyncio.sleep(0.2)
        assert threading.active_count() == before


async def test_times_without_a_zone_are_refused(tmp_path: Path) -> None:

    async with service_on(tmp_path / "todo.db") as service:
        later = Statement(select(users.c.id).where(users.c.created_at > datetime(2026, 11, 20)))  # noqa: DTZ001
        with pytest.raises(ValueError, match="naive time"):
            await service.database.all(later, {})
