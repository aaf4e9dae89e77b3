"""Pages of tasks by any filter in any order, each one statement."""

from functools import lru_cache
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, FromClause, Select, and_, literal, or_, select, union_all

from todo_adapters.sql.page_shapes import PageShape
from todo_adapters.sql.pages import AS_OF, within_bytes
from todo_adapters.sql.statements import LIMIT, Statement, bind
from todo_adapters.sql.tables import task_tags, tasks
from todo_adapters.sql.task_conditions import conditions, within_tag
from todo_adapters.sql.tasks import COLUMNS
from todo_core.model.task import TASKS
from todo_core.model.task_sort import SortField

T = tasks.c
G = task_tags.c

SORT_COLUMNS: Final[dict[SortField, Column[Any]]] = {
    SortField.CREATED_AT: T.id,
    SortField.UPDATED_AT: T.updated_at,
    SortField.DUE_DATE: T.due_at,
    SortField.PRIORITY: T.priority,
    SortField.TITLE: T.title_key,
    SortField.POSITION: T.position,
}


@lru_cache(maxsize=1024)
def page_statement(shape: PageShape) -> Statement:
    """The statement for a page of this shape.

    Where the sort value can be missing, the tasks that have one and those that have none are two stretches of
    the list, each read by its own key and put behind one another: an OR over both would read everything.
    """
    key = _key(shape)
    wanted = and_(T.user_id == bind(T.user_id), *conditions(shape))
    order = _direction(shape, key)
    if not key.nullable:
        columns = [*COLUMNS, *([key.label("sorted_by")] if shape.weighed else [])]
        page = _behind(_select(shape, *columns).where(wanted), shape, key).order_by(
            *_place(shape), order, *_ties(shape)
        )
        page = page.limit(LIMIT)
        if shape.weighed:
            return Statement(_within_bytes(page.subquery(), shape))
        return Statement(page.add_columns(AS_OF), keyed=shape.keyed)
    valueless = _select(shape, *COLUMNS, key.label("sorted_by"), literal(1).label("part")).where(wanted, key.is_(None))
    if shape.start == "valueless":
        valueless = valueless.where(T.id > bind(T.id, "after_id"))
        both = valueless.order_by(T.id).limit(LIMIT).subquery()
    else:
        valued = _select(shape, *COLUMNS, key.label("sorted_by"), literal(0).label("part"))
        valued = valued.where(wanted, key.is_not(None))
        both = union_all(
            select(_behind(valued, shape, key).order_by(order, T.id).limit(LIMIT).subquery()),
            select(valueless.order_by(T.id).limit(LIMIT).subquery()),
        ).subquery()
    if not shape.weighed:
        tasks_alone = [both.c[column.name] for column in COLUMNS]
        return Statement(select(*tasks_alone, AS_OF).order_by(*_order(both, shape)).limit(LIMIT))
    page = select(*both.c).order_by(*_order(both, shape)).limit(LIMIT)
    return Statement(_within_bytes(page.subquery(), shape))


def _key(shape: PageShape) -> Column[Any]:
    """The column to sort by. With a tag, ids are taken from the tag's rows, which are in their order."""
    by_tag = shape.tags and shape.sort.field is SortField.CREATED_AT
    return G.task_id if by_tag else SORT_COLUMNS[shape.sort.field]


def _direction(shape: PageShape, column: Any) -> ColumnElement[Any]:
    direction: ColumnElement[Any] = column.desc() if shape.sort.descending else column.asc()
    return direction


def _place(shape: PageShape) -> list[ColumnElement[Any]]:
    """The list of the inbox, NULL everywhere: without it PostgreSQL does not see that the index has this order."""
    return [_direction(shape, T.list_id)] if shape.lists == "none" else []


def _ties(shape: PageShape) -> list[Column[Any]]:
    return [] if shape.sort.field is SortField.CREATED_AT else [T.id]


def _select(shape: PageShape, *columns: Any) -> Select[Any]:
    return within_tag(select(*columns)) if shape.tags else select(*columns)


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
    if shape.sort.field is SortField.CREATED_AT:
        return query.where(key < after_id if shape.sort.descending else key > after_id)
    value = bind(key, "after_value")
    if shape.sort.descending:
        return query.where(key <= value, or_(key < value, T.id > after_id))
    return query.where(key >= value, or_(key > value, T.id > after_id))
