"""How collected writes are flushed: numbered by the owner's counter, each with its entry in the feed.

One write is one WriteStatement: it advances the counter under its lock, writes the row if its revision is the one that
was read, and appends the entry; on PostgreSQL in a single statement, on SQLite in steps that need no answers between
them. Several are a transaction that does the same with answers. All take the counter's lock first, then the row's, so
that they can never wait for one another in a circle.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete

from todo_adapters.sql.counters import advance, revision, values_of
from todo_adapters.sql.database import Database, Transaction
from todo_adapters.sql.kinds import KindTable
from todo_adapters.sql.statements import Statement, bind
from todo_adapters.sql.tables import changes, receipts
from todo_adapters.sql.write_statements import entry, receipt
from todo_core.errors import MovedOn, NotFound
from todo_core.ids import UserId
from todo_core.model.change import Action, Change
from todo_core.model.quota import Quota, Usage
from todo_core.model.write_options import RECEIPTS_KEPT, Key

R = receipts.c
ADDED: Final = {Action.CREATED: 1, Action.UPDATED: 0, Action.DELETED: -1}
ENTRY: Final = entry(bind(changes.c.seq, "revision"))
RECEIPT: Final = receipt(bind(R.first_seq))
DISCARD: Final = Statement(
    delete(receipts)
    .where(R.user_id == bind(R.user_id), R.key == bind(R.key), R.at < bind(R.at, "before"))
    .returning(R.key)
)


@dataclass(frozen=True, slots=True)
class CollectedWrite:
    """One collected write; ``read`` is the revision that the row must still have, None when any will do."""

    table: KindTable[Any]
    action: Action
    id: UUID
    thing: Any = None
    read: int | None = None

    @property
    def added(self) -> int:
        """How many more things there are then that count toward the quota."""
        return ADDED[self.action] if self.table.kind.counted else 0


@dataclass(frozen=True, slots=True)
class Claim:
    """A key that is claimed together with the writes, and the answer that is kept under it."""

    key: Key
    answer: str


async def flush_alone(
    database: Database, owner: UserId, at: datetime, write: CollectedWrite, claim: Claim | None, quota: Quota
) -> Change:
    """One write in a transaction of its own.

    Raises NotFound when there was nothing to delete, or no account to add to, and MovedOn for every other reason.
    """
    values, size = _values(owner, at, write)
    values |= values_of(Usage(write.added, 0 if claim is None else 1, size), quota)
    if claim:
        values |= _kept(claim, at)
    row = await database.write(write.table.writes[write.action, claim is not None], values)
    if row is not None:
        return _change(at, write, row[0])
    if claim is None and write.action is Action.CREATED:
        await revision(database, owner)
    elif claim is None and write.read is None:
        raise NotFound(write.table.kind.name)
    raise MovedOn


async def claim_key(transaction: Transaction, owner: UserId, at: datetime, claim: Claim, first_seq: int) -> None:
    """Keeps the receipt inside a transaction. Raises MovedOn when there is one already that is still valid."""
    expired = {"user_id": owner, "key": claim.key.text, "before": at - RECEIPTS_KEPT}
    await transaction.one(DISCARD, expired)
    await transaction.one(RECEIPT, _kept(claim, at) | {"user_id": owner, "first_seq": first_seq})


async def flush(
    transaction: Transaction,
    owner: UserId,
    at: datetime,
    writes: Sequence[CollectedWrite],
    flushed: Sequence[Change],
    receipts_added: int,
    quota: Quota,
) -> list[Change]:
    """The writes, in order, inside a transaction in which others were flushed before.

    Raises NotFound, MovedOn, LimitReached, and Uncounted when the counts for the quotas have to be made anew.
    """
    bound = [_values(owner, at, write) for write in writes]
    added = Usage(sum(write.added for write in writes), receipts_added, sum(size for _, size in bound))
    last = await advance(transaction, owner, at, len(writes), added, quota)
    written = {(change.entity, change.id): change.seq for change in flushed}
    found = []
    for seq, (write, (values, _)) in enumerate(zip(writes, bound, strict=True), last - len(writes) + 1):
        values["revision"] = seq
        thing = (write.table.kind.name, write.id)
        if write.read is not None:
            values["read_revision"] = written.get(thing, write.read)
        if await transaction.one(write.table.rows[write.action], values) is None:
            deleted = write.action is Action.DELETED and write.read is None
            raise NotFound(write.table.kind.name) if deleted else MovedOn
        await transaction.one(ENTRY, values)
        written[thing] = seq
        found.append(_change(at, write, seq))
    return found


def _values(owner: UserId, at: datetime, write: CollectedWrite) -> tuple[dict[str, Any], int]:
    """The values that the statements of a write are bound to, and the bytes that it adds to the feed."""
    values: dict[str, Any] = {} if write.thing is None else write.table.values(write.thing)
    value = None if write.thing is None else write.table.to_json(values)
    values |= {
        "user_id": owner,
        "id": write.id,
        "read_revision": write.read,
        "entry_at": at,
        "entry_entity": write.table.kind.name,
        "entry_kind": write.action.value,
        "entry_value": None if value is None else value.decode(),
    }
    return values, len(value or b"")


def _kept(claim: Claim, at: datetime) -> dict[str, Any]:
    return {
        "receipt_key": claim.key.text,
        "receipt_fingerprint": claim.key.fingerprint,
        "receipt_answer": claim.answer,
        "receipt_at": at,
    }


def _change(at: datetime, write: CollectedWrite, seq: int) -> Change:
    value = None if write.thing is None else replace(write.thing, revision=seq)
    return Change(seq=seq, at=at, entity=write.table.kind.name, id=write.id, action=write.action, value=value)
