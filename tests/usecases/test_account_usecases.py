"""Getting an account, changing it, and leaving."""

import asyncio
from collections import Counter

import pytest

from tests.usecases.world import PASSWORD, World
from todo_core.errors import (
    EmailTaken,
    Invalid,
    InvalidCredentials,
    InvalidToken,
    NotFound,
    TooManyRequests,
)
from todo_core.model.task import TASKS
from todo_core.model.user import ProfilePatch, Registration
from todo_core.usecases.things import add_thing

NEW_PASSWORD = "another good password"


def broken_rule(refused: pytest.ExceptionInfo[Invalid]) -> tuple[str, str]:
    [violation] = refused.value.violations
    return violation.field, violation.code


async def test_whoever_registers_is_signed_in(world: World) -> None:
    ada = await world.register()
    actor = world.actor(ada)
    assert actor.user_id == ada.user.id
    assert await world.accounts.me(actor) == ada.user
    assert (ada.user.email, ada.user.time_zone, ada.expires_in) == ("ada@example.org", "UTC", 600)
    assert [session.id for session in await world.sessions.list(actor)] == [actor.session_id]


async def test_an_address_has_one_account(world: World) -> None:
    await world.register()
    with pytest.raises(EmailTaken):
        await world.register()
    with pytest.raises(EmailTaken):
        await world.accounts.add(Registration.of(email="ADA@Example.org", password=PASSWORD, name="Ada"))


async def test_of_parallel_registrations_of_one_address_one_wins(world: World) -> None:
    outcomes = await asyncio.gather(*(world.register() for _ in range(6)), return_exceptions=True)
    assert Counter(type(outcome).__name__ for outcome in outcomes) == {"SignedIn": 1, "EmailTaken": 5}


async def test_an_account_can_be_added_without_a_login_session(world: World) -> None:
    user = await world.accounts.add(Registration.of(email="bob@example.org", password=PASSWORD, name="Bob"))
    assert list(await world.store.accounts().sessions.of_user(user.id)) == []
    assert (await world.log_in("bob")).user == user


async def test_a_profile_can_be_changed_in_part(world: World) -> None:
    ada = await world.register()
    changed = await world.accounts.change_profile(world.actor(ada), ProfilePatch.of(time_zone="Europe/Berlin"))
    assert (changed.name, changed.time_zone) == ("ada", "Europe/Berlin")
    assert await world.accounts.me(world.actor(ada)) == changed


async def test_two_changes_of_a_profile_at_once_are_both_kept(world: World) -> None:
    actor = world.actor(await world.register())
    await asyncio.gather(
        world.accounts.change_profile(actor, ProfilePatch.of(name="Ada Lovelace")),
        world.accounts.change_profile(actor, ProfilePatch.of(time_zone="Europe/London")),
    )
    me = await world.accounts.me(actor)
    assert (me.name, me.time_zone) == ("Ada Lovelace", "Europe/London")


async def test_to_disable_an_account_does_not_undo_a_change_of_its_profile(world: World) -> None:
    ada = await world.register()
    await asyncio.gather(
        world.accounts.disable(ada.user.email),
        world.accounts.change_profile(world.actor(ada), ProfilePatch.of(name="Ada Lovelace")),
    )
    user = await world.store.accounts().users.get(ada.user.id)
    assert (user.name, user.disabled) == ("Ada Lovelace", True)


async def test_a_new_password_ends_every_other_login_session(world: World) -> None:
    here, there = await world.register(), await world.log_in()
    await world.accounts.change_password(world.actor(here), PASSWORD, NEW_PASSWORD)
    assert world.actor(here).user_id == here.user.id
    with pytest.raises(InvalidToken):
        world.actor(there)
    with pytest.raises(InvalidToken):
        await world.sessions.refresh(there.refresh_token)
    with pytest.raises(InvalidCredentials):
        await world.log_in(password=PASSWORD)
    await world.log_in(password=NEW_PASSWORD)
    await world.sessions.refresh(here.refresh_token)


async def test_a_new_password_needs_the_old_one_and_has_to_be_good(world: World) -> None:
    actor = world.actor(await world.register())
    with pytest.raises(Invalid) as refused:
        await world.accounts.change_password(actor, "not my password", NEW_PASSWORD)
    assert broken_rule(refused) == ("current_password", "wrong-password")
    with pytest.raises(Invalid) as refused:
        await world.accounts.change_password(actor, PASSWORD, "short")
    assert broken_rule(refused) == ("new_password", "too-short")
    await world.log_in(password=PASSWORD)


