"""Checks the schema of a database without importing Alembic."""

import asyncio
import sqlite3
from contextlib import closing
from functools import cache
from importlib.resources import files

import asyncpg

from todo_adapters.sql.urls import is_postgres, postgres_url, sqlite_path

REVISION = "SELECT version_num FROM alembic_version"


@cache
def revisions() -> frozenset[str]:
    """All revisions of this version, from the file names of the migrations."""
    names = [entry.name for entry in files("todo_migrations.versions").iterdir()]
    return frozenset(name.partition("_")[0] for name in names if name[:4].isdecimal())


def head() -> str:
    """The newest revision."""
    return max(revisions())


def is_current(url: str) -> bool:
    """True when the database answers and has the newest revision."""
    try:
        if is_postgres(url):
            return asyncio.run(_postgres_revision(postgres_url(url))) == head()
        path = sqlite_path(url)
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            return bool(connection.execute(REVISION).fetchone() == (head(),))
    except (OSError, TimeoutError, sqlite3.Error, asyncpg.PostgresError, asyncpg.InterfaceError):
        return False


async def _postgres_revision(url: str) -> str | None:
    connection = await asyncpg.connect(url, timeout=5, statement_cache_size=0)
    try:
        return str(await connection.fetchval(REVISION))
    finally:
        await connection.close()
