"""Prunes the feeds of owners, and renews their epoch."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from itertools import takewhile
from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, delete, func, literal_column, select, text, update
from sqlalchemy.dialects.postgresql import insert

from todo_adapters.sql.counters import MINE
from todo_adapters.sql.database import Reader, Transaction
from todo_adapters.sql.feed import OURS, PRUNED, previous_of
from todo_adapters.sql.functions import octets, one_of, one_of_ids
from todo_adapters.sql.statements import FIRST, LIMIT, Row, Statement, bind
from todo_adapters.sql.tables import changes, feed_epoch, users
from todo_adapters.sql.types import COUNTS, IDS
from todo_core.ids import UserId
from todo_core.model.change import Action
from todo_core.paging import Page

C = changes.c
U = users.c

REVISIONS: Final = Statement(select(U.id, U.revision).where(one_of_ids(U.id, bindparam("ids", type_=IDS))))

_oldest = select(C.at).where(C.user_id == U.id, C.seq == PRUNED + literal_column("1")).scalar_subquery()
OWNERS: Final = Statement(
    select(U.id, _oldest < bind(C.at, "before")).where(U.id > bind(U.id, "after")).order_by(U.id).limit(LIMIT)
)

_pruned = select(PRUNED).where(MINE).scalar_subquery()
UNPRUNED: Final = Statement(
    select(C.seq, C.at, C.kind, previous_of(C), _pruned).where(OURS, C.seq > _pruned).order_by(C.seq).limit(LIMIT)
)
DELETE: Final = Statement(
    delete(changes)
    .where(OURS, one_of(C.seq, bindparam("seqs", type_=COUNTS)))
    .returning(func.coalesce(octets(C.value), literal_column("0")))
)
_free = select(U.id).where(MINE, bind(C.seq, "pruned") == PRUNED).with_for_update(key_share=True, skip_locked=True)
NOTE: Final = Statement(
    update(users)
    .where(U.id == _free.scalar_subquery())
    .values({U.pruned: bind(C.seq, "last"), U.feed_bytes: U.feed_bytes - bind(U.feed_bytes, "bytes")})
    .returning(U.id)
)
"""Has no effect if another unit of work has locked the counter, or pruned the same changes."""

SAVE: Final = Statement(text("SAVEPOINT unpruned"))
RESTORE: Final = Statement(text("ROLLBACK TO SAVEPOINT unpruned"))

_epoch = insert(feed_epoch).values(id=literal_column("1"), epoch=bind(feed_epoch.c.epoch))
RENEW_EPOCH: Final = Statement(
    _epoch.on_conflict_do_update(index_elements=["id"], set_={"epoch": _epoch.excluded.epoch}).returning(
        feed_epoch.c.epoch
    )
)


async def revisions(reader: Reader, owners: Collection[UserId]) -> Mapping[UserId, int]:
    """The numbers of the latest changes of these owners, as far as they have accounts."""
    return {UserId(row[0]): row[1] for row in await reader.all(REVISIONS, {"ids": owners})}


async def owners_to_prune(reader: Reader, before: datetime, after: UserId | None, limit: int) -> Page[UserId, UserId]:
    """As ``AccountsView.owners_to_prune``."""
    rows = await reader.all(OWNERS, {"before": before, "after": after or FIRST, "limit": limit + 1})
    old = tuple([UserId(owner) for owner, is_old in rows[:limit] if is_old])
    return Page(old, UserId(rows[limit - 1][0]) if len(rows) > limit else None)


async def prune(transaction: Transaction, owner: UserId, before: datetime, limit: int) -> int:
    """As ``AccountsUnitOfWork.prune``: the counter comes last, so that its lock is held while the unit commits only."""
    rows = await transaction.all(UNPRUNED, {"user_id": owner, "limit": limit})
    old = [*takewhile(lambda row: row[1] < before, rows)]
    if not old:
        return 0
    await transaction.all(SAVE, {})
    sizes = await transaction.all(DELETE, {"user_id": owner, "seqs": _replaced(old)})
    noted = {"user_id": owner, "pruned": old[0][4], "last": old[-1][0], "bytes": sum(size for (size,) in sizes)}
    if await transaction.one(NOTE, noted) is None:
        await transaction.all(RESTORE, {})
        return 0
    return len(old)


def _replaced(old: Sequence[Row]) -> Sequence[int]:
    """The numbers of the changes that these have replaced, and of those that leave nothing."""
    purged = [seq for seq, _, kind, *_ in old if kind == Action.PURGED.value]
    return [previous for *_, previous, _ in old if previous is not None] + purged


async def renew_epoch(transaction: Transaction, epoch: UUID) -> None:
    """Replaces the epoch of all feeds."""
    await transaction.one(RENEW_EPOCH, {"epoch": epoch})
