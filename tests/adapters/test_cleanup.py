"""Cleanup deletes expired rows, and none of them early when a clock jumps."""

from datetime import datetime, timedelta

import pytest

from tests.attacks.replicas import PASSWORD, Replica, new_email, replica
from tests.support.ticks import Ticks
from todo_adapters.cleanup import Cleanup, ConservativeClock
from todo_adapters.contracts.fakes import NOON, FixedClock
from todo_adapters.memory.store import MemoryStore
from todo_core.errors import InvalidToken
from todo_core.model.user import Actor
from todo_core.ports.accounts import FORGOTTEN_AT_ONCE

TEN_MINUTES = timedelta(minutes=10)


class Times:
    """A wall clock and a monotonic clock that can be moved together or apart."""

    def __init__(self) -> None:
        self.clock, self.ticks = FixedClock(), Ticks()
        self.passed = ConservativeClock(self.clock, self.ticks)

    def later(self, by: timedelta = TEN_MINUTES) -> datetime | None:
        self.clock.advance(by)
        self.ticks.advance(by)
        return self.passed.moment()

    def hour(self) -> datetime | None:
        for _ in range(5):
            self.later()
        return self.later()


@pytest.mark.check("P13")
def test_in_the_first_hour_nothing_has_certainly_passed() -> None:
    times = Times()
    assert times.passed.moment() is None
    assert [times.later() for _ in range(5)] == [None] * 5
    assert times.later() == times.clock.now()
    assert times.later() == times.clock.now()


@pytest.mark.check("P13")
@pytest.mark.parametrize("jump", [timedelta(minutes=1), timedelta(hours=1), timedelta(days=4000)])
def test_a_clock_that_is_ahead_for_less_than_an_hour_is_not_believed(jump: timedelta) -> None:
    times = Times()
    times.passed.moment()
    times.hour()
    times.clock.advance(jump)
    for _ in range(5):
        assert times.later() == times.clock.now() - jump
    times.clock.advance(-jump)
    assert times.later() == times.clock.now()


def test_a_clock_that_stays_ahead_is_believed_after_an_hour() -> None:
    times = Times()
    times.passed.moment()
    times.hour()
    times.clock.advance(timedelta(days=1))
    assert times.hour() == times.clock.now() - timedelta(days=1)
    assert times.later() == times.clock.now()


@pytest.mark.check("P13")
def test_a_clock_that_is_set_back_is_believed_at_once() -> None:
    times = Times()
    times.passed.moment()
    times.hour()
    times.clock.advance(timedelta(days=-1))
    assert times.later() == times.clock.now()


@pytest.mark.check("P13")
def test_a_clock_that_was_wrong_at_the_start_is_not_believed() -> None:
    times = Times()
    times.clock.advance(timedelta(days=20))
    times.passed.moment()
    times.later()
    times.clock.advance(timedelta(days=-20))
    assert times.hour() == times.clock.now() == NOON + 7 * TEN_MINUTES


TRASH_KEPT = timedelta(days=30)
FEED_KEPT = timedelta(days=90)


class Swept:
    """A replica whose sweeper runs every ten minutes."""

    def __init__(self, store: MemoryStore | None = None) -> None:
        self.store = store or MemoryStore()
        self.clock = FixedClock()
        self.one: Replica = replica(self.store, self.clock)
        passed = ConservativeClock(self.clock, self.one.ticks)
        self.sweeper = Cleanup(self.one.todo, self.one.revoked, passed, TRASH_KEPT, FEED_KEPT)

    async def sweep(self, after: timedelta = TEN_MINUTES, times: int = 1) -> None:
        for _ in range(times):
            self.clock.advance(after)
            self.one.ticks.advance(after)
            await self.one.revoked.read(self.store)
            await self.sweeper.sweep()


