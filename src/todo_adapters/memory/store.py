"""MemoryStore: all storage of one process in dictionaries, gone when the process is.

It keeps every promise of the storage port and refuses more than a database does: leaving writes uncommitted,
using a unit of work that is over, times that are not in UTC, updating rows that were not locked. Each call
lets other tasks run, so that a race in a use case shows here as well.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

from todo_adapters.memory.accounts import MemoryAccountsUnitOfWork, MemoryAccountsView
from todo_adapters.memory.state import State
from todo_adapters.memory.work import MemoryUnitOfWork, MemoryView
from todo_core.ids import SessionId, UserId
from todo_core.model.quota import Quota
from todo_core.ports.runtime import IdSource


class MemoryStore:
    """A storage of its own, empty at first."""

    def __init__(self, quota: Quota = Quota()) -> None:  # noqa: B008 - a frozen value
        self._state = State()
        self._quota = quota

    def view(self, owner: UserId) -> MemoryView:
        return MemoryView(self._state, owner)

    @asynccontextmanager
    async def begin(
        self,
        owner: UserId,
        now: datetime,
        ids: IdSource,
        *,
        exclusive: bool = False,
        session: SessionId | None = None,
    ) -> AsyncIterator[MemoryUnitOfWork]:
        with MemoryUnitOfWork(self._state, owner, now, ids, self._quota, session) as unit:
            if exclusive:
                await unit.lock()
            yield unit

    def accounts(self) -> MemoryAccountsView:
        return MemoryAccountsView(self._state)

    @asynccontextmanager
    async def begin_accounts(self) -> AsyncIterator[MemoryAccountsUnitOfWork]:
        with MemoryAccountsUnitOfWork(self._state) as unit:
            yield unit

    async def cautions(self) -> Sequence[str]:
        return ["memory: everything is lost when the process ends"]

    async def confirm(self) -> None:
        """Nothing survives the process anyway."""

    async def ping(self) -> None:
        """Always there."""
