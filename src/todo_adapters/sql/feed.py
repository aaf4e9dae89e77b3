"""One owner's feed and receipts, to look at."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Table, bindparam, case, func, literal, literal_column, null, select, true

from todo_adapters.sql.counters import MINE
from todo_adapters.sql.database import Reader
from todo_adapters.sql.functions import one_of
from todo_adapters.sql.pages import within_bytes
from todo_adapters.sql.pieces import in_pieces
from todo_adapters.sql.piecewise import Piecewise
from todo_adapters.sql.registry import KIND_TABLES, table_of
from todo_adapters.sql.statements import LIMIT, Row, Statement, bind
from todo_adapters.sql.tables import changes, feed_epoch, receipts, trash, users
from todo_adapters.sql.types import COUNTS
from todo_core.errors import NotFound, Unavailable
from todo_core.ids import UserId
from todo_core.limits import PAGE_BYTES
from todo_core.model.change import Action, Change, FeedPage
from todo_core.model.kinds import Kind
from todo_core.model.write_options import Receipt
from todo_core.paging import Page

C = changes.c
R = receipts.c
U = users.c
COLUMNS: Final = [
    *(C.seq, C.set_seq, C.at, C.entity, C.entity_id, C.kind, C.value),
    *(C.previous, C.session_id, C.root_id),
]
WIDTH: Final = len(COLUMNS)
LOOKED_BACK: Final = 2_000
OURS: Final = C.user_id == bind(C.user_id)
PRUNED: Final = func.coalesce(U.pruned, literal_column("0"))
EPOCH: Final = select(feed_epoch.c.epoch).scalar_subquery()


def previous_of(entry: Any) -> ColumnElement[int | None]:
    """The number of the thing's change before an entry, which an earlier release did not keep.

    Such an entry is written only while a new release is rolled out or back, so the slow search is rare. It ends
    after LOOKED_BACK changes; then the one before is not known.
    """
    earlier = changes.alias("earlier").c
    near = earlier.seq.between(entry.seq - literal_column(str(LOOKED_BACK)), entry.seq - literal_column("1"))
    before = [earlier.user_id == bind(C.user_id), near, earlier.entity_id == entry.entity_id]
    found = select(func.max(earlier.seq)).where(*before).scalar_subquery()
    kept = entry.previous.is_not(None)
    return case((kept, entry.previous), (entry.kind == literal(Action.CREATED.value), null()), else_=found)


def _told(entries: Any) -> list[ColumnElement[Any]]:
    """COLUMNS of these entries, with the previous change of each."""
    previous = previous_of(entries.c).label(C.previous.name)
    return [previous if column is C.previous else entries.c[column.name] for column in COLUMNS]


def _page(of_one_kind: bool) -> Statement:
    """Changes behind the last one that is known or pruned, beside the state of the feed, which is always there."""
    after = bind(C.seq, "after")
    known = select(case((after > PRUNED, after), else_=PRUNED)).where(MINE).scalar_subquery()
    kind = [C.entity == bind(C.entity)] if of_one_kind else []
    behind = select(*COLUMNS).where(OURS, C.seq > known, *kind).order_by(C.seq).limit(LIMIT).subquery()
    page = within_bytes(behind, COLUMNS, [C.value.name], lambda rows: [rows.c.seq]).subquery("page")
    state = [U.revision, PRUNED, EPOCH, page.c.page_found]
    beside = select(*_told(page), *state).select_from(users.outerjoin(page, true())).where(MINE)
    return Statement(beside.order_by(page.c.seq), news=U.revision > after)


PAGE: Final = _page(of_one_kind=False)
PAGE_OF_KIND: Final = _page(of_one_kind=True)
AT: Final = Statement(select(*_told(changes)).where(OURS, one_of(C.seq, bindparam("seqs", type_=COUNTS))))


@cache
def _history(table: Table, entity: str) -> Statement:
    """A walk along ``previous``, beside the thing's revision, which is always there."""
    ids = bind(C.entity_id, "id")
    place, bin_ = table.c, trash.c
    present = select(place.revision).where(place.user_id == bind(place.user_id), place.id == ids).scalar_subquery()
    trashed = select(bin_.revision).where(
        bin_.user_id == bind(bin_.user_id), bin_.id == ids, bin_.entity == literal(entity)
    )
    revision = func.coalesce(present, trashed.scalar_subquery())
    first = func.coalesce(bind(C.seq, "first"), revision)
    begin = select(*_told(changes), literal_column("1").label("place"))
    walk = begin.where(OURS, C.seq == first, C.entity_id == ids).cte("walk", recursive=True)
    step = select(*_told(changes), walk.c.place + literal_column("1")).select_from(
        walk.join(changes, C.seq == walk.c.previous)
    )
    walk = walk.union_all(step.where(OURS, C.entity_id == ids, walk.c.place < LIMIT))
    page = within_bytes(walk, COLUMNS, [C.value.name], lambda rows: [rows.c.seq.desc()]).subquery("page")
    thing = select(revision.label("revision")).subquery("thing")
    beside = select(*[page.c[column.name] for column in COLUMNS], thing.c.revision, page.c.page_found)
    return Statement(beside.select_from(thing.outerjoin(page, true())).order_by(page.c.seq.desc()))


