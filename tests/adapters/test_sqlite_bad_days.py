"""SQLite on bad days: the wrong file, no schema, a full disk, rivals for the lock, and callers that give up."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from tests.support.fakes import CountingIds, FixedClock
from todo_adapters import migrate
from todo_adapters.memory.security import ListJournal
from todo_adapters.sql.sqlite import SqliteDatabase
from todo_adapters.sql.sqlite_connection import SqliteThread
from todo_adapters.sql.statements import Statement
from todo_adapters.sql.store import SqlStore
from todo_adapters.sql.tables import users
from todo_core.errors import Unavailable
from todo_core.ids import UserId
from todo_core.model.task import Task, TaskDraft
from todo_core.model.task_filter import TaskQuery, TaskSort
from todo_core.model.user import User
from todo_core.runner import Runner
from todo_core.usecases.tasks import add_task, find_tasks

IDS = CountingIds()


@dataclass
class Service:
    """A runner on one file, and somebody with an account."""

    database: SqliteDatabase
    run: Runner
    owner: UserId

    async def add(self, title: str = "Buy milk", description: str | None = None) -> Task:
        draft = TaskDraft.of(title=title, description=description)
        return await self.run.write(self.owner, add_task, draft)

    async def titles(self) -> list[str]:
        page = await self.run.read(self.owner, find_tasks, FixedClock(), TaskQuery(), TaskSort(), None, 1000)
        return [task.title for task in page.items]


@asynccontextmanager
async def service_on(file: Path, wait: float = 2.0) -> AsyncIterator[Service]:
    await migrate.upgrade(f"sqlite:///{file}")
    database = SqliteDatabase(file, wait)
    store = SqlStore(database)
    owner = UserId(IDS.new())
    async with store.begin_accounts() as tx:
        user = User(id=owner, email=f"{owner}@example.org", name="Ada", created_at=FixedClock().now())
        await tx.users.add(user, "-")
        await tx.commit()
    try:
        yield Service(database, Runner(store, FixedClock(), IDS, ListJournal()), owner)
    finally:
        await database.close()


async def asked(thread: SqliteThread, question: str) -> Any:
    """The one value of the answer."""
    return await thread.run(lambda connection: connection.execute(question).fetchone()[0])


async def test_what_durability_rests_on_is_really_set(tmp_path: Path) -> None:  # K18
    async with service_on(tmp_path / "todo.db") as service:
        await service.titles()
        database = service.database
        assert database._here is not None
        for connection, patience in (
            (database._here, 0),
            (database._reader._connection, 5000),
            (database._writer._connection, 5000),
        ):
            assert connection is not None
            names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
            found = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in names]
            assert found == ["wal", 2, 1, patience]


async def test_a_missing_schema_says_what_to_do(tmp_path: Path) -> None:
    database = SqliteDatabase(tmp_path / "todo.db")
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


async def test_a_full_disk_refuses_writes_serves_reads_and_recovers(tmp_path: Path) -> None:  # K16
    file = tmp_path / "todo.db"
    async with service_on(file) as service:
        await service.add("before")
        writer = service.database._writer
        pages = await asked(writer, "PRAGMA page_count")
        await asked(writer, f"PRAGMA max_page_count = {pages + 5}")
        outcomes = await asyncio.gather(
            *[service.add(f"task {number}", "x" * 5000) for number in range(100)], return_exceptions=True
        )
        acknowledged = 1 + sum(isinstance(outcome, Task) for outcome in outcomes)
        assert {type(outcome) for outcome in outcomes} == {Task, Unavailable}
        assert len(await service.titles()) == acknowledged
        await asked(writer, "PRAGMA max_page_count = 1000000")
        await service.add("after")
        assert len(await service.titles()) == acknowledged + 1
        changes = await service.run.store.view(service.owner).changes.after(0, 1000)
        assert [change.seq for change in changes] == list(range(1, acknowledged + 2))
    with sqlite3.connect(file) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert raw.execute("PRAGMA foreign_key_check").fetchall() == []


async def test_two_services_may_share_a_file(tmp_path: Path) -> None:  # K19
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


async def test_callers_that_give_up_leave_neither_a_transaction_nor_half_a_write(tmp_path: Path) -> None:  # K6
    async with service_on(tmp_path / "todo.db") as service:
        for number in range(60):
            write = asyncio.ensure_future(service.add(f"task {number}"))
            await asyncio.sleep(number / 30_000)
            write.cancel()
            await asyncio.gather(write, return_exceptions=True)
        await service.add("the last")
        changes = await service.run.store.view(service.owner).changes.after(0, 1000)
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
        with pytest.raises(ValueError, match="without a zone"):
            await service.database.all(later, {})
