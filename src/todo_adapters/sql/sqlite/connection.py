"""Connections to a SQLite file: settings, threads that wait, and translation of failures."""

import asyncio
import errno
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import Final, TypeVar

from todo_adapters.sql.failures import CLOSED, DISK_FULL, NO_SCHEMA, OUT_OF_REACH, TOO_SLOW
from todo_adapters.sql.sqlite.damage import connect_with, require_own_log
from todo_adapters.threads import worker
from todo_core.errors import MovedOn, OutcomeUnknown, TodoError, Unavailable

T = TypeVar("T")

BUSY_MILLISECONDS: Final = 5_000
TRUNCATE_MILLISECONDS: Final = 100
"""How long truncating the log waits for readers, and so delays writers, at most."""

PRAGMAS: Final = {
    "busy_timeout": str(BUSY_MILLISECONDS),  # first, because the others may have to wait
    "journal_mode": "wal",
    "synchronous": "FULL",  # an acknowledged write survives a power cut
    "foreign_keys": "ON",
    "secure_delete": "ON",  # deleted content is overwritten with zeros
    "temp_store": "MEMORY",
    "cache_size": "-32768",  # KiB per connection
}
READ_BACK: Final = {
    "journal_mode": "wal",
    "synchronous": 2,
    "foreign_keys": 1,
    "busy_timeout": BUSY_MILLISECONDS,
    "secure_delete": 1,
}
"""Settings that durability and privacy depend on, as SQLite reports them."""

BUSY: Final = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL}
MOVED_ON: Final = {
    sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY,  # the key was claimed, or the id used, concurrently: see writes.py
    sqlite3.SQLITE_CONSTRAINT_UNIQUE,
    sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY,  # something that the thing refers to is gone, or something refers to it
}
OF_FILE: Final = BUSY | {
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_READONLY,
}
FULL: Final = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_SHMSIZE}
"""No space for the database or its log, or for the file of shared memory."""

NO_SPACE: Final = {errno.ENOSPC, errno.EDQUOT}
ROLLED_BACK: Final = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_READONLY}
"""After these errors a commit is rolled back; after others its outcome is unknown."""

IMPATIENT: Final = "PRAGMA busy_timeout = 0"
"""For use on the event loop: the connection never waits for a lock."""

PATIENT: Final = "PRAGMA cache_size = -4096"
"""For large reads: a small cache."""

STEPS: Final = 1_000
"""Instructions of SQLite's virtual machine between checks of the time limit: about 20 to 200 microseconds."""


class TooSlow(Unavailable):
    """A statement was interrupted at its time limit. Nothing happened."""

    def __init__(self) -> None:
        super().__init__(TOO_SLOW)


def connect(path: Path, *pragmas: str) -> sqlite3.Connection:
    """A connection with the required settings and then these, for one thread at a time. Creates no file.

    Raises Unavailable if there is none.
    """
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, "it is a folder")
    if not path.exists():
        raise Unavailable(
            OUT_OF_REACH, reason=f"There is no database at {path.absolute()}; create it with `todo migrate`."
        )
    require_own_log(path)
    connection = connect_with(path, "mode=rw")  # creates its other files with the mode of this one
    connection.create_function("unhex", 1, bytes.fromhex, deterministic=True)  # built in from version 3.41 on
    try:
        set_pragmas(connection)
        for pragma in pragmas:
            connection.execute(pragma)
    except BaseException:
        connection.close()
        raise
    return connection


def require_usable(path: Path) -> None:
    """Raises Unavailable unless the file is a database with the required settings, or is locked or full at present."""
    try:
        connect(path).close()
    except (OSError, sqlite3.Error) as error:
        if not (is_full(error) or (isinstance(error, sqlite3.Error) and is_locked(error))):
            raise to_operators(error, path) from error


def set_pragmas(connection: sqlite3.Connection) -> None:
    """Applies the settings and verifies them. Raises Unavailable with the name of a setting that SQLite ignores."""
    for name, value in PRAGMAS.items():
        connection.execute(f"PRAGMA {name} = {value}")
    for name, expected in READ_BACK.items():
        found = connection.execute(f"PRAGMA {name}").fetchone()
        if found is None or found[0] != expected:
            actual = "nothing" if found is None else found[0]
            raise Unavailable(
                f"SQLite does not apply PRAGMA {name} = {expected} to this database: it reports {actual}."
            )


