"""The storage of one owner: a view, and a unit of work that numbers its writes at ``commit``."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from todo_adapters.memory.feed import MemoryChangeReads, MemoryReceiptReads, bytes_of
from todo_adapters.memory.locks import Holding
from todo_adapters.memory.state import Draft, Shelf, State, account_row, others_run
from todo_adapters.memory.strictness import Misuse, Unit, check_storable
from todo_adapters.memory.tasks import MemoryTaskReads
from todo_adapters.memory.things import MemoryThingReads, MemoryThings, MemoryWrite, Numbering
from todo_adapters.memory.trash import MemoryTrashReads
from todo_core.errors import MovedOn, NotFound
from todo_core.ids import SessionId, UserId
from todo_core.model.budget import Budget
from todo_core.model.change import Change
from todo_core.model.kinds import E, Kind
from todo_core.model.quota import Quota, Usage
from todo_core.model.task import TASKS
from todo_core.model.write_options import RECEIPTS_KEPT, Key, Receipt
from todo_core.model.zones import zone
from todo_core.ports.runtime import IdSource


class MemoryView:
    """Reads the storage of one owner."""

    def __init__(self, state: State, owner: UserId) -> None:
        self.owner = owner
        self.changes = MemoryChangeReads(state, owner)
        self.receipts = MemoryReceiptReads(state, owner)
        self._state = state

    def of(self, kind: Kind[E]) -> MemoryThingReads[E]:
        shelf = self._state.shelf(self.owner)
        return MemoryThingReads(kind, Draft(shelf.table(kind)), shelf)

    @property
    def tasks(self) -> MemoryTaskReads:
        shelf = self._state.shelf(self.owner)
        return MemoryTaskReads(Draft(shelf.table(TASKS)), shelf)

    @property
    def trash(self) -> MemoryTrashReads:
        shelf = self._state.shelf(self.owner)
        return MemoryTrashReads(Draft(shelf.trash), shelf)

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


class MemoryUnitOfWork(Unit):
    """The storage of one owner, to change."""

    def __init__(
        self, state: State, owner: UserId, now: datetime, ids: IdSource, quota: Quota, session: SessionId | None
    ) -> None:
        check_storable(now)
        super().__init__(Holding(state.locks))
        self.owner = owner
        self.now = now
        self.ids = ids
        self.budget = Budget()
        self._state = state
        self._quota = quota
        self._session = session
        self._shelf = state.shelf(owner)
        self._trash = Draft(self._shelf.trash)
        self._drafts: dict[Kind[Any], Draft[UUID, Any]] = {}
        self._writes: list[MemoryWrite] = []
        self._touched = False

    def of(self, kind: Kind[E]) -> MemoryThings[E]:
        return MemoryThings(self.owner, kind, self._draft(kind), self._trash, self._shelf, self._writes, self.now)

    @property
    def tasks(self) -> MemoryTaskReads:
        return MemoryTaskReads(self._draft(TASKS), self._shelf)

    @property
    def trash(self) -> MemoryTrashReads:
        self._look()
        return MemoryTrashReads(self._trash, self._shelf)

    @property
    def changes(self) -> MemoryChangeReads:
        self._look()
        if self._writes:
            raise Misuse("the feed is read before the first write")
        return MemoryChangeReads(self._state, self.owner)

    async def knows(self, thing_id: UUID) -> bool:
        self._look()
        found = any(self._draft(kind).get(thing_id) for kind in {*self._shelf.things, *self._drafts})
        await others_run()
        return found or self._trash.get(thing_id) is not None

    def _look(self) -> None:
        self._refuse_when_over()
        self._touched = True

    def _draft(self, kind: Kind[E]) -> Draft[UUID, E]:
        self._look()
        return self._drafts.setdefault(kind, Draft(self._shelf.table(kind)))

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
    def has_writes(self) -> bool:
        return bool(self._writes)

    @property
    def written(self) -> Sequence[tuple[Kind[Any], UUID]]:
        return [(write.kind, write.id) for write in self._writes]

    async def commit(self, key: Key | None = None, answer: str = "") -> Sequence[Change]:
        self._refuse_when_over()
        try:
            if not self._writes and key is None:
                return ()
            await self._hold()
            # From here to the end nothing waits: all of it happens, or nothing does.
            shelf, numbering, changes = self._numbered(keyed=key is not None)
            if key:
                if key.text in shelf.receipts and shelf.receipts[key.text][1] >= self.now - RECEIPTS_KEPT:
                    raise MovedOn
                first_seq = changes[0].seq if changes else 0
                receipt = Receipt(fingerprint=key.fingerprint, first_seq=first_seq, answer=answer)
                shelf.receipts[key.text] = receipt, self.now
            numbering.publish()
            shelf.feed.extend(changes)
            shelf.feed_bytes += bytes_of(changes)
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

    def _numbered(self, keyed: bool = False) -> tuple[Shelf, Numbering, Sequence[Change]]:
        shelf = self._state.shelves[self.owner]
        numbering = Numbering(shelf, self.now, self._session)
        changes = numbering.number(self._writes)
        added = Usage(
            tasks=numbering.added("tasks", self._writes),
            lists=numbering.added("lists", self._writes),
            receipts=1 if keyed else 0,
            feed_bytes=bytes_of(changes),
        )
        usage = Usage(
            tasks=numbering.counted("tasks"),
            lists=numbering.counted("lists"),
            receipts=len(shelf.receipts) + added.receipts,
            feed_bytes=shelf.feed_bytes + added.feed_bytes,
        )
        usage.check(added, self._quota)
        return shelf, numbering, changes
