"""Detects a damaged SQLite database, and one that lies beside the write-ahead log of another."""

import sqlite3
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Final

from todo_adapters.sql.failures import OUT_OF_REACH
from todo_core.errors import Unavailable

UNCHANGING: Final = "mode=ro&immutable=1"
"""Opens a file that nobody writes, also in a folder that SQLite cannot write. Ignores its log."""

LOGS: Final = ("-wal", "-shm", "-journal")
"""Endings of the files that SQLite keeps beside a database."""

ADVICE: Final = "Restore a backup: `todo restore FILE`."

MAGIC: Final = b"SQLite format 3\0"
VERSIONS: Final = slice(18, 20)
WAL_VERSIONS: Final = b"\2\2"
"""What the header of a database has in this place before SQLite creates a write-ahead log for it."""


def foreign_log(path: Path) -> str | None:
    """Why the log beside the database is the one of another database, in one sentence; None if it seems to be its own.

    Finds files put there by hand that were written by `todo backup` or VACUUM INTO. Others need ``damage``.
    No connection of this process to the database may be open.
    """
    if not has_log(path) or _header(path)[VERSIONS] in (WAL_VERSIONS, b""):
        return None
    return f"{path} was replaced, but the log beside it, {_log(path).name}, is the one of another database."


def damage(path: Path) -> str | None:
    """What is wrong with the database or its log, in one sentence, or None. Reads all of it.

    No connection of this process to the database may be open.
    """
    header = _header(path)
    if not header:
        return None
    if not header.startswith(MAGIC):
        return f"{path} is damaged, or is not an SQLite database."
    if fault := foreign_log(path):
        return fault
    try:
        # The last connection that can write would write the log to the file.
        with closing(connect_with(path, "mode=ro" if has_log(path) else "mode=rw")) as connection:
            found = first_fault(connection, "quick_check")
    except sqlite3.OperationalError:
        return None  # the next connection reports why
    except sqlite3.DatabaseError as error:
        found = str(error)
    return found and f"{path} is damaged, or the log beside it is the one of another database ({found})."


def first_fault(connection: sqlite3.Connection, check: str) -> str | None:
    """The first fault that ``quick_check`` or ``integrity_check`` finds."""
    text = str(connection.execute(f"PRAGMA {check}(1)").fetchone()[0])
    return None if text == "ok" else " ".join(text.split())


def has_log(path: Path) -> bool:
    """True if there is a log with content: the database is in use, or its last process was killed."""
    return _size(_log(path)) > 0


@cache
def require_own_log(path: Path) -> None:
    """Raises Unavailable if opening the database would mix it with the log of another one.

    Looks once in each process, before its first connection.
    """
    _refuse(foreign_log(path))


def require_sound(path: Path) -> None:
    """Raises Unavailable if the database is damaged. Looks only at one with a log, because it reads all of it."""
    _refuse(damage(path) if has_log(path) else None)


def connect_with(file: Path, parameters: str) -> sqlite3.Connection:
    """A connection with these parameters of a URI, for one thread at a time. ``mode=rw`` creates no database."""
    address = f"{file.absolute().as_uri()}?{parameters}"
    return sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False)


def _refuse(fault: str | None) -> None:
    if fault:
        raise Unavailable(OUT_OF_REACH, reason=f"{fault} {ADVICE}")


def _log(path: Path) -> Path:
    file = path.resolve()  # SQLite follows links
    return file.with_name(f"{file.name}-wal")


def _header(path: Path) -> bytes:
    try:
        with path.open("rb") as file:  # closing it releases all locks of this process
            return file.read(100)
    except OSError:
        return b""


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0
