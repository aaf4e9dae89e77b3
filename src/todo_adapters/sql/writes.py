"""How collected writes are flushed: numbered by the owner's counter, each with its entry in the feed.

One write is one deed: it advances the counter under its lock, writes the row if its revision is the one that was
read, and appends the entry; on PostgreSQL in a single statement, on SQLite in steps that need no answers between
them. Anything else is a transaction that does the same with answers. All take the counter's lock first, then the
row's, so that they can never wait for one another in a circle.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    CTE,
    BindParameter,
    Column,
    ColumnElement,
    bindparam,
    delete,
    exists,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.sql.dml import Update, UpdateBase

from todo_adapters.sql.counters import MINE, advance, advanced, revision, values_of, within
from todo_adapters.sql.database import Database, Transaction
from todo_adapters.sql.rows import from_task, task_to_json
from todo_adapters.sql.statements import Deed, Statement
from todo_adapters.sql.tables import changes, receipts, tasks, users
from todo_core.errors import MovedOn, NotFound
from todo_core.ids import TaskId, UserId
from todo_core.model.change import Change, ChangeKind, EntityKind
from todo_core.model.quota import Quota, Usage
from todo_core.model.task import Task
from todo_core.model.write_options import RECEIPTS_KEPT, Key

T = tasks.c
R = receipts.c
WRITTEN: Final = [column for column in tasks.c if column.name != "revision"]
KEPT: Final = {"user_id", "id", "created_at"}


@dataclass(frozen=True, slots=True)
class Write:
    """One collected write; ``read`` is the revision that the row must still have, None when any will do."""

    kind: ChangeKind
    task_id: TaskId
    task: Task | None = None
    read: int | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """A key that is claimed together with the writes, and the answer that is kept under it."""

    key: Key
    answer: str


def _bind(column: Column[Any], name: str | None = None) -> BindParameter[Any]:
    return bindparam(name or column.name, type_=column.type)


def _key() -> list[Any]:
    return [T.user_id == _bind(T.user_id), T.id == _bind(T.id)]


def _unmoved() -> list[Any]:
    read = _bind(T.revision, "read")
    return [*_key(), T.revision == func.coalesce(read, T.revision)]


def _fused(kind: ChangeKind, keyed: bool) -> Statement:
    """Counter, row, entry and perhaps receipt in one statement; gives the new revision, or no row for no effect.

    The counter is advanced only if the row is there as it was read and the key is free. Should that cease to be so
    in the very moment in which the counter's lock is waited for, the entry finds no row and its id would be null,
    or the receipt is there already; either way the whole statement fails: no number is ever taken for nothing.
    """
    there: list[Any] = [] if kind is ChangeKind.CREATED else [exists(select(T.id).where(*_unmoved())).correlate(None)]
    if keyed:
        there.append(~exists(select(R.key).where(R.user_id == _bind(T.user_id), R.key == _bind(R.key))).correlate(None))
    counter = _advance(kind, keyed, there).returning(users.c.id, users.c.revision).cte("counter")
    row = _fused_row(kind, counter).returning(T.id).cte("written")
    values = {
        "user_id": counter.c.id,
        "seq": counter.c.revision,
        "at": _bind(changes.c.at),
        "entity": _bind(changes.c.entity),
        "entity_id": select(row.c.id).scalar_subquery(),
        "kind": _bind(changes.c.kind),
        "value": _bind(changes.c.value),
    }
    entry = insert(changes).from_select(list(values), select(*values.values())).returning(changes.c.seq).cte("entry")
    ctes = [row, entry]
    if keyed:
        kept: dict[str, Any] = {column.name: _bind(column) for column in R}
        kept |= {"user_id": counter.c.id, "first_seq": counter.c.revision, "at": _bind(changes.c.at)}
        receipt = insert(receipts).from_select(list(kept), select(*kept.values())).returning(R.key)
        ctes.append(receipt.cte("receipt"))
    return Statement(select(counter.c.revision).add_cte(*ctes))


def _advance(kind: ChangeKind, keyed: bool, there: Sequence[Any] = ()) -> Update:
    """The counter's part of one write, which has no effect where it would exceed a quota."""
    counted = [users.c.receipt_count] if keyed else []
    counted += [users.c.feed_bytes] if kind is not ChangeKind.DELETED else []
    counted += [users.c.task_count] if kind is ChangeKind.CREATED else []
    removed = {users.c.task_count: users.c.task_count - 1} if kind is ChangeKind.DELETED else {}
    return update(users).where(MINE, *there, *within(*counted)).values(advanced(*counted) | removed)


def _fused_row(kind: ChangeKind, counter: CTE) -> Any:
    if kind is ChangeKind.CREATED:
        values = {column.name: _bind(column) for column in WRITTEN} | {"revision": counter.c.revision}
        return insert(tasks).from_select(list(values), select(*values.values()))
    if kind is ChangeKind.UPDATED:
        changed = {column.name: _bind(column) for column in WRITTEN if column.name not in KEPT}
        return (
            update(tasks).where(T.user_id == counter.c.id, *_unmoved()).values(revision=counter.c.revision, **changed)
        )
    return delete(tasks).where(T.user_id == counter.c.id, *_unmoved())


def _row(kind: ChangeKind, revision: ColumnElement[int]) -> Statement:
    values: dict[str, Any] = {column.name: _bind(column) for column in T} | {"revision": revision}
    statement: UpdateBase
    if kind is ChangeKind.CREATED:
        statement = insert(tasks).values(values)
    elif kind is ChangeKind.UPDATED:
        changed = {name: value for name, value in values.items() if name not in KEPT}
        statement = update(tasks).where(*_unmoved()).values(changed)
    else:
        statement = delete(tasks).where(*_unmoved())
    return Statement(statement.returning(T.id))


