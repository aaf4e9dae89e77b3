"""An owner's things of any kind: as they are stored, and as a unit of work sees them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from todo_adapters.sql.database import Reader
from todo_adapters.sql.kinds import KindTable
from todo_adapters.sql.statements import FIRST
from todo_adapters.sql.tasks import SqlTaskReads
from todo_adapters.sql.writes import CollectedWrite
from todo_core.errors import NotFound
from todo_core.ids import UserId
from todo_core.limits import PAGE_BYTES
from todo_core.model.change import Action
from todo_core.model.kinds import E, Form
from todo_core.model.task_filter import TaskFilter
from todo_core.model.task_sort import TaskPosition, TaskSort
from todo_core.paging import Page

T = TypeVar("T")


class Collecting(Protocol):
    """The unit of work that collects writes."""

    @property
    def owner(self) -> UserId: ...
    @property
    def reader(self) -> Reader: ...
    @property
    def writes(self) -> list[CollectedWrite]: ...

    async def spill(self) -> None:
        """Writes what was collected so far, so that queries see it."""


@dataclass(frozen=True, slots=True)
class SqlThingReads(Generic[E]):
    """The things of one kind, as they are stored."""

    reader: Reader
    owner: UserId
    table: KindTable[E]

    async def get(self, thing_id: UUID) -> E:
        return await self.get_as(thing_id, self.table.kind.of_plain)

    async def get_as(self, thing_id: UUID, form: Form[T]) -> T:
        row = await self.reader.one(self.table.get, {"user_id": self.owner, "id": thing_id})
        if row is None:
            raise NotFound(self.table.kind.name)
        return self.table.shape((row,), form)[0]

    async def page(self, after: UUID | None, limit: int) -> Page[E, UUID]:
        values = {"user_id": self.owner, "after": after or FIRST, "limit": limit + 1, "page_bytes": PAGE_BYTES}
        rows: Sequence[Any] = await self.reader.all(self.table.page, values)
        if not rows:
            return Page((), None)
        as_of, found = rows[0][self.table.width :]
        items = tuple(self.table.shape(rows[:limit], self.table.kind.of_plain))
        return Page(items, items[-1].id if found > len(items) else None, as_of)


@dataclass(frozen=True, slots=True)
class CollectedThings(Generic[E]):
    """The things of one kind, with the writes of a unit of work that were collected so far."""

    unit: Collecting
    table: KindTable[E]

    async def get(self, thing_id: UUID) -> E:
        for write in reversed(self.unit.writes):
            if write.id == thing_id and write.table is self.table:
                if write.thing is None:
                    raise NotFound(self.table.kind.name)
                thing: E = write.thing
                return thing
        return await SqlThingReads(self.unit.reader, self.unit.owner, self.table).get(thing_id)

    async def get_as(self, thing_id: UUID, form: Form[T]) -> T:
        return form(*self.table.kind.plain(await self.get(thing_id)))

    async def page(self, after: UUID | None, limit: int) -> Page[E, UUID]:
        await self.unit.spill()
        return await SqlThingReads(self.unit.reader, self.unit.owner, self.table).page(after, limit)

    def add(self, thing: E) -> None:
        self.unit.writes.append(CollectedWrite(self.table, Action.CREATED, thing.id, thing))

    def update(self, thing: E) -> None:
        self.unit.writes.append(CollectedWrite(self.table, Action.UPDATED, thing.id, thing, read=thing.revision))

    async def remove(self, thing_id: UUID, revision: int | None = None) -> None:
        self.unit.writes.append(CollectedWrite(self.table, Action.DELETED, thing_id, read=revision))


@dataclass(frozen=True, slots=True)
class CollectedTaskReads:
    """Pages of tasks that include the writes of a unit of work."""

    unit: Collecting

    async def page(
        self, which: TaskFilter, sort: TaskSort, after: TaskPosition | None, limit: int, form: Form[T]
    ) -> Page[T, TaskPosition]:
        await self.unit.spill()
        return await SqlTaskReads(self.unit.reader, self.unit.owner).page(which, sort, after, limit, form)
