"""What a unit of work has read and written so far."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from todo_adapters.sql.kinds import KindTable
from todo_adapters.sql.subtrees import Forest
from todo_adapters.sql.tags import has_tag_rows, tag_rows_differ
from todo_adapters.sql.write_statements import ALONE
from todo_core.ids import SessionId, UserId
from todo_core.model.change import Action
from todo_core.model.task import TASKS

GONE = frozenset({Action.DELETED, Action.PURGED})
"""The actions after which a thing is not in its table."""


@dataclass(frozen=True, slots=True)
class Author:
    """Whose storage a unit of work writes, when, and in which login session."""

    owner: UserId
    at: datetime
    session: SessionId | None


@dataclass(frozen=True, slots=True)
class CollectedWrite:
    """One collected write of a thing, which carries the revision as which it was read.

    ``before`` is the thing as it was before, None if that is not known. ``root`` is that of a deletion.
    """

    table: KindTable[Any]
    action: Action
    thing: Any
    before: Any = None
    root: UUID | None = None

    @property
    def id(self) -> UUID:
        thing_id: UUID = self.thing.id
        return thing_id

    @property
    def alone(self) -> bool:
        """True if it can be a transaction of its own."""
        if self.action is Action.CREATED:
            return not has_tag_rows(self.table.kind, self.thing)
        if self.action is Action.UPDATED:
            return not tag_rows_differ(self.table.kind, self.before, self.thing)
        return self.action in ALONE


class Collected:
    """Things by kind and id as the unit of work knows them, None for those that are not there, and its writes.

    ``last`` is the last action on each id. ``revisions`` are those of the things that were flushed, ``set_seq`` is the
    number of the first write among them. ``deletions`` counts the things of each deletion.
    """

    def __init__(self) -> None:
        self.writes: list[CollectedWrite] = []
        self.last: dict[UUID, Action] = {}
        self.revisions: dict[tuple[str, UUID], int] = {}
        self.set_seq: int | None = None
        self.deletions: Counter[UUID] = Counter()
        self.known: defaultdict[str, dict[UUID, Any]] = defaultdict(dict)
        self.forest = Forest(self.known[TASKS.name])

    def note(self, table: KindTable[Any], thing_id: UUID, thing: Any) -> None:
        """Keeps a thing, or None, as it is now."""
        if table.kind is TASKS:
            self.forest.note(thing_id, thing)
        self.known[table.kind.name][thing_id] = thing

    def note_read(self, table: KindTable[Any], things: Iterable[Any]) -> None:
        """Keeps things as they are stored, unless newer forms of them are known."""
        known = self.known[table.kind.name]
        for thing in things:
            if thing.id not in known:
                self.note(table, thing.id, thing)

    def write(self, table: KindTable[Any], action: Action, thing: Any, root: UUID | None = None) -> None:
        before = self.known[table.kind.name].get(thing.id)
        if action is Action.DELETED:
            root = root or thing.id
            self.deletions[root] += 1
        self.writes.append(CollectedWrite(table, action, thing, before, root))
        self.last[thing.id] = action
        self.note(table, thing.id, None if action in GONE else thing)
        if action in (Action.CREATED, Action.RESTORED) and table.kind is TASKS:
            self.forest.whole.add(thing.id)

    def forget(self) -> None:
        """Forgets what was read, because it may have changed since."""
        for known in self.known.values():
            known.clear()
        self.forest.clear()