def _entry(revision: ColumnElement[int]) -> Statement:
    values: dict[str, Any] = {column.name: _bind(column) for column in changes.c}
    values |= {"seq": revision, "entity_id": _bind(changes.c.entity_id, "id")}
    return Statement(insert(changes).values(values).returning(changes.c.seq))


def _receipt(first_seq: ColumnElement[int]) -> Statement:
    values: dict[str, Any] = {column.name: _bind(column) for column in R} | {"first_seq": first_seq}
    return Statement(insert(receipts).values(values).returning(R.key))


def _steps(kind: ChangeKind, keyed: bool) -> list[Statement]:
    """What ``_fused`` does, one after the other. They read the number from the counter that the first has advanced."""
    counter = select(users.c.revision).where(MINE).scalar_subquery()
    advance = _advance(kind, keyed).returning(users.c.revision)
    return [Statement(advance), _row(kind, counter), _entry(counter), *([_receipt(counter)] if keyed else [])]


ADDED_TASKS: Final = {ChangeKind.CREATED: 1, ChangeKind.UPDATED: 0, ChangeKind.DELETED: -1}
KINDS: Final = (ChangeKind.CREATED, ChangeKind.UPDATED, ChangeKind.DELETED)
DEEDS: Final = {
    (kind, keyed): Deed(_fused(kind, keyed), _steps(kind, keyed)) for kind in KINDS for keyed in (False, True)
}
ROW: Final = {kind: _row(kind, _bind(T.revision)) for kind in KINDS}
ENTRY: Final = _entry(_bind(T.revision))
RECEIPT: Final = _receipt(_bind(R.first_seq))
DISCARD: Final = Statement(
    delete(receipts)
    .where(R.user_id == _bind(R.user_id), R.key == _bind(R.key), R.at < _bind(R.at, "before"))
    .returning(R.key)
)


async def flush_alone(
    database: Database, owner: UserId, at: datetime, write: Write, claim: Claim | None, quota: Quota
) -> Change:
    """One write as one deed.

    Raises NotFound when there was nothing to remove, or no account to add to, and MovedOn for every other reason.
    """
    values = _values(owner, at, write)
    added = Usage(ADDED_TASKS[write.kind], 0 if claim is None else 1, values["value_bytes"])
    values |= values_of(added, quota)
    if claim:
        values |= _kept(claim)
    row = await database.write(DEEDS[write.kind, claim is not None], values)
    if row is not None:
        return _change(at, write, row[0])
    if claim is None and write.kind is ChangeKind.CREATED:
        await revision(database, owner)
    elif claim is None and write.read is None:
        raise NotFound("task")
    raise MovedOn


async def claim_key(transaction: Transaction, owner: UserId, at: datetime, claim: Claim, first_seq: int) -> None:
    """Keeps the receipt inside a transaction. Raises MovedOn when there is one already that is still valid."""
    expired = {"user_id": owner, "key": claim.key.text, "before": at - RECEIPTS_KEPT}
    await transaction.one(DISCARD, expired)
    await transaction.one(RECEIPT, _kept(claim) | {"user_id": owner, "at": at, "first_seq": first_seq})


async def flush(
    transaction: Transaction,
    owner: UserId,
    at: datetime,
    writes: Sequence[Write],
    flushed: Sequence[Change],
    receipts_added: int,
    quota: Quota,
) -> list[Change]:
    """The writes, in order, inside a transaction in which others were flushed before.

    Raises NotFound, MovedOn, LimitReached, and Uncounted when the counts for the quotas have to be made anew.
    """
    bound = [_values(owner, at, write) for write in writes]
    tasks_added = sum(ADDED_TASKS[write.kind] for write in writes)
    added = Usage(tasks_added, receipts_added, sum(values["value_bytes"] for values in bound))
    last = await advance(transaction, owner, at, len(writes), added, quota)
    written: dict[UUID, int] = {change.id: change.seq for change in flushed}
    found = []
    for seq, (write, values) in enumerate(zip(writes, bound, strict=True), last - len(writes) + 1):
        values["revision"] = seq
        if write.read is not None:
            values["read"] = written.get(write.task_id, write.read)
        if await transaction.one(ROW[write.kind], values) is None:
            raise NotFound("task") if write.kind is ChangeKind.DELETED and write.read is None else MovedOn
        await transaction.one(ENTRY, values)
        written[write.task_id] = seq
        found.append(_change(at, write, seq))
    return found


def _values(owner: UserId, at: datetime, write: Write) -> dict[str, Any]:
    values: dict[str, Any] = {
        "user_id": owner,
        "id": write.task_id,
        "read": write.read,
        "value": None,
        "value_bytes": 0,
    }
    if write.task is not None:
        values |= from_task(write.task)
        value = task_to_json(values)
        values |= {"value": value.decode(), "value_bytes": len(value)}
    return values | {"at": at, "entity": EntityKind.TASK.value, "kind": write.kind.value}


def _kept(claim: Claim) -> dict[str, Any]:
    return {"key": claim.key.text, "fingerprint": claim.key.fingerprint, "answer": claim.answer}


def _change(at: datetime, write: Write, seq: int) -> Change:
    value = None if write.task is None else replace(write.task, revision=seq)
    return Change(seq=seq, at=at, entity=EntityKind.TASK, id=write.task_id, kind=write.kind, value=value)
