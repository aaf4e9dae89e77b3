"""A kind that exists only here passes the contract tests on every store: nothing outside knows it by name."""

import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio
from sqlalchemy import Column, ForeignKey, MetaData, PrimaryKeyConstraint, Table
from sqlalchemy.schema import CreateTable

from todo_adapters.bootstrap import open_store
from todo_adapters.contracts import (
    test_change_feed,
    test_dry_runs,
    test_known_things,
    test_receipts,
    test_round_trip,
    test_things,
    test_trash,
    test_unit_of_work,
)
from todo_adapters.sql.kinds import KindTable
from todo_adapters.sql.postgres import connection as postgres
from todo_adapters.sql.registry import KIND_TABLES
from todo_adapters.sql.sqlite import database as sqlite
from todo_adapters.sql.tables import users
from todo_adapters.sql.types import COUNT, ID, INSTANT, TEXT
from todo_adapters.sql.urls import sqlite_path
from todo_core.ids import UserId
from todo_core.model.kinds import Kind
from todo_core.model.registry import KINDS
from todo_core.model.rules import Broken, one_line
from todo_core.ports.storage import Store


def _amount(number: int) -> int:
    if not -1_000_000 <= number <= 1_000_000:
        raise Broken("out-of-range", "This must be a number from -1000000 to 1000000.")
    return number


def _instant(text: str | None) -> datetime | None:
    try:
        return None if text is None else datetime.fromisoformat(text)
    except ValueError:
        raise Broken("invalid-date", "This must be an instant.") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A text, an integer and an instant."""

    id: UUID
    user_id: UserId
    subject: str
    amount: int = 0
    remind_at: datetime | None = None
    revision: int = 0
    created_at: datetime
    updated_at: datetime


NOTES = Kind(
    "note",
    Note,
    rules={"subject": lambda text: one_line(text, 255), "amount": _amount, "remind_at": _instant},
    required=["subject"],
)
notes = Table(
    "notes",
    MetaData(),
    Column("user_id", ID, ForeignKey(users.c.id, ondelete="CASCADE"), nullable=False),
    Column("id", ID, nullable=False),
    Column("subject", TEXT, nullable=False),
    Column("amount", COUNT, nullable=False),
    Column("remind_at", INSTANT),
    Column("revision", COUNT, nullable=False),
    Column("created_at", INSTANT, nullable=False),
    Column("updated_at", INSTANT, nullable=False),
    PrimaryKeyConstraint("user_id", "id"),
)


async def create_table(url: str) -> None:
    """What a migration would do."""
    if url == "memory://":
        return
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(str(sqlite_path(url)))) as connection:
            connection.execute(str(CreateTable(notes).compile(dialect=sqlite.DIALECT)))
    else:
        database = await asyncpg.connect(url)
        await database.execute(str(CreateTable(notes).compile(dialect=postgres.DIALECT)))
        await database.close()


@pytest.fixture(scope="module")
def kind() -> Iterator[Kind[Any]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(KINDS, NOTES.name, NOTES)
        patch.setitem(KIND_TABLES, NOTES.name, KindTable(NOTES, notes))
        yield NOTES


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def store(storage_url: str) -> AsyncIterator[Store]:
    await create_table(storage_url)
    async with open_store(storage_url) as opened:
        yield opened


GENERIC = (
    test_things,
    test_known_things,
    test_change_feed,
    test_unit_of_work,
    test_receipts,
    test_dry_runs,
    test_round_trip,
    test_trash,
)
for module in GENERIC:
    globals().update({name: test for name, test in vars(module).items() if name.startswith("test_")})
