"""Filters of task lists. Storage adapters must agree with them."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from enum import StrEnum
from typing import Any, Final, TypeAlias

from todo_core.ids import ListId, TaskId
from todo_core.limits import QUERY_MAX, QUERY_WORDS_MAX, SEARCHED_MAX
from todo_core.model.due import DueBound, DueDate, moment, overdue_at, start_of, today_in
from todo_core.model.rules import Broken, Rule, checked, flag, fold, id_of, optional, storable
from todo_core.model.task import Priority, Task, priority_of, tag_name

Point: TypeAlias = date | datetime
"""A day, or a time with an offset."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFilter:
    """A filter on tasks, defined by ``matches``. Fields with their defaults do not restrict.

    None among ``lists`` is the inbox, among ``parents`` the top level. ``tags`` are folded names, all of which a task
    must have. ``deferred`` needs ``now``.
    """

    completed: bool | None = None
    open_only: bool = False
    priorities: frozenset[Priority | None] = frozenset()
    has_due_date: bool | None = None
    due_from: DueBound | None = None
    due_until: DueBound | None = None
    words: tuple[str, ...] = ()
    lists: frozenset[ListId | None] = frozenset()
    parents: frozenset[TaskId | None] = frozenset()
    tags: frozenset[str] = frozenset()
    has_tags: bool | None = None
    deferred: bool | None = None
    now: DueBound | None = None

    def matches(self, task: Task) -> bool:
        return (
            (self.completed is None or task.completed == self.completed)
            and not (self.open_only and task.completed)
            and (not self.priorities or task.priority in self.priorities)
            and (not self.lists or task.list_id in self.lists)
            and (not self.parents or task.parent_id in self.parents)
            and (self.has_tags is None or bool(task.tags) == self.has_tags)
            and (not self.tags or self.tags <= {fold(tag) for tag in task.tags})
            and (self.deferred is None or self._defers(task) == self.deferred)
            and self._matches_due_date(task)
            and self._matches_words(task)
        )

    def _defers(self, task: Task) -> bool:
        return self.now is not None and is_deferred(task.deferred_until, self.now)

    def _matches_due_date(self, task: Task) -> bool:
        due = task.due_date
        if due is None:
            return not self.has_due_date and self.due_from is None and self.due_until is None
        return (
            self.has_due_date is not False
            and (self.due_from is None or not self.due_from.is_after(due))
            and (self.due_until is None or self.due_until.is_after(due))
        )

    def _matches_words(self, task: Task) -> bool:
        if not self.words:
            return True
        title, description = fold(task.title), searchable(task.description)
        return all(word in title or word in description for word in self.words)


def is_deferred(until: DueDate | None, now: DueBound) -> bool:
    """True before the moment until which a task is deferred."""
    return until is not None and until.at > now.of(until.kind)


def searchable(description: str | None) -> str:
    """The folded form of a description, up to SEARCHED_MAX code points."""
    return fold(description or "", SEARCHED_MAX)


def search_words(text: str) -> tuple[str, ...]:
    """The folded words of a search text, for ``TaskFilter.words``. Raises Broken."""
    folded = fold(storable(text, QUERY_MAX))
    if len(folded) > QUERY_MAX:
        raise Broken("too-long", f"This must be at most {QUERY_MAX} characters, also when case-folded.")
    words = tuple(dict.fromkeys(folded.split()))
    if len(words) > QUERY_WORDS_MAX:
        raise Broken("too-long", f"This must be at most {QUERY_WORDS_MAX} words.")
    return words


class DueOption(StrEnum):
    """Named sets of due dates."""

    NONE = "none"
    OVERDUE = "overdue"
    TODAY = "today"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskQuery:
    """The query of a user. "Today" and days become a ``TaskFilter`` with a clock and a time zone."""

    completed: bool | None = None
    priorities: frozenset[Priority | None] = frozenset()
    due_before: Point | None = None
    due_after: Point | None = None
    due: DueOption | None = None
    words: tuple[str, ...] = ()
    lists: frozenset[ListId | None] = frozenset()
    parents: frozenset[TaskId | None] = frozenset()
    tags: frozenset[str] = frozenset()
    has_tags: bool | None = None
    deferred: bool | None = None

    @staticmethod
    def of(**plain: Any) -> "TaskQuery":
        """The query of plain values: text for words and names. Raises Invalid with every rule that they break."""
        return TaskQuery(**checked(plain, QUERY_RULES))

    @property
    def needs_zone(self) -> bool:
        """True if the result depends on the user's time zone."""
        relative = self.due in {DueOption.OVERDUE, DueOption.TODAY} or self.deferred is not None
        return relative or self.due_before is not None or self.due_after is not None

    def at(self, now: datetime, where: tzinfo) -> TaskFilter:
        """The filter at this time in this zone. Only open tasks are overdue.

        If ``needs_zone`` is false, the filter does not depend on either.
        """
        lower = None if self.due_after is None else bound_of(self.due_after, where)
        upper = None if self.due_before is None else bound_of(self.due_before, where)
        if self.due is DueOption.TODAY:
            today, tomorrow = today_in(now, where)
            lower, upper = today.later(lower), tomorrow.sooner(upper)
        elif self.due is DueOption.OVERDUE:
            upper = overdue_at(now, where).sooner(upper)
        return TaskFilter(
            completed=self.completed,
            open_only=self.due is DueOption.OVERDUE,
            priorities=self.priorities,
            has_due_date=False if self.due is DueOption.NONE else None,
            due_from=lower,
            due_until=upper,
            words=self.words,
            lists=self.lists,
            parents=self.parents,
            tags=frozenset(map(fold, self.tags)),
            has_tags=self.has_tags,
            deferred=self.deferred,
            now=None if self.deferred is None else moment(now, where),
        )


def bound_of(value: Point, where: tzinfo) -> DueBound:
    """Where a day begins, or a time is, in a time zone."""
    return moment(value, where) if isinstance(value, datetime) else start_of(value, where)


def point(value: Point) -> Point:
    """A day, or a time with an offset; without one it would depend on the machine. Raises Broken."""
    if isinstance(value, datetime) and value.tzinfo is None:
        raise Broken("invalid-date", "This time must have an offset or a time zone.")
    if not isinstance(value, date):
        raise Broken("wrong-type", "This must be a date or a datetime.")
    return value


def _due_option(name: str) -> DueOption:
    try:
        return DueOption(name)
    except ValueError:
        raise Broken("unknown-value", f"This must be one of {', '.join(DueOption)}.") from None


def _set_of(rule: Rule) -> Callable[[Collection[Any]], frozenset[Any]]:
    """The rule for each of several values. A text is not taken for the set of its letters."""

    def each(values: Collection[Any]) -> frozenset[Any]:
        if isinstance(values, str) or not isinstance(values, Collection):
            raise Broken("wrong-type", "This must be a list.")
        return frozenset(map(rule, values))

    return each


QUERY_RULES: Final = {
    "completed": optional(flag),
    "priorities": _set_of(optional(priority_of)),
    "due_before": optional(point),
    "due_after": optional(point),
    "due": optional(_due_option),
    "words": search_words,
    "lists": _set_of(optional(id_of)),
    "parents": _set_of(optional(id_of)),
    "tags": _set_of(tag_name),
    "has_tags": optional(flag),
    "deferred": optional(flag),
}
