"""What every memory of ended login sessions promises, and how the one that follows the storage keeps up."""

import asyncio
import math
from datetime import timedelta

import pytest

from tests.contracts.following import LIFETIME, Replica, eventually, following
from todo_adapters.contracts.fakes import CountingIds, FixedClock
from todo_adapters.memory.security import MemoryRevokedSessions
from todo_adapters.security.revoked_sessions import PAGE, FollowedRevokedSessions
from todo_core.errors import Unavailable
from todo_core.ids import SessionId
from todo_core.ports.security import RevokedSessions


@pytest.fixture
def replica() -> Replica:
    return Replica()


@pytest.mark.parametrize("kind", ["memory", "followed"])
async def test_a_session_is_in_here_from_the_moment_it_is_added(replica: Replica, kind: str) -> None:
    await replica.look()
    revoked: RevokedSessions = MemoryRevokedSessions() if kind == "memory" else replica.revoked
    one, other = SessionId(CountingIds().new()), SessionId(CountingIds(FixedClock().advance(seconds=1)).new())
    assert one not in revoked
    revoked.add(one)
    assert one in revoked
    assert other not in revoked
    assert "something else" not in revoked


def cannot_say(replica: Replica, session: SessionId) -> None:
    for refused in (lambda: session in replica.revoked, replica.revoked.require_current):
        with pytest.raises(Unavailable) as refusal:
            refused()
        assert refusal.value.retry_after == 1


async def test_before_the_first_look_nobody_can_say_that_a_session_lives(replica: Replica) -> None:
    revoked, other = SessionId(replica.ids.new()), SessionId(replica.ids.new())
    replica.revoked.add(revoked)
    assert revoked in replica.revoked, "what is known is known"
    cannot_say(replica, other)
    await replica.look()
    replica.revoked.require_current()
    assert other not in replica.revoked


@pytest.mark.check("P12")
async def test_a_replica_that_has_not_looked_for_two_seconds_vouches_for_nobody(replica: Replica) -> None:
    (known,) = await replica.elsewhere(replica.clock.now())
    other = SessionId(replica.ids.new())
    await replica.look()
    replica.pass_time(seconds=2)
    assert other not in replica.revoked
    replica.ticks.advance(seconds=0.001)
    cannot_say(replica, other)
    assert known in replica.revoked, "what has ended stays ended"
    replica.store.failure = Unavailable()
    with pytest.raises(Unavailable):
        await replica.look()
    with pytest.raises(Unavailable):
        _ = other in replica.revoked
    replica.store.failure = None
    await replica.look()
    assert other not in replica.revoked


def age(replica: Replica) -> float:
    return replica.revoked.numbers()["todo_ended_sessions_age_seconds"]


async def test_a_replica_that_only_stood_still_goes_on_at_once(replica: Replica) -> None:
    other, replica.revoked = SessionId(replica.ids.new()), replica.new(period=0.05)
    async with following(replica):
        for _ in range(5):
            await eventually(lambda: replica.revoked.loaded and age(replica) == 0)
            replica.ticks.advance(seconds=10)
            assert other not in replica.revoked


@pytest.mark.check("P12")
async def test_a_look_that_does_not_end_is_no_standstill(replica: Replica) -> None:
    async with following(replica):
        await eventually(lambda: replica.revoked.loaded)
        replica.store.hanging, looks = True, replica.store.looks
        await eventually(lambda: replica.store.looks > looks)
        replica.ticks.advance(seconds=2.1)
        with pytest.raises(Unavailable):
            replica.revoked.require_current()
        replica.store.hanging = False
        await eventually(lambda: age(replica) == 0)
        replica.revoked.require_current()


@pytest.mark.check("P12")
async def test_after_a_standstill_a_look_has_a_second(replica: Replica) -> None:
    async with following(replica):
        await eventually(lambda: replica.revoked.loaded)
        replica.store.hanging, looks = True, replica.store.looks
        replica.ticks.advance(seconds=10)
        await eventually(lambda: replica.store.looks > looks)
        replica.revoked.require_current()
        replica.ticks.advance(seconds=1)
        with pytest.raises(Unavailable):
            replica.revoked.require_current()
        replica.store.hanging = False


