"""Somebody who has copied a pair of tokens and refreshes right after its owner, to be taken for a second tab."""

import asyncio
from datetime import timedelta

import pytest

from tests.attacks.replicas import Replica
from todo_adapters.contracts.fakes import CountingIds
from todo_core.ids import SessionId
from todo_core.usecases.first_uses import REMEMBERED_MAX, FirstUses
from todo_core.usecases.sessions import SignedIn

Pair = tuple[Replica, Replica]
DEAD = "invalid-token"


async def refreshed(one: Replica, old: SignedIn, network: str = "") -> SignedIn:
    """The owner's next pair."""
    return await one.todo.sessions.refresh(old.refresh_token, network)


async def is_dead(pair: Pair, *tokens: SignedIn) -> bool:
    """Whether nothing of the login session works on either replica."""
    refused = [await each.refresh(signed_in.refresh_token) == DEAD for each in pair for signed_in in tokens]
    return all(refused) and not any([await each.accepts(signed_in.token) for each in pair for signed_in in tokens])


@pytest.mark.check("D10")
async def test_a_thief_who_follows_each_refresh_is_found_at_the_first(pair: Pair) -> None:
    victim, thief = pair[0], pair[0]
    entered = await victim.register()
    fresh = await refreshed(victim, entered)
    victim.todo.sessions.identify(fresh.token)
    victim.clock.advance(seconds=1)
    assert await thief.refresh(entered.refresh_token) == DEAD
    assert await is_dead(pair, entered, fresh)
    assert victim.event_log.events.count("refresh_reused") == 1


@pytest.mark.check("D10")
async def test_a_thief_who_follows_on_another_replica_is_found_as_soon_as_it_knows(pair: Pair) -> None:
    victim, thief = pair
    entered = await victim.register()
    fresh = await refreshed(victim, entered)
    victim.todo.sessions.identify(fresh.token)
    await victim.todo.sessions.write_first_uses()
    assert await thief.refresh(entered.refresh_token) == DEAD
    assert await is_dead(pair, entered, fresh)


@pytest.mark.check("D10")
async def test_a_thief_who_is_first_is_found_when_the_owner_comes(pair: Pair) -> None:
    victim, thief = pair
    entered = await victim.register()
    stolen = await refreshed(thief, entered)
    thief.todo.sessions.identify(stolen.token)
    await thief.todo.sessions.write_first_uses()
    assert await victim.refresh(entered.refresh_token) == DEAD
    assert await is_dead(pair, entered, stolen)


async def test_every_generation_is_watched_anew(pair: Pair) -> None:
    one, other = pair
    old = fresh = await one.register()
    for _ in range(5):
        old, fresh = fresh, await refreshed(one, fresh)
        assert await other.refresh(old.refresh_token) == fresh.refresh_token, "nobody has used it yet"
        other.todo.sessions.identify(fresh.token)
        await other.todo.sessions.write_first_uses()
        one.clock.advance(timedelta(minutes=5))
    assert await one.refresh(old.refresh_token) == DEAD


@pytest.mark.check("D7")
async def test_two_tabs_that_refresh_before_either_has_used_its_token_get_the_same_pair(pair: Pair) -> None:
    one, other = pair
    entered = await one.register()
    one.todo.sessions.identify(entered.token)
    await one.todo.sessions.write_first_uses()
    tabs = await asyncio.gather(*[pair[number % 2].refresh(entered.refresh_token) for number in range(6)])
    assert len(set(tabs)) == 1
    assert DEAD not in tabs
    one.todo.sessions.identify(entered.token)  # the old one, which is still within its time
    await one.todo.sessions.write_first_uses()
    assert await other.refresh(entered.refresh_token) == tabs[0]


