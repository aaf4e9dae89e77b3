"""Checks the schema of a database without importing Alembic."""

import sqlite3
from contextlib import closing
from functools import cache
from importlib.resources import files

import asyncpg

from todo_adapters.sql.postgres.address import PostgresAddress, read
from todo_adapters.sql.urls import is_postgres, sqlite_path
from todo_core.errors import Unavailable

REVISION = "SELECT version_num FROM alembic_version"


@cache
def revisions() -> frozenset[str]:
    """All revisions of this version, from the file names of the migrations."""
    names = [entry.name for entry in files("todo_migrations.versions").iterdir()]
    return frozenset(name.partition("_")[0] for name in names if name[:4].isdecimal())


def head() -> str:
    """The newest revision."""
    return max(revisions())


async def is_current(url: str) -> bool:
    """True when the database answers and has the newest revision."""
    try:
        if is_postgres(url):
            return await _postgres_revision(read(url)) == head()
        with closing(sqlite3.connect(f"{sqlite_path(url).absolute().as_uri()}?mode=ro", uri=True)) as connection:
            return bool(connection.execute(REVISION).fetchone() == (head(),))
    except (OSError, sqlite3.Error, asyncpg.PostgresError, asyncpg.InterfaceError, Unavailable):
        return False


async def _postgres_revision(address: PostgresAddress) -> str | None:
    from todo_adapters.sql.postgres.connecting import Connector  # noqa: PLC0415 - slow to import

    connection = await Connector(address).connect({})
    try:
        return str(await connection.fetchval(REVISION))
    finally:
        await connection.close()
