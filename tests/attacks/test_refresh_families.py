"""One login session and its refresh tokens: who may come twice, for how long, and what copying them leads to."""

import asyncio
from datetime import timedelta

import pytest

from tests.attacks.replicas import PASSWORD, Replica, new_email
from todo_core.errors import InvalidToken
from todo_core.ids import UserId
from todo_core.limits import SESSIONS_MAX
from todo_core.model.session import LoginSession, SessionPolicy
from todo_core.usecases.sessions import SignedIn

Pair = tuple[Replica, Replica]
DEAD = "invalid-token"


async def alive(one: Replica, user_id: UserId) -> list[LoginSession]:
    """The login sessions that the storage holds."""
    return list(await one.store.accounts().sessions.of_user(user_id))


async def is_dead(pair: Pair, entered: SignedIn, *refresh_tokens: str) -> bool:
    """Whether nothing of the login session works on either replica."""
    dead = [await each.refresh(token) == DEAD for each in pair for token in (entered.refresh_token, *refresh_tokens)]
    refused = [not await each.accepts(entered.token) for each in pair]
    return all(dead) and all(refused)


@pytest.mark.check("D1", "D15")
async def test_each_refresh_gives_another_token_and_spends_the_old_one(pair: Pair) -> None:
    entered = await pair[0].register()
    tokens = [entered.refresh_token]
    for number in range(20):  # all within one instant: order is by generation, never by time
        tokens.append(await pair[number % 2].refresh(tokens[-1]))
    assert len(set(tokens)) == 21
    [session] = await alive(pair[1], entered.user.id)
    assert session.generation == 21


@pytest.mark.check("D5", "D11", "D23", "D27")
async def test_a_copy_that_comes_late_ends_everything_of_the_family(pair: Pair) -> None:
    one, other = pair
    entered = await one.register()
    child = await one.refresh(entered.refresh_token)
    one.clock.advance(seconds=30)
    assert await other.refresh(entered.refresh_token) == DEAD
    assert await alive(one, entered.user.id) == []
    assert await is_dead(pair, entered, child)
    assert other.event_log.events.count("refresh_reused") == 1
    assert (await one.guess(entered.user.email, PASSWORD)) == "in"


@pytest.mark.check("D6", "D15")
async def test_a_grandparent_is_never_excused(pair: Pair) -> None:
    one, other = pair
    entered = await one.register()
    child = await one.refresh(entered.refresh_token)
    grandchild = await other.refresh(child)
    assert await one.refresh(entered.refresh_token) == DEAD
    assert await is_dead(pair, entered, child, grandchild)


@pytest.mark.check("D7", "D12", "D17")
async def test_a_parent_that_comes_again_gets_the_same_child_however_often(pair: Pair) -> None:
    entered = await pair[0].register()
    children = await asyncio.gather(*[pair[number % 2].refresh(entered.refresh_token) for number in range(20)])
    assert len(set(children)) == 1
    assert children[0] not in {DEAD, entered.refresh_token}
    [session] = await alive(pair[1], entered.user.id)
    assert (session.generation, session.replays) == (2, 19)
    assert [each.event_log.events.count("refresh_reused") for each in pair] == [0, 0]
    assert await pair[0].refresh(children[0]) not in {DEAD, *children}


@pytest.mark.check("D8")
async def test_the_excuse_begins_with_the_first_use_and_is_never_prolonged(pair: Pair) -> None:
    one, other = pair
    entered = await one.register()
    child = await one.refresh(entered.refresh_token)
    for _ in range(2):
        one.clock.advance(seconds=14)
        assert await other.refresh(entered.refresh_token) == child
    one.clock.advance(seconds=2)
    assert await other.refresh(entered.refresh_token) == DEAD
    assert await is_dead(pair, entered, child)


@pytest.mark.check("D9")
async def test_even_an_excuse_is_not_good_for_ever(pair: Pair) -> None:
    one, other = pair
    entered = await one.register()
    child = await one.refresh(entered.refresh_token)
    replays = [await pair[number % 2].refresh(entered.refresh_token) for number in range(SessionPolicy().replays)]
    assert set(replays) == {child}
    assert await other.refresh(entered.refresh_token) == DEAD
    assert await is_dead(pair, entered, child)


