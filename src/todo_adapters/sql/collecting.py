"""The storage of an owner as a unit of work sees it: with the writes that it has collected so far."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from todo_adapters.sql.collected import Collected
from todo_adapters.sql.completions import SqlCompletionReads
from todo_adapters.sql.database import Reader
from todo_adapters.sql.kinds import KindTable
from todo_adapters.sql.subtrees import read_subtrees
from todo_adapters.sql.task_reads import SqlTaskReads
from todo_adapters.sql.tasks import TASK_TABLE
from todo_adapters.sql.things import SqlThingReads
from todo_adapters.sql.trash import SqlTrash
from todo_core.errors import NotFound
from todo_core.ids import UserId
from todo_core.model.change import Action
from todo_core.model.completion import Completion, Done, DoneFilter, DonePosition
from todo_core.model.counts import Counts, Moments, TagUse
from todo_core.model.kinds import E, Form, Kind
from todo_core.model.task import Task
from todo_core.model.task_filter import TaskFilter
from todo_core.model.task_sort import TaskPosition, TaskSort
from todo_core.model.trash import Trashed, TrashPosition
from todo_core.paging import Page

T = TypeVar("T")


class Collecting(Protocol):
    """The unit of work that collects writes."""

    @property
    def owner(self) -> UserId: ...
    @property
    def reader(self) -> Reader: ...
    @property
    def collected(self) -> Collected: ...

    async def spill(self) -> None:
        """Writes what was collected so far, so that queries see it."""


@dataclass(frozen=True, slots=True)
class CollectedThings(Generic[E]):
    """The things of one kind."""

    unit: Collecting
    table: KindTable[E]

    async def get(self, thing_id: UUID) -> E:
        known = self.unit.collected.known[self.table.kind.name]
        if thing_id not in known:
            row = await self.unit.reader.one(self.table.get, {"user_id": self.unit.owner, "id": thing_id})
            self.unit.collected.note(self.table, thing_id, None if row is None else self.table.entity(row))
        thing: E | None = known[thing_id]
        if thing is None:
            raise NotFound(self.table.kind.name)
        return thing

    async def get_as(self, thing_id: UUID, form: Form[T]) -> T:
        return form(*self.table.kind.plain(await self.get(thing_id)))

    async def load(self, ids: Collection[UUID]) -> Mapping[UUID, E]:
        collected = self.unit.collected
        known = collected.known[self.table.kind.name]
        if unknown := [thing_id for thing_id in ids if thing_id not in known]:
            stored = SqlThingReads(self.unit.reader, self.unit.owner, self.table)
            collected.note_read(self.table, await stored.load(unknown))
            for thing_id in unknown:
                known.setdefault(thing_id, None)
        return {thing_id: thing for thing_id in ids if (thing := known[thing_id]) is not None}

    async def page(self, after: UUID | None, limit: int) -> Page[E, UUID]:
        await self.unit.spill()
        return await SqlThingReads(self.unit.reader, self.unit.owner, self.table).page(after, limit)

    def add(self, thing: E) -> None:
        self.unit.collected.write(self.table, Action.CREATED, thing)

    def update(self, thing: E) -> None:
        self.unit.collected.write(self.table, Action.UPDATED, thing)

    def remove(self, thing: E, root: UUID | None = None) -> None:
        self.unit.collected.write(self.table, Action.DELETED, thing, root)

    def restore(self, thing: E) -> None:
        self.unit.collected.write(self.table, Action.RESTORED, thing)

    def purge(self, thing: E) -> None:
        self.unit.collected.write(self.table, Action.PURGED, thing)


@dataclass(frozen=True, slots=True)
class CollectedTaskReads:
    """What only tasks have."""

    unit: Collecting

    async def page(
        self, which: TaskFilter, sort: TaskSort, after: TaskPosition | None, limit: int, form: Form[T]
    ) -> Page[T, TaskPosition]:
        return await (await self._stored()).page(which, sort, after, limit, form)

    async def subtrees(self, ids: Collection[UUID], most: int) -> Sequence[Task]:
        """Reads what is not known yet: also below tasks that this unit of work has put below those."""
        collected = self.unit.collected
        forest, known = collected.forest, collected.known[TASK_TABLE.kind.name]
        while unread := forest.unread(ids):
            limit = most + len(known)
            found = await read_subtrees(self.unit.reader, self.unit.owner, unread, limit)
            collected.note_read(TASK_TABLE, found)
            for task_id in unread:
                known.setdefault(task_id, None)
            if len(found) == limit:
                break
            forest.whole.update(unread, [task.id for task in found])
        return forest.subtrees(ids, most)

    async def tags(self) -> Page[TagUse, None]:
        return await (await self._stored()).tags()

    async def counts(self, moments: Moments) -> Counts:
        return await (await self._stored()).counts(moments)

    async def _stored(self) -> SqlTaskReads:
        await self.unit.spill()
        return SqlTaskReads(self.unit.reader, self.unit.owner)


@dataclass(frozen=True, slots=True)
class CollectedCompletionReads:
    """What was done."""

    unit: Collecting

    async def page(self, which: DoneFilter, after: DonePosition | None, limit: int) -> Page[Done, DonePosition]:
        return await (await self._stored()).page(which, after, limit)

    async def latest(self, task_id: UUID) -> Completion | None:
        return await (await self._stored()).latest(task_id)

    async def of_tasks(self, task_ids: Collection[UUID], most: int) -> Sequence[Completion]:
        return await (await self._stored()).of_tasks(task_ids, most)

    async def _stored(self) -> SqlCompletionReads:
        await self.unit.spill()
        return SqlCompletionReads(self.unit.reader, self.unit.owner)


@dataclass(frozen=True, slots=True)
class CollectedTrash:
    """The trash."""

    unit: Collecting

    async def page(self, after: TrashPosition | None, limit: int) -> Page[Trashed, TrashPosition]:
        return await (await self._stored()).page(after, limit)

    async def expired(self, before: datetime, limit: int) -> Sequence[Trashed]:
        return await (await self._stored()).expired(before, limit)

    async def things(self, roots: Collection[UUID], most: int) -> Sequence[tuple[Kind[Any], Any]]:
        return await (await self._stored()).things(roots, most)

    async def _stored(self) -> SqlTrash:
        await self.unit.spill()
        return SqlTrash(self.unit.reader, self.unit.owner)
