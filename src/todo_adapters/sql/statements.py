"""A SQL statement written once and compiled once, to the text and the argument order that a driver takes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Final
from uuid import UUID

from sqlalchemy import BindParameter, Column, Dialect, Integer, bindparam
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.elements import ClauseElement, ColumnElement

Row = Sequence[Any]
Processor = Callable[[Any], Any]

FIRST: Final = UUID(int=0)
"""Smaller than any id."""


def bind(column: Column[Any], name: str = "") -> BindParameter[Any]:
    """A parameter of the column's type, and of its name unless another one is given."""
    return bindparam(name or column.name, type_=column.type)


def number(name: str) -> BindParameter[int]:
    """A parameter that is a small whole number."""
    return bindparam(name, type_=Integer())


LIMIT: Final = number("limit")


class Prepared:
    """The text for one database, which arguments it takes in which order, and what becomes of them and of rows."""

    __slots__ = ("_binders", "_constants", "_pick", "_readers", "gives_our_values", "text")

    def __init__(self, clause: ClauseElement, dialect: Dialect) -> None:
        compiled = clause.compile(dialect=dialect)
        self.text = str(compiled)
        names: Sequence[str] = tuple(getattr(compiled, "positiontup", None) or ())
        self._pick = _picker(names)
        self._constants = {name: value for name, value in compiled.params.items() if value is not None}
        binds: Mapping[str, Any] = getattr(compiled, "binds", {})
        processors = [binds[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names]
        self._binders: list[tuple[int, Processor]] = [(i, bind) for i, bind in enumerate(processors) if bind]
        columns = getattr(clause, "exported_columns", ())
        readers = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
        self._readers: list[tuple[int, Processor]] = [(i, read) for i, read in enumerate(readers) if read]
        self.gives_our_values = not self._readers
        """True when the rows of the driver need no converting."""

    def arguments(self, values: Mapping[str, Any]) -> Sequence[Any]:
        """The arguments in the order of the text."""
        picked = self._pick({**self._constants, **values} if self._constants else values)
        if not self._binders:
            return picked
        found = list(picked)
        for place, bind in self._binders:
            found[place] = bind(found[place])
        return found

    def row(self, raw: Row) -> Row:
        """The row with its values as our own."""
        if not self._readers:
            return raw
        row = list(raw)
        for place, read in self._readers:
            row[place] = read(row[place])
        return row


def _picker(names: Sequence[str]) -> Callable[[Mapping[str, Any]], tuple[Any, ...]]:
    """Takes the values of these names, in this order: in C where there are several, which is the usual case."""
    if len(names) > 1:
        return itemgetter(*names)
    return lambda values: tuple(values[name] for name in names)


class Statement:
    """A statement, together with what it was compiled to so far. ``writes`` says that it inserts, updates or deletes.

    ``keyed`` promises that it only reads, and few rows that lie together behind a key: however much is stored,
    it takes microseconds. Where the database lives in this process, such a statement needs no thread.

    ``news`` is true in rows that tell what the caller may not have known to be durable; None if all do.
    """

    __slots__ = ("_prepared", "clause", "keyed", "news", "writes")

    def __init__(self, clause: ClauseElement, *, keyed: bool = False, news: ColumnElement[bool] | None = None) -> None:
        self.clause = clause
        self.keyed = keyed
        self.news = news
        self.writes = isinstance(clause, UpdateBase)
        self._prepared: dict[str, Prepared] = {}

    def prepared(self, dialect: Dialect) -> Prepared:
        """Compiled for this dialect, now or earlier."""
        found = self._prepared.get(dialect.name)
        if found is None:
            found = self._prepared[dialect.name] = Prepared(self.clause, dialect)
        return found


@dataclass(frozen=True, slots=True)
class WriteStatement:
    """A write to several tables, said in two ways that mean the same; the database takes the one that suits it.

    As one statement (PostgreSQL's CTEs), or as steps to take in order, each of which must find a row. Either way
    the first row is the result, and without one nothing has happened.
    """

    fused: Statement
    steps: Sequence[Statement]
