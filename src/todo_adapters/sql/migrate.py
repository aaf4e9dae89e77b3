"""Migrates a database to the schema of this version, or to another one."""

import asyncio
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, TypeVar

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from todo_adapters.private_files import make_file, make_folder
from todo_adapters.sql.postgres.online import complete
from todo_adapters.sql.urls import is_postgres, postgres_url, sqlite_path

T = TypeVar("T")

LOCK_KEY: Final = 0x746F646F
"""The advisory lock of migrations ("todo" in ASCII)."""
LOCK_WAIT: Final = "60s"
TABLE_LOCK_WAIT: Final = "2s"
"""Maximum time for which a migration waits for a table lock, and blocks writers meanwhile."""


async def upgrade(url: str, revision: str = "head") -> None:
    """Migrates to a newer revision. Replicas may call this at the same time: one migrates, the others wait.

    On PostgreSQL the newest revision is completed while the service runs. The others do not wait for that.
    """
    await on_connection(url, lambda connection: command.upgrade(_config(connection), revision))
    if is_postgres(url) and revision in ("head", head()):
        await complete(postgres_url(url))


async def downgrade(url: str, revision: str) -> None:
    """Migrates to an older revision. Data that it cannot hold is lost."""
    await on_connection(url, lambda connection: command.downgrade(_config(connection), revision))


async def current(url: str) -> str | None:
    """The revision of the database, or None when it is empty."""
    return await on_connection(url, lambda connection: MigrationContext.configure(connection).get_current_revision())


def head() -> str:
    return str(ScriptDirectory.from_config(_config(None)).get_current_head())


async def on_connection(url: str, work: Callable[[Connection], T]) -> T:
    """Runs the work in a transaction on a new connection. Raises OSError when the database does not answer."""
    if is_postgres(url):
        return await _on_postgres(postgres_url(url), work)
    return await asyncio.to_thread(_on_sqlite, sqlite_path(url), work)


async def _on_postgres(url: str, work: Callable[[Connection], T]) -> T:
    engine = create_async_engine(
        "postgresql+asyncpg://", async_creator=lambda: asyncpg.connect(url, statement_cache_size=0), poolclass=NullPool
    )
    try:
        async with engine.begin() as connection:
            await connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_WAIT}'"))
            await connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK_KEY})"))
            await connection.execute(text(f"SET LOCAL lock_timeout = '{TABLE_LOCK_WAIT}'"))
            return await connection.run_sync(work)
    finally:
        await engine.dispose()


def _on_sqlite(path: Path, work: Callable[[Connection], T]) -> T:
    make_folder(path.parent)
    make_file(path)
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
