"""One owner's storage: a view of it, and a unit of work that numbers its writes at ``commit``."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from todo_adapters.memory.locks import Holding
from todo_adapters.memory.state import Draft, Shelf, State, account_row, others_run
from todo_adapters.memory.strictness import AbandonedWrite, Misuse, check_storable
from todo_adapters.memory.tasks import (
    MemoryChangeReads,
    MemoryReceiptReads,
    MemoryTaskReads,
    MemoryTasks,
    Write,
)
from todo_core.errors import MovedOn, NotFound
from todo_core.ids import TaskId, UserId
from todo_core.model.change import Change, ChangeKind, EntityKind
from todo_core.model.quota import Quota, Usage
from todo_core.model.task import Task
from todo_core.model.write_options import RECEIPTS_KEPT, Key, Receipt
from todo_core.model.zones import zone
from todo_core.ports.runtime import IdSource


class MemoryView:
    """The storage of one owner, to look at."""

    def __init__(self, state: State, owner: UserId) -> None:
        self.owner = owner
        self.changes = MemoryChangeReads(state, owner)
        self.receipts = MemoryReceiptReads(state, owner)
        self._state = state

    @property
    def tasks(self) -> MemoryTaskReads:
        shelf = self._state.shelf(self.owner)
        return MemoryTaskReads(Draft(shelf.tasks), shelf)

    async def revision(self) -> int:
        found = self._state.shelves.get(self.owner)
        await others_run()
        if found is None:
            raise NotFound("account")
        return found.revision

    async def zone(self) -> ZoneInfo:
        found = self._state.users.get(self.owner)
        await others_run()
        if found is None:
            raise NotFound("account")
        return zone(found.user.time_zone)


class MemoryUnitOfWork:
    """The storage of one owner, to change."""

    def __init__(self, state: State, owner: UserId, now: datetime, ids: IdSource, quota: Quota) -> None:
        check_storable(now)
        self.owner = owner
        self.now = now
        self.ids = ids
        self._state = state
        self._quota = quota
        self._holding = Holding(state.locks)
        self._tasks = MemoryTasks(owner, state.shelf(owner))
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

    @property
    def written(self) -> Sequence[UUID]:
        return [write.task_id for write in self._tasks.writes]

    async def commit(self, key: Key | None = None, answer: str = "") -> Sequence[Change]:
        self._refuse_when_over()
        try:
            if not self._tasks.writes and key is None:
                return ()
            await self._hold()
            # From here to the end nothing waits: all of it happens, or nothing does.
            shelf, rows, changes = self._numbered(keyed=key is not None)
            if key:
                if key.text in shelf.receipts and shelf.receipts[key.text][1] >= self.now - RECEIPTS_KEPT:
                    raise MovedOn
                first_seq = changes[0].seq if changes else 0
                receipt = Receipt(fingerprint=key.fingerprint, first_seq=first_seq, answer=answer)
                shelf.receipts[key.text] = receipt, self.now
            rows.publish()
            shelf.feed.extend(changes)
            shelf.feed_bytes += _bytes_of(changes)
            shelf.revision += len(changes)
            return changes
        finally:
            self.close()

    async def dry_run(self) -> Sequence[Change]:
        self._refuse_when_over()
        try:
            await self._hold()
            return self._numbered()[2]
        finally:
            self.close()

    def _numbered(self, keyed: bool = False) -> tuple[Shelf, Draft[TaskId, Task], Sequence[Change]]:
        shelf = self._state.shelves[self.owner]
        rows = Draft(shelf.tasks)
        changes = Numbering(shelf, rows, self.now).number(self._tasks.writes)
        added = Usage(len(rows) - len(shelf.tasks), 1 if keyed else 0, _bytes_of(changes))
        usage = Usage(len(rows), len(shelf.receipts) + added.receipts, shelf.feed_bytes + added.feed_bytes)
        usage.check(added, self._quota)
        return shelf, rows, changes

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


def _bytes_of(changes: Sequence[Change]) -> int:
    """About as many as a database would need for the values of these changes."""
    return sum(len(repr(change.value).encode()) for change in changes if change.value is not None)


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
        self._check(write, stored)
        if write.task is None:
            value = None
            self._rows.drop(write.task_id)
        else:
            value = replace(write.task, revision=seq)
            self._rows.put(write.task_id, value)
        return Change(seq=seq, at=self._now, entity=EntityKind.TASK, id=write.task_id, kind=write.kind, value=value)

    def _check(self, write: Write, stored: Task | None) -> None:
        """A task that was written before in the same unit still carries the revision as which it was read."""
        if write.kind is ChangeKind.CREATED:
            if stored is not None:
                raise Misuse("a new task has a new id")
        elif write.read is None:
            if stored is None:
                raise NotFound("task")
        elif stored is None or write.read != self._read_as.get(write.task_id, stored.revision):
            raise MovedOn
        if write.read is not None:
            self._read_as[write.task_id] = write.read
