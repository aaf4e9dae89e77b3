"""A connection to a SQLite file: its settings, the thread it may wait in, and its failures in the core's words."""

import asyncio
import errno
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import Final, TypeVar

from todo_adapters.private_files import make_file
from todo_adapters.sql.database import CLOSED, DISK_FULL, NO_SCHEMA, OUT_OF_REACH, TOO_SLOW
from todo_adapters.threads import worker
from todo_core.errors import MovedOn, OutcomeUnknown, TodoError, Unavailable

T = TypeVar("T")

BUSY_MILLISECONDS: Final = 5_000
TRUNCATE_MILLISECONDS: Final = 100
"""How long writers are held up at most by a reader that keeps the log from being emptied."""

PRAGMAS: Final = {
    "busy_timeout": str(BUSY_MILLISECONDS),  # first: the others may have to wait
    "journal_mode": "wal",
    "synchronous": "FULL",  # an acknowledged write survives a power cut
    "foreign_keys": "ON",
    "secure_delete": "ON",  # what is deleted is overwritten with zeros, not only unlinked
    "temp_store": "MEMORY",
    "cache_size": "-32768",  # KiB, for each connection, once they are needed
}
READ_BACK: Final = {
    "journal_mode": "wal",
    "synchronous": 2,
    "foreign_keys": 1,
    "busy_timeout": BUSY_MILLISECONDS,
    "secure_delete": 1,
}
"""What durability and privacy rest on, as SQLite tells it."""

LOCKED: Final = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL}
TAKEN: Final = {sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_UNIQUE}
FULL: Final = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_SHMSIZE}
"""No space for the database or its log; no space for the memory that connections share, which is a file as well."""

NO_SPACE: Final = {errno.ENOSPC, errno.EDQUOT}
UNDONE: Final = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_READONLY}
"""A commit that failed so is undone; after any other failure one cannot know."""


STEPS: Final = 1_000
"""Instructions of SQLite's machine between two looks at the clock: some 20 to 200 microseconds."""


class TooSlow(Unavailable):
    """A statement was interrupted because its time was over. Nothing happened."""

    def __init__(self) -> None:
        super().__init__(TOO_SLOW)


def connect(path: Path) -> sqlite3.Connection:
    """A connection with our settings, for whichever thread uses it alone. Raises Unavailable if one does not hold."""
    make_file(path)  # SQLite gives the files that it makes beside it the same mode
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        set_pragmas(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def set_pragmas(connection: sqlite3.Connection) -> None:
    """Sets what we need and reads it back. Raises Unavailable, with the setting that SQLite does not keep."""
    for name, value in PRAGMAS.items():
        connection.execute(f"PRAGMA {name} = {value}")
    for name, wanted in READ_BACK.items():
        found = connection.execute(f"PRAGMA {name}").fetchone()
        if found is None or found[0] != wanted:
            told = "nothing" if found is None else found[0]
            raise Unavailable(f"SQLite does not keep PRAGMA {name} = {wanted} for this database: it answers {told}.")


def connect_impatient(path: Path) -> sqlite3.Connection:
    """A connection that never waits for a lock, for a thread that must not stand still."""
    connection = connect(path)
    connection.execute("PRAGMA busy_timeout = 0")
    return connection


def connect_patient(path: Path) -> sqlite3.Connection:
    """A connection for statements that read much, whose pages need not stay in memory."""
    connection = connect(path)
    connection.execute("PRAGMA cache_size = -4096")
    return connection


def begin(connection: sqlite3.Connection) -> None:
    """Deferred transactions fail at once when they turn into writers, whatever the busy timeout says."""
    connection.execute("BEGIN IMMEDIATE")


def commit(connection: sqlite3.Connection) -> None:
    """Raises OutcomeUnknown when it may have happened."""
    try:
        connection.execute("COMMIT")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode not in UNDONE:
            raise OutcomeUnknown from error
        raise


def undo(connection: sqlite3.Connection) -> None:
    """Ends the transaction, if SQLite has not done so by itself, as it does when the disk is full."""
    if connection.in_transaction:
        connection.execute("ROLLBACK")


def truncate_log(connection: sqlite3.Connection) -> None:
    """Writes SQLite's log back into the file and empties it, unless a long read is in the way: then next time.

    Pages that were logged before a deletion stay in the log otherwise, until later writes happen to cover them.
    """
    connection.execute(f"PRAGMA busy_timeout = {TRUNCATE_MILLISECONDS}")
    try:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        connection.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")


class SqliteThread:
    """A connection in a thread of its own, where it may wait for locks and for the disk. Work is done in order.

    Work that runs longer than ``limit`` seconds is interrupted at its next statement or within the present one.
    """

    def __init__(self, limit: float, *, background: bool = False) -> None:
        self._thread = worker("sqlite", background=background)
        self._connection: sqlite3.Connection | None = None
        self._limit = limit
        self._until = 0.0
        self._closed = False

    async def open(self, path: Path, connect: Callable[[Path], sqlite3.Connection] = connect) -> None:
        """Raises Unavailable when the file cannot be opened or is no database."""
        if self._connection is None:
            self._refuse_if_closed()
            connection = await self._do(lambda: connect(path))
            try:
                self._refuse_if_closed()  # while it was being opened
            except Unavailable:
                connection.close()
                raise
            connection.set_progress_handler(self._is_late, STEPS)
            self._connection = connection

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """What the work on the connection leads to. Raises Unavailable, TooSlow when the time was over."""
        connection = self._connection
        if connection is None:
            raise Unavailable(CLOSED)

        def timed() -> T:
            self._until = monotonic() + self._limit
            return work(connection)

        return await self._do(timed)

    async def close(self) -> None:
        """For good, after the work that waits already."""
        self._closed = True
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(Unavailable):
                await self._do(connection.close)
        self._thread.shutdown(wait=False)

    def _refuse_if_closed(self) -> None:
        if self._closed:
            raise Unavailable(CLOSED)

    def _is_late(self) -> bool:
        return monotonic() > self._until

    async def _do(self, work: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        except (sqlite3.Error, OSError) as error:
            raise refusal(error) from error


def is_locked(error: sqlite3.Error) -> bool:
    """True when the same may succeed for somebody who waits a little."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in LOCKED


def is_full(error: Exception) -> bool:
    """True when the disk, or the quota of the user on it, is full."""
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorcode", 0) in FULL
    return isinstance(error, OSError) and error.errno in NO_SPACE


def refusal(error: Exception) -> Exception:
    """The failure in the core's words; what is a fault of ours stays what it is."""
    if isinstance(error, TodoError):
        return error
    if is_full(error):
        return Unavailable(DISK_FULL)
    if isinstance(error, sqlite3.IntegrityError) and error.sqlite_errorcode in TAKEN:
        return MovedOn()  # a key that was claimed meanwhile: see writes.py
    if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT:
        return TooSlow()
    if isinstance(error, sqlite3.OperationalError) and str(error).startswith(("no such table", "no such column")):
        return Unavailable(NO_SCHEMA)
    if isinstance(error, sqlite3.OperationalError | OSError) or type(error) is sqlite3.DatabaseError:
        return Unavailable(OUT_OF_REACH)
    return error
