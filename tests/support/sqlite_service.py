"""The use cases over one SQLite file, with somebody who has an account, and a look into the file from outside."""

import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from todo_adapters.contracts.fakes import CountingIds, FixedClock
from todo_adapters.memory.security import ListEventLog
from todo_adapters.sql import migrate
from todo_adapters.sql.sqlite.database import SqliteDatabase
from todo_adapters.sql.store import SqlStore
from todo_core.ids import UserId
from todo_core.model.change import Change
from todo_core.model.task import TASKS, Task
from todo_core.model.user import User
from todo_core.ports.storage import Store
from todo_core.runner import Runner
from todo_core.usecases.tasks import find_tasks
from todo_core.usecases.things import add_thing

IDS = CountingIds()


@dataclass
class Service:
    """A runner on one file, and somebody with an account."""

    database: SqliteDatabase
    run: Runner
    owner: UserId
    event_log: ListEventLog

    async def add(self, title: str = "Buy milk", description: str | None = None) -> Task:
        draft = TASKS.draft(title=title, description=description)
        return await self.run.write(self.owner, add_thing, draft)

    async def another(self, name: str = "Ada") -> UserId:
        """Somebody else with an account."""
        return await open_account(self.run.store, name)

    def events(self) -> list[str]:
        """The events that the storage has recorded."""
        return self.event_log.events

    async def titles(self) -> list[str]:
        page = await self.run.read(self.owner, find_tasks, FixedClock())
        return [task.title for task in page.items]

    async def feed(self) -> Sequence[Change]:
        return (await self.run.store.view(self.owner).changes.page(0, 1000)).items

    async def writer_runs(self, text: str) -> Any:
        """The one value that it leads to on the writing connection."""
        found = await self.database._writer.run(lambda connection: connection.execute(text).fetchone())
        return found and found[0]


async def open_account(store: Store, name: str = "Ada") -> UserId:
    """An account with nothing in it."""
    owner = UserId(IDS.new())
    async with store.begin_accounts() as tx:
        user = User(id=owner, email=f"{owner}@example.org", name=name, created_at=FixedClock().now())
        await tx.users.add(user, "-")
        await tx.commit()
    return owner


@asynccontextmanager
async def service_on(file: Path, wait: float = 2.0, queue: int = 1024) -> AsyncIterator[Service]:
    await migrate.upgrade(f"sqlite:///{file}")
    database = SqliteDatabase(file, wait, queue)
    event_log = ListEventLog()
    store = SqlStore(database, event_log=event_log)
    owner = await open_account(store)
    try:
        yield Service(database, Runner(store, FixedClock(), IDS, ListEventLog()), owner, event_log)
    finally:
        await database.close()


def looked_up(file: Path, text: str, *arguments: object) -> list[Any]:
    """What somebody else sees in the file at this moment."""
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute(text, arguments).fetchall()
