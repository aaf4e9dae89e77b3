"""Filters, sort orders and page positions of task lists. Storage adapters must agree with them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from enum import StrEnum
from typing import TypeAlias

from todo_core.ids import TaskId
from todo_core.limits import QUERY_MAX, QUERY_WORDS_MAX, SEARCHED_MAX
from todo_core.model.due import DueBound, moment, overdue_at, start_of, today_in
from todo_core.model.rules import Broken, fold, storable
from todo_core.model.task import Priority, Task


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFilter:
    """A filter on tasks, defined by ``matches``. Fields with their defaults do not restrict."""

    completed: bool | None = None
    open_only: bool = False
    priorities: frozenset[Priority | None] = frozenset()
    has_due_date: bool | None = None
    due_from: DueBound | None = None
    due_until: DueBound | None = None
    words: tuple[str, ...] = ()

    def matches(self, task: Task) -> bool:
        return (
            (self.completed is None or task.completed == self.completed)
            and not (self.open_only and task.completed)
            and (not self.priorities or task.priority in self.priorities)
            and self._matches_due_date(task)
            and self._matches_words(task)
        )

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
    due_before: date | datetime | None = None
    due_after: date | datetime | None = None
    due: DueOption | None = None
    words: tuple[str, ...] = ()

    @property
    def needs_zone(self) -> bool:
        """True if the result depends on the user's time zone."""
        relative = self.due in {DueOption.OVERDUE, DueOption.TODAY}
        return relative or self.due_before is not None or self.due_after is not None

    def at(self, now: datetime, where: tzinfo) -> TaskFilter:
        """The filter at this time in this zone. Only open tasks are overdue.

        If ``needs_zone`` is false, the filter does not depend on either.
        """
        lower = None if self.due_after is None else _bound(self.due_after, where)
        upper = None if self.due_before is None else _bound(self.due_before, where)
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
        )


def _bound(point: date | datetime, where: tzinfo) -> DueBound:
    return moment(point, where) if isinstance(point, datetime) else start_of(point, where)


SortValue: TypeAlias = str | int | datetime | None
"""A sort key. None sorts last in both directions."""


class SortField(StrEnum):
    """The fields by which tasks can be sorted."""

    CREATED_AT = "created_at"
    UPDATED_AT = "updated_at"
    DUE_DATE = "due_date"
    PRIORITY = "priority"
    TITLE = "title"


SORT_VALUES: dict[SortField, Callable[[Task], SortValue]] = {
    SortField.CREATED_AT: lambda task: task.id.bytes.hex(),
    SortField.UPDATED_AT: lambda task: task.updated_at,
    SortField.DUE_DATE: lambda task: None if task.due_date is None else task.due_date.at,
    SortField.PRIORITY: lambda task: None if task.priority is None else task.priority.rank,
    SortField.TITLE: lambda task: fold(task.title),
}


@dataclass(frozen=True, slots=True)
class TaskPosition:
    """A position in a sorted list: after the task with this sort value and id."""

    value: SortValue
    id: TaskId


@dataclass(frozen=True, slots=True)
class TaskSort:
    """An order of tasks. Ties are ordered by id, ascending; ids are in the order of creation."""

    field: SortField = SortField.CREATED_AT
    descending: bool = False

    def position(self, task: Task) -> TaskPosition:
        return TaskPosition(SORT_VALUES[self.field](task), task.id)

    def arrange(self, tasks: list[Task]) -> list[Task]:
        """The tasks in this order, those without a value last."""
        value = SORT_VALUES[self.field]
        tasks = sorted(tasks, key=lambda task: task.id)
        with_value = [task for task in tasks if value(task) is not None]
        without = [task for task in tasks if value(task) is None]
        return sorted(with_value, key=value, reverse=self.descending) + without  # type: ignore[arg-type]

    def is_behind(self, task: Task, position: TaskPosition) -> bool:
        """True if the task comes after the position in this order."""
        here, there = SORT_VALUES[self.field](task), position.value
        if here == there:
            return task.id > position.id
        if here is None or there is None:
            return here is None
        return (here < there) if self.descending else (here > there)  # type: ignore[operator]
