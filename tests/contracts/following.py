"""A replica that follows which login sessions end on others, over a storage that can be put out of reach."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import pytest

from tests.support.ticks import Ticks
from todo_adapters.contracts.fakes import CountingIds, FixedClock
from todo_adapters.memory.accounts import MemoryAccountsView
from todo_adapters.memory.security import ListEventLog
from todo_adapters.memory.store import MemoryStore
from todo_adapters.security.revoked_sessions import FollowedRevokedSessions
from todo_core.ids import SessionId, UserId
from todo_core.model.session import LoginSession
from todo_core.model.user import User

LIFETIME = timedelta(minutes=10)


class StoreThatFails(MemoryStore):
    """A storage that can be put out of reach."""

    def __init__(self) -> None:
        super().__init__()
        self.failure: Exception | None = None
        self.looks = 0
        self.hanging = False

    def accounts(self) -> MemoryAccountsView:
        self.looks += 1
        if self.failure:
            raise self.failure
        return HangingView(self) if self.hanging else super().accounts()


class HangingView(MemoryAccountsView):
    """A look at a storage that does not answer for as long as it hangs."""

    def __init__(self, store: StoreThatFails) -> None:
        super().__init__(store._state)
        self.sessions.revoked = self._revoked  # type: ignore[method-assign]
        self._store = store

    async def _revoked(self, after: SessionId | None, limit: int) -> Sequence[SessionId]:
        while self._store.hanging:  # noqa: ASYNC110
            await asyncio.sleep(0.001)
        return ()


class Replica:
    """One replica's memory, and a storage that it shares with others."""

    def __init__(self) -> None:
        self.clock = FixedClock()
        self.ticks = Ticks()
        self.ids = CountingIds()
        self.store = StoreThatFails()
        self.event_log = ListEventLog()
        self.revoked = self.new()

    def new(self, period: float = 0.005) -> FollowedRevokedSessions:
        """The memory of a process that has just started."""
        return FollowedRevokedSessions(self.clock, LIFETIME, self.event_log, period=period, monotonic=self.ticks)

    async def look(self) -> None:
        await self.revoked.read(self.store)

    def pass_time(self, by: timedelta | None = None, /, *, seconds: float = 0) -> None:
        """On both clocks alike."""
        by = by or timedelta(seconds=seconds)
        self.clock.advance(by)
        self.ticks.advance(by)

    async def elsewhere(self, ended_at: datetime, number: int = 1) -> list[SessionId]:
        """Another replica ends so many login sessions."""
        user, now = UserId(self.ids.new()), self.clock.now()
        sessions = [
            LoginSession(id=SessionId(self.ids.new()), user_id=user, created_at=now, last_used_at=now, client="there")
            for _ in range(number)
        ]
        async with self.store.begin_accounts() as tx:
            await tx.users.add(User(id=user, email=f"{user}@example.org", name="Ada", created_at=now), "hash")
            for session in sessions:
                await tx.sessions.add(session)
            await tx.commit()
        ids = [session.id for session in sessions]
        async with self.store.begin_accounts() as tx:
            await tx.sessions.end(ids, ended_at)
            await tx.commit()
        return ids


@asynccontextmanager
async def following(replica: Replica) -> AsyncIterator[None]:
    task = asyncio.create_task(replica.revoked.follow(replica.store))
    try:
        yield
    finally:
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def eventually(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(0.001)
