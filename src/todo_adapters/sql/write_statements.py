"""The statements that write one thing: counter, row, entry in the feed, trash, and perhaps the receipt of a key.

Values of the row are bound by the names of their columns, the others with a prefix. The thing's previous change is the
revision that was read.
"""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import CTE, ColumnElement, Table, delete, exists, insert, null, select, update
from sqlalchemy.sql.dml import Update

from todo_adapters.sql.counters import COUNTED, MINE, advanced, within
from todo_adapters.sql.set_statements import KEPT, READ, unmoved
from todo_adapters.sql.statements import Statement, WriteStatement, bind
from todo_adapters.sql.tables import changes, receipts, trash, users
from todo_core.model.change import Action
from todo_core.model.kinds import Kind

C = changes.c
R = receipts.c
ALONE: Final = (Action.CREATED, Action.UPDATED, Action.DELETED)
"""The actions that can be a transaction of their own."""


def write_statement(kind: Kind[Any], table: Table, action: Action, keyed: bool) -> WriteStatement:
    """Writes one thing in a transaction of its own."""
    advance = _advance(kind, action, keyed)
    counter = select(users.c.revision).where(MINE).scalar_subquery()
    row = Statement(_row(table, action, counter).returning(table.c.id))
    steps = [Statement(advance.returning(users.c.revision)), row, entry(action, counter)]
    if action is Action.DELETED:
        values = {column.name: bind(column, f"trash_{column.name}") for column in trash.c}
        values |= {"user_id": bind(trash.c.user_id), "id": bind(trash.c.id)}
        steps.append(Statement(insert(trash).values(values | {"revision": counter}).returning(trash.c.id)))
    if keyed:
        steps.append(receipt(counter))
    return WriteStatement(_fused(table, action, keyed, advance), steps)


def entry(action: Action, seq: ColumnElement[int]) -> Statement:
    """Appends the entry of one write."""
    values: dict[str, Any] = {column.name: bind(column, f"entry_{column.name}") for column in C} | _links(action)
    values |= {"user_id": bind(C.user_id), "entity_id": bind(C.entity_id, "id")}
    return Statement(insert(changes).values(values | {"seq": seq}).returning(C.seq))


def _links(action: Action) -> dict[str, Any]:
    """The set, the previous change and the root of an entry that is alone in its set."""
    read = null() if action is Action.CREATED else bind(C.previous, READ)
    root = bind(trash.c.root_id, "trash_root_id") if action is Action.DELETED else null()
    return {"set_seq": null(), "previous": read, "root_id": root}


def receipt(first_seq: ColumnElement[int]) -> Statement:
    """Claims a key."""
    values = {column.name: bind(column, f"receipt_{column.name}") for column in R} | {"user_id": bind(R.user_id)}
    return Statement(insert(receipts).values(values | {"first_seq": first_seq}).returning(R.key))


def _advance(kind: Kind[Any], action: Action, keyed: bool) -> Update:
    """The counter's part of one write, which has no effect where it would exceed a quota."""
    counts = [users.c.receipt_count] if keyed else []
    counts += [users.c.feed_bytes] if action is not Action.DELETED else []
    more = kind.counts(action)
    if kind.counted and more > 0:
        counts.append(COUNTED[kind.counted])
    fewer = {COUNTED[kind.counted]: COUNTED[kind.counted] + more} if kind.counted and more < 0 else {}
    return update(users).where(MINE, *within(*counts)).values(advanced(*counts) | fewer)


def _fused(table: Table, action: Action, keyed: bool, advance: Update) -> Statement:
    """Counter, row, entry and perhaps receipt in one statement; gives the new revision, or no row for no effect.

    The counter is advanced only if the row is there as it was read and the key is free. Should that cease to be so
    in the very moment in which the counter's lock is waited for, the entry finds no row and its id would be null,
    or the receipt is there already; either way the whole statement fails: no number is ever taken for nothing.
    """
    there: list[Any] = []
    if action is not Action.CREATED:
        there.append(exists(select(table.c.id).where(*unmoved(table))).correlate(None))
    if keyed:
        taken = select(R.key).where(R.user_id == bind(R.user_id), R.key == bind(R.key, "receipt_key"))
        there.append(~exists(taken).correlate(None))
    counter = advance.where(*there).returning(users.c.id, users.c.revision).cte("counter")
    row = _row(table, action, counter.c.revision, counter).returning(table.c.id).cte("written")
    known = {"user_id": counter.c.id, "seq": counter.c.revision, "entity_id": select(row.c.id).scalar_subquery()}
    known |= _links(action)
    ctes = [row, _appended(changes, "entry", known)]
    if action is Action.DELETED:
        known = {"user_id": counter.c.id, "revision": counter.c.revision, "id": select(row.c.id).scalar_subquery()}
        ctes.append(_appended(trash, "trash", known))
    if keyed:
        ctes.append(_appended(receipts, "receipt", {"user_id": counter.c.id, "first_seq": counter.c.revision}))
    return Statement(select(counter.c.revision).add_cte(*ctes))


def _appended(table: Table, name: str, known: dict[str, ColumnElement[Any]]) -> CTE:
    """Adds a row of these values and of others, which are bound with the name in front."""
    values: dict[str, Any] = {column.name: bind(column, f"{name}_{column.name}") for column in table.c} | known
    added = insert(table).from_select(list(values), select(*values.values()))
    return added.returning(table.c.user_id).cte(f"{name}_added")


def _row(table: Table, action: Action, revision: ColumnElement[int], counter: CTE | None = None) -> Any:
    """Writes the row under this revision; only where the counter was advanced, if that is part of the statement."""
    values: dict[str, Any] = {column.name: bind(column) for column in table.c} | {"revision": revision}
    if action is Action.CREATED:
        if counter is None:
            return insert(table).values(values)
        return insert(table).from_select(list(values), select(*values.values()))
    which: Sequence[Any] = [*([] if counter is None else [table.c.user_id == counter.c.id]), *unmoved(table)]
    if action is Action.DELETED:
        return delete(table).where(*which)
    return update(table).where(*which).values({name: value for name, value in values.items() if name not in KEPT})