async def test_a_follower_that_was_stopped_vouches_for_nobody(replica: Replica) -> None:
    async with following(replica):
        await eventually(lambda: replica.revoked.loaded)
    replica.ticks.advance(seconds=2.1)
    with pytest.raises(Unavailable):
        replica.revoked.require_current()


@pytest.mark.check("P12", "P13")
async def test_no_wall_clock_makes_a_look_younger(replica: Replica) -> None:
    await replica.look()
    replica.ticks.advance(seconds=2.001)
    for step in (-3600, 7200):
        replica.clock.advance(seconds=step)
        with pytest.raises(Unavailable):
            replica.revoked.require_current()


async def test_a_replica_that_has_to_vouch_for_nobody_else_is_never_too_old(replica: Replica) -> None:
    replica.revoked = FollowedRevokedSessions(
        replica.clock, LIFETIME, replica.event_log, monotonic=replica.ticks, patience=math.inf
    )
    await replica.look()
    replica.pass_time(timedelta(days=1))
    replica.revoked.require_current()


async def test_the_age_of_the_last_look_is_told(replica: Replica) -> None:
    replica.ticks.advance(seconds=3)
    assert replica.revoked.numbers() == {"todo_ended_sessions": 0, "todo_ended_sessions_age_seconds": 3}
    await replica.elsewhere(replica.clock.now(), 2)
    await replica.look()
    replica.ticks.advance(seconds=0.5)
    assert replica.revoked.numbers() == {"todo_ended_sessions": 2, "todo_ended_sessions_age_seconds": 0.5}


@pytest.mark.check("P13")
@pytest.mark.parametrize("number", [1, PAGE, PAGE + 1, 3 * PAGE])
async def test_the_first_look_takes_everything_whatever_the_clocks_say(replica: Replica, number: int) -> None:
    now = replica.clock.now()
    revoked = [
        await replica.elsewhere(now + timedelta(days=days), number if days == 0 else 1) for days in (-400, 0, 400)
    ]
    await replica.look()
    assert all(session in replica.revoked for sessions in revoked for session in sessions)


@pytest.mark.check("D23")
async def test_what_ends_on_another_replica_ends_here(replica: Replica) -> None:
    async with following(replica):
        await eventually(lambda: replica.revoked.loaded)
        [session] = await replica.elsewhere(replica.clock.now())
        await eventually(lambda: session in replica.revoked)


@pytest.fixture(params=[1, 2 * PAGE], ids=["few", "many"])
async def settled(request: pytest.FixtureRequest, replica: Replica) -> Replica:
    """A replica that has looked, at few ended sessions or at more than it reads at once."""
    await replica.elsewhere(replica.clock.now(), request.param)
    await replica.look()
    return replica


async def test_a_late_commit_and_a_clock_that_is_behind_are_seen_for_a_minute(settled: Replica) -> None:
    settled.pass_time(seconds=300)
    await settled.look()
    [late] = await settled.elsewhere(settled.clock.now() - timedelta(seconds=59))
    settled.pass_time(seconds=0.5)
    await settled.look()
    assert late in settled.revoked


async def test_what_ended_during_an_outage_is_seen_after_it(settled: Replica) -> None:
    settled.pass_time(seconds=30)
    [session] = await settled.elsewhere(settled.clock.now())
    settled.pass_time(LIFETIME)
    await settled.look()
    assert session in settled.revoked


@pytest.mark.check("P13")
@pytest.mark.parametrize("step", [timedelta(hours=-1), timedelta(minutes=-2), timedelta(minutes=2), timedelta(days=9)])
async def test_after_a_jump_of_the_clock_everything_is_read_again(settled: Replica, step: timedelta) -> None:
    before = settled.clock.now()
    settled.clock.advance(step)
    behind = [await settled.elsewhere(before + offset) for offset in (timedelta(hours=-2), timedelta(), step)]
    await settled.look()
    assert all(session in settled.revoked for sessions in behind for session in sessions)


