"""A user's tasks, for scripts."""

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, Unpack
from uuid import UUID

from todo_core.ids import TaskId, UserId
from todo_core.limits import OCCURRENCES_LISTED, PAGE_MAX
from todo_core.model.change import Change
from todo_core.model.due import DueDate
from todo_core.model.kinds import Kind
from todo_core.model.rules import checked
from todo_core.model.task import TASKS, NewTaskFields, Task, TaskFields
from todo_core.model.task_filter import DueOption, TaskQuery
from todo_core.model.task_sort import SortName, TaskPosition, TaskSort
from todo_core.model.write_options import PLAIN, WriteOptions
from todo_core.paging import every_page
from todo_core.runner import Runner
from todo_core.usecases import completing, moving, sync, tasks, things


@dataclass(frozen=True, slots=True)
class Part:
    """A part of what one user has."""

    run: Runner
    owner: UserId

    async def _write(self, options: WriteOptions, use_case: Any, *args: Any, **kwargs: Any) -> Any:
        return (await self.run.carry_out(self.owner, options, use_case, *args, **kwargs)).value

    async def _history(self, kind: Kind[Any], thing_id: UUID) -> AsyncIterator[Change]:
        read = self.run.read
        async for page in every_page(
            lambda first: read(self.owner, sync.read_history, thing_id, kind, first, PAGE_MAX)
        ):
            for change in page.items:
                yield change


class Tasks(Part):
    """The user's tasks."""

    async def get(self, task_id: UUID) -> Task:
        """Returns a task. Raises NotFound."""
        return await self.run.read(self.owner, things.get_thing, task_id, TASKS)

    def find(
        self,
        *,
        completed: bool | None = None,
        words: str = "",
        due: DueOption | Literal["none", "overdue", "today"] | None = None,
        due_before: date | datetime | None = None,
        due_after: date | datetime | None = None,
        priorities: Collection[str | None] = (),
        lists: Collection[UUID | str | None] = (),
        parents: Collection[UUID | str | None] = (),
        tags: Collection[str] = (),
        has_tags: bool | None = None,
        deferred: bool | None = None,
        sort: SortName = "created_at",
        limit: int | None = None,
    ) -> AsyncIterator[Task]:
        """Yields the tasks that match everything given, at most ``limit``, and reads them page by page.

        ``words`` all occur in title or description. ``due_before`` is exclusive, ``due_after`` inclusive; days are
        those of the user's time zone. Tasks have one of the ``priorities``, ``lists`` and ``parents``, in which None is
        no priority, the inbox and the top level, and all of the ``tags``. Raises Invalid.
        """
        query = TaskQuery.of(
            completed=completed,
            words=words,
            due=due,
            due_before=due_before,
            due_after=due_after,
            priorities=priorities,
            lists=lists,
            parents=parents,
            tags=tags,
            has_tags=has_tags,
            deferred=deferred,
        )
        return self._found(query, checked({"sort": sort}, {"sort": TaskSort.of})["sort"], limit)

    async def _found(self, query: TaskQuery, sort: TaskSort, limit: int | None) -> AsyncIterator[Task]:
        after: TaskPosition | None = None
        while limit is None or limit > 0:
            size = PAGE_MAX if limit is None else min(limit, PAGE_MAX)
            page = await self.run.read(self.owner, tasks.find_tasks, self.run.clock, query, sort, after, size)
            for task in page.items:
                yield task
            if page.next is None:
                return
            after = page.next
            limit = None if limit is None else limit - len(page.items)

    async def add(self, options: WriteOptions = PLAIN, **fields: Unpack[NewTaskFields]) -> Task:
        """Creates a task; it needs a title. Raises Invalid, LimitReached."""
        task: Task = await self._write(options, things.add_thing, TASKS.draft(**fields))
        return task

    async def change(self, task_id: UUID, options: WriteOptions = PLAIN, **fields: Unpack[TaskFields]) -> Task:
        """Changes the given fields of a task. Raises Invalid, NotFound, TooMany."""
        task: Task = await self._write(options, things.change_thing, task_id, TASKS.patch(**fields))
        return task

    async def complete(self, task_id: UUID, options: WriteOptions = PLAIN, *, subtasks: bool = True) -> Task:
        """Completes a task and, with ``subtasks``, all open ones below it. Raises NotFound, TooMany.

        Of a recurring task it completes the current occurrence; the task stays open until the end of its series.
        """
        task: Task = await self._write(options, completing.complete_task, TaskId(task_id), subtasks=subtasks)
        return task

    async def reopen(self, task_id: UUID, options: WriteOptions = PLAIN) -> Task:
        """Reopens a task; of one that recurs it takes the latest completion or skip back. Raises NotFound."""
        task: Task = await self._write(options, completing.reopen_task, TaskId(task_id))
        return task

    async def skip(self, task_id: UUID, options: WriteOptions = PLAIN) -> Task:
        """Goes on to the next occurrence of a recurring task. Raises Invalid if it has none, NotFound, TooMany."""
        task: Task = await self._write(options, completing.skip_task, TaskId(task_id))
        return task

    async def occurrences(self, task_id: UUID, limit: int = OCCURRENCES_LISTED) -> Sequence[DueDate]:
        """Returns the due date of a task and those of the next occurrences, ``limit`` in all. Raises NotFound."""
        return await self.run.read(self.owner, tasks.upcoming_occurrences, self.run.clock, task_id, limit)

    async def move(self, task_id: UUID, options: WriteOptions = PLAIN, **place: UUID | str | None) -> Task:
        """Moves a task by any of ``list_id``, ``parent_id``, and one of ``before`` and ``after``.

        These two are the id of a sibling, or None for the end and the start. Raises Invalid, NotFound, TooMany.
        """
        task: Task = await self._write(options, moving.move_thing, task_id, moving.Move.of(TASKS, **place))
        return task

    async def remove(self, task_id: UUID, options: WriteOptions = PLAIN) -> None:
        """Moves a task and its subtasks to the trash. Raises NotFound, TooMany."""
        await self._write(options, things.remove_thing, task_id, TASKS)

    def history(self, task_id: UUID) -> AsyncIterator[Change]:
        """Yields the changes of a task, the latest first, as far back as they are kept. Raises NotFound."""
        return self._history(TASKS, task_id)
