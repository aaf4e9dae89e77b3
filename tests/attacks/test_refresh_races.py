"""Refreshing while something else ends the login session: one of them wins, and afterwards both replicas agree."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from tests.attacks.replicas import PASSWORD, Replica, Troubled, new_email, replica
from todo_adapters.contracts.fakes import FixedClock
from todo_core.errors import Contention, InvalidToken, OutcomeUnknown, TodoError, Unavailable
from todo_core.model.user import Actor
from todo_core.usecases.sessions import SignedIn

Pair = tuple[Replica, Replica]
DEAD = "invalid-token"
Ending = Callable[[Replica, Actor], Awaitable[None]]


async def log_out(one: Replica, actor: Actor) -> None:
    await one.todo.sessions.log_out(actor)


async def change_password(one: Replica, actor: Actor) -> None:
    """On another device, so that the session of the test ends."""
    user = await one.todo.accounts.me(actor)
    elsewhere = await one.todo.sessions.log_in(user.email, PASSWORD, "elsewhere")
    await one.todo.accounts.change_password(one.todo.sessions.identify(elsewhere.token), PASSWORD, "another password")


async def close(one: Replica, actor: Actor) -> None:
    await one.todo.accounts.close(actor, PASSWORD)


async def end_by_hand(one: Replica, actor: Actor) -> None:
    await one.todo.sessions.end(actor, actor.session_id)


@pytest.mark.check("D13", "D14")
@pytest.mark.parametrize("ending", [log_out, change_password, close, end_by_hand])
async def test_whatever_wins_nothing_of_an_ended_session_works(pair: Pair, ending: Ending) -> None:
    one, other = pair
    for delay in range(12):
        entered = await one.register()
        actor = one.todo.sessions.identify(entered.token)
        gained: list[SignedIn] = []
        said: list[str] = []

        async def rotate(start: SignedIn = entered, gained: list[SignedIn] = gained, said: list[str] = said) -> None:
            token = start.refresh_token
            for _ in range(50):
                try:
                    gained.append(await other.todo.sessions.refresh(token))
                except TodoError as refusal:
                    said.append(refusal.code)
                    return
                token = gained[-1].refresh_token

        async def end(delay: int = delay, actor: Actor = actor) -> None:
            for _ in range(delay * 3):
                await asyncio.sleep(0)
            await ending(one, actor)

        await asyncio.gather(rotate(), end())
        for each in pair:
            for signed_in in (entered, *gained):
                assert await each.refresh(signed_in.refresh_token) == DEAD
                assert not await each.accepts(signed_in.token)
        assert set(said) <= {DEAD}, "never a 5xx, never another refusal"


@pytest.mark.check("D20")
async def test_logging_out_twice_at_once_is_as_good_as_once(pair: Pair) -> None:
    entered = await pair[0].register()
    actor = pair[0].todo.sessions.identify(entered.token)
    await asyncio.gather(*[each.todo.sessions.log_out(actor) for each in pair * 5])
    assert await pair[1].refresh(entered.refresh_token) == DEAD


@pytest.mark.check("D12")
async def test_many_devices_refresh_at_once_and_none_is_harmed(pair: Pair) -> None:
    entered = await pair[0].register()
    devices = [entered.refresh_token]
    for _ in range(7):
        devices.append((await pair[1].todo.sessions.log_in(entered.user.email, PASSWORD, "a device")).refresh_token)

    async def use(number: int, token: str) -> str:
        for turn in range(10):
            token, again = await asyncio.gather(pair[turn % 2].refresh(token), pair[(turn + number) % 2].refresh(token))
            assert token == again != DEAD
        return token

    ends = await asyncio.gather(*[use(number, token) for number, token in enumerate(devices)])
    assert len(set(ends)) == 8


@pytest.mark.check("D18")
async def test_contention_is_tried_again_and_never_taken_for_a_copy() -> None:
    store = Troubled()
    one = replica(store, FixedClock())
    entered = await one.register()
    store.times = 3
    child = await one.refresh(entered.refresh_token)
    assert child != DEAD
    store.times = 100
    with pytest.raises(Contention):
        await one.todo.sessions.refresh(child)
    store.times = 0
    assert await one.refresh(child) not in {DEAD, child}


@pytest.mark.check("D16", "D18")
async def test_a_storage_that_is_away_costs_nobody_their_session() -> None:
    store = Troubled()
    one = replica(store, FixedClock())
    entered = await one.register()
    store.trouble, store.times = Unavailable, 1
    assert await one.refresh(entered.refresh_token) == "unavailable"
    assert await one.refresh(entered.refresh_token) not in {DEAD, "unavailable"}


@pytest.mark.check("D17")
async def test_an_answer_lost_after_the_commit_is_given_again() -> None:
    store = Troubled()
    one = replica(store, FixedClock())
    entered = await one.register()
    store.trouble, store.times, store.after = OutcomeUnknown, 1, True
    assert await one.refresh(entered.refresh_token) == "outcome-unknown"
    child = await one.refresh(entered.refresh_token)
    assert await one.refresh(child) != DEAD
    assert one.event_log.events.count("refresh_repeated") == 1


@pytest.mark.check("D4", "D28")
async def test_forged_refresh_tokens_hurt_nobody(pair: Pair) -> None:
    one, other = pair
    entered, stranger = await one.register(new_email()), await one.register(new_email())
    mine, theirs = entered.refresh_token, stranger.refresh_token
    forged = [mine[:-1], mine + "A", mine[:20] + theirs[20:], theirs[:20] + mine[20:], mine.swapcase(), "", "rt1."]
    forged += [mine[:place] + ("B" if mine[place] == "A" else "A") + mine[place + 1 :] for place in range(len(mine))]
    for number, token in enumerate(forged):
        with pytest.raises(InvalidToken):
            await pair[number % 2].todo.sessions.refresh(token)
    assert await other.refresh(mine) != DEAD
    assert await other.refresh(theirs) != DEAD
