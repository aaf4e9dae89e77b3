"""The owner's counter: it numbers the owner's writes and bounds how much an account may store.

The counts for quotas stand in the same row, which every write updates anyway. Receipts that expire are not taken off
their count; so a count that has reached its limit, or was never made, is made anew from what is stored, at most once
in COUNT_AGAIN for each account.
"""

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, select, update

from todo_adapters.sql.database import Reader, Transaction
from todo_adapters.sql.statements import Statement, bind
from todo_adapters.sql.tables import users
from todo_core.errors import LimitReached, NotFound
from todo_core.ids import UserId
from todo_core.model.quota import Quota, Usage

U = users.c
COUNT_AGAIN: Final = timedelta(minutes=10)
MINE: Final = U.id == bind(U.id, "user_id")
COUNTS: Final = (U.task_count, U.list_count, U.receipt_count, U.feed_bytes)
"""In the order of the fields of ``Usage``."""

COUNTED: Final = {"tasks": U.task_count, "lists": U.list_count}
"""Where the things that count toward a quota are counted."""


class Uncounted(Exception):
    """The counts of an account say nothing, or too much, until they are made anew."""


ADDED: Final = {column: bind(U.revision, f"added_{column.name}") for column in COUNTS}
MOST: Final = {column: bind(U.revision, f"most_{column.name}") for column in COUNTS}

REVISION: Final = Statement(select(U.revision).where(MINE), keyed=True)
LOCK: Final = Statement(select(U.revision).where(MINE).with_for_update())
ADVANCED: Final = {U.revision: U.revision + bind(U.revision, "count")} | {each: each + ADDED[each] for each in COUNTS}
ADVANCE: Final = Statement(update(users).where(MINE).values(ADVANCED).returning(U.revision, U.counted_at, *COUNTS))


def advanced(*counted: Column[Any]) -> dict[Any, Any]:
    """New values of the counter for one write that adds to these counts."""
    return {U.revision: U.revision + 1} | {column: column + ADDED[column] for column in counted}


def within(*counted: Column[Any]) -> list[ColumnElement[bool]]:
    """True when these counts are made and leave room; one that is NULL is not known to leave any."""
    return [column + ADDED[column] <= MOST[column] for column in counted]


def values_of(added: Usage, quota: Quota) -> dict[str, Any]:
    """What statements with ``advanced`` and ``within`` are bound to."""
    return {
        "added_task_count": added.tasks,
        "added_list_count": added.lists,
        "added_receipt_count": added.receipts,
        "added_feed_bytes": added.feed_bytes,
        "most_task_count": quota.tasks,
        "most_list_count": quota.lists,
        "most_receipt_count": quota.receipts,
        "most_feed_bytes": quota.feed_bytes,
    }


async def revision(reader: Reader, owner: UserId) -> int:
    """The number of the owner's latest change. Raises NotFound when the account is gone."""
    row = await reader.one(REVISION, {"user_id": owner})
    if row is None:
        raise NotFound("account")
    return int(row[0])


async def lock(transaction: Transaction, owner: UserId) -> None:
    """Holds the owner's counter. Raises NotFound when the account is gone."""
    if await transaction.one(LOCK, {"user_id": owner}) is None:
        raise NotFound("account")


async def advance(transaction: Transaction, owner: UserId, at: datetime, count: int, added: Usage, quota: Quota) -> int:
    """The last of so many numbers. Raises NotFound, LimitReached, and Uncounted when counting anew may help."""
    row = await transaction.one(ADVANCE, {"user_id": owner, "count": count, **values_of(added, quota)})
    if row is None:
        raise NotFound("account")
    revision, counted_at, *counts = row
    if None in counts:
        raise Uncounted
    try:
        Usage(*counts).check(added, quota)
    except LimitReached:
        if counted_at is None or counted_at < at - COUNT_AGAIN:
            raise Uncounted from None
        raise
    return int(revision)
