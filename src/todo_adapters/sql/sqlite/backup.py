"""Copies an SQLite database while it is in use, and checks copies."""

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from todo_adapters.sql import schema
from todo_adapters.sql.sqlite.damage import ADVICE, UNCHANGING, connect_with, first_fault, foreign_log

TABLES = {"alembic_version", "users"}
"""Tables by which a database of this service is known."""


class BackupError(Exception):
    """A backup or a restore is not possible. Nothing has changed."""


@dataclass(frozen=True, slots=True)
class Copied:
    """What a copy consists of."""

    size: int
    revision: str


def back_up(database: Path, target: Path, *, replace: bool = False) -> Copied:
    """Copies the database as of one moment to the target, complete and checked, or not at all. Raises BackupError.

    Neither readers nor writers wait for it.
    """
    if not database.is_file():
        raise BackupError(f"There is no database at {database}; check DATABASE_URL and TODO_DATA_DIR.")
    if target.exists() and not replace:
        raise BackupError(f"{target} exists; choose another name, or add --force to replace it.")
    if target.exists() and (not target.is_file() or target.samefile(database)):
        raise BackupError(f"{target} is the database itself, or is no file; choose another name.")
    if fault := foreign_log(database):
        raise BackupError(f"{fault} {ADVICE}")
    with temporary(target) as copy:
        copy_into(copy, database, "mode=rw")
        revision = check(copy, database)
        size = copy.stat().st_size
        put(copy, target)
    return Copied(size, revision)


@contextmanager
def temporary(target: Path) -> Iterator[Path]:
    """An empty private file beside the target, which is gone when the block ends. Raises BackupError."""
    try:
        descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}-", suffix=".partial")
    except OSError as error:
        raise BackupError(f"Cannot create a file in {target.parent.absolute()}: {error.strerror}.") from error
    os.close(descriptor)
    file = Path(name)
    try:
        yield file
    finally:
        file.unlink(missing_ok=True)


def put(file: Path, target: Path) -> None:
    """Renames a file, so that a crash leaves either the old target or the new one. Raises BackupError."""
    try:
        sync(file)
        file.replace(target)
        sync(target.parent)
    except OSError as error:
        raise BackupError(f"Cannot write {target}: {error.strerror}.") from error


def copy_into(empty: Path, database: Path, mode: str) -> None:
    """Writes the content of a database, without unused space, into an empty file. Raises BackupError.

    ``mode`` is how to open the database: the parameters of a URI. The copy has no log, also when it is opened.
    """
    try:
        with closing(connect_with(database, mode)) as connection:
            _require_sound(connection, database, "quick_check")  # VACUUM would not say why it fails
            connection.execute("VACUUM INTO ?", (str(empty),))
    except sqlite3.Error as error:
        raise BackupError(f"Cannot copy {database}: {error}.") from error


def check(copy: Path, origin: Path) -> str:
    """The schema revision of a copy. Raises BackupError if it is damaged or no database of this version."""
    try:
        with closing(connect_with(copy, UNCHANGING)) as connection:
            _require_sound(connection, origin, "integrity_check")
            if row := connection.execute("PRAGMA foreign_key_check").fetchone():
                raise BackupError(f"{origin} is damaged: a row of table {row[0]} refers to a missing row of {row[2]}.")
            tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
            row = connection.execute(schema.REVISION).fetchone() if tables >= TABLES else None
    except sqlite3.Error as error:
        raise BackupError(f"Cannot read {origin}: {error}.") from error
    if row is None:
        raise BackupError(f"{origin} is not a database of this service.")
    if row[0] not in schema.revisions():
        raise BackupError(
            f"{origin} has the schema revision {row[0]}, which this version does not know (its newest one is"
            f" {schema.head()}); use the version that made it."
        )
    return str(row[0])


def sync(path: Path) -> None:
    """Waits until a file, or the names in a folder, are on the disk."""
    if path.is_dir() and os.name == "nt":
        return  # a folder cannot be opened there
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _require_sound(connection: sqlite3.Connection, name: Path, check: str) -> None:
    if fault := first_fault(connection, check):
        raise BackupError(f"{name} is damaged ({fault}).")