@pytest.mark.check("D10")
async def test_a_thief_in_lockstep_is_found_at_the_second_generation(pair: Pair) -> None:
    victim, thief = pair
    entered = await victim.register()
    child = await victim.refresh(entered.refresh_token)
    assert await thief.refresh(entered.refresh_token) == child, "once, as if an answer had been lost"
    grandchild = await victim.refresh(child)
    assert await thief.refresh(entered.refresh_token) == DEAD
    assert await is_dead(pair, entered, child, grandchild)

    entered = await victim.register()
    stolen = entered.refresh_token
    for _ in range(2):
        mine = await thief.refresh(stolen)
        victim.clock.advance(seconds=31)
        outcome = await victim.refresh(entered.refresh_token)
        stolen = mine
        if outcome == DEAD:
            break
    assert await is_dead(pair, entered, stolen)


@pytest.mark.check("D11", "D17")
async def test_a_refresh_whose_client_has_gone_has_happened_or_not_and_the_family_lives(pair: Pair) -> None:
    one, other = pair
    entered = await one.register()
    token = entered.refresh_token
    for turns in range(30):
        leaving = asyncio.create_task(one.refresh(token))
        for _ in range(turns):
            await asyncio.sleep(0)
        leaving.cancel()
        await asyncio.gather(leaving, return_exceptions=True)
        token = await other.refresh(token)
        assert token != DEAD, turns
    assert len(await alive(one, entered.user.id)) == 1


@pytest.mark.check("D11")
async def test_a_copy_is_punished_also_when_its_client_has_gone(pair: Pair) -> None:
    one, other = pair
    entered = await one.register()
    await one.refresh(await one.refresh(entered.refresh_token))
    leaving = asyncio.create_task(one.refresh(entered.refresh_token))
    while await alive(other, entered.user.id) and not leaving.done():
        pass
    leaving.cancel()
    await asyncio.gather(leaving, return_exceptions=True)
    assert await alive(other, entered.user.id) == []
    assert await is_dead(pair, entered)


@pytest.mark.check("D19")
async def test_use_prolongs_a_session_up_to_its_absolute_end(pair: Pair) -> None:
    one, other = pair
    entered = await one.register()
    token, days = entered.refresh_token, 0
    while (fresh := await other.refresh(token)) != DEAD:
        token, days = fresh, days + 5
        one.clock.advance(timedelta(days=5))
    assert days == 30
    assert await alive(one, entered.user.id) == []


@pytest.mark.check("D19")
async def test_a_session_that_nobody_uses_ends_earlier(pair: Pair) -> None:
    one, other = pair
    entered = await one.register()
    one.clock.advance(timedelta(days=14) - timedelta(microseconds=1))
    child = await one.refresh(entered.refresh_token)
    assert child != DEAD
    one.clock.advance(timedelta(days=14))
    assert await other.refresh(child) == DEAD


@pytest.mark.check("D20")
async def test_logging_out_everywhere_can_be_repeated(pair: Pair) -> None:
    one, other = pair
    entered = await one.register()
    others = [await one.todo.sessions.log_in(entered.user.email, PASSWORD, "another") for _ in range(5)]
    actor = one.todo.sessions.identify(entered.token)
    for each in pair * 2:
        await each.todo.sessions.end_others(actor)
    for gone in others:
        assert await is_dead(pair, gone)
    assert await other.accepts(entered.token)
    for each in pair:
        await each.todo.sessions.log_out(actor)
    assert await is_dead(pair, entered)


@pytest.mark.check("D22")
async def test_the_oldest_session_ends_when_there_are_too_many(pair: Pair) -> None:
    one, other = pair
    oldest = latest = await one.register()
    for number in range(SESSIONS_MAX - 1):
        one.clock.advance(seconds=1)
        latest = await pair[number % 2].todo.sessions.log_in(oldest.user.email, PASSWORD, f"device {number}")
    assert await one.accepts(oldest.token)
    await other.todo.sessions.log_in(oldest.user.email, PASSWORD, "one too many")
    with pytest.raises(InvalidToken):
        other.todo.sessions.identify(oldest.token)
    assert await is_dead(pair, oldest)
    assert await one.accepts(latest.token)
    assert len(await alive(one, oldest.user.id)) == SESSIONS_MAX


@pytest.mark.check("D26")
async def test_many_rotations_leave_one_row_and_the_first_token_is_still_known_as_spent(pair: Pair) -> None:
    one, other = pair
    entered = await one.register(new_email())
    token = entered.refresh_token
    for number in range(500):
        token = await pair[number % 2].refresh(token)
    one.clock.advance(timedelta(days=13))
    token = await other.refresh(token)
    one.clock.advance(timedelta(days=13))
    [session] = await alive(one, entered.user.id)
    assert session.generation == 502
    with pytest.raises(InvalidToken):
        await one.todo.sessions.refresh(entered.refresh_token)
    assert await is_dead(pair, entered, token)
