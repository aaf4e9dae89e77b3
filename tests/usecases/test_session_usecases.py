"""Logging in, staying logged in, and logging out."""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest

from tests.usecases.world import PASSWORD, SECRETS, World
from todo_adapters.memory.security import ScryptHasher
from todo_adapters.security.refresh_tokens import HmacRefreshTokens
from todo_core.errors import Invalid, InvalidCredentials, InvalidToken, NotFound, TooManyRequests
from todo_core.ids import SessionId
from todo_core.limits import SESSIONS_MAX
from todo_core.usecases.cleanup import forget_expired_attempts
from todo_core.usecases.sessions import SignedIn

WRONG = "not the right password"


async def fail(world: World, times: int, name: str = "ada") -> None:
    for _ in range(times):
        with pytest.raises(InvalidCredentials):
            await world.log_in(name, WRONG)


async def test_however_the_address_is_typed_it_is_the_same_person(world: World) -> None:
    ada = await world.register()
    again = await world.sessions.log_in("  ADA@Example.ORG ", PASSWORD, "a phone")
    assert again.user == ada.user
    assert world.actor(again).session_id != world.actor(ada).session_id


async def test_unknown_addresses_and_wrong_passwords_get_one_answer(world: World) -> None:
    await world.register()
    refusals = []
    for name, password in (("ada", WRONG), ("nobody", PASSWORD), ("not an address", PASSWORD), ("ada", "")):
        with pytest.raises(InvalidCredentials) as refused:
            await world.log_in(name, password)
        refusals.append(str(refused.value))
    assert set(refusals) == {"Invalid email or password."}


async def test_what_is_no_text_is_refused_as_such(world: World) -> None:
    for email, password in (("ada\0@example.org", PASSWORD), ("ada@example.org", "\ud83d"), ("a" * 1_100, PASSWORD)):
        with pytest.raises(Invalid):
            await world.sessions.log_in(email, password, "")


@pytest.mark.parametrize("name", ["ada", "nobody"])
async def test_five_failures_are_free_and_the_sixth_has_to_wait(world: World, name: str) -> None:
    await world.register()
    await fail(world, 5, name)
    with pytest.raises(TooManyRequests) as refused:
        await world.log_in(name)
    assert refused.value.retry_after == 60
    world.clock.advance(seconds=59)
    with pytest.raises(TooManyRequests) as refused:
        await world.log_in(name)
    assert refused.value.retry_after == 1


async def test_after_the_pause_there_is_one_try_and_the_next_pause_is_longer(world: World) -> None:
    await world.register()
    await fail(world, 5)
    world.clock.advance(seconds=60)
    await fail(world, 1)
    with pytest.raises(TooManyRequests) as refused:
        await world.log_in()
    assert refused.value.retry_after == 120
    world.clock.advance(seconds=120)
    await world.log_in()
    await fail(world, 5)


async def test_a_right_password_takes_the_failures_back(world: World) -> None:
    await world.register()
    for _ in range(3):
        await fail(world, 4)
        await world.log_in()


async def test_parallel_guesses_get_no_more_than_their_share(world: World) -> None:
    await world.register()
    outcomes = await asyncio.gather(*(world.log_in(password=WRONG) for _ in range(20)), return_exceptions=True)
    assert Counter(type(outcome).__name__ for outcome in outcomes) == {"InvalidCredentials": 5, "TooManyRequests": 15}


async def test_one_persons_failures_do_not_stop_another(world: World) -> None:
    await world.register("ada")
    await world.register("bob")
    await fail(world, 5, "ada")
    await world.log_in("bob")


async def outdated_hash(world: World, ada: SignedIn) -> str:
    """The hash that the account now has, made with other parameters than the hasher's."""
    stronger = ScryptHasher(cost=5)
    try:
        async with stronger.turn() as turn:
            other = await turn.hash(PASSWORD)
    finally:
        stronger.close()
    async with world.store.begin_accounts() as unit:
        await unit.users.set_password(ada.user.id, other)
        await unit.commit()
    return other


@pytest.mark.check("P11")
async def test_logins_at_once_that_find_an_outdated_hash_all_succeed(world: World) -> None:
    await outdated_hash(world, await world.register())
    assert len(await asyncio.gather(*(world.log_in() for _ in range(4)))) == 4


async def test_an_outdated_hash_is_made_anew_at_login(world: World) -> None:
    ada = await world.register()
    other = await outdated_hash(world, ada)
    await world.log_in()
    found = await world.store.accounts().users.credentials(ada.user.email)
    assert found is not None
    assert found.password_hash != other
    assert not world.hasher.outdated(found.password_hash)
    await world.log_in()


async def test_a_refresh_token_works_once_and_the_next_one_then(world: World) -> None:
    signed_in = await world.register()
    for _ in range(3):
        world.clock.advance(timedelta(minutes=5))
        refreshed = await world.sessions.refresh(signed_in.refresh_token)
        assert refreshed.refresh_token != signed_in.refresh_token
        assert world.actor(refreshed) == world.actor(signed_in)
        signed_in = refreshed


