"""The part of a migration that takes long on large tables, done while the service runs.

A migration of a large table on PostgreSQL leaves out its new indexes and the checks of old rows by new constraints:
in its transaction they would keep everybody from the table. They are made up for here, one by one. What an interrupted
run left invalid is built again.
"""

from collections.abc import Iterator
from typing import Any, Final

import asyncpg
from sqlalchemy import Index
from sqlalchemy.schema import CreateIndex

from todo_adapters.sql.postgres.connection import DIALECT
from todo_adapters.sql.tables import metadata

LOCK_KEY: Final = 0x746F6469
"""The advisory lock of whoever builds indexes."""

INDEXES: Final = """
SELECT relname, indisvalid FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
WHERE relnamespace = current_schema()::regnamespace
"""
UNCHECKED: Final = """
SELECT conrelid::regclass::text, conname FROM pg_constraint
WHERE NOT convalidated AND connamespace = current_schema()::regnamespace
"""


async def complete(url: str) -> None:
    """Builds the missing indexes and checks old rows by new constraints, unless another process is doing so."""
    keeper, worker = [await asyncpg.connect(url, statement_cache_size=0) for _ in range(2)]
    try:
        # A lock of the transaction works through a pooler. Without arguments a statement leaves no snapshot behind,
        # for the end of which builds would wait.
        async with keeper.transaction():
            await keeper.execute(f"SET LOCAL lock_timeout = '10ms'; SELECT pg_advisory_xact_lock({LOCK_KEY})")
            await _complete(worker)
    except asyncpg.LockNotAvailableError:
        pass
    finally:
        await worker.close()
        await keeper.close()


async def _complete(worker: Any) -> None:
    valid = dict(await worker.fetch(INDEXES))
    for index in _indexes():
        if valid.get(index.name) is False:
            await worker.execute(f'DROP INDEX CONCURRENTLY "{index.name}"')
        if not valid.get(index.name):
            text = str(CreateIndex(index).compile(dialect=DIALECT))
            await worker.execute(text.replace("CREATE INDEX", "CREATE INDEX CONCURRENTLY", 1))
    for table, constraint in await worker.fetch(UNCHECKED):
        await worker.execute(f'ALTER TABLE {table} VALIDATE CONSTRAINT "{constraint}"')


def _indexes() -> Iterator[Index]:
    for table in metadata.sorted_tables:
        yield from sorted(table.indexes, key=lambda index: str(index.name))
