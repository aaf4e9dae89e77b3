"""The statements that write one thing: counter, row, entry in the feed, and perhaps the receipt of a key.

Values of the row are bound by the names of their columns, those of the entry and the receipt with a prefix.
"""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import CTE, ColumnElement, Table, delete, exists, func, insert, select, update
from sqlalchemy.sql.dml import Update

from todo_adapters.sql.counters import MINE, advanced, within
from todo_adapters.sql.statements import Statement, WriteStatement, bind
from todo_adapters.sql.tables import changes, receipts, users
from todo_core.model.change import Action

C = changes.c
R = receipts.c
KEPT: Final = {"user_id", "id", "created_at"}
"""Columns that no update changes."""


def write_statement(table: Table, action: Action, keyed: bool, counted: bool) -> WriteStatement:
    """Writes one thing in a transaction of its own."""
    advance = _advance(action, keyed, counted)
    counter = select(users.c.revision).where(MINE).scalar_subquery()
    steps = [Statement(advance.returning(users.c.revision)), row_statement(table, action, counter), entry(counter)]
    if keyed:
        steps.append(receipt(counter))
    return WriteStatement(_fused(table, action, keyed, counted), steps)


def row_statement(table: Table, action: Action, revision: ColumnElement[int] | None = None) -> Statement:
    """Writes the row alone, if it has the revision that was read."""
    number = bind(table.c.revision) if revision is None else revision
    return Statement(_row(table, action, number).returning(table.c.id))


def entry(seq: ColumnElement[int]) -> Statement:
    """Appends the entry of one write."""
    values = {column.name: bind(column, f"entry_{column.name}") for column in C}
    values |= {"user_id": bind(C.user_id), "entity_id": bind(C.entity_id, "id")}
    return Statement(insert(changes).values(values | {"seq": seq}).returning(C.seq))


def receipt(first_seq: ColumnElement[int]) -> Statement:
    """Claims a key."""
    values = {column.name: bind(column, f"receipt_{column.name}") for column in R} | {"user_id": bind(R.user_id)}
    return Statement(insert(receipts).values(values | {"first_seq": first_seq}).returning(R.key))


def _unmoved(table: Table) -> list[Any]:
    columns = table.c
    read = bind(columns.revision, "read_revision")
    key = [columns.user_id == bind(columns.user_id), columns.id == bind(columns.id)]
    return [*key, columns.revision == func.coalesce(read, columns.revision)]


def _advance(action: Action, keyed: bool, counted: bool, there: Sequence[Any] = ()) -> Update:
    """The counter's part of one write, which has no effect where it would exceed a quota."""
    counts = [users.c.receipt_count] if keyed else []
    counts += [users.c.feed_bytes] if action is not Action.DELETED else []
    counts += [users.c.task_count] if counted and action is Action.CREATED else []
    fewer = {users.c.task_count: users.c.task_count - 1} if counted and action is Action.DELETED else {}
    return update(users).where(MINE, *there, *within(*counts)).values(advanced(*counts) | fewer)


def _fused(table: Table, action: Action, keyed: bool, counted: bool) -> Statement:
    """Counter, row, entry and perhaps receipt in one statement; gives the new revision, or no row for no effect.

    The counter is advanced only if the row is there as it was read and the key is free. Should that cease to be so
    in the very moment in which the counter's lock is waited for, the entry finds no row and its id would be null,
    or the receipt is there already; either way the whole statement fails: no number is ever taken for nothing.
    """
    there: list[Any] = []
    if action is not Action.CREATED:
        there.append(exists(select(table.c.id).where(*_unmoved(table))).correlate(None))
    if keyed:
        taken = select(R.key).where(R.user_id == bind(R.user_id), R.key == bind(R.key, "receipt_key"))
        there.append(~exists(taken).correlate(None))
    counter = _advance(action, keyed, counted, there).returning(users.c.id, users.c.revision).cte("counter")
    row = _row(table, action, counter.c.revision, counter).returning(table.c.id).cte("written")
    values: dict[str, Any] = {column.name: bind(column, f"entry_{column.name}") for column in C}
    values |= {"user_id": counter.c.id, "seq": counter.c.revision, "entity_id": select(row.c.id).scalar_subquery()}
    appended = insert(changes).from_select(list(values), select(*values.values())).returning(C.seq).cte("entry")
    ctes = [row, appended]
    if keyed:
        kept: dict[str, Any] = {column.name: bind(column, f"receipt_{column.name}") for column in R}
        kept |= {"user_id": counter.c.id, "first_seq": counter.c.revision}
        claimed = insert(receipts).from_select(list(kept), select(*kept.values())).returning(R.key)
        ctes.append(claimed.cte("receipt"))
    return Statement(select(counter.c.revision).add_cte(*ctes))


def _row(table: Table, action: Action, revision: ColumnElement[int], counter: CTE | None = None) -> Any:
    """Writes the row under this revision; only where the counter was advanced, if that is part of the statement."""
    values: dict[str, Any] = {column.name: bind(column) for column in table.c} | {"revision": revision}
    if action is Action.CREATED:
        if counter is None:
            return insert(table).values(values)
        return insert(table).from_select(list(values), select(*values.values()))
    which = [*([] if counter is None else [table.c.user_id == counter.c.id]), *_unmoved(table)]
    if action is Action.DELETED:
        return delete(table).where(*which)
    return update(table).where(*which).values({name: value for name, value in values.items() if name not in KEPT})