async def test_whoever_guesses_the_current_password_has_to_wait(world: World) -> None:
    actor = world.actor(await world.register())
    for _ in range(5):
        with pytest.raises(Invalid):
            await world.accounts.close(actor, "not my password")
    with pytest.raises(TooManyRequests):
        await world.accounts.close(actor, PASSWORD)
    with pytest.raises(TooManyRequests):
        await world.log_in()


async def test_a_login_with_the_old_password_cannot_slip_past_its_change(world: World) -> None:
    """It was checked before the change and would open its session after the others have ended."""
    ada = await world.register()
    async with world.store.begin_accounts() as unit:
        await unit.users.locked(ada.user.id)
        login = asyncio.create_task(world.log_in())
        await asyncio.sleep(0.2)
        assert not login.done()
        await unit.users.set_password(ada.user.id, "another hash")
        await unit.commit()
    with pytest.raises(InvalidCredentials):
        await login
    assert len(await world.store.accounts().sessions.of_user(ada.user.id)) == 1


async def test_whoever_leaves_takes_everything_along(world: World) -> None:
    here, there = await world.register(), await world.log_in()
    await world.run.write(here.user.id, add_thing, TASKS.draft(title="Buy milk"))
    actor = world.actor(here)
    await world.accounts.close(actor, PASSWORD)
    for signed_in in (here, there):
        with pytest.raises(InvalidToken):
            world.actor(signed_in)
        with pytest.raises(InvalidToken):
            await world.sessions.refresh(signed_in.refresh_token)
    with pytest.raises(InvalidCredentials):
        await world.log_in()
    with pytest.raises(InvalidToken):
        await world.accounts.me(actor)
    with pytest.raises(InvalidToken):
        await world.accounts.change_profile(actor, ProfilePatch.of(name="Ghost"))
    with pytest.raises(NotFound):
        await world.run.write(here.user.id, add_thing, TASKS.draft(title="Buy milk"))
    assert (await world.register()).user.id != here.user.id


async def test_to_leave_needs_the_password(world: World) -> None:
    actor = world.actor(await world.register())
    with pytest.raises(Invalid) as refused:
        await world.accounts.close(actor, "not my password")
    assert broken_rule(refused) == ("password", "wrong-password")
    await world.accounts.me(actor)


async def test_a_disabled_account_is_shut_out_at_once_until_it_is_enabled(world: World) -> None:
    ada = await world.register()
    assert (await world.accounts.disable(ada.user.email)).disabled
    with pytest.raises(InvalidToken):
        world.actor(ada)
    with pytest.raises(InvalidToken):
        await world.sessions.refresh(ada.refresh_token)
    with pytest.raises(InvalidCredentials):
        await world.log_in()
    assert not (await world.accounts.disable(ada.user.email, disabled=False)).disabled
    await world.log_in()
    with pytest.raises(NotFound):
        await world.accounts.disable("nobody@example.org")


async def test_everybody_is_listed_in_order_of_registration(world: World) -> None:
    for name in ("ada", "bob", "cy"):
        await world.register(name)
    first = await world.accounts.list(limit=2)
    rest = await world.accounts.list(first.next)
    assert [user.name for user in (*first.items, *rest.items)] == ["ada", "bob", "cy"]
    assert rest.next is None


async def test_no_event_tells_a_password_an_address_or_a_token(world: World) -> None:
    ada = await world.register()
    with pytest.raises(InvalidCredentials):
        await world.log_in(password="not my password")
    await world.sessions.refresh(ada.refresh_token)
    await world.accounts.change_password(world.actor(ada), PASSWORD, NEW_PASSWORD)
    await world.accounts.close(world.actor(ada), NEW_PASSWORD)
    assert world.event_log.events == [
        "registered",
        "login_failed",
        "refresh_rotated",
        "password_changed",
        "account_closed",
    ]
    told = repr(world.event_log.entries)
    for secret in (PASSWORD, NEW_PASSWORD, "not my password", "example.org", ada.token, ada.refresh_token):
        assert secret not in told
