"""Storage of accounts in memory."""

from collections.abc import Sequence
from datetime import datetime

from todo_adapters.memory.accounts_draft import AccountsDraft
from todo_adapters.memory.attempts import MemoryAttemptReads, MemoryAttempts
from todo_adapters.memory.sessions import MemorySessionReads, MemorySessions
from todo_adapters.memory.state import Shelf, State, oldest, others_run
from todo_adapters.memory.strictness import Unit
from todo_adapters.memory.users import MemoryUserReads, MemoryUsers
from todo_core.ids import UserId


class MemoryAccountsView:
    def __init__(self, state: State) -> None:
        draft = AccountsDraft(state)
        self._state = state
        self.users = MemoryUserReads(draft)
        self.sessions = MemorySessionReads(draft)
        self.attempts = MemoryAttemptReads(draft)

    async def owners_of_trash(self, before: datetime, limit: int) -> Sequence[UserId]:
        shelves = self._state.shelves.items()
        found = [owner for owner, shelf in shelves if any(each.at < before for each in shelf.trash.values())]
        await others_run()
        return found[:limit]

    async def newest_receipt(self) -> datetime | None:
        receipts = [at for shelf in self._state.shelves.values() for _, at in shelf.receipts.values()]
        await others_run()
        return max(receipts, default=None)


class MemoryAccountsUnitOfWork(Unit):
    def __init__(self, state: State) -> None:
        self._draft = AccountsDraft(state)
        super().__init__(self._draft.holding)
        self._users = MemoryUsers(self._draft)
        self._sessions = MemorySessions(self._draft)
        self._attempts = MemoryAttempts(self._draft)
        self._forgotten: list[tuple[Shelf, str]] = []

    @property
    def users(self) -> MemoryUsers:
        self._refuse_when_over()
        return self._users

    @property
    def sessions(self) -> MemorySessions:
        self._refuse_when_over()
        return self._sessions

    @property
    def attempts(self) -> MemoryAttempts:
        self._refuse_when_over()
        return self._attempts

    async def forget_receipts(self, after: datetime, before: datetime, limit: int) -> datetime | None:
        self._refuse_when_over()
        shelves = self._draft.shelves.values()
        kept = [(at, shelf, key) for shelf in shelves for key, (_, at) in shelf.receipts.items()]
        piece, end = oldest(kept, after, before, limit)
        self._forgotten += [(shelf, key) for _, shelf, key in piece]
        return end

    async def commit(self) -> None:
        self._refuse_when_over()
        self._draft.publish()
        for shelf, key in self._forgotten:
            shelf.receipts.pop(key, None)
        self.close()

    @property
    def has_writes(self) -> bool:
        return self._draft.changed
