"""Counts again what an account has, where the counts for its quotas say nothing or may say too much."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Table, func, or_, select, update

from todo_adapters.sql.counters import COUNT_AGAIN, MINE, lock
from todo_adapters.sql.database import Database
from todo_adapters.sql.functions import octets
from todo_adapters.sql.registry import KIND_TABLES
from todo_adapters.sql.statements import Statement, bind
from todo_adapters.sql.tables import changes, receipts, users
from todo_core.ids import UserId

U = users.c


def _stored(count: ColumnElement[Any], table: Table) -> Any:
    return select(count).select_from(table).where(table.c.user_id == U.id).scalar_subquery()


_counted: Final = [_stored(func.count(), each.table) for each in KIND_TABLES.values() if each.kind.counted]

RECOUNT: Final = Statement(
    update(users)
    .where(MINE, or_(U.counted_at.is_(None), U.counted_at < bind(U.counted_at, "before")))
    .values(
        {
            U.task_count: sum(_counted[1:], start=_counted[0]),
            U.receipt_count: _stored(func.count(), receipts),
            U.feed_bytes: _stored(func.coalesce(func.sum(octets(changes.c.value)), 0), changes),
            U.counted_at: bind(U.counted_at, "at"),
        }
    )
    .returning(U.id)
)


async def recount(database: Database, owner: UserId, at: datetime) -> None:
    """Makes the counts anew in a transaction of its own, unless that happened a short time ago."""
    async with database.transaction(owner) as transaction:
        await lock(transaction, owner)
        await transaction.one(RECOUNT, {"user_id": owner, "at": at, "before": at - COUNT_AGAIN})
        await transaction.commit()
