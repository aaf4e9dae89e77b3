"""An owner's things of any kind, as they are stored."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from todo_adapters.sql.database import Reader
from todo_adapters.sql.kinds import KindTable
from todo_adapters.sql.pieces import in_pieces
from todo_adapters.sql.statements import FIRST
from todo_core.errors import NotFound
from todo_core.ids import UserId
from todo_core.limits import PAGE_BYTES
from todo_core.model.kinds import E, Form
from todo_core.paging import Page

T = TypeVar("T")


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

    async def load(self, ids: Collection[UUID]) -> list[E]:
        """The things with these ids, as far as there are any, in any order."""
        rows = await self.reader.all(self.table.load, {"user_id": self.owner, "ids": ids})
        return await in_pieces(rows, self.table.entities)

    async def page(self, after: UUID | None, limit: int) -> Page[E, UUID]:
        values = {"user_id": self.owner, "after": after or FIRST, "limit": limit + 1, "page_bytes": PAGE_BYTES}
        rows: Sequence[Any] = await self.reader.all(self.table.page, values)
        if not rows:
            return Page((), None)
        as_of, found = rows[0][self.table.width :]
        items = tuple(self.table.shape(rows[:limit], self.table.kind.of_plain))
        return Page(items, items[-1].id if found > len(items) else None, as_of)
