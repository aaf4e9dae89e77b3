"""What the memory store refuses although a database might let it pass."""

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta, timezone

import pytest

from todo_adapters.contracts.kit import (
    HASH,
    IDS,
    NOW,
    Undo,
    a_session,
    a_task,
    add,
    join,
    log_in,
    new_owner,
    on_accounts,
)
from todo_adapters.memory.store import MemoryStore
from todo_adapters.memory.strictness import AbandonedWrite, Misuse
from todo_core.errors import Contention
from todo_core.ids import UserId
from todo_core.model.attempts import Attempts
from todo_core.model.task import TASKS
from todo_core.ports.storage import Store


@pytest.fixture
def store() -> Store:
    return MemoryStore()


async def test_an_abandoned_write_is_refused(store: Store) -> None:
    owner = await new_owner(store)
    with pytest.raises(AbandonedWrite):
        async with store.begin(owner, NOW, IDS) as unit:
            unit.of(TASKS).add(a_task(owner))
    with suppress(Undo):
        async with store.begin(owner, NOW, IDS) as unit:
            unit.of(TASKS).add(a_task(owner))
            raise Undo
    assert (await add(store, owner)).revision == 1


async def test_an_abandoned_write_on_the_accounts_is_refused(store: Store) -> None:
    user = await join(store)
    with pytest.raises(AbandonedWrite):
        async with store.begin_accounts() as unit:
            await unit.sessions.add(a_session(user.id))
    async with store.begin_accounts() as unit:
        await unit.users.locked(user.id)


async def test_a_unit_of_work_that_is_over_is_of_no_use(store: Store) -> None:
    owner = await new_owner(store)
    async with store.begin(owner, NOW, IDS) as unit:
        await unit.commit()
        with pytest.raises(Misuse):
            await unit.commit()
    with pytest.raises(Misuse):
        unit.of(TASKS).add(a_task(owner))
    async with store.begin(owner, NOW, IDS) as unit:
        await unit.dry_run()
        with pytest.raises(Misuse):
            await unit.commit()
    async with store.begin_accounts() as accounts:
        await accounts.commit()
    with pytest.raises(Misuse):
        await accounts.users.get(owner)


async def test_the_lock_comes_before_the_first_look(store: Store) -> None:
    owner = await new_owner(store)
    task = await add(store, owner)
    async with store.begin(owner, NOW, IDS) as unit:
        await unit.of(TASKS).get(task.id)
        with pytest.raises(Misuse):
            await unit.lock()


@pytest.mark.parametrize("moment", [NOW.replace(tzinfo=None), NOW.astimezone(timezone(timedelta(hours=1)))])
async def test_times_are_in_utc(store: Store, moment: datetime) -> None:
    owner = await new_owner(store)
    with pytest.raises(Misuse):
        async with store.begin(owner, moment, IDS):
            pass
    async with store.begin(owner, NOW, IDS) as unit:
        with pytest.raises(Misuse):
            unit.of(TASKS).add(a_task(owner, completed_at=moment))


@pytest.mark.parametrize("text", ["NUL\0", "half \ud83d of a face"])
async def test_texts_can_be_stored_anywhere(store: Store, text: str) -> None:
    owner = await new_owner(store)
    async with store.begin(owner, NOW, IDS) as unit:
        with pytest.raises(Misuse):
            unit.of(TASKS).add(a_task(owner, text))
        with pytest.raises(Misuse):
            unit.of(TASKS).add(a_task(owner, description=text))


async def test_a_task_goes_to_its_own_owner_under_a_new_id(store: Store) -> None:
    owner = await new_owner(store)
    task = await add(store, owner)
    async with store.begin(owner, NOW, IDS) as unit:
        for wrong in (a_task(UserId(IDS.new())), a_task(owner, revision=1), task):
            with pytest.raises(Misuse):
                unit.of(TASKS).add(wrong)


async def test_only_what_is_locked_can_be_updated(store: Store) -> None:
    user = await join(store)
    session = await log_in(store, user.id)
    async with store.begin_accounts() as unit:
        with pytest.raises(Misuse):
            await unit.sessions.update(session)
        with pytest.raises(Misuse):
            await unit.attempts.update(b"key", Attempts(since=NOW))


async def test_an_account_ends_after_its_login_sessions(store: Store) -> None:
    user = await join(store)
    await log_in(store, user.id)
    async with store.begin_accounts() as unit:
        with pytest.raises(Misuse):
            await unit.users.remove(user.id)


async def test_the_feed_is_read_before_the_first_write(store: Store) -> None:
    owner = await new_owner(store)
    async with store.begin(owner, NOW, IDS) as unit:
        await unit.changes.page(None, 10)
        unit.of(TASKS).add(a_task(owner))
        with pytest.raises(Misuse):
            await unit.changes.page(None, 10)
        await unit.commit()


async def test_pruning_is_the_last_call_before_commit(store: Store) -> None:
    user, other = await join(store), await join(store)
    async with store.begin_accounts() as unit:
        await unit.prune(user.id, NOW, 10)
        for pruned in (user, other):
            with pytest.raises(Misuse):
                await unit.prune(pruned.id, NOW, 10)
        with pytest.raises(Misuse):
            await unit.users.get(user.id)
        with pytest.raises(Misuse):
            await unit.renew_epoch(IDS.new())
        await unit.commit()


async def test_abandoned_pruning_and_an_abandoned_epoch_are_refused(store: Store) -> None:
    owner = await new_owner(store)
    await add(store, owner)
    with pytest.raises(AbandonedWrite):
        async with store.begin_accounts() as unit:
            await unit.prune(owner, NOW + timedelta(days=1), 10)
    with pytest.raises(AbandonedWrite):
        async with store.begin_accounts() as unit:
            await unit.renew_epoch(IDS.new())


async def test_who_waits_in_a_circle_is_told_and_the_others_go_on(store: Store) -> None:
    first, second = await join(store), await join(store)

    async def lock_both(one: UserId, other: UserId) -> None:
        async with store.begin_accounts() as unit:
            await unit.users.locked(one)
            await asyncio.sleep(0.01)
            await unit.users.locked(other)

    outcomes = await asyncio.gather(
        lock_both(first.id, second.id), lock_both(second.id, first.id), return_exceptions=True
    )
    assert [type(outcome) for outcome in outcomes] in ([Contention, type(None)], [type(None), Contention])
    await asyncio.wait_for(lock_both(second.id, first.id), 1)


async def test_who_gives_up_waiting_does_not_keep_others_waiting(store: Store) -> None:
    user = await join(store)
    async with store.begin_accounts() as unit:
        await unit.users.locked(user.id)
        impatient = [asyncio.create_task(log_in(store, user.id)) for _ in range(3)]
        await asyncio.sleep(0.01)
        impatient[0].cancel()
        impatient[2].cancel()
    await asyncio.wait(impatient)
    assert [task.cancelled() for task in impatient] == [True, False, True]
    await asyncio.wait_for(on_accounts(store, lambda unit: unit.users.set_password(user.id, HASH)), 1)
