"""What one user has and can do, for scripts: tasks, lists, tags, trash, counts, changes and undo as methods.

Every method that writes is one unit of work and takes WriteOptions: an idempotency key, a precondition, a dry run. All
raise the errors of the use cases that they are named after.
"""

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, Unpack
from uuid import UUID

from todo_core.ids import ListId, TaskId, UserId
from todo_core.limits import PAGE_MAX
from todo_core.model.change import Change, FeedPage, FeedPosition
from todo_core.model.counts import Counts, TagUse
from todo_core.model.kinds import Kind
from todo_core.model.rules import checked
from todo_core.model.task import TASKS, NewTaskFields, Task, TaskFields
from todo_core.model.task_filter import DueOption, TaskQuery
from todo_core.model.task_list import LISTS, ListFields, NewListFields, TaskList
from todo_core.model.task_sort import SortName, TaskPosition, TaskSort
from todo_core.model.trash import Trashed
from todo_core.model.write_options import PLAIN, WriteOptions
from todo_core.paging import every_page
from todo_core.runner import Runner
from todo_core.usecases import lists, moving, sync, tags, tasks, things, trash
from todo_core.usecases.batch import Step, apply_batch
from todo_core.usecases.following import follow_feed
from todo_core.usecases.undo import undo


@dataclass(frozen=True, slots=True)
class _Part:
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


class Tasks(_Part):
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
        """Completes a task and, with ``subtasks``, all open ones below it. Raises NotFound, TooMany."""
        task: Task = await self._write(options, tasks.complete_task, TaskId(task_id), subtasks=subtasks)
        return task

    async def reopen(self, task_id: UUID, options: WriteOptions = PLAIN) -> Task:
        """Reopens a task. Raises NotFound."""
        task: Task = await self._write(options, tasks.reopen_task, TaskId(task_id))
        return task

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


class Lists(_Part):
    """The user's lists."""

    async def get(self, list_id: UUID) -> TaskList:
        """Returns a list. Raises NotFound."""
        return await self.run.read(self.owner, things.get_thing, list_id, LISTS)

    async def all(self, archived: bool | None = None) -> Sequence[TaskList]:
        """Returns the lists in manual order; only those that are archived, or are not, unless it is None."""
        return (await self.run.read(self.owner, lists.find_lists, archived)).items

    async def add(self, options: WriteOptions = PLAIN, **fields: Unpack[NewListFields]) -> TaskList:
        """Creates a list; it needs a name. Raises Invalid, LimitReached."""
        added: TaskList = await self._write(options, things.add_thing, LISTS.draft(**fields))
        return added

    async def change(self, list_id: UUID, options: WriteOptions = PLAIN, **fields: Unpack[ListFields]) -> TaskList:
        """Changes the given fields of a list. Raises Invalid, NotFound."""
        changed: TaskList = await self._write(options, things.change_thing, list_id, LISTS.patch(**fields))
        return changed

    async def move(self, list_id: UUID, options: WriteOptions = PLAIN, **place: UUID | str | None) -> TaskList:
        """Moves a list ``before`` or ``after`` another one, or None. Raises Invalid, NotFound."""
        moved: TaskList = await self._write(options, moving.move_thing, list_id, moving.Move.of(LISTS, **place))
        return moved

    async def remove(self, list_id: UUID, options: WriteOptions = PLAIN, *, keep_tasks: bool = False) -> None:
        """Moves a list to the trash, with its tasks unless they are to be kept, in the inbox.

        Raises NotFound, TooMany.
        """
        if keep_tasks:
            await self._write(options, lists.empty_list_into_inbox, ListId(list_id))
        else:
            await self._write(options, things.remove_thing, list_id, LISTS)

    def history(self, list_id: UUID) -> AsyncIterator[Change]:
        """Yields the changes of a list, the latest first, as far back as they are kept. Raises NotFound."""
        return self._history(LISTS, list_id)