@pytest.mark.check("D7", "D17")
async def test_an_answer_that_was_lost_does_no_harm(pair: Pair) -> None:
    one, other = pair
    entered = await one.register()
    lost = await refreshed(one, entered)
    again = await refreshed(other, entered)
    assert again.refresh_token == lost.refresh_token
    other.todo.sessions.identify(again.token)
    await other.todo.sessions.write_first_uses()
    assert await one.refresh(again.refresh_token) != DEAD


async def test_a_repeat_from_another_network_is_a_warning(pair: Pair) -> None:
    one, other = pair
    entered = await one.register()
    fresh = await refreshed(one, entered, "home")
    for network, told in (("home", 0), ("", 0), ("elsewhere", 1), ("home", 1)):
        assert await other.refresh(entered.refresh_token, network) == fresh.refresh_token
        assert other.event_log.events.count("refresh_repeated_elsewhere") == told
    session = one.todo.sessions.identify(entered.token).session_id
    facts = {"user": str(entered.user.id), "session": str(session)}
    assert ("refresh_repeated_elsewhere", facts) in other.event_log.entries
    assert await one.refresh(fresh.refresh_token) not in {DEAD, fresh.refresh_token}
    assert await other.refresh(fresh.refresh_token, "elsewhere") != DEAD
    assert other.event_log.events.count("refresh_repeated_elsewhere") == 1, "nobody knows where the rotation came from"


async def test_what_is_stored_about_a_network_differs_from_session_to_session(pair: Pair) -> None:
    stored = set()
    for _ in range(2):
        entered = await pair[0].register()
        await refreshed(pair[0], entered, "192.0.2.7")
        [session] = await pair[1].store.accounts().sessions.of_user(entered.user.id)
        assert session.rotated_from is not None
        assert len(session.rotated_from) == 32
        assert b"192" not in session.rotated_from
        stored.add(session.rotated_from)
    assert len(stored) == 2


async def test_the_list_of_devices_does_not_tell_when_a_copy_would_be_excused(pair: Pair) -> None:
    one, _ = pair
    entered = await one.register()
    one.clock.advance(timedelta(hours=3, minutes=12))
    fresh = await refreshed(one, entered)
    actor = one.todo.sessions.identify(fresh.token)
    [told] = await one.todo.sessions.list(actor)
    used = one.clock.now()
    assert told.last_used_at == used.replace(minute=0, second=0, microsecond=0)
    one.clock.advance(seconds=30)
    [told] = await one.todo.sessions.list(actor)
    assert told.last_used_at == used


async def test_first_uses_are_written_once_and_cost_nothing_when_there_are_none(pair: Pair) -> None:
    one, other = pair
    commits = 0

    async def confirm() -> int:
        nonlocal commits
        before = dict(one.todo.sessions.first_uses.unwritten(100))
        await one.todo.sessions.write_first_uses()
        commits += bool(before)
        return commits

    fresh = await refreshed(one, await one.register())
    assert await confirm() == 0
    for _ in range(3):
        one.todo.sessions.identify(fresh.token)
        assert await confirm() == 1
    one.clock.advance(seconds=30)
    again = await refreshed(other, fresh)
    one.clock.advance(seconds=31)
    one.todo.sessions.identify(again.token)
    assert await confirm() == 1, "by now no copy of its parent is excused anyway"


def test_the_memory_of_first_uses_is_bounded() -> None:
    uses, source = FirstUses(), CountingIds()
    ids = [SessionId(source.new()) for _ in range(REMEMBERED_MAX + 5)]
    for session_id in ids:
        uses.note(session_id, 2)
    assert [uses.generation(ids[number]) for number in (0, 4, 5, -1)] == [0, 0, 2, 2]
    assert len(uses.unwritten(10**6)) == REMEMBERED_MAX
    batch = uses.unwritten(3)
    uses.note(ids[5], 3)
    uses.written(batch)
    assert uses.unwritten(10**6).get(ids[5]) == 3, "used again while it was being written"
    assert len(uses.unwritten(10**6)) == REMEMBERED_MAX - 2
