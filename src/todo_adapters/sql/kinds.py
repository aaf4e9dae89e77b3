"""How a kind of things is stored: from the kind and its table follow rows, statements and the feed's JSON."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from types import NoneType
from typing import Any, Final, Generic, TypeVar, get_args
from uuid import UUID

import msgspec
from sqlalchemy import Column, Table, select

from todo_adapters.sql.statements import LIMIT, Row, Statement, bind
from todo_adapters.sql.write_statements import row_statement, write_statement
from todo_core.ids import UserId
from todo_core.model.change import Action
from todo_core.model.kinds import E, Form, Kind, text_type

T = TypeVar("T")

IN_EVERY_CHANGE: Final = ("user_id", "id", "revision")
"""What a change tells itself, so that it is not part of its value."""

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
        page = select(*self.columns).where(key, behind).order_by(table.c.id)
        self.page = Statement(page.limit(LIMIT), keyed=True)
        self.rows = {action: row_statement(table, action) for action in Action}
        self.writes = {
            (action, keyed): write_statement(table, action, keyed, kind.counted)
            for action in Action
            for keyed in (False, True)
        }
        self._value: Any = _value_type(kind, self.columns)
        self._decode = msgspec.json.Decoder(self._value).decode

    def shape(self, row: Row, form: Form[T]) -> T:
        """What the form makes of a row of ``columns``, whatever columns stand behind them."""
        values = list(row[: self.width])
        for place, read in self._read:
            values[place] = read(values[place])
        return form(*values)

    def entity(self, row: Row) -> E:
        """The thing in a row of ``columns``."""
        return self.shape(row, self.kind.of_plain)

    def values(self, thing: E) -> dict[str, Any]:
        """The values of all columns."""
        values = dict(zip(self.kind.names, self.kind.plain(thing), strict=True))
        for name, compute in self._write.items():
            values[name] = compute(thing)
        return values

    def to_json(self, values: Mapping[str, Any]) -> bytes:
        """What ``values`` gave, as the value of a change."""
        return _encode(self._value(*[values[name] for name in self._value.__struct_fields__]))

    def from_json(self, text: str, owner: UserId, thing_id: UUID, revision: int) -> E:
        """The thing as it was when its change was written."""
        values = msgspec.structs.asdict(self._decode(text))
        values |= {"user_id": owner, "id": thing_id, "revision": revision}
        return self.entity([values[name] for name in self.kind.names])


def _value_type(kind: Kind[Any], columns: list[Column[Any]]) -> type[msgspec.Struct]:
    """The value of a change as it is stored. A field that an older value lacks has the default of its class."""
    defaults = {
        field.name: field.default if isinstance(field.default, bool | int | str) else None
        for field in fields(kind.entity)
    }
    return msgspec.defstruct(
        f"{kind.name}_value",
        [
            (str(column.name), column.type.python_type | None, defaults[column.name])
            for column in columns
            if column.name not in IN_EVERY_CHANGE
        ],
    )


def _mismatches(kind: Kind[Any], table: Table, write: Mapping[str, Any], read: Mapping[str, Any]) -> list[str]:
    found = [f"no column for the field {name}" for name in kind.names if name not in table.c]
    known = {*kind.names, *write}
    found += [f"no field for the column {column.name}" for column in table.c if column.name not in known]
    both = {name for name in write if name in kind.names}
    found += [f"{name} is either only written or only read" for name in sorted(both ^ read.keys())]
    for name in kind.names:
        if name in table.c and name not in write and (fault := _fault(table.c[name], kind.hints[name])):
            found.append(fault)
    return found


def _fault(column: Column[Any], hint: Any) -> str:
    """Why a column cannot take the plain values of a field of this type; empty when it can."""
    parts = get_args(hint) or (hint,)
    [plain, *_] = [str if text_type(part) else getattr(part, "__supertype__", part) for part in parts]
    if column.type.python_type is not plain:
        return f"{column.name} takes {column.type.python_type.__name__}, the field is {plain.__name__}"
    if column.nullable is not (NoneType in parts):
        return f"{column.name} can be null in one of them only"
    return ""
