"""Tasks: how they are stored, and pages of them by any filter in any order, each one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, TypeVar

from sqlalchemy import Column, ColumnElement, FromClause, Select, and_, case, func, literal, or_, select, union_all

from todo_adapters.sql.database import Reader
from todo_adapters.sql.functions import contains
from todo_adapters.sql.kinds import KindTable
from todo_adapters.sql.pages import AS_OF, within_bytes
from todo_adapters.sql.statements import LIMIT, Row, Statement, bind
from todo_adapters.sql.tables import tasks
from todo_core.ids import UserId
from todo_core.limits import DESCRIPTION_MAX, PAGE_BYTES, TITLE_MAX
from todo_core.model.due import DueKind
from todo_core.model.kinds import Form
from todo_core.model.rules import fold
from todo_core.model.task import RANKS, TASKS, Priority
from todo_core.model.task_filter import TaskFilter, searchable
from todo_core.model.task_sort import SortField, TaskPosition, TaskSort
from todo_core.paging import Page

T = tasks.c
Item = TypeVar("Item")

PRIORITIES: Final[dict[int | None, Priority | None]] = {None: None} | {rank: each for each, rank in RANKS.items()}
TASK_TABLE: Final = KindTable(
    TASKS,
    tasks,
    write={
        "priority": lambda task: task.priority and task.priority.rank,
        "due_kind": lambda task: task.due_date and task.due_date.kind.value,
        "due_at": lambda task: task.due_date and task.due_date.at,
        "title_key": lambda task: fold(task.title),
        "description_key": lambda task: searchable(task.description),
    },
    read={"priority": PRIORITIES.__getitem__},
)

COLUMNS: Final = TASK_TABLE.columns

ALWAYS_WITHIN: Final = PAGE_BYTES // (4 * (TITLE_MAX + DESCRIPTION_MAX))
"""So many tasks never exceed PAGE_BYTES, whatever is in them."""

SORT_COLUMNS: Final[dict[SortField, Column[Any]]] = {
    SortField.CREATED_AT: T.id,
    SortField.UPDATED_AT: T.updated_at,
    SortField.DUE_DATE: T.due_at,
    SortField.PRIORITY: T.priority,
    SortField.TITLE: T.title_key,
}


@dataclass(frozen=True, slots=True)
class SqlTaskReads:
    """Pages of the tasks of one owner."""

    reader: Reader
    owner: UserId

    async def page(
        self, which: TaskFilter, sort: TaskSort, after: TaskPosition | None, limit: int, form: Form[Item]
    ) -> Page[Item, TaskPosition]:
        shape = PageShape.of(which, sort, after, limit)
        values = {"user_id": self.owner, "limit": limit + 1, "page_bytes": PAGE_BYTES, **_values(which)}
        if after is not None:
            values |= {"after_value": after.value, "after_id": after.id}
        rows: Sequence[Row] = await self.reader.all(page_statement(shape), values)
        as_of = rows[0][TASK_TABLE.width] if rows else None
        found = rows[0][TASK_TABLE.width + 1] if rows and shape.weighed else len(rows)
        items = rows[:limit]
        last = sort.position(TASK_TABLE.entity(items[-1])) if found > len(items) else None
        return Page(tuple(TASK_TABLE.shape(items, form)), last, as_of)


@dataclass(frozen=True, slots=True)
class PageShape:
    """What of a query changes the text of its statement; all the rest is bound.

    ``start`` is where the page begins: at the very start, behind a task that has a sort value, or behind one
    that has none. ``weighed`` pages could exceed PAGE_BYTES.
    """

    completed: bool | None
    open_only: bool
    priorities: bool
    has_due_date: bool | None
    due_from: bool
    due_until: bool
    words: int
    sort: TaskSort
    start: str
    weighed: bool = False

    @classmethod
    def of(cls, which: TaskFilter, sort: TaskSort, after: TaskPosition | None, limit: int) -> "PageShape":
        return cls(
            completed=which.completed,
            open_only=which.open_only,
            priorities=bool(which.priorities),
            has_due_date=which.has_due_date,
            due_from=which.due_from is not None,
            due_until=which.due_until is not None,
            words=len(which.words),
            sort=sort,
            start="top" if after is None else "valueless" if after.value is None else "valued",
            weighed=limit > ALWAYS_WITHIN,
        )


def _values(which: TaskFilter) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if which.priorities:
        ranks = [0 if priority is None else priority.rank for priority in which.priorities]
        values |= {f"priority_{i}": ranks[i % len(ranks)] for i in range(4)}
    for name, bound in (("from", which.due_from), ("until", which.due_until)):
        if bound:
            values |= {f"{name}_{kind.value}": bound.of(kind) for kind in DueKind}
            values[f"{name}_edge"] = bound.lowest if name == "from" else bound.highest
    for i, word in enumerate(which.words):
        values[f"word_{i}"] = word
    return values


@lru_cache(maxsize=1024)
def page_statement(shape: PageShape) -> Statement:
    """The statement for a page of this shape.

    Where the sort value can be missing, the tasks that have one and those that have none are two stretches of
    the list, each read by its own key and put behind one another: an OR over both would read everything.
    """
    key = SORT_COLUMNS[shape.sort.field]
    wanted = and_(T.user_id == bind(T.user_id), *_conditions(shape))
    order = key.desc() if shape.sort.descending else key.asc()
    if not T[key.name].nullable:
        plain = key is T.id and not _conditions(shape)
        columns = [*COLUMNS, *([key.label("sorted_by")] if shape.weighed else [])]
        page = _behind(select(*columns).where(wanted), shape, key).order_by(order, T.id).limit(LIMIT)
        if shape.weighed:
            return Statement(_within_bytes(page.subquery(), shape))
        return Statement(page.add_columns(AS_OF), keyed=plain)
    valueless = select(*COLUMNS, key.label("sorted_by"), literal(1).label("part")).where(wanted, key.is_(None))
    if shape.start == "valueless":
        valueless = valueless.where(T.id > bind(T.id, "after_id"))
        both = valueless.order_by(T.id).limit(LIMIT).subquery()
    else:
        valued = select(*COLUMNS, key.label("sorted_by"), literal(0).label("part")).where(wanted, key.is_not(None))
        both = union_all(
            select(_behind(valued, shape, key).order_by(order, T.id).limit(LIMIT).subquery()),
            select(valueless.order_by(T.id).limit(LIMIT).subquery()),
        ).subquery()
    if not shape.weighed:
        tasks_alone = [both.c[column.name] for column in COLUMNS]
        return Statement(select(*tasks_alone, AS_OF).order_by(*_order(both, shape)).limit(LIMIT))
    page = select(*both.c).order_by(*_order(both, shape)).limit(LIMIT)
    return Statement(_within_bytes(page.subquery(), shape))


def _order(page: FromClause, shape: PageShape) -> list[ColumnElement[Any]]:
    """The order of the rows of a page whose columns include what it is sorted by."""
    value = page.c.sorted_by.desc() if shape.sort.descending else page.c.sorted_by.asc()
    return [*([page.c.part] if "part" in page.c else []), value, page.c.id]


def _within_bytes(page: FromClause, shape: PageShape) -> Select[Any]:
    return within_bytes(page, COLUMNS, TASKS.texts, lambda rows: _order(rows, shape))


def _behind(query: Select[Any], shape: PageShape, key: Column[Any]) -> Select[Any]:
    """Only what comes after the position; ids break ties in ascending order, whatever the direction."""
    if shape.start == "top":
        return query
    after_id = bind(T.id, "after_id")
    if key is T.id:
        return query.where(key < after_id if shape.sort.descending else key > after_id)
    value = bind(key, "after_value")
    if shape.sort.descending:
        return query.where(key <= value, or_(key < value, T.id > after_id))
    return query.where(key >= value, or_(key > value, T.id > after_id))


def _conditions(shape: PageShape) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if shape.completed is not None:
        found.append(T.completed_at.is_not(None) if shape.completed else T.completed_at.is_(None))
    if shape.open_only:
        found.append(T.completed_at.is_(None))
    if shape.priorities:
        ranks = [bind(T.priority, f"priority_{i}") for i in range(4)]
        found.append(func.coalesce(T.priority, 0).in_(ranks))
    if shape.has_due_date is not None:
        found.append(T.due_at.is_not(None) if shape.has_due_date else T.due_at.is_(None))
    if shape.due_from:
        found += [T.due_at >= bind(T.due_at, "from_edge"), T.due_at >= _bound("from")]
    if shape.due_until:
        found += [T.due_at < bind(T.due_at, "until_edge"), T.due_at < _bound("until")]
    for i in range(shape.words):
        word = bind(T.description_key, f"word_{i}")
        found.append(or_(contains(T.title_key, word), contains(T.description_key, word)))
    return found


def _bound(name: str) -> ColumnElement[Any]:
    """The comparand for the kind of each due date; the plain ``_edge`` beside it is for the index."""
    days, floating, fixed = (
        bind(T.due_at, f"{name}_{kind.value}") for kind in (DueKind.DAY, DueKind.FLOATING, DueKind.FIXED)
    )
    return case((T.due_kind == DueKind.DAY.value, days), (T.due_kind == DueKind.FLOATING.value, floating), else_=fixed)
