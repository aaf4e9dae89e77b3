"""SQLite behind the seam: one connection that reads and one that writes, each in its own thread (aiosqlite)."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Final, Literal

import aiosqlite
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite

from todo_adapters.sql.database import CLOSED, NO_SCHEMA, OUT_OF_REACH, Transaction, Values
from todo_adapters.sql.gate import Gate, numbers_of
from todo_adapters.sql.statements import Row, Statement
from todo_adapters.uncancelled import finished
from todo_core.errors import MovedOn, OutcomeUnknown, OwnerBusy, TodoError, Unavailable

DIALECT: Final = SQLiteDialect_aiosqlite()
BUSY_MILLISECONDS: Final = 5_000
READERS_MAX: Final = 8
"""Statements handed to the reading thread at once: enough that it never idles, and the others can give up waiting."""
TAKEN: Final = {sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_UNIQUE}
SAID_WHEN_CLOSED: Final = {"no active connection", "Connection closed", "Cannot operate on a closed database."}
PRAGMAS: Final = {
    "busy_timeout": str(BUSY_MILLISECONDS),  # first: the others may have to wait
    "journal_mode": "wal",
    "synchronous": "FULL",  # an acknowledged write survives a power cut
    "foreign_keys": "ON",
    "temp_store": "MEMORY",
    "cache_size": "-65536",
}


class SqliteDatabase:
    """One file. Writers and readers queue here, first come first served, instead of meeting in SQLite's busy loop."""

    fuses_writes: Literal[False] = False

    def __init__(self, path: Path, wait: float = 2.0, queue: int = 1024) -> None:
        self._path = path
        self._writing = Gate(1, queue, wait)
        self._reading = Gate(READERS_MAX, queue, wait)
        self._opening = asyncio.Lock()
        self._closed = False
        self._connections: list[aiosqlite.Connection] = []

    async def one(self, statement: Statement, values: Values) -> Row | None:
        rows = await self.all(statement, values)
        return rows[0] if rows else None

    async def all(self, statement: Statement, values: Values) -> Sequence[Row]:
        await self._reading.enter()
        try:
            return await _all(await self._reader(), statement, values)
        finally:
            self._reading.leave()

    async def write(self, statement: Statement, values: Values) -> Row | None:
        async with self.transaction() as transaction:
            row = await transaction.one(statement, values)
            await transaction.commit()
        return row

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        await self._writing.enter(OwnerBusy())
        try:
            await self._reader()
            writer = self._connections[1]
            transaction = SqliteTransaction(writer)
            try:
                # Deferred transactions fail at once when they turn into writers, whatever the busy timeout says.
                await finished(_run(writer, "BEGIN IMMEDIATE"))
                yield transaction
            finally:
                if not transaction.over:
                    with suppress(Unavailable):
                        await finished(_run(writer, "ROLLBACK"))
        finally:
            self._writing.leave()

    def numbers(self) -> dict[str, float]:
        """What metrics tell."""
        return numbers_of(self._reading, self._writing)

    async def cautions(self) -> Sequence[str]:
        return ()  # what durability rests on is set with every connection

    async def close(self) -> None:
        """For good: whoever comes later, or was about to open it, finds it unavailable."""
        self._closed = True
        async with self._opening:
            while self._connections:
                await self._connections.pop().close()

    async def _reader(self) -> aiosqlite.Connection:
        if len(self._connections) < 2:
            async with self._opening:
                while len(self._connections) < 2:
                    if self._closed:
                        raise Unavailable(CLOSED)
                    # To the end: a connection half open, and forgotten, has a thread that keeps the process alive.
                    await finished(self._open_another())
        return self._connections[0]

    async def _open_another(self) -> None:
        self._connections.append(await _open(self._path))


class SqliteTransaction:
    """A transaction on the writing connection."""

    def __init__(self, writer: aiosqlite.Connection) -> None:
        self._writer = writer
        self.over = False

    async def one(self, statement: Statement, values: Values) -> Row | None:
        return await finished(_one(self._writer, statement, values))

    async def all(self, statement: Statement, values: Values) -> Sequence[Row]:
        return await finished(_all(self._writer, statement, values))

    async def commit(self) -> None:
        try:
            await finished(_run(self._writer, "COMMIT"))
        except Unavailable as error:
            if isinstance(error.__cause__, sqlite3.OperationalError) and _in_doubt(error.__cause__):
                raise OutcomeUnknown from error
            raise
        self.over = True


async def _open(path: Path) -> aiosqlite.Connection:
    """A connection with our settings. Raises Unavailable when the file cannot be opened or is no database."""
    connection = aiosqlite.connect(path, isolation_level=None)
    try:
        await connection
        for name, value in PRAGMAS.items():
            await connection.execute_fetchall(f"PRAGMA {name} = {value}")
    except (sqlite3.Error, OSError) as error:
        with suppress(Exception):
            await connection.close()
        raise _refusal(error) from error
    return connection


async def _run(connection: aiosqlite.Connection, text: str) -> None:
    try:
        await connection.execute_fetchall(text)
    except (sqlite3.Error, ValueError) as error:
        raise _refusal(error) from error


async def _one(connection: aiosqlite.Connection, statement: Statement, values: Values) -> Row | None:
    rows = await _all(connection, statement, values)
    return rows[0] if rows else None


async def _all(connection: aiosqlite.Connection, statement: Statement, values: Values) -> Sequence[Row]:
    prepared = statement.prepared(DIALECT)
    arguments = prepared.arguments(values)
    try:
        rows: Any = await connection.execute_fetchall(prepared.text, arguments)
    except (sqlite3.Error, ValueError) as error:  # aiosqlite's word for a connection that is closed
        raise _refusal(error) from error
    return [prepared.row(row) for row in rows]


def _in_doubt(error: sqlite3.OperationalError) -> bool:
    """A commit that failed for want of space or a lock is undone; after any other failure one cannot know."""
    undone = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_READONLY}
    return getattr(error, "sqlite_errorcode", None) not in undone


def _refusal(error: Exception) -> Exception:
    """The failure in the core's words; what is a fault of ours stays what it is."""
    if isinstance(error, TodoError):
        return error
    if isinstance(error, sqlite3.IntegrityError) and error.sqlite_errorcode in TAKEN:
        return MovedOn()  # a key that was claimed meanwhile: see writes.py
    if isinstance(error, sqlite3.OperationalError) and str(error).startswith(("no such table", "no such column")):
        return Unavailable(NO_SCHEMA)
    if isinstance(error, sqlite3.OperationalError | OSError) or type(error) is sqlite3.DatabaseError:
        return Unavailable(OUT_OF_REACH)
    if isinstance(error, ValueError | sqlite3.ProgrammingError) and str(error) in SAID_WHEN_CLOSED:
        return Unavailable(CLOSED)
    return error
