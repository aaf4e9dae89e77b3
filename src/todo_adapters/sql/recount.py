"""Counts again what an account has, where the counts for its quotas say nothing or may say too much."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Table, func, literal, or_, select, update

from todo_adapters.sql.counters import COUNT_AGAIN, COUNTED, MINE, lock
from todo_adapters.sql.database import Database
from todo_adapters.sql.functions import octets
from todo_adapters.sql.registry import KIND_TABLES
from todo_adapters.sql.statements import Statement, bind
from todo_adapters.sql.tables import changes, receipts, trash, users
from todo_core.ids import UserId

U = users.c


def _stored(count: ColumnElement[Any], table: Table) -> Any:
    return select(count).select_from(table).where(table.c.user_id == U.id).scalar_subquery()


def _things(quota: str) -> Any:
    """The number of things that count toward a quota."""
    kinds = [each for each in KIND_TABLES.values() if each.kind.counted == quota]
    shelved = [each.kind.name for each in kinds if each.kind.counted_in_trash]
    parts = [_stored(func.count(), each.table) for each in kinds]
    parts += [_stored(func.count().filter(trash.c.entity == literal(name)), trash) for name in shelved]
    return sum(parts[1:], start=parts[0])


RECOUNT: Final = Statement(
    update(users)
    .where(MINE, or_(U.counted_at.is_(None), U.counted_at < bind(U.counted_at, "before"), U.list_count.is_(None)))
    .values(
        {column: _things(quota) for quota, column in COUNTED.items()}
        | {
            U.receipt_count: _stored(func.count(), receipts),
            U.feed_bytes: _stored(func.coalesce(func.sum(octets(changes.c.value)), 0), changes),
            U.counted_at: bind(U.counted_at, "at"),
        }
    )
    .returning(U.id)
)
"""``list_count`` is newer than the others, so it can be the only one that was never made."""


async def recount(database: Database, owner: UserId, at: datetime) -> None:
    """Makes the counts anew in a transaction of its own, unless that happened a short time ago."""
    async with database.transaction(owner) as transaction:
        await lock(transaction, owner)
        await transaction.one(RECOUNT, {"user_id": owner, "at": at, "before": at - COUNT_AGAIN})
        await transaction.commit()