def begin(connection: sqlite3.Connection) -> None:
    """Begins a transaction for writing. A deferred one would not wait for the lock on its first write."""
    connection.execute("BEGIN IMMEDIATE")


def commit(connection: sqlite3.Connection) -> None:
    """Commits. Raises OutcomeUnknown if it may have happened."""
    try:
        connection.execute("COMMIT")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode not in ROLLED_BACK:
            raise OutcomeUnknown from error
        raise


def roll_back(connection: sqlite3.Connection) -> None:
    """Rolls back, unless SQLite has already done so, as when the disk is full."""
    if connection.in_transaction:
        connection.execute("ROLLBACK")


def truncate_log(connection: sqlite3.Connection) -> None:
    """Writes SQLite's log back to the database file and empties it. Does nothing if a long read prevents it.

    Otherwise deleted content would remain in the log until later writes overwrite it.
    """
    connection.execute(f"PRAGMA busy_timeout = {TRUNCATE_MILLISECONDS}")
    try:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        connection.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")


class SqliteThread:
    """A connection in its own thread, where it may wait for locks and for the disk. Work runs in order.

    Work that runs longer than ``limit`` seconds is interrupted.
    """

    def __init__(self, limit: float, *, background: bool = False) -> None:
        self._thread = worker("sqlite", background=background)
        self._connection: sqlite3.Connection | None = None
        self._limit = limit
        self._until = 0.0
        self._closed = False

    async def open(self, path: Path, *pragmas: str) -> None:
        """Opens the connection once. Raises Unavailable if the file cannot be opened or is not a database."""
        if self._connection is None:
            self._refuse_if_closed()
            connection = await self._do(lambda: connect(path, *pragmas))
            try:
                self._refuse_if_closed()  # closed while connecting
            except Unavailable:
                connection.close()
                raise
            connection.set_progress_handler(self._timed_out, STEPS)
            self._connection = connection

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Runs the work on the connection and returns its result. Raises Unavailable, TooSlow after ``limit``."""
        connection = self._connection
        if connection is None:
            raise Unavailable(CLOSED)

        def timed() -> T:
            self._until = monotonic() + self._limit
            return work(connection)

        return await self._do(timed)

    async def close(self) -> None:
        """Closes the connection after the queued work."""
        self._closed = True
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(Unavailable):
                await self._do(connection.close)
        self._thread.shutdown(wait=False)

    def _refuse_if_closed(self) -> None:
        if self._closed:
            raise Unavailable(CLOSED)

    def _timed_out(self) -> bool:
        return monotonic() > self._until

    async def _do(self, work: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        except (sqlite3.Error, OSError) as error:
            raise to_core_error(error) from error


def is_locked(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in BUSY


def is_of_file(error: sqlite3.Error) -> bool:
    """True if the cause is the file or its folder, not the statement."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in OF_FILE


def is_full(error: Exception) -> bool:
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorcode", 0) in FULL
    return isinstance(error, OSError) and error.errno in NO_SPACE


def to_core_error(error: Exception) -> Exception:
    """The failure as an error of the core; programming errors are returned unchanged."""
    if isinstance(error, TodoError):
        return error
    if is_full(error):
        return Unavailable(DISK_FULL)
    if isinstance(error, sqlite3.IntegrityError) and error.sqlite_errorcode in MOVED_ON:
        return MovedOn()
    if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT:
        return TooSlow()
    if isinstance(error, sqlite3.OperationalError) and str(error).startswith(("no such table", "no such column")):
        return Unavailable(NO_SCHEMA)
    if isinstance(error, sqlite3.OperationalError | OSError) or type(error) is sqlite3.DatabaseError:
        return to_operators(error)
    return error


def to_operators(error: sqlite3.Error | OSError, path: Path | None = None) -> Unavailable:
    """A file that cannot be used, with the cause in the words of SQLite or of the system."""
    said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    place = f" at {path.absolute()}" if path else ""
    return Unavailable(OUT_OF_REACH, reason=f"The database{place} cannot be used: {said[:1].lower()}{said[1:]}.")
