"""What a memory store remembers: a dictionary per kind of thing, and drafts of them that are not yet committed."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from todo_adapters.memory.locks import Key, Locks
from todo_core.ids import SessionId, UserId
from todo_core.model.attempts import Attempts
from todo_core.model.change import Change
from todo_core.model.kinds import E, Kind
from todo_core.model.session import LoginSession
from todo_core.model.user import Credentials
from todo_core.model.write_options import Receipt

K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class TrashedThing:
    """A thing in the trash, numbered by its deletion, which was part of that of ``root``."""

    kind: Kind[Any]
    thing: Any
    root: UUID
    at: datetime


@dataclass(slots=True)
class Shelf:
    """What one owner has, by kind; ``revision`` is the number of their latest change."""

    things: dict[Kind[Any], dict[UUID, Any]] = field(default_factory=dict)
    trash: dict[UUID, TrashedThing] = field(default_factory=dict)
    feed: list[Change] = field(default_factory=list)
    receipts: dict[str, tuple[Receipt, datetime]] = field(default_factory=dict)
    revision: int = 0
    feed_bytes: int = 0
    pruned: int = 0

    def table(self, kind: Kind[E]) -> dict[UUID, E]:
        return self.things.setdefault(kind, {})


@dataclass(slots=True)
class State:
    """Everything that is committed, and who holds which row of it."""

    users: dict[UserId, Credentials] = field(default_factory=dict)
    shelves: dict[UserId, Shelf] = field(default_factory=dict)
    sessions: dict[SessionId, LoginSession] = field(default_factory=dict)
    revoked: dict[SessionId, datetime] = field(default_factory=dict)
    attempts: dict[bytes, Attempts] = field(default_factory=dict)
    locks: Locks = field(default_factory=Locks)
    epoch: UUID = UUID(int=0)

    def shelf(self, owner: UserId) -> Shelf:
        """The owner's shelf; an empty one, to read, without an account."""
        return self.shelves.get(owner) or Shelf()


class Draft(Generic[K, V]):
    """A table as one unit of work sees it: what is committed now, and behind it in order what it has changed itself."""

    def __init__(self, table: dict[K, V]) -> None:
        self._table = table
        self._mine: dict[K, V | None] = {}

    def __len__(self) -> int:
        return len(self._table) + sum((value is not None) - (key in self._table) for key, value in self._mine.items())

    @property
    def changed(self) -> bool:
        return bool(self._mine)

    def get(self, key: K) -> V | None:
        return self._mine[key] if key in self._mine else self._table.get(key)

    def drops(self, key: K) -> bool:
        """True if ``drop`` was the latest change of this row."""
        return key in self._mine and self._mine[key] is None

    def items(self) -> list[tuple[K, V]]:
        others = {key: value for key, value in self._table.items() if key not in self._mine}
        return [(key, value) for key, value in {**others, **self._mine}.items() if value is not None]

    def values(self) -> list[V]:
        return [value for _, value in self.items()]

    def put(self, key: K, value: V) -> None:
        self._mine.pop(key, None)
        self._mine[key] = value

    def drop(self, key: K) -> None:
        self._mine[key] = None

    def publish(self) -> None:
        for key, value in self._mine.items():
            self._table.pop(key, None)
            if value is not None:
                self._table[key] = value
        self._mine.clear()


Aged = TypeVar("Aged", bound=tuple[Any, ...])


def oldest(
    rows: Iterable[Aged], after: datetime, before: datetime, limit: int
) -> tuple[Sequence[Aged], datetime | None]:
    """Of rows that begin with a moment, those between two moments, up to the moment of the last of ``limit``.

    Also that moment, or None when there are fewer.
    """
    found = sorted((row for row in rows if after < row[0] < before), key=lambda row: row[0])
    if len(found) < limit:
        return found, None
    end = found[limit - 1][0]
    return [row for row in found if row[0] <= end], end


def account_row(user_id: UserId) -> Key:
    """The row that every write to an account or to its owner's things goes through."""
    return ("account", user_id)


async def others_run() -> None:
    """Lets other tasks run, as waiting for a database would, so that races show on this store as well."""
    await asyncio.sleep(0)
