"""One owner's things of any kind, the writes that a unit of work collects, and their numbering."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import accumulate
from typing import Any, Generic, TypeVar, cast
from uuid import UUID

from todo_adapters.memory.state import Draft, Shelf, TrashedThing, others_run
from todo_adapters.memory.strictness import Misuse, check_storable
from todo_core.errors import MovedOn, NotFound
from todo_core.ids import SessionId, UserId
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
    """One collected write, of a thing as it was read; ``root`` is that of a deletion."""

    kind: Kind[Any]
    action: Action
    thing: Any
    root: UUID | None = None

    @property
    def id(self) -> UUID:
        return cast(UUID, self.thing.id)


class MemoryThings(MemoryThingReads[E]):
    """The things of a kind, to change."""

    def __init__(
        self,
        owner: UserId,
        kind: Kind[E],
        things: Draft[UUID, E],
        trash: Draft[UUID, TrashedThing],
        shelf: Shelf,
        writes: list[MemoryWrite],
        now: datetime,
    ) -> None:
        super().__init__(kind, things, shelf)
        self._owner = owner
        self._trash = trash
        self._writes = writes
        self._now = now

    async def load(self, ids: Collection[UUID]) -> Mapping[UUID, E]:
        found = {thing_id: thing for thing_id in ids if (thing := self._things.get(thing_id)) is not None}
        await others_run()
        return found

    def add(self, thing: E) -> None:
        if thing.revision != 0 or self._things.get(thing.id) is not None:
            raise Misuse("a new thing has a new id, and no revision yet")
        self._collect(Action.CREATED, thing)

    def update(self, thing: E) -> None:
        self._collect(Action.UPDATED, thing)

    def remove(self, thing: E, root: UUID | None = None) -> None:
        if self._things.drops(thing.id):
            raise Misuse("the thing has been removed in this unit of work")
        root = root or thing.id
        self._collect(Action.DELETED, thing, root)
        self._things.drop(thing.id)
        self._trash.put(thing.id, TrashedThing(self._kind, thing, root, self._now))

    def restore(self, thing: E) -> None:
        if self._trash.drops(thing.id):
            raise Misuse("the thing has left the trash in this unit of work")
        self._collect(Action.RESTORED, thing)
        self._trash.drop(thing.id)

    def purge(self, thing: E) -> None:
        if self._trash.drops(thing.id):
            raise Misuse("the thing has left the trash in this unit of work")
        self._collect(Action.PURGED, thing)
        self._things.drop(thing.id)
        self._trash.drop(thing.id)

    def _collect(self, action: Action, thing: E, root: UUID | None = None) -> None:
        if thing.user_id != self._owner:
            raise Misuse("the thing belongs to another owner")
        if not isinstance(thing, self._kind.entity):
            raise Misuse(f"this is no {self._kind.name}")
        check_storable(thing)
        self._writes.append(MemoryWrite(self._kind, action, thing, root))
        self._things.put(thing.id, thing)


class Numbering:
    """Turns collected writes into numbered changes, and puts what they leave into drafts."""

    def __init__(self, shelf: Shelf, now: datetime, session: SessionId | None) -> None:
        self._shelf = shelf
        self._now = now
        self._session = session
        self._latest: dict[tuple[Kind[Any], UUID], int] = {}
        self._read_as: dict[tuple[Kind[Any], UUID], int] = {}
        self._trash = Draft(shelf.trash)
        self._drafts: dict[Kind[Any], Draft[UUID, Any]] = {}

    def number(self, writes: Sequence[MemoryWrite]) -> tuple[Change, ...]:
        """Raises MovedOn."""
        changes = tuple(self._perform(write, seq) for seq, write in enumerate(writes, self._shelf.revision + 1))
        self._check_references(writes)
        return changes

    def added(self, quota: str, writes: Sequence[MemoryWrite]) -> int:
        """How many things more there are toward a quota."""
        return sum(write.kind.counts(write.action) for write in writes if write.kind.counted == quota)

    def counted(self, quota: str) -> int:
        """How many things there are then that count toward a quota."""
        kinds = [kind for kind in {*self._shelf.things, *self._drafts} if kind.counted == quota]
        shelved = sum(each.kind.counted == quota and each.kind.counted_in_trash for each in self._trash.values())
        return shelved + sum(len(self._draft(kind)) for kind in kinds)

    def publish(self) -> None:
        for draft in self._drafts.values():
            draft.publish()
        self._trash.publish()

    def _draft(self, kind: Kind[Any]) -> Draft[UUID, Any]:
        return self._drafts.setdefault(kind, Draft(self._shelf.table(kind)))

    def _perform(self, write: MemoryWrite, seq: int) -> Change:
        things, action = self._draft(write.kind), write.action
        trashed = self._trash.get(write.id)
        if action is Action.CREATED:
            if things.get(write.id) is not None:
                raise MovedOn
        elif action in {Action.RESTORED, Action.PURGED}:
            self._check_read(write, None if trashed is None else trashed.thing)
        else:
            self._check_read(write, things.get(write.id))
        self._read_as[write.kind, write.id] = write.thing.revision
        value = replace(write.thing, revision=seq)
        if action in {Action.DELETED, Action.PURGED}:
            things.drop(write.id)
        else:
            things.put(write.id, value)
        if action is Action.DELETED:
            self._trash.put(write.id, TrashedThing(write.kind, value, write.root or write.id, self._now))
        else:
            self._trash.drop(write.id)
        gone = action in {Action.DELETED, Action.PURGED}
        key = (write.kind, write.id)
        previous = None if action is Action.CREATED else self._latest.get(key, write.thing.revision)
        self._latest[key] = seq
        return Change(
            seq=seq,
            set=self._shelf.revision + 1,
            at=self._now,
            entity=write.kind.name,
            id=write.id,
            action=action,
            value=None if gone else value,
            previous=previous,
            session=self._session,
            root=(write.root or write.id) if action is Action.DELETED else None,
        )

    def _check_read(self, write: MemoryWrite, stored: Any) -> None:
        """A thing that was written before in the same unit still carries the revision as which it was read."""
        read = write.thing.revision
        if stored is None or read != self._read_as.get((write.kind, write.id), stored.revision):
            raise MovedOn

    def _check_references(self, writes: Sequence[MemoryWrite]) -> None:
        """As foreign keys do: what is written refers to things that are there, and nothing to what is not."""
        kinds = {kind.name: kind for kind in {*self._shelf.things, *self._drafts}}
        gone = {write.id for write in writes if write.action is Action.DELETED}
        written = {write.id for write in writes}
        for kind in kinds.values():
            for field, name in kind.references.items():
                there: Any = self._draft(kinds[name]) if name in kinds else {}
                for thing in self._draft(kind).values():
                    target = getattr(thing, field)
                    if target and (thing.id in written or target in gone) and there.get(target) is None:
                        raise MovedOn