@pytest.mark.check("P13")
async def test_a_clock_that_jumps_ahead_and_back_lets_nobody_guess_more() -> None:
    swept, email = Swept(), new_email()
    await swept.sweep(times=7)
    while await swept.one.guess(email) == "invalid-credentials":
        pass
    counted = dict(swept.store._state.attempts)
    swept.clock.advance(timedelta(days=3))
    await swept.sweeper.sweep()
    swept.clock.advance(timedelta(days=-3))
    assert swept.store._state.attempts == counted
    assert await swept.one.guess(email) == "too-many-requests"
    await swept.sweep(times=12)
    assert swept.store._state.attempts == {}


@pytest.mark.check("P13")
async def test_a_clock_that_jumps_ahead_and_back_revives_no_token() -> None:
    swept, jump = Swept(), timedelta(days=3)
    await swept.sweep()
    entered = await swept.one.register()
    await swept.one.todo.sessions.log_out(swept.one.todo.sessions.identify(entered.token))
    swept.clock.advance(jump)
    await swept.one.revoked.read(swept.store)
    await swept.sweeper.sweep()
    swept.clock.advance(-jump)
    assert len(swept.store._state.revoked) == 1
    restarted = Swept(swept.store)
    await restarted.one.revoked.read(swept.store)
    for each in (swept, restarted):
        with pytest.raises(InvalidToken):
            each.one.todo.sessions.identify(entered.token)


@pytest.mark.check("P13")
async def test_rows_of_ended_sessions_go_in_pieces_when_they_have_been_known_for_long_enough() -> None:
    swept = Swept()
    entered = await swept.one.register()
    while len(swept.store._state.revoked) <= FORGOTTEN_AT_ONCE:
        more = await swept.one.todo.sessions.log_in(entered.user.email, PASSWORD, "a device")
        await swept.one.todo.sessions.log_out(await _actor(swept, more.token))
    known = len(swept.store._state.revoked)
    await swept.sweep(times=7)
    assert len(swept.store._state.revoked) == known
    restarted = Swept(swept.store)
    await restarted.sweep(times=7)
    assert len(swept.store._state.revoked) == known, "another process has not known them for that long"
    await swept.sweep(times=2)
    assert swept.store._state.revoked == {}
    assert swept.one.revoked.numbers()["todo_ended_sessions"] == 0


async def _actor(swept: Swept, token: str) -> Actor:
    await swept.one.revoked.read(swept.store)
    return swept.one.todo.sessions.identify(token)


@pytest.mark.check("P13")
async def test_feeds_are_pruned_every_six_hours_and_not_by_a_clock_that_jumped() -> None:
    swept, hour = Swept(), timedelta(hours=1)
    space = swept.one.todo.of((await swept.one.register()).user.id)
    await swept.sweep(times=7)
    task = await space.tasks.add(title="0")
    await space.tasks.change(task.id, title="1")
    swept.clock.advance(FEED_KEPT)
    await swept.sweep(6 * hour)
    swept.clock.advance(-FEED_KEPT)
    assert (await space.changes()).pruned == 0
    pruned = []
    for step in (FEED_KEPT - 7 * hour, 2 * hour, 3 * hour, hour):
        await swept.sweep(step)
        pruned.append((await space.changes()).pruned)
    assert pruned == [0, 0, 0, 2], "the first and the last of these sweeps prune"


@pytest.mark.check("P13")
async def test_what_was_deleted_is_purged_when_its_days_are_over_and_not_by_a_clock_that_jumped() -> None:
    swept = Swept()
    space = swept.one.todo.of((await swept.one.register()).user.id)
    await swept.sweep(times=7)
    work = await space.lists.add(name="Work")
    for number in range(3):
        await space.tasks.add(title=f"{number}", list_id=work.id)
    await space.lists.remove(work.id)
    swept.clock.advance(TRASH_KEPT)
    await swept.sweeper.sweep()
    swept.clock.advance(-TRASH_KEPT)
    assert [each.things async for each in space.trash.all()] == [4]
    await swept.sweep(TRASH_KEPT - TEN_MINUTES)
    assert [each.things async for each in space.trash.all()] == [4]
    await swept.sweep(times=8)
    assert [each async for each in space.trash.all()] == []
    assert [change.action.value for change in (await space.changes()).items[-4:]] == ["purged"] * 4