RECEIPT: Final = Statement(
    select(R.fingerprint, R.first_seq, R.answer).where(
        R.user_id == bind(R.user_id), R.key == bind(R.key), R.at >= bind(R.at, "since")
    ),
    keyed=True,
)
NEWEST_RECEIPT: Final = Statement(select(R.at).order_by(R.at.desc()).limit(literal_column("1")))
FORGET_RECEIPTS: Final = Piecewise(receipts, R.at, (R.user_id, R.key))


@dataclass(frozen=True, slots=True)
class SqlChanges:
    """The feed of one owner."""

    reader: Reader
    owner: UserId

    async def page(self, after: int | None, limit: int, entity: str | None = None) -> FeedPage:
        values = {"user_id": self.owner, "after": after or 0, "limit": limit + 1, "page_bytes": PAGE_BYTES}
        statement = PAGE if entity is None else PAGE_OF_KIND
        rows = await self.reader.confirmed(statement, values if entity is None else values | {"entity": entity})
        if not rows:
            raise NotFound("account")
        latest, pruned, epoch, found = rows[0][WIDTH : WIDTH + 4]
        items = await self._changes(rows[:limit] if found else ())
        return FeedPage(items=items, more=(found or 0) > len(items), latest=latest, pruned=pruned, epoch=epoch)

    async def at(self, seqs: Collection[int]) -> Mapping[int, Change]:
        rows = await self.reader.all(AT, {"user_id": self.owner, "seqs": seqs})
        return {change.seq: change for change in await self._changes(rows)}

    async def history(self, kind: Kind[Any], thing_id: UUID, first: int | None, limit: int) -> Page[Change, int]:
        statement = _history(table_of(kind).table, kind.name)
        values = {"user_id": self.owner, "id": thing_id, "first": first, "limit": limit + 1, "page_bytes": PAGE_BYTES}
        rows = await self.reader.all(statement, values)
        revision, found = rows[0][WIDTH : WIDTH + 2]
        if revision is None:
            raise NotFound(kind.name)
        items = await self._changes(rows[:limit] if found else ())
        return Page(tuple(items), items[-1].previous if items and found > len(items) else None)

    async def _changes(self, rows: Sequence[Row]) -> list[Change]:
        return await in_pieces(rows, lambda piece: [self._change(row) for row in piece])

    def _change(self, row: Row) -> Change:
        seq, set_seq, at, entity, thing_id, action, value, previous, session, root = row[:WIDTH]
        if entity not in KIND_TABLES:
            raise Unavailable("The history has entries of a newer version of the service.")
        return Change(
            seq=seq,
            set=set_seq or seq,
            at=at,
            entity=entity,
            id=thing_id,
            action=Action(action),
            value=None if value is None else KIND_TABLES[entity].from_json(value, self.owner, thing_id, seq),
            previous=previous,
            session=session,
            root=root,
        )


@dataclass(frozen=True, slots=True)
class SqlReceipts:
    """The receipts of one owner."""

    reader: Reader
    owner: UserId

    async def get(self, key: str, since: datetime) -> Receipt | None:
        rows = await self.reader.confirmed(RECEIPT, {"user_id": self.owner, "key": key, "since": since})
        return Receipt(fingerprint=rows[0][0], first_seq=rows[0][1], answer=rows[0][2]) if rows else None
