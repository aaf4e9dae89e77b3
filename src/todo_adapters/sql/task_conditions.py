"""The conditions of filters of tasks."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, ColumnElement, Select, and_, bindparam, func, or_, select

from todo_adapters.sql.due_bounds import comparand
from todo_adapters.sql.functions import contains, one_of, one_of_ids
from todo_adapters.sql.page_shapes import PageShape
from todo_adapters.sql.statements import bind, number
from todo_adapters.sql.tables import task_tags, tasks
from todo_adapters.sql.tasks import NO_TAGS
from todo_adapters.sql.types import IDS, TEXTS

T = tasks.c
G = task_tags.c


def conditions(shape: PageShape) -> list[ColumnElement[bool]]:
    """What tasks have to meet, apart from the tag by which they are read."""
    places = _places(T.list_id, shape.lists, "lists", shape) + _places(T.parent_id, shape.parents, "parents", shape)
    return [*_states(shape), *_due(shape), *_words(shape), *places, *_tags(shape), *_deferred(shape)]


def _states(shape: PageShape) -> Iterator[ColumnElement[bool]]:
    if shape.completed is not None:
        yield T.completed_at.is_not(None) if shape.completed else T.completed_at.is_(None)
    if shape.open_only:
        yield T.completed_at.is_(None)
    if shape.priorities:
        yield func.coalesce(T.priority, 0).in_([bind(T.priority, f"priority_{i}") for i in range(4)])


def _due(shape: PageShape) -> Iterator[ColumnElement[bool]]:
    """The plain ``_edge`` beside each comparand is for the index."""
    if shape.has_due_date is not None:
        yield T.due_at.is_not(None) if shape.has_due_date else T.due_at.is_(None)
    if shape.due_from:
        yield T.due_at >= bind(T.due_at, "from_edge")
        yield T.due_at >= comparand("from", T.due_kind, T.due_at)
    if shape.due_until:
        yield T.due_at < bind(T.due_at, "until_edge")
        yield T.due_at < comparand("until", T.due_kind, T.due_at)


def _words(shape: PageShape) -> Iterator[ColumnElement[bool]]:
    for i in range(shape.words):
        word = bind(T.description_key, f"word_{i}")
        yield or_(contains(T.title_key, word), contains(T.description_key, word))


def _deferred(shape: PageShape) -> Iterator[ColumnElement[bool]]:
    later = T.deferred_at > comparand("now", T.deferred_kind, T.deferred_at)
    if shape.deferred:
        yield T.deferred_at > bind(T.deferred_at, "now_edge")
        yield later
    elif shape.deferred is not None:
        yield or_(T.deferred_at.is_(None), ~later)


def _places(column: Column[Any], places: str, name: str, shape: PageShape) -> list[ColumnElement[bool]]:
    """In one of several lists, or below one of several tasks.

    Tasks with a tag are looked up by their ids, one by one. An index of the list would not help, so the comparison is
    one for which PostgreSQL uses none.
    """
    one = column.is_not_distinct_from(bind(column)) if shape.tags else column == bind(column)
    found: dict[str, Any] = {
        "": None,
        "one": one,
        "many": one_of_ids(column, bindparam(name, type_=IDS)),
        "none": column.is_(None),
    }
    conditions = [found[place] for place in places.split(" or ") if place]
    return [or_(*conditions)] if conditions else []


def within_tag(query: Select[Any]) -> Select[Any]:
    """Only the tasks with one of the tags."""
    tagged = task_tags.join(tasks, and_(T.user_id == G.user_id, T.id == G.task_id))
    return query.select_from(tagged).where(G.user_id == bind(G.user_id), G.tag == bind(G.tag))


def _tags(shape: PageShape) -> Iterator[ColumnElement[bool]]:
    if shape.has_tags is not None:
        yield T.tags != NO_TAGS if shape.has_tags else T.tags == NO_TAGS
    if shape.tags == "many":
        other = task_tags.alias("other").c
        wanted = one_of(other.tag, bindparam("other_tags", type_=TEXTS))
        found = select(func.count()).where(other.user_id == bind(G.user_id), other.task_id == T.id, wanted)
        yield found.scalar_subquery() == number("other_tags_count")
