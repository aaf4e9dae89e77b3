"""One owner's tasks and feed, to look at, and the writes that a unit of work collects."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from typing import TypeVar

from todo_adapters.memory.state import Draft, Shelf, State, others_run
from todo_adapters.memory.strictness import Misuse, check_storable
from todo_core.errors import NotFound
from todo_core.ids import TaskId, UserId
from todo_core.limits import PAGE_BYTES
from todo_core.model.change import Change, ChangeKind
from todo_core.model.task import Task, TaskForm
from todo_core.model.task_filter import TaskFilter, TaskPosition, TaskSort
from todo_core.model.write_options import Receipt
from todo_core.paging import Page

T = TypeVar("T")


class MemoryTaskReads:
    """The owner's tasks as they are committed, with the changes of a draft on top."""

    def __init__(self, tasks: Draft[TaskId, Task], shelf: Shelf) -> None:
        self._tasks = tasks
        self._shelf = shelf

    async def get(self, task_id: TaskId) -> Task:
        task = self._tasks.get(task_id)
        await others_run()
        if task is None:
            raise NotFound("task")
        return task

    async def page(
        self, which: TaskFilter, sort: TaskSort, after: TaskPosition | None, limit: int, form: TaskForm[T]
    ) -> Page[T, TaskPosition]:
        found = sort.arrange([task for task in self._tasks.values() if which.matches(task)])
        as_of = self._shelf.revision
        await others_run()
        behind = [task for task in found if after is None or sort.is_behind(task, after)]
        begins = [0, *accumulate(_text_bytes(task) for task in behind)]
        items = [task for task, begin in zip(behind[:limit], begins, strict=False) if begin < PAGE_BYTES]
        last = sort.position(items[-1]) if len(behind) > len(items) else None
        return Page(tuple([task.shaped(form) for task in items]), last, as_of if behind else None)


def _text_bytes(task: Task) -> int:
    return len(task.title.encode()) + len((task.description or "").encode())


@dataclass(frozen=True, slots=True)
class Write:
    """One collected write; ``task`` is None for a removal, ``read`` when any revision will do."""

    kind: ChangeKind
    task_id: TaskId
    task: Task | None
    read: int | None = None


class MemoryTasks(MemoryTaskReads):
    """The owner's tasks, to change."""

    def __init__(self, owner: UserId, shelf: Shelf) -> None:
        super().__init__(Draft(shelf.tasks), shelf)
        self._owner = owner
        self.writes: list[Write] = []

    def add(self, task: Task) -> None:
        if task.revision != 0 or self._tasks.get(task.id) is not None:
            raise Misuse("a new task has a new id, and no revision yet")
        self._collect(ChangeKind.CREATED, task)

    def update(self, task: Task) -> None:
        self._collect(ChangeKind.UPDATED, task)

    async def remove(self, task_id: TaskId, revision: int | None = None) -> None:
        self.writes.append(Write(ChangeKind.DELETED, task_id, None, revision))
        self._tasks.drop(task_id)

    def _collect(self, kind: ChangeKind, task: Task) -> None:
        if task.user_id != self._owner:
            raise Misuse("the task belongs to another owner")
        check_storable(task)
        self.writes.append(Write(kind, task.id, task, task.revision))
        self._tasks.put(task.id, task)


class MemoryChangeReads:
    """The owner's feed."""

    def __init__(self, state: State, owner: UserId) -> None:
        self._state = state
        self._owner = owner

    async def after(self, seq: int, limit: int) -> Sequence[Change]:
        found = [change for change in self._state.shelf(self._owner).feed if change.seq > seq]
        await others_run()
        return tuple(found[:limit])

    async def at(self, seqs: Collection[int]) -> Mapping[int, Change]:
        found = {change.seq: change for change in self._state.shelf(self._owner).feed if change.seq in seqs}
        await others_run()
        return found


class MemoryReceiptReads:
    """What the owner did under keys."""

    def __init__(self, state: State, owner: UserId) -> None:
        self._state = state
        self._owner = owner

    async def get(self, key: str, since: datetime) -> Receipt | None:
        found = self._state.shelf(self._owner).receipts.get(key)
        await others_run()
        return found[0] if found and found[1] >= since else None
