"""Cleaning up far more rows than one statement could delete in its time."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from todo_adapters.contracts.fakes import FixedClock
from todo_adapters.contracts.kit import IDS, NOW, new_owner
from todo_adapters.memory.security import ListEventLog
from todo_adapters.sql.database import Database
from todo_adapters.sql.migrate import on_connection, upgrade
from todo_adapters.sql.postgres.database import PostgresDatabase, PostgresOptions
from todo_adapters.sql.sqlite.database import SqliteDatabase
from todo_adapters.sql.statements import Statement
from todo_adapters.sql.store import SqlStore
from todo_adapters.sql.tables import login_attempts, receipts
from todo_adapters.sql.urls import is_postgres, sqlite_path
from todo_core.ids import UserId
from todo_core.runner import Runner
from todo_core.usecases.cleanup import forget_expired_attempts, forget_expired_receipts

MANY = 60_000
LIMIT = 0.5
"""Seconds for one statement."""

LEFT = {
    "receipts": Statement(select(func.count()).select_from(receipts)),
    "attempts": Statement(select(func.count()).select_from(login_attempts)),
}


@pytest.fixture
async def database(empty_database: str) -> AsyncIterator[Database]:
    await upgrade(empty_database)
    postgres = PostgresOptions(empty_database, statement_limit=LIMIT)
    opened = (
        PostgresDatabase(postgres)
        if is_postgres(empty_database)
        else SqliteDatabase(sqlite_path(empty_database), statement_limit=LIMIT)
    )
    yield opened
    await opened.close()


async def fill(empty_database: str, owner: UserId) -> None:
    """Puts receipts and counts of failed logins into the database that have expired, one each second."""
    if is_postgres(empty_database):
        numbers, key = f"SELECT n FROM generate_series(1, {MANY}) AS n", f"'{owner}'"
        moment, digest = "now() - interval '90 days' + n * interval '1 second'", "sha256(n::text::bytea)"
    else:
        numbers = f"WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {MANY}) SELECT n FROM s"
        key, moment, digest = f"X'{owner.hex}'", "n * 1000000", "CAST(printf('%032d', n) AS BLOB)"
    statements = [
        f"INSERT INTO receipts (user_id, key, fingerprint, first_seq, answer, at)"
        f" SELECT {key}, 'key ' || n, {digest}, 1, '-1', {moment} FROM ({numbers}) AS numbers",
        f"INSERT INTO login_attempts (key, failures, since) SELECT {digest}, 1, {moment} FROM ({numbers}) AS numbers",
    ]
    await on_connection(empty_database, lambda connection: [connection.execute(text(each)) for each in statements])


@pytest.mark.check("P14")
async def test_any_number_of_expired_rows_is_deleted_within_the_time_of_statements(
    empty_database: str, database: Database
) -> None:
    store = SqlStore(database)
    owner = await new_owner(store)
    await fill(empty_database, owner)
    run = Runner(store, FixedClock(NOW), IDS, ListEventLog())
    assert [(await database.all(left, {}))[0][0] for left in LEFT.values()] == [MANY, MANY]
    await forget_expired_receipts(run, NOW)
    await forget_expired_attempts(run, NOW - timedelta(minutes=15))
    assert [(await database.all(left, {}))[0][0] for left in LEFT.values()] == [0, 0]
