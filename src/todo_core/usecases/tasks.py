"""What people do with tasks."""

from datetime import UTC
from typing import TypeVar

from todo_core.ids import TaskId
from todo_core.model.task import Task, TaskDraft, TaskForm, TaskPatch
from todo_core.model.task_filter import TaskPosition, TaskQuery, TaskSort
from todo_core.paging import Page
from todo_core.ports.runtime import Clock
from todo_core.ports.storage import UnitOfWork, View

T = TypeVar("T")


async def get_task(view: View, task_id: TaskId) -> Task:
    """One task. Raises NotFound."""
    return await view.tasks.get(task_id)


async def find_tasks(
    view: View, clock: Clock, query: TaskQuery, sort: TaskSort, after: TaskPosition | None, limit: int
) -> Page[Task, TaskPosition]:
    """A page of the tasks that somebody asks for, "today" and days being those of their own time zone."""
    return await look_through(view, clock, query, sort, after, limit, Task.stored)


async def look_through(
    view: View,
    clock: Clock,
    query: TaskQuery,
    sort: TaskSort,
    after: TaskPosition | None,
    limit: int,
    form: TaskForm[T],
) -> Page[T, TaskPosition]:
    """The same page, of tasks in any other form."""
    where = await view.zone() if query.needs_zone else UTC
    return await view.tasks.page(query.at(clock.now(), where), sort, after, limit, form)


async def add_task(tx: UnitOfWork, draft: TaskDraft) -> Task:
    """A new task."""
    task = Task.new(TaskId(tx.ids.new()), tx.owner, draft, tx.now)
    tx.tasks.add(task)
    return task


async def change_task(tx: UnitOfWork, task_id: TaskId, patch: TaskPatch) -> Task:
    """The task with some fields changed. Raises NotFound. A change that changes nothing is not a write."""
    task = await tx.tasks.get(task_id)
    changed = task.change(patch, tx.now)
    if changed != task:
        tx.tasks.update(changed)
    return changed


async def complete_task(tx: UnitOfWork, task_id: TaskId) -> Task:
    """The task, done. Raises NotFound."""
    return await change_task(tx, task_id, TaskPatch(completed=True))


async def reopen_task(tx: UnitOfWork, task_id: TaskId) -> Task:
    """The task, open again. Raises NotFound."""
    return await change_task(tx, task_id, TaskPatch(completed=False))


async def remove_task(tx: UnitOfWork, task_id: TaskId) -> None:
    """No more such task. Raises NotFound when there was none."""
    await tx.tasks.remove(task_id)
