"""What SessionReads and SessionRepository promise: sessions are held while they change, and remembered once ended."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from todo_adapters.contracts.kit import (
    IDS,
    NOW,
    Undo,
    a_session,
    join,
    log_in,
    on_accounts,
    someone,
    still_waits,
    think,
    together,
)
from todo_core.errors import NotFound
from todo_core.ids import SessionId
from todo_core.model.session import LoginSession
from todo_core.ports.accounts import FORGOTTEN_AT_ONCE, AccountsUnitOfWork
from todo_core.ports.storage import Store

MINUTE = timedelta(minutes=1)


async def ended_at(store: Store, session: LoginSession) -> object:
    """When the session ended, or None."""
    return dict(await store.accounts().sessions.revoked_since(NOW - timedelta(days=1000))).get(session.id)


async def end(store: Store, *sessions: LoginSession, minutes: int = 0) -> None:
    """Ends them so many minutes later."""
    ids = [session.id for session in sessions]
    await on_accounts(store, lambda unit: unit.sessions.end(ids, NOW + minutes * MINUTE))


async def test_the_sessions_of_a_user_come_oldest_first(store: Store) -> None:
    user, other = await join(store), await join(store)
    newest, oldest, middle = [await log_in(store, user.id, minutes) for minutes in (1, 9, 5)]
    await log_in(store, other.id)
    assert list(await store.accounts().sessions.of_user(user.id)) == [oldest, middle, newest]
    assert list(await store.accounts().sessions.of_user(someone().id)) == []


async def test_a_session_without_an_account_is_refused_and_the_unit_of_work_goes_on(store: Store) -> None:
    user, nobody = await join(store), someone()
    session = a_session(user.id)
    async with store.begin_accounts() as unit:
        with pytest.raises(NotFound):
            await unit.sessions.add(a_session(nobody.id))
        await unit.sessions.add(session)
        await unit.commit()
    assert list(await store.accounts().sessions.of_user(user.id)) == [session]


async def test_nothing_shows_before_commit_but_to_the_unit_itself(store: Store) -> None:
    user = await join(store)
    old, new = await log_in(store, user.id, 5), a_session(user.id)
    async with store.begin_accounts() as unit:
        await unit.sessions.add(new)
        await unit.sessions.end([old.id], NOW)
        assert list(await unit.sessions.of_user(user.id)) == [new]
        assert await unit.sessions.locked(old.id) is None
        assert list(await store.accounts().sessions.of_user(user.id)) == [old]
        assert await ended_at(store, old) is None
        await unit.commit()
    assert list(await store.accounts().sessions.of_user(user.id)) == [new]
    assert await ended_at(store, old) == NOW


async def test_an_exception_undoes_everything(store: Store) -> None:
    user = await join(store)
    session = await log_in(store, user.id)
    with suppress(Undo):
        async with store.begin_accounts() as unit:
            await unit.sessions.end([session.id], NOW)
            raise Undo
    assert list(await store.accounts().sessions.of_user(user.id)) == [session]
    assert await ended_at(store, session) is None


async def test_an_update_changes_generation_use_and_replays_and_nothing_else(store: Store) -> None:
    user = await join(store)
    session, other = await log_in(store, user.id), await log_in(store, user.id)
    rotation = {"rotated_at": NOW + MINUTE, "rotated_from": bytes(range(32)), "confirmed": 6}
    used = replace(session, generation=7, last_used_at=NOW + MINUTE, replays=3, **rotation)  # type: ignore[arg-type]
    async with store.begin_accounts() as unit:
        assert await unit.sessions.locked(session.id) == session
        await unit.sessions.update(replace(used, client="another browser", created_at=NOW - MINUTE))
        assert await unit.sessions.locked(session.id) == used
        await unit.commit()
    assert list(await store.accounts().sessions.of_user(user.id)) == [used, other]


async def of_generation(store: Store, generation: int) -> LoginSession:
    """A session that has been refreshed."""
    session = a_session((await join(store)).id, generation=generation, rotated_at=NOW, replays=2)
    await on_accounts(store, lambda unit: unit.sessions.add(session))
    return session


async def test_a_first_use_is_noted_and_nothing_else(store: Store) -> None:
    one, other = await of_generation(store, 5), await of_generation(store, 7)
    await on_accounts(store, lambda unit: unit.sessions.confirm({other.id: 7, one.id: 4}))
    assert list(await store.accounts().sessions.of_user(one.user_id)) == [replace(one, confirmed=4)]
    assert list(await store.accounts().sessions.of_user(other.user_id)) == [replace(other, confirmed=7)]
    await on_accounts(store, lambda unit: unit.sessions.confirm({}))


async def test_a_first_use_is_never_taken_back_nor_ahead_of_its_generation(store: Store) -> None:
    session = await of_generation(store, 5)
    for used, confirmed in ((3, 3), (2, 3), (9, 5), (1, 5)):
        await on_accounts(store, lambda unit, used=used: unit.sessions.confirm({session.id: used}))  # type: ignore[misc]
        assert list(await store.accounts().sessions.of_user(session.user_id)) == [replace(session, confirmed=confirmed)]


async def test_the_first_use_of_what_has_ended_is_passed_over(store: Store) -> None:
    revoked, alive = await of_generation(store, 2), await of_generation(store, 2)
    await end(store, revoked)
    await on_accounts(store, lambda unit: unit.sessions.confirm({revoked.id: 2, alive.id: 2, SessionId(IDS.new()): 2}))
    assert list(await store.accounts().sessions.of_user(revoked.user_id)) == []
    assert list(await store.accounts().sessions.of_user(alive.user_id)) == [replace(alive, confirmed=2)]


async def test_a_first_use_waits_for_a_refresh_and_is_not_lost(store: Store) -> None:
    session = await of_generation(store, 2)
    async with store.begin_accounts() as unit:
        found = await unit.sessions.locked(session.id)
        assert found is not None
        noting = asyncio.create_task(on_accounts(store, lambda unit: unit.sessions.confirm({session.id: 2})))
        assert await still_waits(noting)
        await unit.sessions.update(replace(found, generation=3))
        await unit.commit()
    await asyncio.wait_for(noting, 5)
    assert list(await store.accounts().sessions.of_user(session.user_id)) == [
        replace(session, generation=3, confirmed=2)
    ]


async def test_first_uses_and_ends_at_once_never_wait_in_a_circle(store: Store) -> None:
    user = await join(store)
    sessions = [await log_in(store, user.id) for _ in range(6)]
    used = {session.id: 1 for session in reversed(sessions)}
    runs = [on_accounts(store, lambda unit: unit.sessions.confirm(used)) for _ in range(4)]
    assert await together(*runs, end(store, *sessions), *(end(store, session) for session in sessions)) == {"done": 11}


async def test_a_locked_session_waits_for_the_end_of_the_unit_of_work(store: Store) -> None:
    user = await join(store)
    session = await log_in(store, user.id)

    async def look() -> LoginSession | None:
        async with store.begin_accounts() as unit:
            return await unit.sessions.locked(session.id)

    async with store.begin_accounts() as unit:
        assert await unit.sessions.locked(session.id) == session
        second = asyncio.create_task(look())
        assert await still_waits(second)
        await unit.sessions.update(replace(session, generation=2))
        await unit.commit()
    assert await asyncio.wait_for(second, 5) == replace(session, generation=2)


async def test_who_waited_for_a_session_that_ended_gets_none(store: Store) -> None:
    user = await join(store)
    session = await log_in(store, user.id)

    async def look() -> LoginSession | None:
        async with store.begin_accounts() as unit:
            return await unit.sessions.locked(session.id)

    async with store.begin_accounts() as unit:
        await unit.sessions.locked(session.id)
        second = asyncio.create_task(look())
        await unit.sessions.end([session.id], NOW)
        assert await still_waits(second)
        await unit.commit()
    assert await asyncio.wait_for(second, 5) is None


async def test_parallel_changes_of_a_locked_session_are_all_kept(store: Store) -> None:
    user = await join(store)
    session = await log_in(store, user.id)

    async def use() -> None:
        async with store.begin_accounts() as unit:
            found = await unit.sessions.locked(session.id)
            assert found is not None
            await think()
            await unit.sessions.update(replace(found, replays=found.replays + 1))
            await unit.commit()

    assert await together(*(use() for _ in range(8))) == {"done": 8}
    [found] = await store.accounts().sessions.of_user(user.id)
    assert found.replays == 8


async def test_what_has_ended_is_gone_and_remembered(store: Store) -> None:
    user = await join(store)
    revoked, alive = await log_in(store, user.id, 5), await log_in(store, user.id)
    await end(store, revoked)
    assert list(await store.accounts().sessions.of_user(user.id)) == [alive]
    assert await ended_at(store, revoked) == NOW
    assert await ended_at(store, alive) is None
    async with store.begin_accounts() as unit:
        assert await unit.sessions.locked(revoked.id) is None


async def test_what_has_ended_already_is_passed_over(store: Store) -> None:
    user = await join(store)
    first, second = await log_in(store, user.id), await log_in(store, user.id)
    await end(store, first, minutes=1)
    await end(store, second, first, second, minutes=2)
    assert await ended_at(store, first) == NOW + MINUTE
    assert await ended_at(store, second) == NOW + 2 * MINUTE
    await on_accounts(store, lambda unit: unit.sessions.end([], NOW))
    await on_accounts(store, lambda unit: unit.sessions.end([SessionId(IDS.new())], NOW))


async def test_parallel_ends_in_any_order_never_wait_in_a_circle(store: Store) -> None:
    user = await join(store)
    sessions = [await log_in(store, user.id) for _ in range(6)]
    runs = [end(store, *(sessions if i % 2 else reversed(sessions))) for i in range(6)]
    assert await together(*runs) == {"done": 6}
    assert list(await store.accounts().sessions.of_user(user.id)) == []


async def test_what_ended_at_the_moment_or_later_is_told(store: Store) -> None:
    user = await join(store)
    sessions = [await log_in(store, user.id) for _ in range(3)]
    for minutes, session in enumerate(sessions):
        await end(store, session, minutes=minutes)
    since = dict(await store.accounts().sessions.revoked_since(NOW + MINUTE))
    assert {session.id: since.get(session.id) for session in sessions} == {
        sessions[0].id: None,
        sessions[1].id: NOW + MINUTE,
        sessions[2].id: NOW + 2 * MINUTE,
    }


async def test_all_that_have_ended_are_told_in_pages(store: Store) -> None:
    user, start = await join(store), SessionId(IDS.new())
    sessions = [await log_in(store, user.id) for _ in range(7)]
    for minutes, session in enumerate(reversed(sessions)):
        await end(store, session, minutes=minutes * 1_000_000 - 3_000_000)  # whenever that was
    reads, position, found = store.accounts().sessions, start, list[SessionId]()
    while page := await reads.revoked(position, 3):
        assert len(page) == min(3, 7 - len(found))
        found, position = [*found, *page], page[-1]
    assert found == [session.id for session in sessions]
    assert set(found) <= set(await reads.revoked(None, 1_000_000))


@pytest.mark.check("P13")
async def test_of_those_that_have_ended_exactly_those_named_are_forgotten(store: Store) -> None:
    user = await join(store)
    sessions = [await log_in(store, user.id) for _ in range(123)]
    await end(store, *sessions, minutes=-1_000_000)
    await on_accounts(store, lambda unit: unit.sessions.forget_revoked([]))
    forgotten = [*sessions[:60], *sessions[61:120]]
    ids = [SessionId(IDS.new()), *(session.id for session in reversed(forgotten)), SessionId(IDS.new())]
    for _ in range(2):
        await on_accounts(store, lambda unit: unit.sessions.forget_revoked(ids))
        left = await store.accounts().sessions.revoked(None, 1_000_000)
        assert [session for session in sessions if session.id in left] == [sessions[60], *sessions[120:]]


async def test_to_forget_ends_no_session(store: Store) -> None:
    user = await join(store)
    session = await log_in(store, user.id)
    await on_accounts(store, lambda unit: unit.sessions.forget_revoked([session.id]))
    assert list(await store.accounts().sessions.of_user(user.id)) == [session]


async def test_as_many_can_be_forgotten_at_once_as_the_port_says(store: Store) -> None:
    many = [SessionId(IDS.new()) for _ in range(FORGOTTEN_AT_ONCE)]
    await on_accounts(store, lambda unit: unit.sessions.forget_revoked(many))


async def test_the_memory_of_an_ended_session_outlives_the_account(store: Store) -> None:
    user = await join(store)
    session = await log_in(store, user.id)

    async def leave(unit: AccountsUnitOfWork) -> None:
        await unit.sessions.end([session.id], NOW)
        await unit.users.remove(user.id)

    await on_accounts(store, leave)
    assert await ended_at(store, session) == NOW
