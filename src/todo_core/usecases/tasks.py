"""What is particular to tasks: pages of them, counts, and completing."""

from datetime import UTC, datetime
from typing import Final, TypeVar

from todo_core.ids import TaskId
from todo_core.limits import PAGE_MAX
from todo_core.model.counts import Counts, Moments
from todo_core.model.kinds import Form
from todo_core.model.task import TASKS, Task
from todo_core.model.task_filter import TaskQuery
from todo_core.model.task_sort import TaskPosition, TaskSort
from todo_core.paging import Page
from todo_core.ports.runtime import Clock
from todo_core.ports.storage import UnitOfWork, View
from todo_core.usecases.gathering import in_pieces, tree
from todo_core.usecases.things import change_thing

T = TypeVar("T")

COMPLETED: Final = TASKS.patch(completed=True)
REOPENED: Final = TASKS.patch(completed=False)
EVERYTHING: Final = TaskQuery()
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


async def complete_task(tx: UnitOfWork, task_id: TaskId, *, subtasks: bool = True) -> Task:
    """Completes the task and, with ``subtasks``, all open ones below it. Raises NotFound, TooMany."""
    if not subtasks:
        return await change_thing(tx, task_id, COMPLETED)
    found = await tree(tx, task_id)
    completed = found[0]
    async for task in in_pieces(reversed(found)):
        completed = TASKS.change(task, COMPLETED, tx.now)
        if completed is not task:
            tx.of(TASKS).update(completed)
    return completed


async def count_tasks(view: View, clock: Clock) -> Counts:
    """Returns how many tasks there are to do, as of the beginning of this minute, in the owner's time zone."""
    return await view.tasks.counts(Moments.at(this_minute(clock), await view.zone()))


def this_minute(clock: Clock) -> datetime:
    """The time for which counts are valid until the next minute."""
    return clock.now().replace(second=0, microsecond=0)


async def reopen_task(tx: UnitOfWork, task_id: TaskId) -> Task:
    """Reopens the task. Raises NotFound."""
    return await change_thing(tx, task_id, REOPENED)
