"""SQLite behind the seam: reads by key on the loop, other reads in a thread, writes in another, many to a commit."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final, TypeVar

from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

from todo_adapters.private_files import closing_command, readable_by_others
from todo_adapters.shield import finished
from todo_adapters.sql.connection_limiter import ConnectionLimiter, numbers_of
from todo_adapters.sql.database import CLOSED, Transaction, Values
from todo_adapters.sql.sqlite.connection import (
    SqliteThread,
    begin,
    commit,
    connect_impatient,
    is_locked,
    refusal,
    truncate_log,
    undo,
)
from todo_adapters.sql.sqlite.groups import Groups
from todo_adapters.sql.sqlite.readers import Readers
from todo_adapters.sql.statements import Row, Statement, WriteStatement
from todo_core.errors import OwnerBusy, Unavailable
from todo_core.ids import UserId

T = TypeVar("T")

DIALECT: Final = SQLiteDialect_pysqlite()
LOOKS_IN_A_ROW: Final = 16
"""Reads on the loop after which others have their turn: whoever does nothing but read must not keep it for good."""


class SqliteDatabase:
    """One file. Writers and readers queue here, first come first served, instead of meeting in SQLite's busy loop."""

    def __init__(self, path: Path, wait: float = 2.0, queue: int = 1024, statement_limit: float = 10.0) -> None:
        self._path = path
        self._writing = ConnectionLimiter(1, queue, wait)
        self._groups = Groups(self._writing, queue, self._on_writer)
        self._opening = asyncio.Lock()
        self._closed = False
        self._readers = Readers(path, wait, queue, statement_limit)
        self._writer = SqliteThread(statement_limit)
        self._here: sqlite3.Connection | None = None
        """For reads by key on the loop itself; there when the others are."""
        self._looks = 0

    async def one(self, statement: Statement, values: Values) -> Row | None:
        rows = await self.all(statement, values)
        return rows[0] if rows else None

    async def all(self, statement: Statement, values: Values) -> Sequence[Row]:
        look = _look(statement, values)
        if statement.keyed:
            self._looks += 1
            if self._looks % LOOKS_IN_A_ROW == 0:
                await asyncio.sleep(0)
            if self._here is not None:
                try:
                    return look(self._here)
                except sqlite3.Error as error:
                    if not is_locked(error):
                        raise refusal(error) from error
        await self._open()
        return await self._readers.run(values.get("user_id"), statement, look)

    async def write(self, statement: WriteStatement, values: Values) -> Row | None:
        steps = [step.prepared(DIALECT) for step in statement.steps]
        row = await self._groups.write([(step.text, step.arguments(values)) for step in steps])
        return None if row is None else steps[0].row(row)

    async def confirm(self) -> None:
        """Nothing to wait for: a commit is on the disk before others see it."""

    async def confirmed(self, statement: Statement, values: Values) -> Row | None:
        return await self.one(statement, values)

    @asynccontextmanager
    async def transaction(self, owner: UserId | None = None) -> AsyncIterator[Transaction]:
        await self._writing.enter(owner, OwnerBusy())
        try:
            await self._open()
            transaction = SqliteTransaction(self._writer)
            try:
                await finished(self._writer.run(begin))
                yield transaction
            finally:
                if not transaction.over:
                    with suppress(Unavailable):
                        await finished(self._writer.run(undo))
        finally:
            self._writing.leave(owner)

    def numbers(self) -> dict[str, float]:
        """What metrics tell."""
        numbers = numbers_of(self._writing, *self._readers.limiters)
        numbers["todo_pool_waiting"] += self._groups.waiting
        numbers["todo_pool_refused_total"] += self._groups.refused
        return numbers

    async def cautions(self) -> Sequence[str]:
        files = [self._path, *(self._path.with_name(self._path.name + suffix) for suffix in ("-wal", "-shm"))]
        open_files = [file for file in files if readable_by_others(file)]
        if not open_files:
            return ()  # what durability rests on is set with every connection
        return (f"other users can read the database; run: {closing_command(open_files)}",)

    async def truncate_log(self) -> None:
        """Takes deleted text out of SQLite's log. Raises Unavailable when writers take too long."""
        await self._writing.enter()
        try:
            await self._open()
            await finished(self._writer.run(truncate_log))
        finally:
            self._writing.leave()

    async def close(self) -> None:
        """For good: whoever comes later, or was about to open it, finds it unavailable."""
        self._closed = True
        async with self._opening:
            if self._here is not None:
                self._here.close()
                self._here = None
            await self._readers.close()
            await self._writer.close()  # last: who closes last writes SQLite's log back into the file

    async def _open(self) -> None:
        if self._here is None:
            async with self._opening:
                if self._closed:
                    raise Unavailable(CLOSED)
                # To the end: a connection half open, and forgotten, would never be closed.
                await finished(self._connect())

    async def _connect(self) -> None:
        await self._writer.open(self._path)
        await self._readers.open()
        if self._here is None:
            self._here = await self._writer.run(lambda _: connect_impatient(self._path))

    async def _on_writer(self, work: Callable[[sqlite3.Connection], T]) -> T:
        await self._open()
        return await self._writer.run(work)


class SqliteTransaction:
    """A transaction on the writing connection."""

    def __init__(self, writer: SqliteThread) -> None:
        self._writer = writer
        self.over = False

    async def one(self, statement: Statement, values: Values) -> Row | None:
        rows = await self.all(statement, values)
        return rows[0] if rows else None

    async def all(self, statement: Statement, values: Values) -> Sequence[Row]:
        return await finished(self._writer.run(_look(statement, values)))

    async def commit(self) -> None:
        await finished(self._writer.run(commit))
        self.over = True


def _look(statement: Statement, values: Values) -> Callable[[sqlite3.Connection], list[Row]]:
    """The statement, ready for a connection."""
    prepared = statement.prepared(DIALECT)
    arguments = prepared.arguments(values)

    def look(connection: sqlite3.Connection) -> list[Row]:
        return [prepared.row(row) for row in connection.execute(prepared.text, arguments).fetchall()]

    return look
