"""One owner's things of any kind, the writes that a unit of work collects, and their numbering."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import accumulate
from typing import Any, Generic, TypeVar
from uuid import UUID

from todo_adapters.memory.state import Draft, Shelf, others_run
from todo_adapters.memory.strictness import Misuse, check_storable
from todo_core.errors import MovedOn, NotFound
from todo_core.ids import UserId
from todo_core.limits import PAGE_BYTES
from todo_core.model.change import Action, Change
from todo_core.model.kinds import E, Form, Kind
from todo_core.paging import Page

T = TypeVar("T")


class MemoryThingReads(Generic[E]):
    """The things of a kind as they are committed, with the changes of a draft on top."""

    def __init__(self, kind: Kind[E], things: Draft[UUID, E], shelf: Shelf) -> None:
        self._kind = kind
        self._shelf = shelf
        self._things = things

    async def get(self, thing_id: UUID) -> E:
        thing = self._things.get(thing_id)
        await others_run()
        if thing is None:
            raise NotFound(self._kind.name)
        return thing

    async def get_as(self, thing_id: UUID, form: Form[T]) -> T:
        return form(*self._kind.plain(await self.get(thing_id)))

    async def page(self, after: UUID | None, limit: int) -> Page[E, UUID]:
        found = sorted(self._things.values(), key=lambda thing: thing.id)
        as_of = self._shelf.revision
        await others_run()
        behind = [thing for thing in found if after is None or thing.id > after]
        begins = [0, *accumulate(map(self._kind.text_bytes, behind))]
        items = [thing for thing, begin in zip(behind[:limit], begins, strict=False) if begin < PAGE_BYTES]
        last = items[-1].id if len(behind) > len(items) else None
        return Page(tuple(items), last, as_of if behind else None)


@dataclass(frozen=True, slots=True)
class MemoryWrite:
    """One collected write; ``thing`` is None for a removal, ``read`` when any revision will do."""

    kind: Kind[Any]
    action: Action
    id: UUID
    thing: Any
    read: int | None = None


class MemoryThings(MemoryThingReads[E]):
    """The things of a kind, to change."""

    def __init__(
        self, owner: UserId, kind: Kind[E], things: Draft[UUID, E], shelf: Shelf, writes: list[MemoryWrite]
    ) -> None:
        super().__init__(kind, things, shelf)
        self._owner = owner
        self._writes = writes

    def add(self, thing: E) -> None:
        if thing.revision != 0 or self._things.get(thing.id) is not None:
            raise Misuse("a new thing has a new id, and no revision yet")
        self._collect(Action.CREATED, thing)

    def update(self, thing: E) -> None:
        self._collect(Action.UPDATED, thing)

    async def remove(self, thing_id: UUID, revision: int | None = None) -> None:
        self._writes.append(MemoryWrite(self._kind, Action.DELETED, thing_id, None, revision))
        self._things.drop(thing_id)

    def _collect(self, action: Action, thing: E) -> None:
        if thing.user_id != self._owner:
            raise Misuse("the thing belongs to another owner")
        if not isinstance(thing, self._kind.entity):
            raise Misuse(f"this is no {self._kind.name}")
        check_storable(thing)
        self._writes.append(MemoryWrite(self._kind, action, thing.id, thing, thing.revision))
        self._things.put(thing.id, thing)


class Numbering:
    """Turns collected writes into numbered changes, and puts what they leave into drafts."""

    def __init__(self, shelf: Shelf, now: datetime) -> None:
        self._shelf = shelf
        self._now = now
        self._read_as: dict[tuple[Kind[Any], UUID], int] = {}
        self.drafts: dict[Kind[Any], Draft[UUID, Any]] = {}

    def number(self, writes: Sequence[MemoryWrite]) -> tuple[Change, ...]:
        """Raises MovedOn and NotFound."""
        return tuple(self._perform(write, seq) for seq, write in enumerate(writes, self._shelf.revision + 1))

    @property
    def counted(self) -> int:
        """How many things there are then that count toward the quota."""
        kept = [things for kind, things in self._shelf.things.items() if kind.counted and kind not in self.drafts]
        return sum(map(len, kept)) + sum(len(draft) for kind, draft in self.drafts.items() if kind.counted)

    def publish(self) -> None:
        for draft in self.drafts.values():
            draft.publish()

    def _perform(self, write: MemoryWrite, seq: int) -> Change:
        things = self.drafts.setdefault(write.kind, Draft(self._shelf.table(write.kind)))
        self._check(write, things.get(write.id))
        value = None if write.thing is None else replace(write.thing, revision=seq)
        if value is None:
            things.drop(write.id)
        else:
            things.put(write.id, value)
        return Change(seq=seq, at=self._now, entity=write.kind.name, id=write.id, action=write.action, value=value)

    def _check(self, write: MemoryWrite, stored: Any) -> None:
        """A thing that was written before in the same unit still carries the revision as which it was read."""
        if write.action is Action.CREATED:
            if stored is not None:
                raise Misuse("a new thing has a new id")
        elif write.read is None:
            if stored is None:
                raise NotFound(write.kind.name)
        elif stored is None or write.read != self._read_as.get((write.kind, write.id), stored.revision):
            raise MovedOn
        if write.read is not None:
            self._read_as[write.kind, write.id] = write.read
