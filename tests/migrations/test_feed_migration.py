"""The migration of the feed: previous changes of what is there, while the previous release goes on writing."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from typing import Any, Final
from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlalchemy import Connection, insert, select

from tests.migrations.test_lists_migration import VALUE, add_user, changes, run
from todo_adapters.bootstrap import open_store
from todo_adapters.contracts.fakes import NOON
from todo_adapters.sql import migrate, tables
from todo_core.ids import UserId

HISTORY: Final = [
    *("created", "created", "updated", "deleted", "updated", "restored", "updated", "deleted", "purged", "created")
]
THINGS: Final = [0, 1, 0, 1, 0, 1, 1, 1, 1, 1]
PREVIOUS: Final = [None, None, 1, 2, 3, 4, 6, 7, 8, None]

FILL: Final = """
    INSERT INTO changes (user_id, seq, at, entity, entity_id, kind)
    SELECT $1, n, now(), 'task', ('00000000-0000-7000-8000-' || lpad((n % 7)::text, 12, '0'))::uuid,
           CASE WHEN n <= 7 THEN 'created' ELSE 'deleted' END
    FROM generate_series(1, $2) AS n
"""
ADD: Final = "INSERT INTO changes (user_id, seq, at, entity, entity_id, kind) VALUES ($1, $2, now(), 'task', $3, $4)"
REGISTER: Final = """
    INSERT INTO users (id, email, name, time_zone, created_at, password_hash, revision)
    VALUES ($1, $2, 'Ada', 'UTC', now(), '-', $3)
"""
WRONG: Final = """
    SELECT count(*) FROM changes WHERE user_id = $1 AND previous IS DISTINCT FROM CASE WHEN seq > 7 THEN seq - 7 END
"""


def add_changes(connection: Connection, owner: UUID, ids: list[UUID], begin: int = 0, end: int = 99) -> None:
    """With the statement of releases before."""
    for number, (kind, thing) in list(enumerate(zip(HISTORY, THINGS, strict=True)))[begin:end]:
        value = None if kind in ("deleted", "purged") else VALUE
        row = {"user_id": owner, "seq": number + 1, "at": NOON, "entity": "task", "entity_id": ids[thing]}
        connection.execute(insert(changes).values(**row, kind=kind, value=value))


async def previous_of(url: str, owner: UUID) -> list[int | None]:
    async with open_store(url) as store:
        page = await store.view(UserId(owner)).changes.page(None, 100)
        assert [change.set for change in page.items] == [change.seq for change in page.items]
        return [change.previous for change in page.items]


def stored(owner: UUID) -> Callable[[Connection], list[Any]]:
    """The columns as they are stored."""
    now = tables.changes.c
    of_owner = select(now.previous).where(now.user_id == owner).order_by(now.seq)
    return lambda connection: list(connection.execute(of_owner).scalars())


@pytest.mark.parametrize("before", [0, 4, 10])
async def test_changes_from_before_and_from_the_previous_release_have_those_before_them(
    empty_database: str, before: int
) -> None:
    await migrate.upgrade(empty_database, "0007")
    owner = await run(empty_database, add_user)
    ids = [uuid4(), uuid4()]
    await run(empty_database, lambda each: add_changes(each, owner, ids, 0, before))
    await migrate.upgrade(empty_database)
    assert await run(empty_database, stored(owner)) == PREVIOUS[:before]
    await run(empty_database, lambda each: add_changes(each, owner, ids, before))
    assert await previous_of(empty_database, owner) == PREVIOUS
    await migrate.downgrade(empty_database, "0007")
    await migrate.upgrade(empty_database)
    assert await run(empty_database, stored(owner)) == PREVIOUS
    assert await previous_of(empty_database, owner) == PREVIOUS
    await migrate.downgrade(empty_database, "base")


async def registered(connection: asyncpg.Connection, size: int) -> UUID:
    owner = uuid4()
    await connection.execute(REGISTER, owner, str(owner), size)
    await connection.execute(FILL, owner, size)
    return owner


async def goes_on_writing(url: str, owner: UUID, begin: int) -> int:
    """Writes as the previous release until it is cancelled. Returns the number of the last change."""
    connection = await asyncpg.connect(url, server_settings={"lock_timeout": "10s"})
    seq = begin
    with suppress(asyncio.CancelledError):
        for seq in count(begin + 1):
            await connection.execute(
                ADD, owner, seq, UUID(int=(7 << 76) | (8 << 60) | int(str(seq % 7), 16)), "deleted"
            )
            await asyncio.sleep(0.001)
    connection.terminate()
    return seq


@pytest.mark.check("M4")
async def test_owners_with_many_changes_are_filled_in_pieces_while_others_write(postgres_url: str) -> None:
    await migrate.upgrade(postgres_url, "0007")
    connection = await asyncpg.connect(postgres_url)
    owners = [await registered(connection, size) for size in (3_000, 6_000, 1_000, 2_000, 3_000, 0, 10)]
    busy = await registered(connection, 1_000)
    writing = asyncio.create_task(goes_on_writing(postgres_url, busy, 1_000))
    await migrate.upgrade(postgres_url)
    writing.cancel()
    last = await writing
    assert [await connection.fetchval(WRONG, owner) for owner in owners] == [0] * len(owners)
    async with open_store(postgres_url) as store:
        found = await store.view(UserId(busy)).changes.at(range(2, last))
    assert len(found) == last - 2
    assert {change.seq - (change.previous or change.seq) for change in found.values()} == {0, 7}
    assert [change.seq for change in found.values() if change.previous is None and change.seq > 7] == []
    await connection.close()
    await migrate.downgrade(postgres_url, "base")


async def test_an_account_that_is_being_closed_holds_nothing_up(postgres_url: str) -> None:
    await migrate.upgrade(postgres_url, "0008")
    connection = await asyncpg.connect(postgres_url)
    closed, other = await registered(connection, 20), await registered(connection, 20)
    closing = connection.transaction()
    await closing.start()
    await connection.execute("DELETE FROM users WHERE id = $1", closed)
    async with asyncio.timeout(60):
        await migrate.upgrade(postgres_url, "0009")
    await closing.rollback()
    assert await connection.fetchval(WRONG, other) == 0
    assert await connection.fetchval(WRONG, closed) == 13
    assert await previous_of(postgres_url, closed) == [*[None] * 7, *range(1, 14)]
    await connection.close()
    await migrate.downgrade(postgres_url, "base")
