"""Migrates a database to the schema of this version, or to another one."""

import asyncio
import errno
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, TypeVar

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.script.revision import ResolutionError
from alembic.util import CommandError
from sqlalchemy import Connection, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from todo_adapters.private_files import make_file, make_folder
from todo_adapters.sql.postgres.address import PostgresAddress, read
from todo_adapters.sql.postgres.connecting import Connector
from todo_adapters.sql.sqlite.connection import is_of_file, to_operators
from todo_adapters.sql.sqlite.damage import require_own_log
from todo_adapters.sql.urls import is_postgres, sqlite_path
from todo_core.errors import Unavailable

T = TypeVar("T")

LOCK_KEY: Final = 0x746F646F
"""The advisory lock of migrations ("todo" in ASCII)."""
LOCK_WAIT: Final = 600.0
"""Maximum seconds for which a replica waits while another one migrates."""
LOCK_RETRY: Final = 0.1
POOLED: Final = "Migrations need the address of the PostgreSQL server itself, not the one of PgBouncer."
NEWER: Final = "The database is at revision {}, which this version does not know: a newer version has migrated it."
OPERATIONAL: Final = ("08", "25006", "42501", "53", "55P03", "57")
"""SQLSTATEs, or their beginnings, of failures that operators can fix: a lock, a privilege, a full disk, a restart."""

SETTINGS: Final = {"lock_timeout": "2s", "statement_timeout": "0"}
"""Settings of a migrating session. ``lock_timeout`` limits the wait for a table, which blocks writers meanwhile."""


async def upgrade(url: str, revision: str = "head") -> None:
    """Migrates to a newer revision. Replicas may call this at the same time: one migrates, the others wait.

    Creates a missing SQLite file. Raises Unavailable when the database cannot be migrated now, or was by a newer
    version; other failures are those of SQLAlchemy.
    """
    try:
        await locked(url, lambda connection: command.upgrade(_config(connection), revision))
    except CommandError as failure:
        unknown = isinstance(failure.__cause__, ResolutionError) and failure.__cause__.argument
        raise (Unavailable(NEWER.format(unknown)) if unknown else failure) from failure
    except DBAPIError as failure:
        raise _unavailable(failure, url) or failure from failure


async def downgrade(url: str, revision: str) -> None:
    """Migrates to an older revision. Data that it cannot hold is lost."""
    await locked(url, lambda connection: command.downgrade(_config(connection), revision))


async def current(url: str) -> str | None:
    """The revision of the database, or None when it is empty."""
    return await on_connection(url, lambda connection: MigrationContext.configure(connection).get_current_revision())


def head() -> str:
    return str(ScriptDirectory.from_config(_config(None)).get_current_head())


async def on_connection(url: str, work: Callable[[Connection], T]) -> T:
    """Runs the work in a transaction on a new connection. Raises Unavailable when the database does not answer."""
    if is_postgres(url):
        return await _on_postgres(_own_session(url), work)
    return await asyncio.to_thread(_on_sqlite, sqlite_path(url), work)


async def locked(url: str, work: Callable[[Connection], T]) -> T:
    """Runs the work while no other process migrates.

    The connection is outside a transaction on PostgreSQL, and in the only one on SQLite. Raises Unavailable when the
    database does not answer, or when another process migrates for too long.
    """
    if not is_postgres(url):
        return await on_connection(url, work)
    address = _own_session(url)
    async with _engine(lambda: _connect_locked(address)) as engine, engine.connect() as connection:
        return await connection.run_sync(work)


def _own_session(url: str) -> PostgresAddress:
    """The address, which must not lead to PgBouncer: the lock and the settings are those of a session."""
    address = read(url)
    if address.pgbouncer:
        raise Unavailable(POOLED)
    return address


def _unavailable(failure: DBAPIError, url: str) -> Unavailable | None:
    """The failure in one sentence, if it is one of operation. None for a failure of the migration itself."""
    original: Any = failure.orig
    if isinstance(original, sqlite3.Error):
        return to_operators(original, sqlite_path(url)) if is_of_file(original) else None
    state, said = str(getattr(original, "sqlstate", "") or ""), getattr(original, "__cause__", None)
    if state.startswith(OPERATIONAL):
        return Unavailable(f"The migration stopped: {str(said).partition(chr(10))[0].rstrip('.')}. Run it again.")
    return None


async def _on_postgres(address: PostgresAddress, work: Callable[[Connection], T]) -> T:
    async with _engine(lambda: _connect(address)) as engine, engine.begin() as connection:
        return await connection.run_sync(work)


@asynccontextmanager
async def _engine(connect: Callable[[], Awaitable[asyncpg.Connection]]) -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine("postgresql+asyncpg://", async_creator=connect, poolclass=NullPool)
    try:
        yield engine
    finally:
        await engine.dispose()


async def _connect(address: PostgresAddress) -> asyncpg.Connection:
    return await Connector(address).connect(SETTINGS)


async def _connect_locked(address: PostgresAddress) -> asyncpg.Connection:
    """Opens a session that has the lock of migrations until it ends.

    Asks for the lock again and again: a session that waits for it has a snapshot, which building an index
    concurrently would wait for.
    """
    connection = await _connect(address)
    try:
        async with asyncio.timeout(LOCK_WAIT):
            while not await connection.fetchval("SELECT pg_try_advisory_lock($1)", LOCK_KEY):  # noqa: ASYNC110 - no event tells
                await asyncio.sleep(LOCK_RETRY)
    except TimeoutError:
        connection.terminate()
        raise Unavailable(f"Another process has been migrating the database for {LOCK_WAIT:g} seconds.") from None
    except BaseException:
        connection.terminate()
        raise
    return connection


def _on_sqlite(path: Path, work: Callable[[Connection], T]) -> T:
    require_own_log(path)
    try:
        make_folder(path.parent)
        make_file(path)
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, "it is a folder")
    except OSError as error:
        raise to_operators(error, path) from error
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)

    @event.listens_for(engine, "connect")
    def _own_transactions(raw: Any, _: object) -> None:
        raw.isolation_level = None  # or the driver would commit before each CREATE TABLE
        raw.execute("PRAGMA busy_timeout = 60000")
        raw.execute("PRAGMA secure_delete = ON")

    @event.listens_for(engine, "begin")
    def _lock(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    try:
        with engine.begin() as connection:
            return work(connection)
    finally:
        engine.dispose()


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(files("todo_migrations")))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
