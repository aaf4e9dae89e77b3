"""A unit of work in which one thing is written over only as the caller has seen it (If-Match, RFC 9110, 13.1.1)."""

from typing import TypeVar

from todo_core.errors import Stale
from todo_core.ids import TaskId
from todo_core.model.task import Task, TaskForm
from todo_core.model.task_filter import TaskFilter, TaskPosition, TaskSort
from todo_core.model.write_options import Expected
from todo_core.paging import Page
from todo_core.ports.storage import TaskRepository, UnitOfWork

T = TypeVar("T")


class Preconditions:
    """The unit of work of somebody who expects something of one thing in it."""

    def __init__(self, unit: UnitOfWork, expected: Expected) -> None:
        self.owner = unit.owner
        self.now = unit.now
        self.ids = unit.ids
        self.lock = unit.lock
        self._unit = unit
        self._expected = expected

    @property
    def tasks(self) -> "CheckedTasks":
        return CheckedTasks(self._unit.tasks, self._expected)


class CheckedTasks:
    """The tasks, of which one is read only if it is as expected; whoever wants to change it has to read it."""

    def __init__(self, tasks: TaskRepository, expected: Expected) -> None:
        self._tasks = tasks
        self._expected = expected
        self.add = tasks.add
        self.update = tasks.update

    async def get(self, task_id: TaskId) -> Task:
        """Raises Stale."""
        task = await self._tasks.get(task_id)
        if task_id == self._expected.id and not self._expected.admits(task.revision):
            raise Stale(task.revision)
        return task

    async def page(
        self, which: TaskFilter, sort: TaskSort, after: TaskPosition | None, limit: int, form: TaskForm[T]
    ) -> Page[T, TaskPosition]:
        return await self._tasks.page(which, sort, after, limit, form)

    async def remove(self, task_id: TaskId, revision: int | None = None) -> None:
        """Raises Stale."""
        if task_id == self._expected.id:
            revision = (await self.get(task_id)).revision
        await self._tasks.remove(task_id, revision)
