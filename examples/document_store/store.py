"""The store: opens boxes and accounts, and holds the locks of those who write."""

from asyncio import Lock
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

from document_store.accounts import Draft, FailedLogins, Sessions, Users, oldest
from document_store.documents import Documents
from document_store.work import DocumentUnit, DocumentView
from todo_core.ids import UserId
from todo_core.model.quota import Quota
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

    async def newest_receipt(self) -> datetime | None:
        boxes = self._documents.all("box").values()
        return max((at for box in boxes for _, at in box.receipts.values()), default=None)


class AccountsUnit:
    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self._draft = Draft(documents)
        self._forgotten: list[tuple[UserId, str]] = []
        self.users, self.sessions, self.attempts = Users(self._draft), Sessions(self._draft), FailedLogins(self._draft)

    async def forget_receipts(self, after: datetime, before: datetime, limit: int) -> datetime | None:
        boxes = self._documents.all("box").items()
        kept = ((at, owner, key) for owner, box in boxes for key, (_, at) in box.receipts.items())
        found, end = oldest(kept, after, before, limit)
        self._forgotten += [(owner, key) for _, owner, key in found]
        return end

    async def commit(self) -> None:
        """Nothing waits here, so no unit of work of an owner comes in between."""
        changes = dict(self._draft.changes)
        for owner, key in self._forgotten:
            place = ("box", owner)
            if stored := self._documents.get(*place):
                changes.setdefault(place, stored.copy())
            if box := changes.get(place):
                box.receipts.pop(key, None)
        self._documents.write(changes)


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
        self, owner: UserId, now: datetime, ids: IdSource, *, exclusive: bool = False
    ) -> AsyncIterator[DocumentUnit]:
        unit = DocumentUnit(self._documents, owner, now, ids, self._quota, self._locks[owner])
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
            yield AccountsUnit(self._documents)

    async def confirm(self) -> None:
        """What is visible has been written to the file."""

    async def ping(self) -> None:
        self._documents.get("user", None)

    async def cautions(self) -> Sequence[str]:
        return ["document_store: two processes on one file would not see each other's locks"]
