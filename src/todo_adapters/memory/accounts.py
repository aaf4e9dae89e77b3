"""Storage of accounts in memory."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from todo_adapters.memory.accounts_draft import AccountsDraft
from todo_adapters.memory.attempts import MemoryAttemptReads, MemoryAttempts
from todo_adapters.memory.feed import old_changes, prune
from todo_adapters.memory.sessions import MemorySessionReads, MemorySessions
from todo_adapters.memory.state import Shelf, State, account_row, oldest, others_run
from todo_adapters.memory.strictness import Misuse, Unit, check_storable
from todo_adapters.memory.users import MemoryUserReads, MemoryUsers
from todo_core.ids import UserId
from todo_core.model.change import Change
from todo_core.paging import Page


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

    async def revisions(self, owners: Collection[UserId]) -> Mapping[UserId, int]:
        found = {each: self._state.shelves[each].revision for each in owners if each in self._state.shelves}
        await others_run()
        return found

    async def owners_to_prune(self, before: datetime, after: UserId | None, limit: int) -> Page[UserId, UserId]:
        behind = sorted(owner for owner in self._state.shelves if after is None or owner > after)
        await others_run()
        old = [owner for owner in behind[:limit] if old_changes(self._state.shelf(owner), before, 1)]
        return Page(tuple(old), behind[limit - 1] if len(behind) > limit else None)

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
        self._pruned: tuple[Shelf, Sequence[Change]] | None = None
        self._epoch: UUID | None = None
        self._state = state

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

    async def prune(self, owner: UserId, before: datetime, limit: int) -> int:
        self._refuse_when_over()
        check_storable(before)
        shelf = self._draft.shelves.get(owner)
        free = shelf is not None and await self._draft.holding.take_if_free(account_row(owner))
        old = old_changes(shelf, before, limit) if shelf and free else ()
        self._pruned = shelf or Shelf(), old
        await others_run()
        return len(old)

    async def renew_epoch(self, epoch: UUID) -> None:
        self._refuse_when_over()
        self._epoch = epoch

    async def commit(self) -> None:
        super()._refuse_when_over()
        self._draft.publish()
        if self._pruned:
            prune(*self._pruned)
        self._state.epoch = self._epoch or self._state.epoch
        for shelf, key in self._forgotten:
            shelf.receipts.pop(key, None)
        self.close()

    @property
    def has_writes(self) -> bool:
        pruned = self._pruned is not None and bool(self._pruned[1])
        return self._draft.changed or pruned or self._epoch is not None

    def _refuse_when_over(self) -> None:
        super()._refuse_when_over()
        if self._pruned is not None:
            raise Misuse("pruning is the last call before commit")