async def test_two_tabs_that_refresh_at_once_get_the_same_successor(world: World) -> None:
    signed_in = await world.register()
    tokens = await asyncio.gather(*(world.sessions.refresh(signed_in.refresh_token) for _ in range(4)))
    assert len({refreshed.refresh_token for refreshed in tokens}) == 1
    world.clock.advance(seconds=29)
    again = await world.sessions.refresh(signed_in.refresh_token)
    assert again.refresh_token == tokens[0].refresh_token
    await world.sessions.refresh(again.refresh_token)


async def test_a_copied_token_ends_the_login_session(world: World) -> None:
    stolen = await world.register()
    honest = await world.sessions.refresh(stolen.refresh_token)
    world.clock.advance(seconds=30)
    with pytest.raises(InvalidToken):
        await world.sessions.refresh(stolen.refresh_token)
    with pytest.raises(InvalidToken):
        await world.sessions.refresh(honest.refresh_token)
    with pytest.raises(InvalidToken):
        world.actor(honest)
    assert "refresh_reused" in world.event_log.events


async def test_a_forged_or_foreign_refresh_token_is_refused(world: World) -> None:
    signed_in = await world.register()
    session_id = world.actor(signed_in).session_id
    foreign = HmacRefreshTokens(("another secret of thirty-two bytes or more",)).issue(session_id, 1)
    for token in ("", "rt1.", signed_in.token, signed_in.refresh_token[:-2] + "xx", foreign):
        with pytest.raises(InvalidToken):
            await world.sessions.refresh(token)
    gone = HmacRefreshTokens(SECRETS).issue(SessionId(world.run.ids.new()), 1)
    with pytest.raises(InvalidToken):
        await world.sessions.refresh(gone)
    await world.sessions.refresh(signed_in.refresh_token)


async def test_a_session_that_is_not_used_expires(world: World) -> None:
    signed_in = await world.register()
    world.clock.advance(timedelta(days=14))
    with pytest.raises(InvalidToken):
        await world.sessions.refresh(signed_in.refresh_token)
    assert "refresh_expired" in world.event_log.events


async def test_an_access_token_ends_after_ten_minutes(world: World) -> None:
    signed_in = await world.register()
    world.clock.advance(seconds=599)
    world.actor(signed_in)
    world.clock.advance(seconds=1)
    with pytest.raises(InvalidToken):
        world.actor(signed_in)


async def test_whoever_logs_out_is_out_here_and_nowhere_else(world: World) -> None:
    here, there = await world.register(), await world.log_in()
    await world.sessions.log_out(world.actor(here))
    with pytest.raises(InvalidToken):
        world.actor(here)
    with pytest.raises(InvalidToken):
        await world.sessions.refresh(here.refresh_token)
    world.actor(there)
    await world.sessions.refresh(there.refresh_token)


async def test_one_can_end_a_session_of_ones_own_and_of_nobody_else(world: World) -> None:
    here, there, bob = await world.register(), await world.log_in(), await world.register("bob")
    actor = world.actor(here)
    for foreign in (world.actor(bob).session_id, SessionId(world.run.ids.new())):
        with pytest.raises(NotFound):
            await world.sessions.end(actor, foreign)
    await world.sessions.end(actor, world.actor(there).session_id)
    with pytest.raises(InvalidToken):
        world.actor(there)
    world.actor(bob)


async def test_one_can_end_all_but_the_session_one_is_in(world: World) -> None:
    here, others = await world.register(), [await world.log_in() for _ in range(3)]
    await world.sessions.end_others(world.actor(here))
    assert [session.id for session in await world.sessions.list(world.actor(here))] == [world.actor(here).session_id]
    for other in others:
        with pytest.raises(InvalidToken):
            world.actor(other)


async def test_expired_sessions_are_not_listed_and_go_at_the_next_login(world: World) -> None:
    old = await world.register()
    world.clock.advance(timedelta(days=15))
    new = await world.log_in()
    actor = world.actor(new)
    assert [session.id for session in await world.sessions.list(actor)] == [actor.session_id]
    assert len(await world.store.accounts().sessions.of_user(old.user.id)) == 1


async def test_the_oldest_session_ends_when_there_are_too_many(world: World) -> None:
    first = await world.register()
    second = last = await world.log_in()
    for _ in range(SESSIONS_MAX - 1):
        world.clock.advance(seconds=1)
        last = await world.log_in()
    with pytest.raises(InvalidToken):
        world.actor(first)
    world.actor(second)
    assert len(await world.sessions.list(world.actor(last))) == SESSIONS_MAX


async def test_what_a_client_calls_itself_is_kept_short_and_printable(world: World) -> None:
    await world.register()
    signed_in = await world.sessions.log_in("ada@example.org", PASSWORD, "evil\r\n\0" + "x" * 500)
    newest = (await world.sessions.list(world.actor(signed_in)))[-1]
    assert newest.client == "evil" + "x" * 116


async def test_what_nobody_will_ask_for_again_can_be_forgotten(world: World) -> None:
    signed_in = await world.register()
    session_id = world.actor(signed_in).session_id
    await world.sessions.log_out(world.actor(signed_in))
    await fail(world, 1)
    state = world.store._state
    await forget_expired_attempts(world.run, world.clock.now())
    assert len(state.attempts) == 1
    await forget_expired_attempts(world.run, world.clock.now() + timedelta(minutes=1))
    await world.sessions.forget_revoked([session_id])
    assert (state.revoked, state.attempts) == ({}, {})
    with pytest.raises(InvalidToken):
        world.actor(signed_in)
