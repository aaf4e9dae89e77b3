"""Migrations of a large table while the previous release reads and writes."""

import asyncio
from contextlib import suppress
from itertools import count
from time import monotonic
from typing import Final

import asyncpg
import pytest

from todo_adapters.sql import migrate

TASKS: Final = 200_000
PEOPLE: Final = 200
PERSON: Final = "SELECT id FROM users ORDER BY id LIMIT 1"
FILL: Final = [
    """INSERT INTO users (id, email, name, time_zone, created_at, password_hash)
       SELECT gen_random_uuid(), n::text, 'Ada', 'UTC', now(), '-' FROM generate_series(1, $1) AS n""",
    """INSERT INTO tasks (user_id, id, title, revision, created_at, updated_at, title_key, description_key)
       SELECT people[1 + n % cardinality(people)],
              (lpad(to_hex(1763000000000 + n), 12, '0') || '70008' || lpad(to_hex(n), 15, '0'))::uuid,
              'Buy milk', n, now(), now(), 'buy milk', ''
       FROM generate_series(1, $1) AS n, (SELECT array_agg(id) FROM users) AS all_of (people)""",
]
ADD: Final = """
    WITH counter AS (UPDATE users SET revision = revision + 1 WHERE id = $1 RETURNING revision)
    INSERT INTO tasks (user_id, id, title, revision, created_at, updated_at, title_key, description_key)
    SELECT $1, gen_random_uuid(), 'Buy tea', revision, now(), now(), 'buy tea', '' FROM counter RETURNING id
"""
CHANGE: Final = "UPDATE tasks SET completed_at = now(), revision = revision + 1 WHERE user_id = $1 AND id = $2"
REMOVE: Final = "DELETE FROM tasks WHERE user_id = $1 AND id = $2"
ALL: Final = "SELECT array_agg(id) FROM tasks WHERE user_id = $1"
READ: Final = "SELECT id, title FROM tasks WHERE user_id = $1 ORDER BY id LIMIT 50"
UNFILLED: Final = "SELECT count(*) FROM tasks WHERE position = '' AND title = 'Buy milk'"


async def fill(url: str, tasks: int) -> None:
    connection = await asyncpg.connect(url)
    for statement, rows in zip(FILL, (PEOPLE, tasks), strict=True):
        await connection.execute(statement, rows)
    await connection.execute("VACUUM ANALYZE tasks")
    await connection.close()


async def write(url: str) -> float:
    """Adds, changes and removes tasks until it is cancelled. Returns the seconds of the longest wait."""
    connection = await asyncpg.connect(url, server_settings={"lock_timeout": "2s"})
    person = await connection.fetchval(PERSON)
    tasks = await connection.fetchval(ALL, person)
    longest = 0.0
    with suppress(asyncio.CancelledError):
        for turn in count():
            start = monotonic()
            task = await connection.fetchval(ADD, person)
            added = monotonic()
            assert await connection.execute(CHANGE, person, tasks[turn % len(tasks)]) == "UPDATE 1"
            changed = monotonic()
            assert await connection.execute(REMOVE, person, task) == "DELETE 1"
            longest = max(longest, added - start, changed - added, monotonic() - changed)
            await asyncio.sleep(0.002)
    connection.terminate()
    return longest


async def read(url: str) -> float:
    """Reads until it is cancelled. Returns the seconds of the longest wait."""
    connection = await asyncpg.connect(url, server_settings={"lock_timeout": "2s"})
    person = await connection.fetchval(PERSON)
    longest = 0.0
    with suppress(asyncio.CancelledError):
        while True:
            start = monotonic()
            assert len(await connection.fetch(READ, person)) == 50
            longest = max(longest, monotonic() - start)
            await asyncio.sleep(0.002)
    connection.terminate()
    return longest


async def longest_waits(url: str) -> tuple[float, float]:
    """Migrates. Returns the seconds of the longest wait of a reader and of a writer meanwhile."""
    clients = [asyncio.create_task(client(url)) for client in (read, write)]
    await asyncio.sleep(0.5)
    await migrate.upgrade(url)
    for client in clients:
        client.cancel()
    reader, writer = await asyncio.gather(*clients)
    return reader, writer


@pytest.mark.check("M1")
@pytest.mark.check("M4")
async def test_the_previous_release_serves_while_a_large_table_is_migrated(postgres_url: str) -> None:
    await migrate.upgrade(postgres_url, "0005")
    await fill(postgres_url, TASKS)
    assert max(await longest_waits(postgres_url)) < 2  # or one of them would have failed
    connection = await asyncpg.connect(postgres_url)
    assert await connection.fetchval(UNFILLED) == 0
    await connection.close()
    await migrate.downgrade(postgres_url, "base")
