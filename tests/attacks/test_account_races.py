"""Changing an account while something else changes it: what was true before the lock has to be true under it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from tests.attacks.replicas import PASSWORD, Replica, codes, new_email
from todo_core.errors import Invalid, InvalidToken, TodoError
from todo_core.model.user import Actor, ProfilePatch
from todo_core.ports.security import HashingTurn, PasswordHasher
from todo_core.usecases.accounts import Accounts
from todo_core.usecases.sessions import SignedIn

Pair = tuple[Replica, Replica]
FIRST, SECOND = "the first new password", "the second new password"
Deed = Callable[[], Awaitable[object]]


class Interrupted:
    """A hasher after whose turns, once, something else happens."""

    def __init__(self, hasher: PasswordHasher, meanwhile: Deed) -> None:
        self._hasher = hasher
        self._meanwhile: Deed | None = meanwhile

    @asynccontextmanager
    async def turn(self, *network: str) -> AsyncIterator[HashingTurn]:
        async with self._hasher.turn(*network) as turn:
            yield turn
        meanwhile, self._meanwhile = self._meanwhile, None
        if meanwhile is not None:
            await meanwhile()

    def outdated(self, stored: str) -> bool:
        return self._hasher.outdated(stored)


def interrupted(one: Replica, meanwhile: Deed) -> Accounts:
    """The use cases of a replica on which this happens as soon as a password has been compared."""
    accounts = one.todo.accounts
    hasher: Any = Interrupted(one.hasher, meanwhile)
    return replace(accounts, passwords=replace(accounts.passwords, hasher=hasher))


async def outcome(deed: Awaitable[object]) -> str:
    """ "done", the code of the refusal, or that of the broken rule."""
    try:
        await deed
    except Invalid as refusal:
        return refusal.violations[0].code
    except TodoError as refusal:
        return refusal.code
    return "done"


def actor(one: Replica, signed_in: SignedIn) -> Actor:
    return one.todo.sessions.identify(signed_in.token)


async def elsewhere(one: Replica, signed_in: SignedIn) -> Actor:
    """The same person on another device."""
    return actor(one, await one.todo.sessions.log_in(signed_in.user.email, PASSWORD, "another device"))


@pytest.mark.check("P11")
async def test_of_two_password_changes_at_once_in_one_session_one_is_done(pair: Pair) -> None:
    one, other = pair
    for _ in range(5):
        entered = await one.register()
        mine = actor(one, entered)
        changes = [
            each.todo.accounts.change_password(mine, PASSWORD, new) for each, new in ((one, FIRST), (other, SECOND))
        ]
        outcomes = await asyncio.gather(*map(outcome, changes))
        assert codes(list(outcomes)) == {"done": 1, "wrong-password": 1}
        new, lost = (FIRST, SECOND) if outcomes[0] == "done" else (SECOND, FIRST)
        assert await one.guess(entered.user.email, lost) == "invalid-credentials"
        assert await other.guess(entered.user.email, new) == "in"


@pytest.mark.check("P11")
async def test_of_two_password_changes_at_once_on_two_devices_the_loser_is_logged_out(pair: Pair) -> None:
    one, other = pair
    for _ in range(5):
        entered = await one.register()
        here, there = actor(one, entered), await elsewhere(other, entered)
        outcomes = await asyncio.gather(
            outcome(one.todo.accounts.change_password(here, PASSWORD, FIRST)),
            outcome(other.todo.accounts.change_password(there, PASSWORD, SECOND)),
        )
        # The loser that reads the password after the winner's commit learns only that it is another one.
        assert sorted(outcomes)[0] == "done", outcomes
        assert sorted(outcomes)[1] in {"invalid-token", "wrong-password"}
        [alive] = await one.store.accounts().sessions.of_user(entered.user.id)
        assert alive.id == (here if outcomes[0] == "done" else there).session_id
        assert await one.guess(entered.user.email, FIRST if outcomes[0] == "done" else SECOND) == "in"


async def _throw_out(one: Replica, owner: Actor, thief: Actor) -> None:
    await one.todo.accounts.change_password(owner, PASSWORD, FIRST)


async def _end_session(one: Replica, owner: Actor, thief: Actor) -> None:
    await one.todo.sessions.end(owner, thief.session_id)


async def _end_others(one: Replica, owner: Actor, thief: Actor) -> None:
    await one.todo.sessions.end_others(owner)


async def _disable(one: Replica, owner: Actor, thief: Actor) -> None:
    await one.todo.accounts.disable((await one.todo.accounts.me(owner)).email)


async def _close(one: Replica, owner: Actor, thief: Actor) -> None:
    await one.todo.accounts.close(owner, PASSWORD)


ENDINGS = [_throw_out, _end_session, _end_others, _disable, _close]
every_ending = pytest.mark.parametrize("ending", ENDINGS, ids=lambda ending: ending.__name__.strip("_"))


@pytest.mark.check("P11")
@every_ending
async def test_somebody_who_has_just_been_thrown_out_changes_no_password(pair: Pair, ending: Any) -> None:
    one, other = pair
    entered = await one.register()
    owner, thief = actor(one, entered), await elsewhere(other, entered)
    accounts = interrupted(other, lambda: ending(one, owner, thief))
    assert await outcome(accounts.change_password(thief, PASSWORD, SECOND)) == "invalid-token"
    assert await one.guess(entered.user.email, SECOND) == "invalid-credentials"


@pytest.mark.check("P11")
@every_ending
async def test_somebody_who_has_just_been_thrown_out_closes_no_account(pair: Pair, ending: Any) -> None:
    one, other = pair
    entered = await one.register()
    owner, thief = actor(one, entered), await elsewhere(other, entered)
    accounts = interrupted(other, lambda: ending(one, owner, thief))
    assert await outcome(accounts.close(thief, PASSWORD)) == "invalid-token"
    there = await one.store.accounts().users.credentials(entered.user.email)
    assert (there is None) == (ending is _close)


@pytest.mark.check("P11")
@every_ending
async def test_somebody_who_has_just_been_thrown_out_changes_nothing(pair: Pair, ending: Any) -> None:
    one, other = pair
    entered = await one.register()
    owner, thief = actor(one, entered), await elsewhere(other, entered)
    await ending(one, owner, thief)
    sessions = await one.store.accounts().sessions.of_user(entered.user.id)
    assert [
        await outcome(other.todo.accounts.change_profile(thief, ProfilePatch.of(name="Mallory"))),
        await outcome(other.todo.sessions.end(thief, owner.session_id)),
        await outcome(other.todo.sessions.end_others(thief)),
    ] == ["invalid-token"] * 3
    assert await one.store.accounts().sessions.of_user(entered.user.id) == sessions


@pytest.mark.check("P11")
async def test_a_password_that_was_changed_meanwhile_closes_no_account(pair: Pair) -> None:
    one, other = pair
    entered = await one.register()
    mine = actor(one, entered)
    accounts = interrupted(other, lambda: one.todo.accounts.change_password(mine, PASSWORD, FIRST))
    assert await outcome(accounts.close(mine, PASSWORD)) == "wrong-password"
    assert await one.todo.accounts.me(mine) == entered.user


@pytest.mark.check("P11")
async def test_a_new_name_during_a_login_refuses_nobody(pair: Pair) -> None:
    one, other = pair
    entered = await one.register(new_email())
    rename = one.todo.accounts.change_profile(actor(one, entered), ProfilePatch.of(name="Augusta"))
    hasher: Any = Interrupted(other.hasher, lambda: rename)
    passwords = replace(other.todo.sessions.passwords, hasher=hasher)
    sessions = replace(other.todo.sessions, passwords=passwords)
    assert (await sessions.log_in(entered.user.email, PASSWORD, "a device")).user.name == "Augusta"


async def test_a_session_that_has_ended_can_be_ended_again_by_its_owner(pair: Pair) -> None:
    one, other = pair
    entered = await one.register()
    mine = actor(one, entered)
    await one.todo.sessions.log_out(mine)
    await other.todo.sessions.log_out(mine)
    with pytest.raises(InvalidToken):
        actor(one, entered)