class Tags(_Part):
    """The tags of the user's tasks."""

    async def all(self) -> Sequence[TagUse]:
        """Returns the tags with the numbers of their tasks, ordered by name."""
        return (await self.run.read(self.owner, tags.list_tags)).items

    async def rename(self, name: str, new_name: str, options: WriteOptions = PLAIN) -> int:
        """Renames a tag, or merges it with another one. Returns the number of tasks changed.

        Raises Invalid, NotFound, TooMany.
        """
        changed: int = await self._write(options, tags.rename_tag, name, new_name)
        return changed

    async def remove(self, name: str, options: WriteOptions = PLAIN) -> int:
        """Removes a tag from all tasks. Returns their number. Raises NotFound, TooMany."""
        changed: int = await self._write(options, tags.remove_tag, name)
        return changed


class Trash(_Part):
    """What the user has deleted."""

    async def all(self) -> AsyncIterator[Trashed]:
        """Yields the deletions, the latest first."""
        async for page in every_page(lambda after: self.run.read(self.owner, trash.list_trash, after, PAGE_MAX)):
            for deletion in page.items:
                yield deletion

    async def restore(self, thing_id: UUID, options: WriteOptions = PLAIN) -> Task | TaskList:
        """Restores a task or a list and everything deleted with it. Raises NotFound, LimitReached."""
        restored: Task | TaskList = await self._write(options, trash.restore_thing, thing_id)
        return restored

    async def purge(self, thing_id: UUID, options: WriteOptions = PLAIN) -> None:
        """Deletes for good what was deleted with a task or a list. Raises NotFound."""
        await self._write(options, trash.purge_thing, thing_id)

    async def empty(self, options: WriteOptions = PLAIN) -> None:
        """Deletes everything in the trash for good. Raises TooMany."""
        await self._write(options, trash.empty_trash)


class Workspace(_Part):
    """Everything of one user."""

    @property
    def tasks(self) -> Tasks:
        return Tasks(self.run, self.owner)

    @property
    def lists(self) -> Lists:
        return Lists(self.run, self.owner)

    @property
    def tags(self) -> Tags:
        return Tags(self.run, self.owner)

    @property
    def trash(self) -> Trash:
        return Trash(self.run, self.owner)

    async def counts(self) -> Counts:
        """Returns how many tasks there are to do: in the inbox, in lists, by tag, overdue, today and upcoming."""
        return await self.run.read(self.owner, tasks.count_tasks, self.run.clock)

    async def batch(self, steps: Sequence[Step], options: WriteOptions = PLAIN) -> tuple[Any, ...]:
        """Takes several steps at once, all or none. Returns the thing of each, None if it was removed.

        Raises StepFailed.
        """
        done: tuple[Any, ...] = await self._write(options, apply_batch, steps)
        return done

    async def changes(
        self, after: FeedPosition | None = None, limit: int = PAGE_MAX, entity: str | None = None
    ) -> FeedPage:
        """Returns changes after a position, or from the oldest one kept, in order. Raises CursorExpired."""
        return await self.run.read(self.owner, sync.read_changes, after, limit, entity)

    async def feed_position(self) -> FeedPosition:
        """Returns the position after the latest change."""
        return await self.run.read(self.owner, sync.end_of_feed)

    async def follow(self, after: FeedPosition | None = None) -> AsyncIterator[Change]:
        """Yields the changes after a position, or from now on, as they happen, without end. Raises CursorExpired."""
        after = after or await self.feed_position()
        async for page in follow_feed(self.run, self.owner, after, idle=60.0):
            for change in page.items:
                yield change

    async def snapshot(self) -> AsyncIterator[sync.SnapshotPage]:
        """Yields everything that the user has, page by page. Each page tells from where to apply changes."""
        page = await self.run.read(self.owner, sync.read_snapshot, None, PAGE_MAX)
        yield page
        while page.next is not None:
            page = await self.run.read(self.owner, sync.read_snapshot, page.next, PAGE_MAX)
            yield page

    async def undo(self, set_seq: int, options: WriteOptions = PLAIN) -> tuple[Change, ...]:
        """Reverts the changes of one write, given the number of the first one. Returns the changes that did it.

        Raises NotFound, UndoConflict, TooMany, CursorExpired if they are no longer kept.
        """
        changes: tuple[Change, ...] = await self._write(options, undo, set_seq)
        return changes
