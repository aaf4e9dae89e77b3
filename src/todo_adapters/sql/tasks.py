"""An owner's tasks, to look at: one statement for one task, and one for a page of any filter and order."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, TypeVar

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    func,
    literal,
    or_,
    select,
    union_all,
)

from todo_adapters.sql.database import Reader
from todo_adapters.sql.functions import contains, octets
from todo_adapters.sql.rows import TASK_COLUMNS, shape, to_task
from todo_adapters.sql.statements import Row, Statement
from todo_adapters.sql.tables import tasks, users
from todo_core.errors import NotFound
from todo_core.ids import TaskId, UserId
from todo_core.limits import DESCRIPTION_MAX, PAGE_BYTES, TITLE_MAX
from todo_core.model.due import DueKind
from todo_core.model.task import Task, TaskForm
from todo_core.model.task_filter import SortField, TaskFilter, TaskPosition, TaskSort
from todo_core.paging import Page

T = tasks.c
Item = TypeVar("Item")

GET: Final = Statement(
    select(*TASK_COLUMNS).where(
        T.user_id == bindparam("user_id", type_=T.user_id.type), T.id == bindparam("id", type_=T.id.type)
    ),
    keyed=True,
)

WIDTH: Final = len(TASK_COLUMNS)
AS_OF: Final = (
    select(users.c.revision)
    .where(users.c.id == bindparam("user_id", type_=T.user_id.type))
    .scalar_subquery()
    .label("as_of")
)
"""The owner's counter, seen in the same look as the rows beside which it stands."""

ALWAYS_WITHIN: Final = PAGE_BYTES // (4 * (TITLE_MAX + DESCRIPTION_MAX))
"""So many tasks never exceed PAGE_BYTES, whatever is in them."""

SORT_COLUMNS: Final = {
    SortField.CREATED_AT: T.id,
    SortField.UPDATED_AT: T.updated_at,
    SortField.DUE_DATE: T.due_at,
    SortField.PRIORITY: T.priority,
    SortField.TITLE: T.title_key,
}


@dataclass(frozen=True, slots=True)
class SqlTasks:
    """The tasks of one owner, through whatever runs statements."""

    reader: Reader
    owner: UserId

    async def get(self, task_id: TaskId) -> Task:
        row = await self.reader.one(GET, {"user_id": self.owner, "id": task_id})
        if row is None:
            raise NotFound("task")
        return to_task(row)

    async def page(
        self, which: TaskFilter, sort: TaskSort, after: TaskPosition | None, limit: int, form: TaskForm[Item]
    ) -> Page[Item, TaskPosition]:
        look = Look.of(which, sort, after, limit)
        values = {"user_id": self.owner, "limit": limit + 1, "page_bytes": PAGE_BYTES}
        values |= {**_values(which), **_position(after)}
        rows: Sequence[Row] = await self.reader.all(page_statement(look), values)
        as_of = rows[0][WIDTH] if rows else None
        found = rows[0][WIDTH + 1] if rows and look.weighed else len(rows)
        items = rows[:limit]
        last = sort.position(to_task(items[-1])) if found > len(items) else None
        return Page(tuple([shape(row, form) for row in items]), last, as_of)


@dataclass(frozen=True, slots=True)
class Look:
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
    def of(cls, which: TaskFilter, sort: TaskSort, after: TaskPosition | None, limit: int) -> "Look":
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


def _position(after: TaskPosition | None) -> dict[str, Any]:
    return {} if after is None else {"after_value": after.value, "after_id": after.id}


