"""The conditions of filters of tasks."""

from typing import Any

from sqlalchemy import Column, ColumnElement, Select, and_, bindparam, func, or_, select

from todo_adapters.sql.due_bounds import comparand
from todo_adapters.sql.functions import contains, one_of_ids, one_of_texts
from todo_adapters.sql.page_shapes import PageShape
from todo_adapters.sql.statements import bind, number
from todo_adapters.sql.tables import task_tags, tasks
from todo_adapters.sql.tasks import NO_TAGS
from todo_adapters.sql.types import IDS, TEXTS

T = tasks.c
G = task_tags.c


def conditions(shape: PageShape) -> list[ColumnElement[bool]]:
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
        found += [T.due_at >= bind(T.due_at, "from_edge"), T.due_at >= comparand("from", T.due_kind, T.due_at)]
    if shape.due_until:
        found += [T.due_at < bind(T.due_at, "until_edge"), T.due_at < comparand("until", T.due_kind, T.due_at)]
    for i in range(shape.words):
        word = bind(T.description_key, f"word_{i}")
        found.append(or_(contains(T.title_key, word), contains(T.description_key, word)))
    found += _places(T.list_id, shape.lists, "lists") + _places(T.parent_id, shape.parents, "parents")
    if shape.has_tags is not None:
        found.append(T.tags != NO_TAGS if shape.has_tags else T.tags == NO_TAGS)
    if shape.tags == "many":
        found.append(_other_tags())
    if shape.deferred is not None:
        later = T.deferred_at > comparand("now", T.deferred_kind, T.deferred_at)
        hidden = and_(T.deferred_at > bind(T.deferred_at, "now_edge"), later)
        found.append(hidden if shape.deferred else or_(T.deferred_at.is_(None), ~later))
    return found


def _places(column: Column[Any], places: str, name: str) -> list[ColumnElement[bool]]:
    """In one of several lists, or below one of several tasks."""
    found: dict[str, Any] = {
        "": None,
        "one": column == bind(column),
        "many": one_of_ids(column, bindparam(name, type_=IDS)),
        "none": column.is_(None),
    }
    conditions = [found[place] for place in places.split(" or ") if place]
    return [or_(*conditions)] if conditions else []


def within_tag(query: Select[Any]) -> Select[Any]:
    """Only the tasks with one of the tags."""
    tagged = task_tags.join(tasks, and_(T.user_id == G.user_id, T.id == G.task_id))
    return query.select_from(tagged).where(G.user_id == bind(G.user_id), G.tag == bind(G.tag))


def _other_tags() -> ColumnElement[bool]:
    """True for tasks with all tags but that one."""
    other = task_tags.alias("other").c
    wanted = one_of_texts(other.tag, bindparam("other_tags", type_=TEXTS))
    found = select(func.count()).where(other.user_id == bind(G.user_id), other.task_id == T.id, wanted)
    return found.scalar_subquery() == number("other_tags_count")


