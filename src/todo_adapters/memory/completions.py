"""What one owner has done, to read."""

from collections.abc import Collection, Sequence
from itertools import accumulate
from typing import Any
from uuid import UUID

from todo_adapters.memory.state import Draft, Shelf, others_run
from todo_core.limits import PAGE_BYTES
from todo_core.model.completion import Completion, Done, DoneFilter, DonePosition, done_by, done_once
from todo_core.paging import Page


class MemoryCompletionReads:
    """Completions and tasks as they are committed, with the changes of drafts on top."""

    def __init__(self, completions: Draft[UUID, Any], tasks: Draft[UUID, Any], shelf: Shelf) -> None:
        self._completions = completions
        self._tasks = tasks
        self._shelf = shelf

    async def page(self, which: DoneFilter, after: DonePosition | None, limit: int) -> Page[Done, DonePosition]:
        log = [done_by(each) for each in self._completions.values()]
        log += [done for task in self._tasks.values() if (done := done_once(task))]
        as_of = self._shelf.revision
        await others_run()
        found = sorted((done for done in log if which.matches(done)), key=_position, reverse=True)
        behind = [done for done in found if after is None or _position(done) < after]
        begins = [0, *accumulate(len(done.title.encode()) for done in behind[:limit])]
        items = [done for done, begin in zip(behind[:limit], begins, strict=False) if begin < PAGE_BYTES]
        last = _position(items[-1]) if len(behind) > len(items) else None
        return Page(tuple(items), last, as_of if behind else None)

    async def latest(self, task_id: UUID) -> Completion | None:
        found = [each for each in self._completions.values() if each.task_id == task_id]
        await others_run()
        return max(found, key=lambda each: (each.series, each.number), default=None)

    async def of_tasks(self, task_ids: Collection[UUID], most: int) -> Sequence[Completion]:
        found = [each for each in self._completions.values() if each.task_id in task_ids]
        await others_run()
        return sorted(found, key=lambda each: (each.task_id, each.series, each.number))[:most]


def _position(done: Done) -> DonePosition:
    return done.completed_at, done.id
