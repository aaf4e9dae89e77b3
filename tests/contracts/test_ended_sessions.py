"""What every memory of ended login sessions promises, and how the one that follows the storage keeps up."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import pytest

from tests.support.fakes import CountingIds, FixedClock
from todo_adapters.ended_sessions import FollowedEndedSessions
from todo_adapters.memory.accounts import MemoryAccountsView
from todo_adapters.memory.security import ListJournal, MemoryEndedSessions
from todo_adapters.memory.store import MemoryStore
from todo_core.errors import Unavailable
from todo_core.ids import SessionId, UserId
from todo_core.model.session import LoginSession
from todo_core.model.user import User
from todo_core.ports.security import EndedSessions

LIFETIME = timedelta(minutes=10)


class StoreThatFails(MemoryStore):
    """A storage that can be put out of reach."""

    def __init__(self) -> None:
        super().__init__()
        self.failure: Exception | None = None
        self.looks = 0

    def accounts(self) -> MemoryAccountsView:
        self.looks += 1
        if self.failure:
            raise self.failure
        return super().accounts()


class Replica:
    """One replica's memory, and a storage that it shares with others."""

    def __init__(self) -> None:
        self.clock = FixedClock()
        self.ids = CountingIds()
        self.store = StoreThatFails()
        self.journal = ListJournal()
        self.ended = FollowedEndedSessions(self.clock, LIFETIME, self.journal, period=0.005)

    async def elsewhere(self, ended_at: datetime) -> SessionId:
        """Another replica ends a login session."""
        user = UserId(self.ids.new())
        now = self.clock.now()
        session = LoginSession(
            id=SessionId(self.ids.new()), user_id=user, created_at=now, last_used_at=now, client="elsewhere"
        )
        async with self.store.begin_accounts() as tx:
            await tx.users.add(User(id=user, email=f"{user}@example.org", name="Ada", created_at=now), "hash")
            await tx.sessions.add(session)
            await tx.commit()
        async with self.store.begin_accounts() as tx:
            await tx.sessions.end([session.id], ended_at)
            await tx.commit()
        return session.id


@pytest.fixture
def replica() -> Replica:
    return Replica()


@asynccontextmanager
async def following(replica: Replica) -> AsyncIterator[None]:
    task = asyncio.create_task(replica.ended.follow(replica.store))
    try:
        yield
    finally:
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def eventually(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(0.001)


def memory() -> EndedSessions:
    return MemoryEndedSessions()


async def followed() -> EndedSessions:
    replica = Replica()
    await replica.ended.look(replica.store)
    return replica.ended


@pytest.mark.parametrize("kind", ["memory", "followed"])
async def test_a_session_is_in_here_from_the_moment_it_is_added(kind: str) -> None:
    ended = memory() if kind == "memory" else await followed()
    one, other = SessionId(CountingIds().new()), SessionId(CountingIds(FixedClock().advance(seconds=1)).new())
    assert one not in ended
    ended.add(one, FixedClock().now())
    assert one in ended
    assert other not in ended
    assert "something else" not in ended


async def test_before_the_first_look_nobody_can_say_anything(replica: Replica) -> None:
    session = SessionId(replica.ids.new())
    replica.ended.add(session, replica.clock.now())
    assert not replica.ended.loaded
    with pytest.raises(Unavailable) as refusal:
        _ = session in replica.ended
    assert refusal.value.retry_after == 1


async def test_the_first_look_reaches_back_twice_the_lifetime_of_a_token(replica: Replica) -> None:
    now = replica.clock.now()
    recent, old = await replica.elsewhere(now - 2 * LIFETIME), await replica.elsewhere(now - 3 * LIFETIME)
    await replica.ended.look(replica.store)
    assert replica.ended.loaded
    assert recent in replica.ended
    assert old not in replica.ended


async def test_what_ends_on_another_replica_ends_here(replica: Replica) -> None:  # D23
    async with following(replica):
        await eventually(lambda: replica.ended.loaded)
        session = await replica.elsewhere(replica.clock.now())
        await eventually(lambda: session in replica.ended)


async def test_a_late_commit_and_a_clock_that_is_behind_are_seen_for_a_minute(replica: Replica) -> None:
    await replica.ended.look(replica.store)
    replica.clock.advance(seconds=300)
    await replica.ended.look(replica.store)
    late = await replica.elsewhere(replica.clock.now() - timedelta(seconds=59))
    replica.clock.advance(seconds=0.5)
    await replica.ended.look(replica.store)
    assert late in replica.ended


async def test_what_ended_during_an_outage_is_seen_after_it(replica: Replica) -> None:
    await replica.ended.look(replica.store)
    session = await replica.elsewhere(replica.clock.advance(seconds=30))
    replica.clock.advance(LIFETIME)
    await replica.ended.look(replica.store)
    assert session in replica.ended


async def test_a_session_is_forgotten_when_its_last_token_is_long_gone(replica: Replica) -> None:
    await replica.ended.look(replica.store)
    session = SessionId(replica.ids.new())
    replica.ended.add(session, replica.clock.now())
    replica.clock.advance(2 * LIFETIME)
    await replica.ended.look(replica.store)
    assert session in replica.ended
    replica.clock.advance(seconds=1)
    await replica.ended.look(replica.store)
    assert session not in replica.ended


async def test_a_clock_that_jumps_ahead_and_back_forgets_nothing_for_good(replica: Replica) -> None:  # B21
    session = await replica.elsewhere(replica.clock.now())
    await replica.ended.look(replica.store)
    replica.clock.advance(timedelta(hours=1))
    await replica.ended.look(replica.store)
    replica.clock.advance(timedelta(hours=-1))
    await replica.ended.look(replica.store)
    assert session in replica.ended


@pytest.mark.parametrize("failure", [Unavailable(), OSError("refused"), RuntimeError("a bug")], ids=repr)
async def test_an_outage_costs_neither_the_follower_nor_what_it_knows(replica: Replica, failure: Exception) -> None:
    async with following(replica):
        known = await replica.elsewhere(replica.clock.now())
        await eventually(lambda: replica.ended.loaded and known in replica.ended)
        replica.store.failure = failure
        looks = replica.store.looks
        await eventually(lambda: replica.store.looks > looks + 3)
        assert known in replica.ended
        replica.store.failure = None
        after = await replica.elsewhere(replica.clock.now())
        await eventually(lambda: after in replica.ended)
    assert replica.journal.events == ["ended_sessions_unreachable", "ended_sessions_reached"]
    assert replica.journal.entries[0][1] == {"cause": type(failure).__name__}


async def test_a_storage_that_is_down_at_the_start_is_waited_for(replica: Replica) -> None:
    replica.store.failure = Unavailable()
    async with following(replica):
        await eventually(lambda: replica.store.looks > 3)
        assert not replica.ended.loaded
        replica.store.failure = None
        await eventually(lambda: replica.ended.loaded)


async def test_the_follower_looks_twice_a_second_and_not_more_often(replica: Replica) -> None:
    replica.ended = FollowedEndedSessions(replica.clock, LIFETIME, replica.journal)
    async with following(replica):
        await asyncio.sleep(0.4)
        assert replica.store.looks == 1
        await eventually(lambda: replica.store.looks == 2)
