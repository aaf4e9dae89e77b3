"""One owner's view, and the unit of work that collects writes and carries them out at commit."""

from asyncio import Lock
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from document_store.box import Box, Write, added
from document_store.documents import Documents
from document_store.feed import BoxChanges
from document_store.reads import BoxReceipts, BoxTasks, BoxThings, BoxTrash, Look
from todo_core.errors import MovedOn, NotFound
from todo_core.ids import SessionId, UserId
from todo_core.model.budget import Budget
from todo_core.model.change import Action, Change
from todo_core.model.kinds import E, Kind
from todo_core.model.quota import Quota
from todo_core.model.write_options import RECEIPTS_KEPT, Key, Receipt
from todo_core.model.zones import zone
from todo_core.ports.runtime import IdSource


class DocumentView:
    """Reads one owner's box as it is committed."""

    def __init__(self, documents: Documents, owner: UserId) -> None:
        self._documents = documents
        self.owner = owner
        self.tasks = BoxTasks(self._look)
        self.trash = BoxTrash(self._look)
        self.changes = BoxChanges(documents, owner)
        self.receipts = BoxReceipts(self._look)

    def of(self, kind: Kind[E]) -> BoxThings[E]:
        return BoxThings(kind, self._look)

    async def revision(self) -> int:
        if (box := self._documents.get("box", self.owner)) is None:
            raise NotFound("account")
        revision: int = box.revision
        return revision

    async def zone(self) -> ZoneInfo:
        if (credentials := self._documents.get("user", self.owner)) is None:
            raise NotFound("account")
        return zone(credentials.user.time_zone)

    def _look(self) -> Box:
        return self._documents.get("box", self.owner) or Box()


class WritableThings(BoxThings[E]):
    """Reads the box with what the unit of work has written, and collects what it writes."""

    def __init__(self, kind: Kind[E], look: Look, writes: list[Write]) -> None:
        super().__init__(kind, look)
        self._writes = writes

    async def load(self, ids: Collection[UUID]) -> Mapping[UUID, E]:
        return {thing.id: thing for thing in self._look().of(self._kind) if thing.id in set(ids)}

    def add(self, thing: E) -> None:
        self._writes.append(Write(self._kind, Action.CREATED, thing))

    def update(self, thing: E) -> None:
        self._writes.append(Write(self._kind, Action.UPDATED, thing))

    def remove(self, thing: E, root: UUID | None = None) -> None:
        self._writes.append(Write(self._kind, Action.DELETED, thing, root))

    def restore(self, thing: E) -> None:
        self._writes.append(Write(self._kind, Action.RESTORED, thing))

    def purge(self, thing: E) -> None:
        self._writes.append(Write(self._kind, Action.PURGED, thing))


class DocumentUnit:
    """The box of one owner, to change. ``lock`` is the owner's."""

    def __init__(
        self,
        documents: Documents,
        owner: UserId,
        now: datetime,
        ids: IdSource,
        quota: Quota,
        session: SessionId | None,
        lock: Lock,
    ) -> None:
        self.owner = owner
        self.now = now
        self.ids = ids
        self.budget = Budget()
        self.tasks = BoxTasks(self._look)
        self.trash = BoxTrash(self._look)
        self.changes = BoxChanges(documents, owner)
        self._documents = documents
        self._quota = quota
        self._session = session
        self._lock = lock
        self._locked = False
        self._writes: list[Write] = []

    def of(self, kind: Kind[E]) -> WritableThings[E]:
        return WritableThings(kind, self._look, self._writes)

    async def knows(self, thing_id: UUID) -> bool:
        box = self._look()
        return thing_id in box.things or thing_id in box.trash

    async def lock(self) -> None:
        if not self._locked:
            await self._lock.acquire()
            self._locked = True
        self._stored()

    @property
    def written(self) -> Sequence[tuple[Kind[Any], UUID]]:
        return [(write.kind, write.thing.id) for write in self._writes]

    async def commit(self, key: Key | None = None, answer: str = "") -> Sequence[Change]:
        """After ``lock`` nothing waits, so nobody comes in between, and a cancelled caller stops all or nothing."""
        if not self._writes and key is None:
            return ()
        await self.lock()
        box, changes = self._performed(key, answer)
        self._documents.write({("box", self.owner): box})
        return changes

    async def dry_run(self) -> Sequence[Change]:
        await self.lock()
        return self._performed()[1]

    def release(self) -> None:
        """Ends the unit of work."""
        if self._locked:
            self._lock.release()

    def _performed(self, key: Key | None = None, answer: str = "") -> tuple[Box, Sequence[Change]]:
        """The box after the writes, and their changes. Raises what ``commit`` does."""
        box = self._stored()
        before, first_seq = box.usage(), box.revision + 1
        changes = box.perform(self._writes, self.now, self._session)
        if key:
            if key.text in box.receipts and box.receipts[key.text][1] >= self.now - RECEIPTS_KEPT:
                raise MovedOn
            receipt = Receipt(fingerprint=key.fingerprint, first_seq=first_seq if changes else 0, answer=answer)
            box.receipts[key.text] = receipt, self.now
        after = box.usage()
        after.check(added(before, after), self._quota)
        return box, changes

    def _stored(self) -> Box:
        found: Box | None = self._documents.get("box", self.owner)
        if found is None:
            raise NotFound("account")
        return found.copy()

    def _look(self) -> Box:
        box: Box = (self._documents.get("box", self.owner) or Box()).copy()
        for write in self._writes:
            box.draw(write, write.thing, self.now)
        return box
