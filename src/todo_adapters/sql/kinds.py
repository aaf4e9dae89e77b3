"""How a kind of things is stored: from the kind and its table follow rows, statements and the feed's JSON."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, fields
from types import NoneType
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType
from sqlalchemy import Column, Table, bindparam, select

from todo_adapters.sql.functions import one_of_ids
from todo_adapters.sql.pages import within_bytes
from todo_adapters.sql.set_statements import deletion, insertion, replacement
from todo_adapters.sql.statements import LIMIT, Row, Statement, bind
from todo_adapters.sql.types import IDS
from todo_adapters.sql.write_statements import ALONE, write_statement
from todo_core.ids import UserId
from todo_core.model.kinds import E, Form, Kind, alternatives, text_type

T = TypeVar("T")

IN_EVERY_CHANGE: Final = ("user_id", "id", "revision")
"""What a change tells itself, so that it is not part of its value."""

BOUND: Final = re.compile(r"(entry|receipt|trash|added|most|beside)_|read_revision$|page_(begin|found)$|as_of$|ids$")
"""Names that statements bind or compute themselves."""

_encode: Final = msgspec.json.Encoder().encode


class KindTable(Generic[E]):
    """A kind and its table.

    Columns have the names of fields and take what ``Kind.plain`` gives. ``write`` computes the columns for which this
    is not so, among them those that are only searched and sorted by; ``read`` gives back the plain value of a field
    from such a column. Raises TypeError where kind and table do not match.
    """

    def __init__(
        self,
        kind: Kind[E],
        table: Table,
        write: Mapping[str, Callable[[E], Any]] | None = None,
        read: Mapping[str, Callable[[Any], Any]] | None = None,
    ) -> None:
        self._write = dict(write or {})
        if faults := list(_mismatches(kind, table, self._write, read or {})):
            raise TypeError(f"{kind!r} does not match the table {table.name}: {'; '.join(faults)}")
        self.kind = kind
        self.table = table
        self.columns: list[Column[Any]] = [table.c[name] for name in kind.names]
        self.width = len(self.columns)
        self._read = tuple((kind.names.index(name), function) for name, function in (read or {}).items())
        key = table.c.user_id == bind(table.c.user_id)
        self.get = Statement(select(*self.columns).where(key, table.c.id == bind(table.c.id)), keyed=True)
        behind = table.c.id > bind(table.c.id, "after")
        page = select(*self.columns).where(key, behind).order_by(table.c.id).limit(LIMIT).subquery()
        self.page = Statement(within_bytes(page, self.columns, kind.texts, lambda rows: [rows.c.id]))
        self.load = Statement(select(*self.columns).where(key, one_of_ids(table.c.id, bindparam("ids", type_=IDS))))
        self.insertion, self.replacement, self.deletion = insertion(table), replacement(table), deletion(table)
        self.writes = {
            (action, keyed): write_statement(kind, table, action, keyed) for action in ALONE for keyed in (False, True)
        }
        self._value: Any = _value_type(kind, self.columns)
        self._decode = msgspec.json.Decoder(self._value).decode
        self._defaults = _defaults(kind)
        self._readers = dict(self._read)
        self._written_fields = tuple(name for name in self._write if name in kind.names)
        self._computed = tuple(name for name in self._write if name not in kind.names)

    def shape(self, rows: Iterable[Row], form: Form[T]) -> list[T]:
        """What the form makes of rows of ``columns``, whatever columns stand behind them."""
        found, width, readers = [], self.width, self._read
        for row in rows:
            values = [*row[:width]]
            for place, read in readers:
                values[place] = read(values[place])
            found.append(form(*values))
        return found

    def entity(self, row: Row) -> E:
        """The thing in a row of ``columns``."""
        return self.shape((row,), self.kind.of_plain)[0]

    def entities(self, rows: Iterable[Row]) -> list[E]:
        """The things in rows of ``columns``."""
        return self.shape(rows, self.kind.of_plain)

    def fields(self, thing: E) -> dict[str, Any]:
        """The values of the columns that are fields."""
        values = dict(zip(self.kind.names, self.kind.plain(thing), strict=True))
        for name in self._written_fields:
            values[name] = self._write[name](thing)
        return values

    def computed(self, thing: E) -> dict[str, Any]:
        """The values of the other columns."""
        return {name: self._write[name](thing) for name in self._computed}

    def values(self, thing: E) -> dict[str, Any]:
        """The values of all columns."""
        return self.fields(thing) | self.computed(thing)

    def to_json(self, fields: Mapping[str, Any]) -> bytes:
        """What ``fields`` gave, as the value of a change."""
        return _encode(self._value(*[fields[name] for name in self._value.__struct_fields__]))

    def from_json(self, text: str, owner: UserId, thing_id: UUID, revision: int) -> E:
        """The thing as it was when its change was written."""
        value, readers = self._decode(text), self._readers
        known = {"user_id": owner, "id": thing_id, "revision": revision}
        plain = []
        for place, name in enumerate(self.kind.names):
            stored = known[name] if name in known else getattr(value, name)
            if stored is UNSET:
                stored = self._defaults[name]
            elif place in readers:
                stored = readers[place](stored)
            plain.append(stored)
        return self.kind.of_plain(*plain)


def _value_type(kind: Kind[Any], columns: list[Column[Any]]) -> type[msgspec.Struct]:
    """The value of a change as it is stored. A field that an older value lacks is UNSET."""
    types = {str(column.name): column.type.python_type | UnsetType | None for column in columns}
    own = [(name, found, UNSET) for name, found in types.items() if name not in IN_EVERY_CHANGE]
    return msgspec.defstruct(f"{kind.name}_value", own)


def _defaults(kind: Kind[Any]) -> dict[str, Any]:
    """The plain defaults of the fields of a kind; None for those without one."""
    found: dict[str, Any] = {}
    for field in fields(kind.entity):
        value = field.default if field.default_factory is MISSING else field.default_factory()
        found[field.name] = None if value is MISSING else getattr(value, "text", value)
    return found


def _mismatches(kind: Kind[Any], table: Table, write: Mapping[str, Any], read: Mapping[str, Any]) -> list[str]:
    found = [f"no column for the field {name}" for name in kind.names if name not in table.c]
    known = {*kind.names, *write}
    found += [f"no field for the column {column.name}" for column in table.c if column.name not in known]
    both = {name for name in write if name in kind.names}
    found += [f"no column for the computed {name}" for name in write if name not in table.c]
    found += [f"no column can be called {column.name}" for column in table.c if BOUND.match(column.name)]
    found += [f"{name} is either only written or only read" for name in sorted(both ^ read.keys())]
    for name in kind.names:
        if name in table.c and name not in write and (fault := _fault(table.c[name], kind.hints[name])):
            found.append(fault)
    return found


def _fault(column: Column[Any], hint: Any) -> str:
    """Why a column cannot take the plain values of a field of this type; empty when it can."""
    parts = alternatives(hint)
    [plain, *_] = [str if text_type(part) else getattr(part, "__supertype__", part) for part in parts]
    if column.type.python_type is not plain:
        return (
            f"{column.name} takes {column.type.python_type.__name__}, the field is {getattr(plain, '__name__', plain)}"
        )
    if column.nullable is not (NoneType in parts):
        return f"{column.name} can be null in one of them only"
    return ""