@pytest.mark.check("P13")
async def test_a_slow_drift_is_noticed_when_it_adds_up(replica: Replica) -> None:
    await replica.elsewhere(replica.clock.now(), 20 * PAGE)
    await replica.look()
    true = replica.clock.now()
    for _ in range(4):
        replica.pass_time(seconds=0.5)
        replica.clock.advance(seconds=20)
        await replica.look()
    [behind] = await replica.elsewhere(true)
    replica.clock.advance(seconds=20)
    await replica.look()
    replica.clock.advance(seconds=20)
    await replica.look()
    assert behind in replica.revoked


@pytest.mark.check("P13")
async def test_a_clock_that_is_wrong_elsewhere_hides_nothing_for_long(settled: Replica) -> None:
    [session] = await settled.elsewhere(settled.clock.now() - timedelta(hours=1))
    for _ in range(4):
        settled.pass_time(seconds=0.5)
        await settled.look()
    assert session in settled.revoked


@pytest.mark.check("B21", "P13")
async def test_a_clock_that_jumps_ahead_and_back_revives_no_token(settled: Replica) -> None:
    [session] = await settled.elsewhere(settled.clock.now())
    await settled.look()
    for step in (timedelta(days=2), timedelta(days=-2)):
        settled.clock.advance(step)
        await settled.look()
        assert session in settled.revoked
        assert list(settled.revoked.outlived(PAGE)) == []


@pytest.mark.check("P13")
async def test_a_session_is_kept_for_two_lifetimes_and_an_hour_by_the_monotonic_clock(replica: Replica) -> None:
    here = SessionId(replica.ids.new())
    replica.revoked.add(here)
    [there] = await replica.elsewhere(replica.clock.now())
    replica.ticks.advance(seconds=60)
    await replica.look()
    replica.ticks.advance(2 * LIFETIME + timedelta(minutes=59))
    assert list(replica.revoked.outlived(PAGE)) == [here]
    replica.ticks.advance(seconds=60)
    await replica.look()
    assert list(replica.revoked.outlived(PAGE)) == [here, there]
    assert list(replica.revoked.outlived(1)) == [here], "in pieces, oldest first"
    assert here in replica.revoked, "until its row is gone"
    replica.revoked.drop([here, SessionId(replica.ids.new())])
    assert (here in replica.revoked, there in replica.revoked) == (False, True)


async def test_what_is_seen_again_is_no_younger(replica: Replica) -> None:
    [session] = await replica.elsewhere(replica.clock.now())
    for _ in range(4):
        await replica.look()
        replica.revoked.add(session)
        replica.pass_time(2 * LIFETIME)
    assert list(replica.revoked.outlived(PAGE)) == [session]


@pytest.mark.parametrize("failure", [Unavailable(), OSError("refused"), RuntimeError("a bug")], ids=repr)
async def test_an_outage_costs_neither_the_follower_nor_what_it_knows(replica: Replica, failure: Exception) -> None:
    async with following(replica):
        [known] = await replica.elsewhere(replica.clock.now())
        await eventually(lambda: replica.revoked.loaded and known in replica.revoked)
        replica.store.failure = failure
        looks = replica.store.looks
        await eventually(lambda: replica.store.looks > looks + 3)
        assert known in replica.revoked
        replica.store.failure = None
        [after] = await replica.elsewhere(replica.clock.now())
        await eventually(lambda: after in replica.revoked)
    assert replica.event_log.events == ["ended_sessions_unreachable", "ended_sessions_reached"]
    assert replica.event_log.entries[0][1] == {"cause": type(failure).__name__}


async def test_a_storage_that_is_down_at_the_start_is_waited_for(replica: Replica) -> None:
    replica.store.failure = Unavailable()
    async with following(replica):
        await eventually(lambda: replica.store.looks > 3)
        assert not replica.revoked.loaded
        replica.store.failure = None
        await eventually(lambda: replica.revoked.loaded)


async def test_the_follower_looks_twice_a_second_and_not_more_often(replica: Replica) -> None:
    replica.revoked = FollowedRevokedSessions(replica.clock, LIFETIME, replica.event_log)
    async with following(replica):
        await eventually(lambda: replica.store.looks == 1)
        began = asyncio.get_running_loop().time()
        await eventually(lambda: replica.store.looks == 3)
        assert asyncio.get_running_loop().time() - began > 0.9
