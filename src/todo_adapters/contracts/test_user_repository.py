"""What UserReads and UserRepository promise: one account for one address, and everything gone with the account."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from todo_adapters.contracts.kit import (
    HASH,
    NOW,
    Undo,
    a_session,
    add,
    all_tasks,
    feed,
    join,
    log_in,
    on_accounts,
    someone,
    still_waits,
    think,
    together,
)
from todo_core.errors import EmailTaken, NotFound
from todo_core.model.user import Credentials, User
from todo_core.ports.accounts import AccountsUnitOfWork
from todo_core.ports.storage import Store


async def remove(store: Store, user: User) -> None:
    """The account ends as the port wants it: its login sessions first."""

    async def end(accounts: AccountsUnitOfWork) -> None:
        await accounts.users.locked(user.id)
        sessions = await accounts.sessions.of_user(user.id)
        await accounts.sessions.end([session.id for session in sessions], NOW)
        await accounts.users.remove(user.id)

    await on_accounts(store, end)


async def test_a_person_is_found_by_id_and_by_address(store: Store) -> None:
    user = await join(store, name="Ada", time_zone="Europe/Berlin", disabled=True)
    people = store.accounts().users
    assert await people.get(user.id) == user
    assert await people.credentials(user.email) == Credentials(user=user, password_hash=HASH)


async def test_who_is_unknown_is_not_found(store: Store) -> None:
    nobody = someone()
    people = store.accounts().users
    with pytest.raises(NotFound):
        await people.get(nobody.id)
    assert await people.credentials(nobody.email) is None
    async with store.begin_accounts() as unit:
        assert await unit.users.locked(nobody.id) is None
        with pytest.raises(NotFound):
            await unit.users.update(nobody)
        with pytest.raises(NotFound):
            await unit.users.set_password(nobody.id, "another hash")
        with pytest.raises(NotFound):
            await unit.users.remove(nobody.id)


async def test_an_update_changes_name_zone_and_whether_it_is_disabled_and_nothing_else(store: Store) -> None:
    user, other = await join(store), await join(store)
    wanted = replace(user, name="Ada", time_zone="Asia/Tokyo", disabled=True)

    async def change(unit: AccountsUnitOfWork) -> None:
        await unit.users.update(replace(wanted, email=someone().email, created_at=NOW + timedelta(days=1)))

    await on_accounts(store, change)
    people = store.accounts().users
    assert await people.credentials(user.email) == Credentials(user=wanted, password_hash=HASH)
    assert await people.get(other.id) == other


async def test_a_new_password_replaces_the_old_one(store: Store) -> None:
    user, other = await join(store), await join(store)
    await on_accounts(store, lambda unit: unit.users.set_password(user.id, "another hash"))
    people = store.accounts().users
    assert await people.credentials(user.email) == Credentials(user=user, password_hash="another hash")
    assert await people.credentials(other.email) == Credentials(user=other, password_hash=HASH)


async def test_nothing_shows_before_commit_but_to_the_unit_itself(store: Store) -> None:
    user, old = someone(), await join(store)
    async with store.begin_accounts() as unit:
        await unit.users.add(user, HASH)
        await unit.users.update(replace(old, name="renamed"))
        assert await unit.users.get(user.id) == user
        assert await unit.users.credentials(user.email) is not None
        assert (await unit.users.get(old.id)).name == "renamed"
        assert await store.accounts().users.credentials(user.email) is None
        assert await store.accounts().users.get(old.id) == old
        await unit.commit()
    assert await store.accounts().users.get(user.id) == user


async def test_an_exception_undoes_everything(store: Store) -> None:
    user, old = someone(), await join(store)
    with suppress(Undo):
        async with store.begin_accounts() as unit:
            await unit.users.add(user, HASH)
            await unit.sessions.add(a_session(user.id))
            await unit.users.remove(old.id)
            raise Undo
    people = store.accounts().users
    assert await people.credentials(user.email) is None
    assert await people.get(old.id) == old


async def test_an_address_is_taken_once_and_the_unit_of_work_goes_on(store: Store) -> None:
    first = await join(store)
    second, third = someone(email=first.email), someone()
    async with store.begin_accounts() as unit:
        with pytest.raises(EmailTaken):
            await unit.users.add(second, HASH)
        await unit.users.add(third, HASH)
        with pytest.raises(EmailTaken):
            await unit.users.add(someone(email=third.email), HASH)
        await unit.commit()
    people = store.accounts().users
    assert (await people.credentials(first.email)) == Credentials(user=first, password_hash=HASH)
    assert await people.get(third.id) == third
    with pytest.raises(NotFound):
        await people.get(second.id)


async def test_of_parallel_registrations_of_one_address_one_wins(store: Store) -> None:
    email = someone().email

    async def register() -> None:
        user = someone(email=email)
        async with store.begin_accounts() as unit:
            await unit.users.add(user, HASH)
            await unit.sessions.add(a_session(user.id))
            await unit.commit()

    assert await together(*(register() for _ in range(8))) == {"done": 1, "EmailTaken": 7}
    winner = await store.accounts().users.credentials(email)
    assert winner is not None
    assert len(await store.accounts().sessions.of_user(winner.user.id)) == 1


@pytest.mark.parametrize("undone", [False, True])
async def test_who_comes_second_waits_to_know_whether_the_address_is_taken(store: Store, undone: bool) -> None:
    email = someone().email
    second: asyncio.Task[User] | None = None
    with suppress(Undo):
        async with store.begin_accounts() as unit:
            await unit.users.add(someone(email=email), HASH)
            second = asyncio.create_task(join(store, email=email))
            assert await still_waits(second)
            if undone:
                raise Undo
            await unit.commit()
    assert second is not None
    if undone:
        assert (await second).email == email
    else:
        with pytest.raises(EmailTaken):
            await second


async def test_with_an_account_goes_everything_that_was_in_it(store: Store) -> None:
    user, other = await join(store), await join(store)
    await add(store, user.id)
    kept = await add(store, other.id)
    await log_in(store, user.id)
    await remove(store, user)
    assert await store.accounts().users.credentials(user.email) is None
    assert await all_tasks(store, user.id) == []
    assert await feed(store, user.id) == []
    assert list(await store.accounts().sessions.of_user(user.id)) == []
    with pytest.raises(NotFound):
        await add(store, user.id)
    assert await all_tasks(store, other.id) == [kept]


async def test_the_address_of_a_removed_account_is_free(store: Store) -> None:
    user = await join(store)
    await remove(store, user)
    again = await join(store, email=user.email)
    assert await all_tasks(store, again.id) == []
    assert (await add(store, again.id)).revision == 1


async def test_people_come_in_order_of_registration_page_by_page(store: Store) -> None:
    before = await join(store)
    people = [await join(store) for _ in range(5)]
    users = store.accounts().users
    for limit in (1, 2, 3, 5, 6):
        seen: list[User] = []
        page = await users.page(before.id, limit)
        while page.next is not None:
            assert len(page.items) == limit
            seen += page.items
            page = await users.page(page.next, limit)
        assert [*seen, *page.items] == people
    assert len((await users.page(None, 1)).items) == 1


async def test_a_locked_person_waits_for_the_end_of_the_unit_of_work(store: Store) -> None:
    user = await join(store)
    async with store.begin_accounts() as unit:
        assert await unit.users.locked(user.id) == Credentials(user=user, password_hash=HASH)
        login = asyncio.create_task(log_in(store, user.id))
        rename = asyncio.create_task(on_accounts(store, lambda other: other.users.set_password(user.id, "late")))
        assert await still_waits(login)
        assert await still_waits(rename)
        await unit.users.set_password(user.id, "early")
        await unit.commit()
    await asyncio.wait_for(asyncio.gather(login, rename), 5)
    found = await store.accounts().users.credentials(user.email)
    assert found is not None
    assert found.password_hash == "late"


async def test_parallel_changes_of_a_locked_person_are_all_kept(store: Store) -> None:
    user = await join(store, name="-")

    async def append(letter: str) -> None:
        async with store.begin_accounts() as unit:
            found = await unit.users.locked(user.id)
            assert found is not None
            await think()
            await unit.users.update(replace(found.user, name=found.user.name + letter))
            await unit.commit()

    assert await together(*(append(letter) for letter in "abcdef")) == {"done": 6}
    assert sorted((await store.accounts().users.get(user.id)).name) == sorted("-abcdef")


async def test_who_writes_while_their_account_goes_is_told_so_or_was_first(store: Store) -> None:
    user = await join(store)

    async def write_one() -> None:
        await add(store, user.id)

    runs = [write_one() for _ in range(4)]
    outcomes = await together(*runs, remove(store, user), write_one())
    assert set(outcomes) <= {"done", "NotFound"}
    assert await all_tasks(store, user.id) == []
    assert await feed(store, user.id) == []
