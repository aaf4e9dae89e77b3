"""How collected writes are flushed: numbered by the owner's counter, each with its entry in the feed.

One write on PostgreSQL is one statement: it advances the counter under its lock, writes the row if its revision
is the one that was read, and appends the entry. Anything else is a transaction that does the same step by step.
Both take the counter's lock first, then the row's, so that they can never wait for one another in a circle.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CTE, BindParameter, Column, bindparam, delete, exists, insert, select, update
from sqlalchemy.sql.dml import UpdateBase

from todo_adapters.sql.database import Database, Transaction
from todo_adapters.sql.rows import from_task, task_to_json
from todo_adapters.sql.statements import Statement
from todo_adapters.sql.tables import changes, tasks, users
from todo_core.errors import MovedOn, NotFound
from todo_core.ids import TaskId, UserId
from todo_core.model.change import Change, ChangeKind, EntityKind
from todo_core.model.task import Task

T = tasks.c
WRITTEN: Final = [column for column in tasks.c if column.name != "revision"]
KEPT: Final = {"user_id", "id", "created_at"}


@dataclass(frozen=True, slots=True)
class Write:
    """One collected write; ``read`` is the revision that the row had when it was read."""

    kind: ChangeKind
    task_id: TaskId
    task: Task | None = None
    read: int = 0


def _bind(column: Column[Any], name: str | None = None) -> BindParameter[Any]:
    return bindparam(name or column.name, type_=column.type)


def _key() -> list[Any]:
    return [T.user_id == _bind(T.user_id), T.id == _bind(T.id)]


def _unmoved() -> list[Any]:
    return [*_key(), T.revision == _bind(T.revision, "read")]


def _fused(kind: ChangeKind) -> Statement:
    """Counter, row and entry in one statement, which gives the new revision, or no row when there was nothing to do.

    The counter is advanced only if the row is there as it was read. Should it move on in the very moment in which
    the counter's lock is waited for, the entry finds no row, its id would be null, and the whole statement fails:
    no number is ever taken for nothing.
    """
    mine = users.c.id == _bind(T.user_id)
    guard = {ChangeKind.UPDATED: _unmoved, ChangeKind.DELETED: _key}
    there = [exists(select(T.id).where(*guard[kind]())).correlate(None)] if kind in guard else []
    counter = (
        update(users)
        .where(mine, *there)
        .values(revision=users.c.revision + 1)
        .returning(users.c.id, users.c.revision)
        .cte("counter")
    )
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
    return Statement(select(counter.c.revision).add_cte(row, entry))


def _fused_row(kind: ChangeKind, counter: CTE) -> Any:
    if kind is ChangeKind.CREATED:
        values = {column.name: _bind(column) for column in WRITTEN} | {"revision": counter.c.revision}
        return insert(tasks).from_select(list(values), select(*values.values()))
    if kind is ChangeKind.UPDATED:
        changed = {column.name: _bind(column) for column in WRITTEN if column.name not in KEPT}
        return (
            update(tasks).where(T.user_id == counter.c.id, *_unmoved()).values(revision=counter.c.revision, **changed)
        )
    return delete(tasks).where(T.user_id == counter.c.id, *_key())


def _plain_row(kind: ChangeKind) -> UpdateBase:
    if kind is ChangeKind.CREATED:
        return insert(tasks).values({column.name: _bind(column) for column in T}).returning(T.id)
    if kind is ChangeKind.UPDATED:
        changed = {column.name: _bind(column) for column in T if column.name not in KEPT}
        return update(tasks).where(*_unmoved()).values(changed).returning(T.id)
    return delete(tasks).where(*_key()).returning(T.id)


KINDS: Final = (ChangeKind.CREATED, ChangeKind.UPDATED, ChangeKind.DELETED)
FUSED: Final = {kind: _fused(kind) for kind in KINDS}
ROW: Final = {kind: Statement(_plain_row(kind)) for kind in KINDS}
ENTRY: Final = Statement(
    insert(changes).values({column.name: _bind(column) for column in changes.c}).returning(changes.c.seq)
)
LOCK: Final = Statement(select(users.c.revision).where(users.c.id == _bind(users.c.id, "user_id")).with_for_update())
ADVANCE: Final = Statement(
    update(users)
    .where(users.c.id == _bind(users.c.id, "user_id"))
    .values(revision=users.c.revision + _bind(users.c.revision, "count"))
    .returning(users.c.revision)
)


async def lock(transaction: Transaction, owner: UserId) -> None:
    """Holds the owner's counter. Raises NotFound when the account is gone."""
    if await transaction.one(LOCK, {"user_id": owner}) is None:
        raise NotFound("account")


async def flush_alone(database: Database, owner: UserId, at: datetime, write: Write) -> Change:
    """One write as one statement. Raises MovedOn, or NotFound when there was nothing to remove."""
    row = await database.write(FUSED[write.kind], _values(owner, at, write))
    if row is not None:
        return _change(at, write, row[0])
    if write.kind is ChangeKind.UPDATED:
        raise MovedOn
    raise NotFound("task" if write.kind is ChangeKind.DELETED else "account")


async def flush(
    transaction: Transaction, owner: UserId, at: datetime, writes: Sequence[Write], flushed: Sequence[Change]
) -> list[Change]:
    """The writes, in order, inside a transaction in which others were flushed before. Raises as ``flush_alone``."""
    counter = await transaction.one(ADVANCE, {"user_id": owner, "count": len(writes)})
    if counter is None:
        raise NotFound("account")
    first = counter[0] - len(writes) + 1
    written: dict[UUID, int] = {change.id: change.seq for change in flushed}
    found = []
    for seq, collected in enumerate(writes, first):
        write = replace(collected, read=written.get(collected.task_id, collected.read))
        values = _values(owner, at, write) | {"revision": seq}
        if await transaction.one(ROW[write.kind], values) is None:
            raise NotFound("task") if write.kind is ChangeKind.DELETED else MovedOn
        entry = {name: values[name] for name in ("user_id", "at", "entity", "kind", "value")}
        await transaction.one(ENTRY, entry | {"seq": seq, "entity_id": write.task_id})
        written[write.task_id] = seq
        found.append(_change(at, write, seq))
    return found


def _values(owner: UserId, at: datetime, write: Write) -> dict[str, Any]:
    values: dict[str, Any] = {"user_id": owner, "id": write.task_id, "read": write.read, "value": None}
    if write.task is not None:
        values |= from_task(write.task)
        values["value"] = task_to_json(values)
    return values | {"at": at, "entity": EntityKind.TASK.value, "kind": write.kind.value}


def _change(at: datetime, write: Write, seq: int) -> Change:
    value = None if write.task is None else replace(write.task, revision=seq)
    return Change(seq=seq, at=at, entity=EntityKind.TASK, id=write.task_id, kind=write.kind, value=value)
