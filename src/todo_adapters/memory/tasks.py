"""What only the tasks of one owner have: pages, subtrees, tags and counts."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import accumulate
from typing import TypeVar
from uuid import UUID

from todo_adapters.memory.state import Draft, Shelf, others_run
from todo_core.limits import PAGE_BYTES
from todo_core.model.counts import Counts, Moments, TagUse, count, tag_uses
from todo_core.model.kinds import Form
from todo_core.model.task import TASKS, Task
from todo_core.model.task_filter import TaskFilter
from todo_core.model.task_sort import TaskPosition, TaskSort
from todo_core.paging import Page

T = TypeVar("T")


class MemoryTaskReads:
    """The tasks as they are committed, with the changes of a draft on top."""

    def __init__(self, tasks: Draft[UUID, Task], shelf: Shelf) -> None:
        self._tasks = tasks
        self._shelf = shelf

    async def page(
        self, which: TaskFilter, sort: TaskSort, after: TaskPosition | None, limit: int, form: Form[T]
    ) -> Page[T, TaskPosition]:
        found = sort.arrange([task for task in self._tasks.values() if which.matches(task)])
        as_of = self._shelf.revision
        await others_run()
        behind = [task for task in found if after is None or sort.is_behind(task, after)]
        begins = [0, *accumulate(map(TASKS.text_bytes, behind))]
        items = [task for task, begin in zip(behind[:limit], begins, strict=False) if begin < PAGE_BYTES]
        last = sort.position(items[-1]) if len(behind) > len(items) else None
        return Page(tuple([form(*TASKS.plain(task)) for task in items]), last, as_of if behind else None)

    async def subtrees(self, ids: Collection[UUID], most: int) -> Sequence[Task]:
        below: dict[UUID | None, list[Task]] = {}
        for task in self._tasks.values():
            below.setdefault(task.parent_id, []).append(task)
        tops = [found for task_id in ids if (found := self._tasks.get(task_id)) is not None]
        await others_run()
        reached: dict[UUID, Task] = {}
        level = tops
        while level:
            for task in level:
                reached.pop(task.id, None)  # so that it stands behind its parent, if both were asked for
                reached[task.id] = task
            level = [child for task in level for child in below.get(task.id, ())]
        return list(reached.values())[:most]

    async def tags(self) -> Page[TagUse, None]:
        found, as_of = tag_uses(self._tasks.values()), self._shelf.revision
        await others_run()
        return Page(tuple(found), None, as_of if found else None)

    async def counts(self, moments: Moments) -> Counts:
        found = replace(count(self._tasks.values(), moments), as_of=self._shelf.revision)
        await others_run()
        return found
