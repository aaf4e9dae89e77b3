"""What every Store, View and UnitOfWork promises: all or nothing, nothing too early, an owner's turns one by one."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from todo_adapters.contracts.kit import (
    IDS,
    NOW,
    Undo,
    a_thing,
    add,
    all_things,
    feed,
    join,
    missing,
    new_owner,
    on_accounts,
    someone,
    still_waits,
    think,
    together,
    write,
)
from todo_adapters.contracts.samples import name_of, renamed
from todo_core.errors import MovedOn, NotFound
from todo_core.ids import TaskId
from todo_core.model.kinds import Kind
from todo_core.ports.accounts import AccountsUnitOfWork
from todo_core.ports.storage import Store


async def test_it_knows_whose_it_is_what_time_it_is_and_where_ids_come_from(store: Store, kind: Kind[Any]) -> None:
    owner = await new_owner(store)
    async with store.begin(owner, NOW, IDS) as unit:
        assert (unit.owner, unit.now, unit.ids) == (owner, NOW, IDS)
    assert store.view(owner).owner == owner


async def test_nothing_shows_before_commit(store: Store, kind: Kind[Any]) -> None:
    owner = await new_owner(store)
    old = await add(store, owner, kind=kind)
    async with store.begin(owner, NOW, IDS) as unit:
        unit.of(kind).add(a_thing(kind, owner))
        unit.of(kind).update(renamed(kind, old, "renamed"))
        assert await all_things(store, owner, kind) == [old]
        assert len(await feed(store, owner)) == 1
        await unit.commit()
    assert len(await all_things(store, owner, kind)) == 2


@pytest.mark.parametrize("exclusive", [False, True])
async def test_an_exception_undoes_everything(store: Store, kind: Kind[Any], exclusive: bool) -> None:
    owner = await new_owner(store)
    old = await add(store, owner, kind=kind)
    with suppress(Undo):
        async with store.begin(owner, NOW, IDS, exclusive=exclusive) as unit:
            unit.of(kind).add(a_thing(kind, owner))
            unit.of(kind).remove(old)
            await unit.of(kind).page(None, 10)
            raise Undo
    assert await all_things(store, owner, kind) == [old]
    assert [change.seq for change in await feed(store, owner)] == [1]


async def test_a_refused_commit_undoes_everything(store: Store, kind: Kind[Any]) -> None:
    owner = await new_owner(store)
    old = await add(store, owner, kind=kind)
    async with store.begin(owner, NOW, IDS) as unit:
        unit.of(kind).add(a_thing(kind, owner))
        unit.of(kind).update(renamed(kind, old, "renamed"))
        unit.of(kind).remove(a_thing(kind, owner))
        with pytest.raises(MovedOn):
            await unit.commit()
    async with store.begin(owner, NOW, IDS) as unit:
        unit.of(kind).remove(old)
        unit.of(kind).update(renamed(kind, old, "renamed"))
        with pytest.raises(MovedOn):
            await unit.commit()
    assert await all_things(store, owner, kind) == [old]
    assert [change.seq for change in await feed(store, owner)] == [1]


@pytest.mark.parametrize("exclusive", [False, True])
async def test_to_commit_nothing_does_nothing(store: Store, kind: Kind[Any], exclusive: bool) -> None:
    owner = await new_owner(store)
    async with store.begin(owner, NOW, IDS, exclusive=exclusive) as unit:
        assert list(await unit.commit()) == []
    assert await feed(store, owner) == []
    assert (await add(store, owner, kind=kind)).revision == 1


async def test_without_an_account_nothing_can_be_written(store: Store, kind: Kind[Any]) -> None:
    nobody = someone().id
    with pytest.raises(NotFound):
        await write(store, nobody, lambda unit: unit.of(kind).add(a_thing(kind, nobody)))
    with pytest.raises((NotFound, MovedOn)):
        await write(store, nobody, lambda unit: unit.of(kind).remove(a_thing(kind, nobody)))
    async with store.begin(nobody, NOW, IDS) as unit:
        unit.of(kind).add(a_thing(kind, nobody))
        unit.of(kind).add(a_thing(kind, nobody))
        with pytest.raises(NotFound):
            await unit.commit()
    async with store.begin(nobody, NOW, IDS) as unit:
        with pytest.raises(NotFound):
            await unit.lock()
    with pytest.raises(NotFound):
        async with store.begin(nobody, NOW, IDS, exclusive=True):
            pass


async def test_without_an_account_there_is_nothing_to_see(store: Store, kind: Kind[Any]) -> None:
    nobody = someone().id
    assert await missing(store, nobody, IDS.new(), kind)
    assert await all_things(store, nobody, kind) == []
    assert await feed(store, nobody) == []
    with pytest.raises(NotFound):
        await store.view(nobody).zone()


async def test_the_zone_is_that_of_the_profile(store: Store, kind: Kind[Any]) -> None:
    user = await join(store, time_zone="Asia/Kathmandu")
    assert (await store.view(user.id).zone()).key == "Asia/Kathmandu"

    async def move(accounts: AccountsUnitOfWork) -> None:
        await accounts.users.update(replace(user, time_zone="America/St_Johns"))

    await on_accounts(store, move)
    assert (await store.view(user.id).zone()).key == "America/St_Johns"


async def test_the_revision_of_an_owner_is_the_number_of_their_latest_change(store: Store, kind: Kind[Any]) -> None:
    owner, neighbour = await new_owner(store), await new_owner(store)
    view = store.view(owner)
    assert await view.revision() == 0
    task = await add(store, owner, kind=kind)
    assert await view.revision() == 1
    await write(store, owner, lambda unit: unit.of(kind).remove(task))
    await add(store, neighbour, kind=kind)
    assert await view.revision() == 2
    with pytest.raises(NotFound):
        await store.view(someone().id).revision()


async def test_a_unit_of_work_tells_what_was_written_in_it_once_for_each_write(store: Store, kind: Kind[Any]) -> None:
    owner = await new_owner(store)
    old, fresh = await add(store, owner, kind=kind), a_thing(kind, owner)
    async with store.begin(owner, NOW, IDS) as unit:
        assert list(unit.written) == []
        unit.of(kind).update(renamed(kind, old, "renamed"))
        unit.of(kind).add(fresh)
        await unit.of(kind).page(None, 10)
        unit.of(kind).remove(old)
        assert list(unit.written) == [(kind, old.id), (kind, fresh.id), (kind, old.id)]
        changes = await unit.commit()
    assert [change.id for change in changes] == [old.id, fresh.id, old.id]


async def test_a_locked_owner_waits_until_the_lock_is_gone(store: Store, kind: Kind[Any]) -> None:
    owner = await new_owner(store)
    async with store.begin(owner, NOW, IDS, exclusive=True) as unit:
        unit.of(kind).add(a_thing(kind, owner, "ours"))
        theirs = asyncio.create_task(add(store, owner, "theirs", kind=kind))
        assert await still_waits(theirs)
        await unit.commit()
    assert (await asyncio.wait_for(theirs, 5)).revision == 2
    assert [name_of(kind, task) for task in await all_things(store, owner, kind)] == ["ours", "theirs"]


async def test_a_lock_goes_with_the_unit_of_work_however_that_ends(store: Store, kind: Kind[Any]) -> None:
    owner = await new_owner(store)
    with suppress(Undo):
        async with store.begin(owner, NOW, IDS, exclusive=True):
            raise Undo
    async with store.begin(owner, NOW, IDS) as unit:
        await unit.lock()
    assert (await asyncio.wait_for(add(store, owner, kind=kind), 5)).revision == 1


async def test_a_rule_across_rows_holds_under_the_lock(store: Store, kind: Kind[Any]) -> None:
    """Each new task is called by the number of those that were there: without the lock two get one name."""
    owner = await new_owner(store)

    async def add_numbered() -> None:
        async with store.begin(owner, NOW, IDS, exclusive=True) as unit:
            there = (await unit.of(kind).page(None, 100)).items
            await think()
            unit.of(kind).add(a_thing(kind, owner, f"number {len(there)}"))
            await unit.commit()

    assert await together(*(add_numbered() for _ in range(8))) == {"done": 8}
    assert {name_of(kind, task) for task in await all_things(store, owner, kind)} == {f"number {i}" for i in range(8)}


async def test_what_was_read_under_the_lock_has_not_moved_on_at_commit(store: Store, kind: Kind[Any]) -> None:
    owner = await new_owner(store)
    task = await add(store, owner, "0", kind=kind)

    async def count_up() -> None:
        async with store.begin(owner, NOW, IDS) as unit:
            await unit.lock()
            read = await unit.of(kind).get(task.id)
            await think()
            unit.of(kind).update(renamed(kind, read, str(int(name_of(kind, read)) + 1)))
            await unit.commit()

    assert await together(*(count_up() for _ in range(8))) == {"done": 8}
    assert name_of(kind, await store.view(owner).of(kind).get(task.id)) == "8"


async def test_units_of_work_of_one_and_of_many_writes_never_wait_in_a_circle(store: Store, kind: Kind[Any]) -> None:
    owner = await new_owner(store)
    first, second = await add(store, owner, "first", kind=kind), await add(store, owner, "second", kind=kind)

    async def touch(*ids: TaskId) -> None:
        async with store.begin(owner, NOW, IDS, exclusive=True) as unit:
            for task_id in ids:
                unit.of(kind).update(renamed(kind, await unit.of(kind).get(task_id), f"{len(ids)}"))
            await unit.commit()

    async def add_one() -> None:
        await add(store, owner, kind=kind)

    runs = [run for _ in range(5) for run in (touch(first.id, second.id), touch(second.id, first.id), add_one())]
    assert await together(*runs) == {"done": 15}
    assert [change.seq for change in await feed(store, owner)] == list(range(1, 2 + 20 + 5 + 1))


@pytest.mark.parametrize("size", [1, 3])
async def test_a_cancelled_caller_leaves_all_or_nothing(store: Store, kind: Kind[Any], size: int) -> None:
    owner = await new_owner(store)

    async def add_some() -> None:
        async with store.begin(owner, NOW, IDS) as unit:
            for _ in range(size):
                unit.of(kind).add(a_thing(kind, owner))
            await unit.commit()

    for steps in range(0, 40, 2):
        running = asyncio.create_task(add_some())
        for _ in range(steps):
            await asyncio.sleep(0)
        running.cancel()
        await asyncio.wait([running])
    assert (await asyncio.wait_for(add(store, owner, kind=kind), 5)).revision % size == 1 % size
    tasks, entries = await all_things(store, owner, kind), await feed(store, owner)
    assert [change.seq for change in entries] == list(range(1, len(entries) + 1))
    assert sorted(change.id for change in entries) == sorted(task.id for task in tasks)


async def test_a_confirmation_changes_nothing(store: Store, kind: Kind[Any]) -> None:
    owner = await new_owner(store)
    task = await add(store, owner, kind=kind)
    await store.confirm()
    assert await all_things(store, owner, kind) == [task]
    assert await store.view(owner).revision() == 1


async def test_the_storage_answers(store: Store, kind: Kind[Any]) -> None:
    await store.ping()
