"""Writes of any number of rows, of any owners: arrays in, one row for each row written out."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, TypeAlias

from sqlalchemy import (
    CTE,
    Column,
    Table,
    TableValuedAlias,
    bindparam,
    column,
    delete,
    func,
    insert,
    literal_column,
    select,
    union_all,
    update,
)
from sqlalchemy.sql.dml import UpdateBase

from todo_adapters.sql.statements import Statement, bind
from todo_adapters.sql.types import SORTED_TEXT, TEXT, Array

Rows: TypeAlias = Sequence[Mapping[str, Any]]

KEPT: Final = {"user_id", "id", "created_at"}
"""Columns that no update changes."""

READ: Final = "read_revision"
"""The value that the revision of a stored row must have."""


class SetStatement:
    """A write of any number of rows, in two forms with the same effect.

    ``arrays`` takes an array for each of ``names``, called after the statement and the name, so that several can be
    parts of one statement. ``each`` takes the values of one row. Both return two columns for each row written: its
    owner and the id of the thing.
    """

    __slots__ = ("arrays", "each", "name", "names")

    def __init__(self, name: str, names: Sequence[str], arrays: UpdateBase, each: Statement) -> None:
        self.name = name
        self.names = names
        self.arrays = arrays
        self.each = each

    def values(self, rows: Rows) -> dict[str, list[Any]]:
        """What ``arrays`` takes."""
        return {f"{self.name}_{name}": [row[name] for row in rows] for name in self.names}


@lru_cache(maxsize=256)
def together(parts: tuple[SetStatement, ...]) -> Statement:
    """One statement of all parts. Its rows begin with the place of the part that wrote them.

    No part sees what the others write, and references are checked after all of them.
    """
    ctes: list[CTE] = [part.arrays.cte(part.name) for part in parts]
    return Statement(union_all(*[select(literal_column(str(place)), *cte.c) for place, cte in enumerate(ctes)]))


def given(name: str, columns: Mapping[str, Column[Any]]) -> TableValuedAlias:
    """The rows that arrays make up, with these columns."""
    arrays = [bindparam(f"{name}_{key}", type_=Array(_item_type(each))) for key, each in columns.items()]
    named = [column(key, each.type) for key, each in columns.items()]
    return func.unnest(*arrays).table_valued(*named).render_derived()


def _item_type(of: Column[Any]) -> Any:
    return TEXT if of.type is SORTED_TEXT else of.type


def insertion(table: Table, key: str = "id") -> SetStatement:
    """Adds rows."""
    name = f"{table.name}_in"
    columns = {each.name: each for each in table.c}
    rows = given(name, columns)
    out = (table.c.user_id, table.c[key])
    arrays = insert(table).from_select(list(columns), select(*rows.c)).returning(*out)
    each = insert(table).values({each: bind(table.c[each]) for each in columns}).returning(*out)
    return SetStatement(name, tuple(columns), arrays, Statement(each))


def replacement(table: Table) -> SetStatement:
    """Changes rows that have the revision that was read."""
    name = f"{table.name}_up"
    columns = {each.name: each for each in table.c if each.name != "created_at"} | {READ: table.c.revision}
    rows = given(name, columns)
    changed = [each for each in columns if each != READ and each not in KEPT]
    out = (table.c.user_id, table.c.id)
    arrays = update(table).where(*_unmoved(table, rows)).values({each: rows.c[each] for each in changed})
    each = update(table).where(*unmoved(table)).values({each: bind(table.c[each]) for each in changed})
    return SetStatement(name, tuple(columns), arrays.returning(*out), Statement(each.returning(*out)))


def deletion(table: Table) -> SetStatement:
    """Deletes rows that have the revision that was read."""
    name = f"{table.name}_out"
    columns = {"user_id": table.c.user_id, "id": table.c.id, READ: table.c.revision}
    out = (table.c.user_id, table.c.id)
    arrays = delete(table).where(*_unmoved(table, given(name, columns))).returning(*out)
    return SetStatement(name, tuple(columns), arrays, Statement(delete(table).where(*unmoved(table)).returning(*out)))


def unmoved(table: Table) -> list[Any]:
    """The row that is written, as it was read."""
    columns = table.c
    key = [columns.user_id == bind(columns.user_id), columns.id == bind(columns.id)]
    return [*key, columns.revision == bind(columns.revision, READ)]


def _unmoved(table: Table, rows: TableValuedAlias) -> list[Any]:
    columns = table.c
    return [columns.user_id == rows.c.user_id, columns.id == rows.c.id, columns.revision == rows.c[READ]]
