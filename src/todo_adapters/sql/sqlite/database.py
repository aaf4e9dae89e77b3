"""The SQLite driver: keyed reads on the event loop, other reads in threads, writes in a thread, grouped by commit."""

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
from todo_adapters.sql.database import Database, Transaction, Values
from todo_adapters.sql.failures import CLOSED
from todo_adapters.sql.set_statements import Rows, SetStatement
from todo_adapters.sql.sqlite.connection import (
    IMPATIENT,
    SqliteThread,
    begin,
    commit,
    connect,
    is_locked,
    roll_back,
    to_core_error,
    truncate_log,
)
from todo_adapters.sql.sqlite.groups import Groups
from todo_adapters.sql.sqlite.readers import Readers
from todo_adapters.sql.statements import Prepared, Row, Statement, WriteStatement
from todo_core.errors import OwnerBusy, Unavailable
from todo_core.ids import UserId

T = TypeVar("T")

DIALECT: Final = SQLiteDialect_pysqlite()
READS_IN_A_ROW: Final = 16
"""Reads on the event loop after which other tasks run: these reads do not suspend."""


class SqliteDatabase(Database):
    """A database in one file. Writers and readers queue in order, instead of polling in SQLite's busy handler."""

    def __init__(self, path: Path, wait: float = 2.0, queue: int = 1024, statement_limit: float = 10.0) -> None:
        self._path = path
        self._writing = ConnectionLimiter(1, queue, wait)
        self._groups = Groups(self._writing, queue, self._on_writer)
        self._opening = asyncio.Lock()
        self._closed = False
        self._readers = Readers(path, wait, queue, statement_limit)
        self._writer = SqliteThread(statement_limit)
        self._loop_reader: sqlite3.Connection | None = None
        """Runs keyed reads on the event loop; opened with the other connections."""
        self._reads = 0

    async def all(self, statement: Statement, values: Values) -> Sequence[Row]:
        read = _bound(statement, values)
        if statement.keyed:
            self._reads += 1
            if self._reads % READS_IN_A_ROW == 0:
                await asyncio.sleep(0)
            if self._loop_reader is not None:
                try:
                    return read(self._loop_reader)
                except sqlite3.Error as error:
                    if not is_locked(error):
                        raise to_core_error(error) from error
        await self._open()
        return await self._readers.run(values.get("user_id"), statement, read)

    async def write(self, statement: WriteStatement, values: Values) -> Row | None:
        steps = [step.prepared(DIALECT) for step in statement.steps]
        row = await self._groups.write([(step.text, step.arguments(values)) for step in steps])
        return None if row is None else steps[0].row(row)

    async def confirm(self) -> None:
        """Does nothing: a commit is on the disk before it is visible."""

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
                        await finished(self._writer.run(roll_back))
        finally:
            self._writing.leave(owner)

    def numbers(self) -> dict[str, float]:
        numbers = numbers_of(self._writing, *self._readers.limiters)
        numbers["todo_pool_waiting"] += self._groups.waiting
        numbers["todo_pool_refused_total"] += self._groups.refused
        return numbers

    async def cautions(self) -> Sequence[str]:
        files = [self._path, *(self._path.with_name(self._path.name + suffix) for suffix in ("-wal", "-shm"))]
        open_files = [file for file in files if readable_by_others(file)]
        if not open_files:
            return ()  # every connection sets what durability depends on
        return (f"other users can read the database; run: {closing_command(open_files)}",)

    async def truncate_log(self) -> None:
        """Removes deleted text from SQLite's log. Raises Unavailable if writers take too long."""
        await self._writing.enter()
        try:
            await self._open()
            await finished(self._writer.run(truncate_log))
        finally:
            self._writing.leave()

    async def close(self) -> None:
        """Closes all connections. Later calls, and those that are opening it, raise Unavailable."""
        self._closed = True
        async with self._opening:
            if self._loop_reader is not None:
                self._loop_reader.close()
                self._loop_reader = None
            await self._readers.close()
            await self._writer.close()  # last, because the last one writes SQLite's log back to the file

    async def _open(self) -> None:
        if self._loop_reader is None:
            async with self._opening:
                if self._closed:
                    raise Unavailable(CLOSED)
                # An interrupted open would leak a connection.
                await finished(self._connect())

    async def _connect(self) -> None:
        await self._writer.open(self._path)
        await self._readers.open()
        if self._loop_reader is None:
            self._loop_reader = await self._writer.run(lambda _: connect(self._path, IMPATIENT))

    async def _on_writer(self, work: Callable[[sqlite3.Connection], T]) -> T:
        await self._open()
        return await self._writer.run(work)


class SqliteTransaction(Transaction):
    """A transaction on the writing connection."""

    def __init__(self, writer: SqliteThread) -> None:
        self._writer = writer
        self.over = False

    async def all(self, statement: Statement, values: Values) -> Sequence[Row]:
        return await finished(self._writer.run(_bound(statement, values)))

    async def write_sets(self, parts: Sequence[tuple[SetStatement, Rows]]) -> Sequence[Sequence[Row]]:
        """Row by row."""

        def write(connection: sqlite3.Connection) -> list[list[Row]]:
            return [_write_each(connection, statement.each.prepared(DIALECT), rows) for statement, rows in parts]

        return await finished(self._writer.run(write))

    async def commit(self) -> None:
        await finished(self._writer.run(commit))
        self.over = True


def _write_each(connection: sqlite3.Connection, prepared: Prepared, rows: Rows) -> list[Row]:
    found: list[Row] = []
    for row in rows:
        found += connection.execute(prepared.text, prepared.arguments(row)).fetchall()
    return found


def _bound(statement: Statement, values: Values) -> Callable[[sqlite3.Connection], list[Row]]:
    """The statement with its arguments, as a function of a connection."""
    prepared = statement.prepared(DIALECT)
    arguments = prepared.arguments(values)

    def read(connection: sqlite3.Connection) -> list[Row]:
        return [prepared.row(row) for row in connection.execute(prepared.text, arguments).fetchall()]

    return read
