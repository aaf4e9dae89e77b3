"""What is particular to tasks: pages of them, counts, and what was done."""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Final, TypeVar
from uuid import UUID

from todo_core.limits import OCCURRENCES_LISTED, PAGE_MAX
from todo_core.model.completion import Done, DonePosition, DoneQuery
from todo_core.model.counts import Counts, Moments
from todo_core.model.due import DueDate, moment
from todo_core.model.kinds import Form
from todo_core.model.recurrence_preview import Preview
from todo_core.model.task import TASKS, Task
from todo_core.model.task_filter import TaskQuery
from todo_core.model.task_sort import TaskPosition, TaskSort
from todo_core.paging import Page
from todo_core.ports.runtime import Clock
from todo_core.ports.storage import View

T = TypeVar("T")

AT_ONCE: Final = 10
"""Occurrences that are computed before other work has a turn."""

EVERYTHING: Final = TaskQuery()
ALL_DONE: Final = DoneQuery()
OLDEST_FIRST: Final = TaskSort()


async def find_tasks(
    view: View,
    clock: Clock,
    query: TaskQuery = EVERYTHING,
    sort: TaskSort = OLDEST_FIRST,
    after: TaskPosition | None = None,
    limit: int = PAGE_MAX,
) -> Page[Task, TaskPosition]:
    """Returns a page of the tasks that match. "Today" and days are those of the owner's time zone."""
    return await find_tasks_as(view, clock, query, sort, after, limit, TASKS.of_plain)


async def find_tasks_as(
    view: View, clock: Clock, query: TaskQuery, sort: TaskSort, after: TaskPosition | None, limit: int, form: Form[T]
) -> Page[T, TaskPosition]:
    """Returns the page of ``find_tasks``, each task in this form."""
    where = await view.zone() if query.needs_zone else UTC
    return await view.tasks.page(query.at(clock.now(), where), sort, after, limit, form)


async def find_done(
    view: View, query: DoneQuery = ALL_DONE, after: DonePosition | None = None, limit: int = PAGE_MAX
) -> Page[Done, DonePosition]:
    """Returns a page of what was done, the latest first. Days are those of the owner's time zone."""
    where = await view.zone() if query.needs_zone else UTC
    return await view.completions.page(query.at(where), after, limit)


async def upcoming_occurrences(
    view: View, clock: Clock, task_id: UUID, limit: int = OCCURRENCES_LISTED
) -> Sequence[DueDate]:
    """Returns the due date of a task and those of the next occurrences. Raises NotFound."""
    task = await view.of(TASKS).get(task_id)
    if task.recurrence is None or task.completed or task.due_date is None:
        return () if task.due_date is None or task.completed else (task.due_date,)
    upcoming = task.recurrence.upcoming(moment(clock.now(), await view.zone()))
    next(upcoming)  # the current one as it was scheduled, before the task got its due date
    return [task.due_date, *await _first(limit - 1, upcoming)]


async def preview_occurrences(view: View, clock: Clock, preview: Preview) -> Sequence[DueDate]:
    """Returns the occurrences of a preview, if each one is completed when it is due, or now if that has passed."""
    return await _first(preview.limit, preview.occurrences(moment(clock.now(), await view.zone())))


async def _first(limit: int, upcoming: Iterator[DueDate]) -> Sequence[DueDate]:
    """So many occurrences. Each may take a millisecond, so other work has a turn now and then."""
    found: list[DueDate] = []
    for each in islice(upcoming, limit):
        found.append(each)
        if len(found) % AT_ONCE == 0:
            await asyncio.sleep(0)
    return found


async def count_tasks(view: View, clock: Clock) -> Counts:
    """Returns how many tasks there are to do, as of the beginning of this minute, in the owner's time zone."""
    return await view.tasks.counts(Moments.at(this_minute(clock), await view.zone()))


def this_minute(clock: Clock) -> datetime:
    """The time for which counts are valid until the next minute."""
    return clock.now().replace(second=0, microsecond=0)
