"""One owner's storage: a view of it, and a unit of work that numbers its writes at ``commit``."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from todo_adapters.memory.locks import Holding
from todo_adapters.memory.state import Draft, Shelf, State, account_row, others_run
from todo_adapters.memory.strictness import AbandonedWrite, Misuse, check_storable
from todo_adapters.memory.tasks import MemoryChangeReads, MemoryTaskReads, MemoryTasks, Write
from todo_core.errors import MovedOn, NotFound
from todo_core.ids import TaskId, UserId
from todo_core.model.change import Change, ChangeKind, EntityKind
from todo_core.model.task import Task
from todo_core.model.zones import zone
from todo_core.ports.runtime import IdSource


class MemoryView:
    """The storage of one owner, to look at."""

    def __init__(self, state: State, owner: UserId) -> None:
        self.owner = owner
        self.changes = MemoryChangeReads(state, owner)
        self._state = state

    @property
    def tasks(self) -> MemoryTaskReads:
        return MemoryTaskReads(Draft(self._state.shelf(self.owner).tasks))

    async def zone(self) -> ZoneInfo:
        found = self._state.users.get(self.owner)
        await others_run()
        if found is None:
            raise NotFound("account")
        return zone(found.user.time_zone)


class MemoryUnitOfWork:
    """The storage of one owner, to change."""

    def __init__(self, state: State, owner: UserId, now: datetime, ids: IdSource) -> None:
        check_storable(now)
        self.owner = owner
        self.now = now
        self.ids = ids
        self._state = state
        self._holding = Holding(state.locks)
        self._tasks = MemoryTasks(owner, Draft(state.shelf(owner).tasks))
        self._touched = False
        self._over = False

    @property
    def tasks(self) -> MemoryTasks:
        self._refuse_when_over()
        self._touched = True
        return self._tasks

    async def lock(self) -> None:
        self._refuse_when_over()
        row = account_row(self.owner)
        if self._touched and row not in self._holding:
            raise Misuse("the lock comes before the first look: what was seen may have moved on since")
        await self._hold()

    async def _hold(self) -> None:
        await self._holding.take(account_row(self.owner))
        await others_run()
        if self.owner not in self._state.users:
            raise NotFound("account")

    async def commit(self) -> Sequence[Change]:
        self._refuse_when_over()
        try:
            if not self._tasks.writes:
                return ()
            await self._hold()
            # From here to the end nothing waits: all of it happens, or nothing does.
            shelf = self._state.shelves[self.owner]
            rows = Draft(shelf.tasks)
            changes = Numbering(shelf, rows, self.now).number(self._tasks.writes)
            rows.publish()
            shelf.feed.extend(changes)
            shelf.revision += len(changes)
            return changes
        finally:
            self.close()

    def refuse_abandoned(self) -> None:
        """Raises AbandonedWrite when there are writes that nobody tried to commit."""
        if not self._over and self._tasks.writes:
            raise AbandonedWrite

    def close(self) -> None:
        self._over = True
        self._holding.release_all()

    def _refuse_when_over(self) -> None:
        if self._over:
            raise Misuse("this unit of work is over")


class Numbering:
    """Turns collected writes into numbered changes, and puts what they leave into a draft of the tasks."""

    def __init__(self, shelf: Shelf, rows: Draft[TaskId, Task], now: datetime) -> None:
        self._shelf = shelf
        self._rows = rows
        self._now = now
        self._read_as: dict[TaskId, int] = {}

    def number(self, writes: Sequence[Write]) -> tuple[Change, ...]:
        """Raises MovedOn and NotFound."""
        return tuple(self._perform(write, seq) for seq, write in enumerate(writes, self._shelf.revision + 1))

    def _perform(self, write: Write, seq: int) -> Change:
        stored = self._rows.get(write.task_id)
        if write.task is None:
            if stored is None:
                raise NotFound("task")
            value = None
            self._rows.drop(write.task_id)
        else:
            self._check(write.kind, write.task, stored)
            value = replace(write.task, revision=seq)
            self._rows.put(write.task_id, value)
        return Change(seq=seq, at=self._now, entity=EntityKind.TASK, id=write.task_id, kind=write.kind, value=value)

    def _check(self, kind: ChangeKind, task: Task, stored: Task | None) -> None:
        """A task that was written before in the same unit still carries the revision as which it was read."""
        if kind is ChangeKind.CREATED:
            if stored is not None:
                raise Misuse("a new task has a new id")
        elif stored is None or task.revision != self._read_as.get(task.id, stored.revision):
            raise MovedOn
        self._read_as[task.id] = task.revision
