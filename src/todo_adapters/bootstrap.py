"""The composition root: the one place where ports get their adapters."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from todo_adapters.memory.store import MemoryStore
from todo_adapters.sql.postgres import PostgresDatabase, PostgresOptions
from todo_adapters.sql.sqlite import SqliteDatabase
from todo_adapters.sql.store import SqlStore
from todo_adapters.urls import is_memory, is_postgres, postgres_url, sqlite_path
from todo_core.ports.storage import Store


@asynccontextmanager
async def open_store(url: str) -> AsyncIterator[Store]:
    """The storage at an address. Nothing is connected before it is needed, and nothing is migrated."""
    if is_memory(url):
        yield MemoryStore()
        return
    database: PostgresDatabase | SqliteDatabase
    if is_postgres(url):
        database = PostgresDatabase(PostgresOptions(postgres_url(url)))
    else:
        database = SqliteDatabase(sqlite_path(url))
    try:
        yield SqlStore(database)
    finally:
        await database.close()