@lru_cache(maxsize=1024)
def page_statement(look: Look) -> Statement:
    """The statement for a page of this look.

    Where the sort value can be missing, the tasks that have one and those that have none are two stretches of
    the list, each read by its own key and put behind one another: an OR over both would read everything.
    """
    key: ColumnElement[Any] = SORT_COLUMNS[look.sort.field]
    wanted = and_(T.user_id == bindparam("user_id", type_=T.user_id.type), *_conditions(look))
    limit = bindparam("limit", type_=Integer())
    order = key.desc() if look.sort.descending else key.asc()
    if not T[key.name].nullable:
        plain = key is T.id and not _conditions(look)
        columns = [*TASK_COLUMNS, *([key.label("sorted_by")] if look.weighed else [])]
        page = _behind(select(*columns).where(wanted), look, key).order_by(order, T.id).limit(limit)
        if look.weighed:
            return Statement(_weighed(page.subquery(), look))
        return Statement(page.add_columns(AS_OF), keyed=plain)
    valueless = select(*TASK_COLUMNS, key.label("sorted_by"), literal(1).label("part")).where(wanted, key.is_(None))
    if look.start == "valueless":
        valueless = valueless.where(T.id > bindparam("after_id", type_=T.id.type))
        both = valueless.order_by(T.id).limit(limit).subquery()
    else:
        valued = select(*TASK_COLUMNS, key.label("sorted_by"), literal(0).label("part")).where(wanted, key.is_not(None))
        both = union_all(
            select(_behind(valued, look, key).order_by(order, T.id).limit(limit).subquery()),
            select(valueless.order_by(T.id).limit(limit).subquery()),
        ).subquery()
    if not look.weighed:
        tasks_alone = [both.c[column.name] for column in TASK_COLUMNS]
        return Statement(select(*tasks_alone, AS_OF).order_by(*_order(both, look)).limit(limit))
    page = select(*both.c).order_by(*_order(both, look)).limit(limit)
    return Statement(_weighed(page.subquery(), look))


def _order(page: FromClause, look: Look) -> list[ColumnElement[Any]]:
    """The order of the rows of a page whose columns include what it is sorted by."""
    value = page.c.sorted_by.desc() if look.sort.descending else page.c.sorted_by.asc()
    return [*([page.c.part] if "part" in page.c else []), value, page.c.id]


def _weighed(page: FromClause, look: Look) -> Select[Any]:
    """The rows of a page that begin within PAGE_BYTES; behind the usual columns each tells how many there were."""
    order = _order(page, look)
    weight = octets(page.c.title) + func.coalesce(octets(page.c.description), 0)
    begin = func.sum(weight).over(order_by=order, rows=(None, 0)) - weight
    rows = select(*page.c, begin.label("begin"), func.count().over().label("found")).subquery()
    columns = [rows.c[column.name] for column in TASK_COLUMNS]
    within = rows.c.begin < bindparam("page_bytes", type_=Integer())
    return select(*columns, AS_OF, rows.c.found).where(within).order_by(*_order(rows, look))


def _behind(query: Select[Any], look: Look, key: ColumnElement[Any]) -> Select[Any]:
    """Only what comes after the position; ids break ties in ascending order, whatever the direction."""
    if look.start == "top":
        return query
    after_id = bindparam("after_id", type_=T.id.type)
    if key is T.id:
        return query.where(key < after_id if look.sort.descending else key > after_id)
    value = bindparam("after_value", type_=key.type)
    if look.sort.descending:
        return query.where(key <= value, or_(key < value, T.id > after_id))
    return query.where(key >= value, or_(key > value, T.id > after_id))


def _conditions(look: Look) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if look.completed is not None:
        found.append(T.completed_at.is_not(None) if look.completed else T.completed_at.is_(None))
    if look.open_only:
        found.append(T.completed_at.is_(None))
    if look.priorities:
        ranks = [bindparam(f"priority_{i}", type_=T.priority.type) for i in range(4)]
        found.append(func.coalesce(T.priority, 0).in_(ranks))
    if look.has_due_date is not None:
        found.append(T.due_at.is_not(None) if look.has_due_date else T.due_at.is_(None))
    if look.due_from:
        found += [T.due_at >= bindparam("from_edge", type_=T.due_at.type), T.due_at >= _bound("from")]
    if look.due_until:
        found += [T.due_at < bindparam("until_edge", type_=T.due_at.type), T.due_at < _bound("until")]
    for i in range(look.words):
        word = bindparam(f"word_{i}", type_=T.description_key.type)
        found.append(or_(contains(T.title_key, word), contains(T.description_key, word)))
    return found


def _bound(name: str) -> ColumnElement[Any]:
    """The comparand for the kind of each due date; the plain ``_edge`` beside it is for the index."""
    days, floating, fixed = (
        bindparam(f"{name}_{kind.value}", type_=T.due_at.type)
        for kind in (DueKind.DAY, DueKind.FLOATING, DueKind.FIXED)
    )
    return case((T.due_kind == DueKind.DAY.value, days), (T.due_kind == DueKind.FLOATING.value, floating), else_=fixed)
