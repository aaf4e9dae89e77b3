"""Replaces an SQLite database by the content of a backup."""

import errno
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Final

from todo_adapters.private_files import make_folder
from todo_adapters.sql.sqlite.backup import BackupError, check, copy_into, put, sync, temporary
from todo_adapters.sql.sqlite.connection import ROLLED_BACK, is_locked
from todo_adapters.sql.sqlite.damage import LOGS, UNCHANGING, connect_with, damage, foreign_log, has_log

LOCKS: Final = (0x4000_0000, 512)
"""Position and length of the bytes of a database file that SQLite locks; every connection in WAL mode has some."""

HAS_EPOCH: Final = "SELECT 1 FROM sqlite_schema WHERE name = 'feed_epoch'"


@dataclass(frozen=True, slots=True)
class Restored:
    """What has been restored, and the file that has the content from before, if there was any."""

    revision: str
    previous: Path | None


def restore(backup: Path, database: Path) -> Restored:
    """Replaces the content of the database. Raises BackupError, also while another process has it open.

    A crash leaves either the old content or the new. No connection of this process to either file may be open.
    """
    if not backup.is_file():
        raise BackupError(f"There is no file {backup}.")
    if database.exists() and backup.samefile(database):
        raise BackupError(f"{backup} is the database itself.")
    database = database.resolve()  # SQLite follows links
    try:
        make_folder(database.parent)
        _require_unused(database)
        with _prepared(backup, database) as (copy, revision):
            return Restored(revision, _replace(database, copy))
    except OSError as error:
        raise BackupError(f"Cannot write {error.filename or database}: {error.strerror}.") from error


@contextmanager
def _prepared(backup: Path, database: Path) -> Iterator[tuple[Path, str]]:
    """A checked copy of the backup beside the database, with its revision.

    What has to be different in a restored database is changed in this copy, before it is used.
    """
    if fault := foreign_log(backup):
        raise BackupError(fault)
    with temporary(database) as copy:
        copy_into(copy, backup, "mode=ro" if has_log(backup) else UNCHANGING)
        revision = check(copy, backup)
        _renew_epoch(copy)
        yield copy, revision


def _renew_epoch(copy: Path) -> None:
    """So that clients who know changes from after the backup start again. An older schema has no epoch yet."""
    with closing(sqlite3.connect(copy)) as connection, connection:
        if connection.execute(HAS_EPOCH).fetchone():
            connection.execute("UPDATE feed_epoch SET epoch = randomblob(16)")


def _replace(database: Path, copy: Path) -> Path | None:
    """Gives the database the content of the copy. Returns the file that has the content from before."""
    previous: Path | None = None
    if not database.exists() or damage(database):
        previous = _unused_name(database)
        _move_aside(database, previous)
        put(copy, database)
        return previous if previous.exists() else None
    try:
        # Not a new file under the old name: a process that has just opened the old one would go on with it.
        with closing(connect_with(database, "mode=rw")) as target, closing(connect_with(copy, UNCHANGING)) as content:
            _lock(target)
            previous = _unused_name(database)  # which another restore cannot choose now
            _keep(target, previous)
            content.backup(target)  # one transaction
    except sqlite3.Error as error:
        raise _failure(database, previous, error) from error
    return previous


def _failure(database: Path, previous: Path | None, error: sqlite3.Error) -> BackupError:
    """What to tell. Removes the copy of the content from before if that is certainly still in the database."""
    if is_locked(error):
        return BackupError(_in_use(database))
    if previous and getattr(error, "sqlite_errorcode", None) in ROLLED_BACK:
        previous.unlink(missing_ok=True)
    kept = f" The content from before is in {previous}." if previous and previous.exists() else ""
    return BackupError(f"Cannot write {database}: {error}.{kept}")


def _lock(target: sqlite3.Connection) -> None:
    """Writes the log back and keeps everybody else out until the connection is closed."""
    target.execute("PRAGMA busy_timeout = 0")
    target.execute("PRAGMA journal_mode = DELETE")
    target.execute("PRAGMA synchronous = FULL")
    target.execute("PRAGMA locking_mode = EXCLUSIVE")
    target.execute("BEGIN EXCLUSIVE")
    target.execute("COMMIT")  # the lock stays


def _keep(target: sqlite3.Connection, previous: Path) -> None:
    with temporary(previous) as file:
        with closing(sqlite3.connect(file)) as kept:
            target.backup(kept)
        put(file, previous)


def _move_aside(database: Path, previous: Path) -> None:
    """Keeps the files of a database that cannot be used. Its logs must not lie beside the new one."""
    if database.exists():
        with temporary(previous) as file:
            shutil.copyfile(database, file)
            put(file, previous)
    for ending in LOGS:
        log = database.with_name(database.name + ending)
        if log.exists():
            log.rename(previous.with_name(previous.name + ending))
    sync(database.parent)


def _unused_name(database: Path) -> Path:
    names = (database.with_name(f"{database.name}.before-restore-{number}") for number in count(1))
    return next(name for name in names if not name.exists())


def _require_unused(database: Path) -> None:
    """Raises BackupError while another process has the database open, even if it is damaged."""
    if sys.platform == "win32" or not database.exists():
        return
    import fcntl  # noqa: PLC0415 - not on Windows

    with database.open("r+b") as file:  # closing it releases all locks of this process
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, LOCKS[1], LOCKS[0])
        except OSError as error:
            if error.errno not in (errno.EACCES, errno.EAGAIN):
                raise
            raise BackupError(_in_use(database)) from error


def _in_use(database: Path) -> str:
    return f"{database} is in use; stop the service, and every other process that has it open."
