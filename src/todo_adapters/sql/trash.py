"""The trash: how deleted things are stored, and what it holds."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import and_, bindparam, literal_column, or_, select

from todo_adapters.sql.database import Reader
from todo_adapters.sql.functions import one_of_ids
from todo_adapters.sql.pages import within_bytes
from todo_adapters.sql.registry import KIND_TABLES
from todo_adapters.sql.set_statements import deletion, insertion
from todo_adapters.sql.statements import LIMIT, Row, Statement, bind
from todo_adapters.sql.tables import trash
from todo_adapters.sql.types import IDS
from todo_core.errors import Unavailable
from todo_core.ids import UserId
from todo_core.limits import PAGE_BYTES
from todo_core.model.kinds import Kind
from todo_core.model.registry import KINDS
from todo_core.model.trash import Trashed, TrashPosition
from todo_core.paging import Page

T = trash.c
COLUMNS: Final = [T.id, T.entity, T.deleted_at, T.things, T.value, T.revision]
DELETIONS: Final = select(*COLUMNS).where(T.user_id == bind(T.user_id), T.things > 0)

TRASH_IN: Final = insertion(trash)
TRASH_OUT: Final = deletion(trash)


HIDDEN: Final = [kind.name for kind in KINDS.values() if not kind.listed_in_trash]


def _page(*conditions: Any) -> Statement:
    listed = [T.entity != literal_column(f"'{name}'") for name in HIDDEN]
    latest_first = (
        DELETIONS.where(*listed, *conditions).order_by(T.deleted_at.desc(), T.id.desc()).limit(LIMIT).subquery()
    )
    return Statement(
        within_bytes(latest_first, COLUMNS, ["value"], lambda rows: [rows.c.deleted_at.desc(), rows.c.id.desc()])
    )


_at, _id = bind(T.deleted_at, "after_at"), bind(T.id, "after_id")
FIRST_PAGE: Final = _page()
NEXT_PAGE: Final = _page(T.deleted_at <= _at, or_(T.deleted_at < _at, and_(T.deleted_at == _at, T.id < _id)))
EXPIRED: Final = Statement(
    DELETIONS.where(T.deleted_at < bind(T.deleted_at, "before")).order_by(T.deleted_at, T.id).limit(LIMIT)
)
THINGS: Final = Statement(
    select(*COLUMNS)
    .where(T.user_id == bind(T.user_id), one_of_ids(T.root_id, bindparam("ids", type_=IDS)))
    .order_by(T.root_id, T.revision.desc())
    .limit(LIMIT)
)
OWNERS: Final = Statement(
    select(
        select(T.user_id)
        .where(T.things > 0, T.deleted_at < bind(T.deleted_at, "before"))
        .order_by(T.deleted_at)
        .limit(LIMIT)
        .subquery()
        .c.user_id
    ).distinct()
)


@dataclass(frozen=True, slots=True)
class SqlTrash:
    """The trash of one owner."""

    reader: Reader
    owner: UserId

    async def page(self, after: TrashPosition | None, limit: int) -> Page[Trashed, TrashPosition]:
        values: dict[str, Any] = {"user_id": self.owner, "limit": limit + 1, "page_bytes": PAGE_BYTES}
        if after is not None:
            values |= {"after_at": after[0], "after_id": after[1]}
        rows: Sequence[Row] = await self.reader.all(NEXT_PAGE if after else FIRST_PAGE, values)
        if not rows:
            return Page((), None)
        as_of, found = rows[0][len(COLUMNS) :]
        items = tuple([self._deletion(row) for row in rows[:limit]])
        last = items[-1]
        return Page(items, (last.deleted_at, last.id) if found > len(items) else None, as_of)

    async def expired(self, before: datetime, limit: int) -> Sequence[Trashed]:
        rows = await self.reader.all(EXPIRED, {"user_id": self.owner, "before": before, "limit": limit})
        return [self._deletion(row) for row in rows]

    async def things(self, roots: Collection[UUID], most: int) -> Sequence[tuple[Kind[Any], Any]]:
        """Of one deletion the last thing comes first: it is the one that the others refer to."""
        rows = await self.reader.all(THINGS, {"user_id": self.owner, "ids": roots, "limit": most})
        return [self._thing(row) for row in rows]

    def _deletion(self, row: Row) -> Trashed:
        _, thing = self._thing(row)
        return Trashed(id=row[0], entity=row[1], deleted_at=row[2], things=row[3], value=thing)

    def _thing(self, row: Row) -> tuple[Kind[Any], Any]:
        thing_id, entity, *_, value, revision = row[: len(COLUMNS)]
        if entity not in KIND_TABLES:
            raise Unavailable("The trash has things of a newer version of the service.")
        table = KIND_TABLES[entity]
        return table.kind, table.from_json(value, self.owner, thing_id, revision)


async def owners_of_trash(reader: Reader, before: datetime, limit: int) -> Sequence[UserId]:
    """Owners with deletions from before a time; those of the oldest ones are among them."""
    return [UserId(row[0]) for row in await reader.all(OWNERS, {"before": before, "limit": limit})]
