"""The statement that changes one thing and adds one of another kind beside it: a completion and its task.

It is a transaction of its own, as those in ``write_statements.py``. The addition is the first change of the set. The
values of its row and of its entry in the feed are bound with "beside" in front.
"""

from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Table, insert, literal_column, null, select

from todo_adapters.sql.collected import CollectedWrite
from todo_adapters.sql.counters import MINE
from todo_adapters.sql.kinds import KindTable
from todo_adapters.sql.set_statements import READ
from todo_adapters.sql.statements import Statement, WriteStatement, bind
from todo_adapters.sql.tables import changes, receipts, users
from todo_adapters.sql.write_statements import advancing, appended, possible, receipt, row_of
from todo_core.model.change import Action

C = changes.c


def is_pair(writes: list[CollectedWrite]) -> bool:
    """True if these writes are the addition of a thing that counts toward no quota, and the change of another one."""
    if len(writes) != 2:
        return False
    added, changed = writes
    return (
        (added.action, changed.action) == (Action.CREATED, Action.UPDATED)
        and (added.alone and changed.alone)
        and added.table is not changed.table
        and not (added.table.kind.counted or added.table.kind.references)
    )


@lru_cache(maxsize=8)
def pair_statement(changed: KindTable[Any], added: KindTable[Any], keyed: bool) -> WriteStatement:
    """Takes two numbers, and returns the second one."""
    table, beside = changed.table, added.table
    advanced = advancing(changed.kind, Action.UPDATED, keyed).values({users.c.revision: users.c.revision + _number(2)})
    seq = select(users.c.revision).where(MINE).scalar_subquery()
    first = seq - _number(1)
    values = _values(beside, "beside", {"user_id": bind(beside.c.user_id), "revision": first})
    entries = [_values(changes, name, {"user_id": bind(C.user_id), **known}) for name, known in _entries(seq)]
    steps = [
        Statement(advanced.returning(users.c.revision)),
        Statement(row_of(table, Action.UPDATED, seq).returning(table.c.id)),
        Statement(insert(beside).values(values).returning(beside.c.id)),
        *[Statement(insert(changes).values(entry).returning(C.seq)) for entry in entries],
        *([receipt(first)] if keyed else []),
    ]
    counter = advanced.where(*possible(table, Action.UPDATED, keyed)).returning(users.c.id, users.c.revision)
    taken = counter.cte("counter")
    owner, last = taken.c.id, taken.c.revision
    written = row_of(table, Action.UPDATED, last, taken).returning(table.c.id).cte("written")
    ctes = [written, appended(beside, "beside", {"user_id": owner, "revision": last - _number(1)})]
    thing = {"entry": {"entity_id": select(written.c.id).scalar_subquery()}}
    for name, known in _entries(last):
        ctes.append(appended(changes, name, {"user_id": owner, **known, **thing.get(name, {})}))
    if keyed:
        ctes.append(appended(receipts, "receipt", {"user_id": owner, "first_seq": last - _number(1)}))
    return WriteStatement(Statement(select(last).add_cte(*ctes)), steps)


def _entries(seq: ColumnElement[int]) -> list[tuple[str, dict[str, ColumnElement[Any]]]]:
    """The entries in the feed by the names with which their values are bound, and what they know."""
    first = seq - _number(1)
    same: dict[str, ColumnElement[Any]] = {"set_seq": first, "root_id": null()}
    changed: dict[str, ColumnElement[Any]] = {
        "seq": seq,
        "previous": bind(C.previous, READ),
        "entity_id": bind(C.entity_id, "id"),
    }
    return [("beside_entry", {**same, "seq": first, "previous": null()}), ("entry", {**same, **changed})]


def _values(table: Table, name: str, known: dict[str, ColumnElement[Any]]) -> dict[str, Any]:
    return {column.name: bind(column, f"{name}_{column.name}") for column in table.c} | known


def _number(number: int) -> ColumnElement[int]:
    return literal_column(str(number))
