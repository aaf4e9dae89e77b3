"""Counts for quotas in databases: created when missing, and recounted when they may be too high."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import null, update

from todo_adapters.contracts.kit import new_owner
from todo_adapters.contracts.test_quotas import Person
from todo_adapters.sql.database import Database
from todo_adapters.sql.migrate import upgrade
from todo_adapters.sql.postgres.database import PostgresDatabase, PostgresOptions
from todo_adapters.sql.sqlite.database import SqliteDatabase
from todo_adapters.sql.statements import Statement
from todo_adapters.sql.store import SqlStore
from todo_adapters.sql.tables import users
from todo_adapters.sql.urls import is_postgres, sqlite_path
from todo_core.errors import LimitReached
from todo_core.model.quota import Quota

UNCOUNT = Statement(
    update(users).values(task_count=null(), receipt_count=null(), feed_bytes=null()).returning(users.c.id)
)
OVERCOUNT = Statement(update(users).values(task_count=users.c.revision + 1_000).returning(users.c.id))


@pytest.fixture
async def database(empty_database: str) -> AsyncIterator[Database]:
    await upgrade(empty_database)
    opened = (
        PostgresDatabase(PostgresOptions(empty_database))
        if is_postgres(empty_database)
        else SqliteDatabase(sqlite_path(empty_database))
    )
    yield opened
    await opened.close()


async def spoil(database: Database, statement: Statement) -> None:
    async with database.transaction() as transaction:
        await transaction.all(statement, {})
        await transaction.commit()


async def test_an_account_of_an_earlier_version_is_counted_by_its_first_write(database: Database) -> None:
    store = SqlStore(database, Quota(tasks=3))
    ada = Person(store, await new_owner(store))
    await ada.add()
    await ada.add(key="first")
    await spoil(database, UNCOUNT)
    await ada.add(key="second")
    with pytest.raises(LimitReached):
        await ada.add()
    await spoil(database, UNCOUNT)
    ada.clock.advance(timedelta(hours=1))
    with pytest.raises(LimitReached):
        await ada.add()


async def test_a_count_that_is_too_high_is_made_again(database: Database) -> None:
    store = SqlStore(database, Quota(tasks=3))
    ada = Person(store, await new_owner(store))
    await ada.add()
    await spoil(database, OVERCOUNT)
    await ada.add()
    await spoil(database, OVERCOUNT)
    with pytest.raises(LimitReached):
        await ada.add()
    ada.clock.advance(timedelta(hours=1))
    await ada.add()
