"""The store: opens boxes and accounts, and holds the locks of those who write."""

from asyncio import Lock
from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from document_store.accounts import Draft, FailedLogins, Sessions, Users, oldest
from document_store.box import Box
from document_store.documents import Documents
from document_store.feed import old_changes, prune
from document_store.work import DocumentUnit, DocumentView
from todo_core.ids import SessionId, UserId
from todo_core.model.change import Change
from todo_core.model.quota import Quota
from todo_core.paging import Page, page_of
from todo_core.ports.runtime import IdSource


class AccountsView:
    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        draft = Draft(documents)
        self.users, self.sessions, self.attempts = Users(draft), Sessions(draft), FailedLogins(draft)

    async def owners_of_trash(self, before: datetime, limit: int) -> Sequence[UserId]:
        boxes = self._documents.all("box").items()
        found = [owner for owner, box in boxes if any(each.at < before for each in box.trash.values())]
        return found[:limit]

    async def revisions(self, owners: Collection[UserId]) -> Mapping[UserId, int]:
        boxes = self._documents.all("box")
        return {owner: boxes[owner].revision for owner in owners if owner in boxes}

    async def owners_to_prune(self, before: datetime, after: UserId | None, limit: int) -> Page[UserId, UserId]:
        boxes = self._documents.all("box")
        found = page_of(sorted(each for each in boxes if after is None or each > after), limit, lambda owner: owner)
        return replace(found, items=tuple(each for each in found.items if old_changes(boxes[each], before, 1)))

    async def newest_receipt(self) -> datetime | None:
        boxes = self._documents.all("box").values()
        return max((at for box in boxes for _, at in box.receipts.values()), default=None)


class AccountsUnit:
    def __init__(self, documents: Documents, locks: Mapping[UserId, Lock]) -> None:
        self._documents = documents
        self._locks = locks
        self._draft = Draft(documents)
        self._forgotten: list[tuple[UserId, str]] = []
        self._pruned: tuple[UserId, Sequence[Change]] | None = None
        self.users, self.sessions, self.attempts = Users(self._draft), Sessions(self._draft), FailedLogins(self._draft)

    async def forget_receipts(self, after: datetime, before: datetime, limit: int) -> datetime | None:
        boxes = self._documents.all("box").items()
        kept = ((at, owner, key) for owner, box in boxes for key, (_, at) in box.receipts.items())
        found, end = oldest(kept, after, before, limit)
        self._forgotten += [(owner, key) for _, owner, key in found]
        return end

    async def prune(self, owner: UserId, before: datetime, limit: int) -> int:
        box = self._documents.get("box", owner)
        old = [] if box is None or self._locks[owner].locked() else old_changes(box, before, limit)
        self._pruned = owner, old
        return len(old)

    async def renew_epoch(self, epoch: UUID) -> None:
        self._draft.changes["epoch", None] = epoch

    async def commit(self) -> None:
        """Nothing waits here, so no unit of work of an owner comes in between."""
        for owner, key in self._forgotten:
            if box := self._box(owner):
                box.receipts.pop(key, None)
        if self._pruned and (box := self._box(self._pruned[0])):
            prune(box, self._pruned[1])
        self._documents.write(self._draft.changes)

    def _box(self, owner: UserId) -> Box | None:
        """The box to be written; None if it is gone."""
        place = ("box", owner)
        if place not in self._draft.changes and (stored := self._documents.get(*place)):
            self._draft.changes[place] = stored.copy()
        found: Box | None = self._draft.changes.get(place)
        return found


class DocumentStore:
    """Storage in documents, for one process."""

    def __init__(self, documents: Documents, quota: Quota) -> None:
        self._documents = documents
        self._quota = quota
        self._locks: dict[UserId, Lock] = defaultdict(Lock)
        self._accounts_lock = Lock()

    def view(self, owner: UserId) -> DocumentView:
        return DocumentView(self._documents, owner)

    @asynccontextmanager
    async def begin(
        self,
        owner: UserId,
        now: datetime,
        ids: IdSource,
        *,
        exclusive: bool = False,
        session: SessionId | None = None,
    ) -> AsyncIterator[DocumentUnit]:
        unit = DocumentUnit(self._documents, owner, now, ids, self._quota, session, self._locks[owner])
        try:
            if exclusive:
                await unit.lock()
            yield unit
        finally:
            unit.release()

    def accounts(self) -> AccountsView:
        return AccountsView(self._documents)

    @asynccontextmanager
    async def begin_accounts(self) -> AsyncIterator[AccountsUnit]:
        async with self._accounts_lock:
            yield AccountsUnit(self._documents, self._locks)

    async def confirm(self) -> None:
        """What is visible has been written to the file."""

    async def ping(self) -> None:
        self._documents.get("user", None)

    async def cautions(self) -> Sequence[str]:
        return ["document_store: two processes on one file would not see each other's locks"]
