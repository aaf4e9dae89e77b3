"""How many tasks there are to do, as clients show it beside lists, tags and views."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Final

from todo_core.ids import ListId
from todo_core.model.due import DueBound, moment, overdue_at, start_of, today_in
from todo_core.model.rules import fold
from todo_core.model.task import Task
from todo_core.model.task_filter import is_deferred
from todo_core.model.zones import wall_clock

UPCOMING_DAYS: Final = 7
"""The days after today that are upcoming."""


@dataclass(frozen=True, slots=True)
class Moments:
    """What counting compares dates with: now, the end of what is overdue, and the starts of days."""

    now: DueBound
    overdue: DueBound
    today: DueBound
    tomorrow: DueBound
    later: DueBound

    @staticmethod
    def at(now: datetime, where: tzinfo) -> "Moments":
        """Those of a time in a time zone."""
        today, tomorrow = today_in(now, where)
        later = start_of(wall_clock(now, where).date() + timedelta(days=UPCOMING_DAYS + 1), where)
        return Moments(moment(now, where), overdue_at(now, where), today, tomorrow, later)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Open tasks that are not deferred. ``tags`` are by name; lists and tags without any are not mentioned.

    ``as_of`` is the number of the owner's latest change.
    """

    inbox: int
    overdue: int
    today: int
    upcoming: int
    lists: Mapping[ListId, int]
    tags: Mapping[str, int]
    as_of: int = 0


@dataclass(frozen=True, slots=True)
class TagUse:
    """A tag with the numbers of its open tasks and of all its tasks.

    ``name`` is, of the ways in which tasks spell it, the first by code point.
    """

    name: str
    open: int
    total: int


def count(tasks: Iterable[Task], moments: Moments) -> Counts:
    """The meaning of ``Counts``, with which storage adapters must agree."""
    everything = list(tasks)
    named = names([tag for task in everything for tag in task.tags])
    todo = [task for task in everything if not task.completed and not is_deferred(task.deferred_until, moments.now)]
    due = [task.due_date for task in todo if task.due_date is not None]
    return Counts(
        inbox=sum(task.list_id is None for task in todo),
        overdue=sum(moments.overdue.is_after(date) for date in due),
        today=sum(moments.tomorrow.is_after(date) and not moments.today.is_after(date) for date in due),
        upcoming=sum(moments.later.is_after(date) and not moments.tomorrow.is_after(date) for date in due),
        lists=Counter(task.list_id for task in todo if task.list_id is not None),
        tags=Counter(named[fold(tag)] for task in todo for tag in task.tags),
    )


def tag_uses(tasks: Iterable[Task]) -> list[TagUse]:
    """The tags of these tasks, ordered by folded name."""
    everything = list(tasks)
    total = Counter(fold(tag) for task in everything for tag in task.tags)
    still = Counter(fold(tag) for task in everything if not task.completed for tag in task.tags)
    named = names([tag for task in everything for tag in task.tags])
    return [TagUse(named[key], still[key], total[key]) for key in sorted(total)]


def names(tags: Iterable[str]) -> dict[str, str]:
    """The first spelling of each tag, by code point, under its folded name."""
    found: dict[str, str] = {}
    for tag in sorted(tags, reverse=True):
        found[fold(tag)] = tag
    return found
