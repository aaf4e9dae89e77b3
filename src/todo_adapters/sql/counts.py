"""How many tasks there are to do, in one statement."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, literal_column, null, or_, select, type_coerce, union_all

from todo_adapters.sql.counters import MINE
from todo_adapters.sql.database import Reader
from todo_adapters.sql.due_bounds import comparand, comparands
from todo_adapters.sql.functions import among
from todo_adapters.sql.statements import Statement, bind
from todo_adapters.sql.tables import task_tags, tasks, users
from todo_adapters.sql.types import COUNT, ID, SORTED_TEXT
from todo_core.ids import ListId, UserId
from todo_core.model.counts import Counts, Moments
from todo_core.model.due import DueBound

T = tasks.c
G = task_tags.c
DUE: Final = ("overdue", "today", "upcoming")
COLUMNS: Final[Mapping[str, Any]] = {
    "list_id": ID,
    "tag": SORTED_TEXT,
    "name": SORTED_TEXT,
    "number": COUNT,
    **dict.fromkeys(DUE, COUNT),
}
HIDDEN: Final = (1, 3)
"""The parts of the statement that count deferred tasks, which the other ones count as well."""

COUNTER: Final = 4


def _edge(name: str) -> ColumnElement[Any]:
    return bind(T.due_at, f"{name}_edge")


def _due_before(name: str) -> ColumnElement[bool]:
    return T.due_at < comparand(name, T.due_kind, T.due_at)


def _due_between(begin: str, end: str) -> ColumnElement[bool]:
    """The plain edges come first because they are cheap to compare, and most dates are beyond them."""
    near = and_(T.due_at >= _edge(f"{begin}_lowest"), T.due_at < _edge(f"{end}_highest"))
    return and_(near, _due_before(end), ~_due_before(begin))


def _lists(*conditions: ColumnElement[bool]) -> Select[Any]:
    """The numbers of some open tasks by list, NULL for the inbox."""
    late = and_(T.due_at < _edge("overdue_highest"), _due_before("overdue"))
    overdue = or_(T.due_at < _edge("overdue_lowest"), late)
    number = func.count()
    return (
        select(
            T.list_id,
            number.label("number"),
            number.filter(overdue).label("overdue"),
            number.filter(_due_between("today", "tomorrow")).label("today"),
            number.filter(_due_between("tomorrow", "later")).label("upcoming"),
        )
        .where(T.user_id == bind(T.user_id), T.completed_at.is_(None), *conditions)
        .group_by(T.list_id)
    )


def _statement() -> Statement:
    """The open tasks and those of them that are deferred, first by list, then by tag, and the owner's counter."""
    later = (
        T.deferred_at > bind(T.deferred_at, "now_lowest_edge"),
        T.deferred_at > comparand("now", T.deferred_kind, T.deferred_at),
    )
    used = select(G.tag, func.min(G.name).label("name"), func.count().filter(G.open).label("number"))
    used = used.where(G.user_id == bind(G.user_id)).group_by(G.tag)
    hidden_ids = select(T.id).where(T.user_id == bind(T.user_id), T.completed_at.is_(None), *later)
    hidden = select(G.tag, func.count().label("number"))
    hidden = hidden.where(G.user_id == bind(G.user_id), among(G.task_id, hidden_ids.scalar_subquery()))
    hidden = hidden.group_by(G.tag)
    parts = [_lists().subquery(), _lists(*later).subquery(), used.subquery(), hidden.subquery()]
    of_counter = select(*_padded(COUNTER, {"number": users.c.revision})).where(MINE)
    return Statement(
        union_all(*[select(*_padded(place, dict(part.c))) for place, part in enumerate(parts)], of_counter)
    )


def _padded(part: int, found: Mapping[str, ColumnElement[Any]]) -> list[ColumnElement[Any]]:
    """The columns of all parts, NULL where a part has no such column."""
    columns = [found[name] if name in found else type_coerce(null(), kind) for name, kind in COLUMNS.items()]
    return [literal_column(str(part)), *[each.label(name) for each, name in zip(columns, COLUMNS, strict=True)]]


COUNTS: Final = _statement()


async def read_counts(reader: Reader, owner: UserId, moments: Moments) -> Counts:
    """The counts of the owner at these moments."""
    rows = await reader.all(COUNTS, {"user_id": owner, **_values(moments)})
    due: Counter[str] = Counter()
    lists: Counter[UUID | None] = Counter()
    tags: Counter[str] = Counter()
    names: dict[str, str] = {}
    as_of = 0
    for part, list_id, tag, name, number, *dates in rows:
        sign = -1 if part in HIDDEN else 1
        if part == COUNTER:
            as_of = number
        elif tag is None:
            lists[list_id] += sign * number
            for which, each in zip(DUE, dates, strict=True):
                due[which] += sign * each
        else:
            names[tag] = names.get(tag) or name
            tags[tag] += sign * number
    return Counts(
        inbox=lists[None],
        **{which: due[which] for which in DUE},
        lists={ListId(list_id): number for list_id, number in (+lists).items() if list_id is not None},
        tags={names[tag]: number for tag, number in (+tags).items()},
        as_of=as_of,
    )


def _values(moments: Moments) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name in ("now", "overdue", "today", "tomorrow", "later"):
        bound: DueBound = getattr(moments, name)
        values |= comparands(name, bound)
        values |= {f"{name}_lowest_edge": bound.lowest, f"{name}_highest_edge": bound.highest}
    return values
