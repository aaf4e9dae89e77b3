"""What the ports of accounts promise of all feeds: where they are, which are to prune and by whom, and the epoch."""

import asyncio
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from todo_adapters.contracts.kit import (
    IDS,
    NOW,
    Undo,
    a_task,
    a_thing,
    add,
    feed,
    new_owner,
    on_accounts,
    prune,
    someone,
    still_waits,
    together,
    write,
)
from todo_adapters.contracts.samples import renamed
from todo_core.ids import UserId
from todo_core.model.kinds import Kind
from todo_core.model.task import TASKS
from todo_core.ports.storage import Store

OLD = NOW - timedelta(days=100)
CUT = NOW - timedelta(days=90)


async def with_old_changes(store: Store, kind: Kind[Any], number: int = 1, young: int = 0) -> UserId:
    """Somebody who changed a thing so many times long ago, and so many times lately."""
    owner = await new_owner(store)
    thing = a_thing(kind, owner)
    for seq in range(number + young):
        do, now = "update" if seq else "add", OLD if seq < number else NOW
        changed = renamed(kind, thing, f"{seq}", revision=seq)
        await write(store, owner, lambda unit, it=(do, changed): getattr(unit.of(kind), it[0])(it[1]), now)  # type: ignore[misc]
    return owner


async def numbers_kept(store: Store, owner: UserId) -> list[int]:
    return sorted(await store.view(owner).changes.at(range(100)))


async def test_the_numbers_of_the_latest_changes_are_read_for_many_at_once(store: Store, kind: Kind[Any]) -> None:
    idle, busy = await new_owner(store), await with_old_changes(store, kind, 3)
    unknown = [someone().id for _ in range(1_000)]
    view = store.accounts()
    assert dict(await view.revisions([idle, busy, *unknown])) == {idle: 0, busy: 3}
    assert dict(await view.revisions({busy})) == {busy: 3}
    assert dict(await view.revisions([])) == {}
    await prune(store, busy, CUT)
    assert dict(await view.revisions([busy])) == {busy: 3}
    await on_accounts(store, lambda unit: unit.users.remove(busy))
    assert dict(await view.revisions([idle, busy])) == {idle: 0}


async def test_owners_with_something_to_prune_are_named_in_order(store: Store, kind: Kind[Any]) -> None:
    begin = await new_owner(store)
    old, young, both, pruned, idle, last = (
        await with_old_changes(store, kind),
        await with_old_changes(store, kind, 0, young=2),
        await with_old_changes(store, kind, 2, young=2),
        await with_old_changes(store, kind, 2, young=1),
        await new_owner(store),
        await with_old_changes(store, kind),
    )
    assert await prune(store, pruned, CUT) == 2
    view = store.accounts()
    for limit, expected in [
        (100, [([old, both, last], None)]),
        (6, [([old, both, last], None)]),
        (4, [([old, both], pruned), ([last], None)]),
        (2, [([old], young), ([both], pruned), ([last], None)]),
    ]:
        found: list[tuple[list[UserId], UserId | None]] = []
        after = begin
        while not found or found[-1][1] is not None:
            page = await view.owners_to_prune(CUT, after, limit)
            found.append(([*page.items], page.next))
            after = page.next or after
        assert found == expected
    assert list((await view.owners_to_prune(OLD, begin, 100)).items) == [], "what is as old as that is not older"
    assert list((await view.owners_to_prune(CUT, idle, 100)).items) == [last]


async def test_looking_for_owners_begins_with_the_first_account(store: Store) -> None:
    owner = await with_old_changes(store, TASKS)
    found: list[UserId] = []
    page = await store.accounts().owners_to_prune(CUT, None, 50)
    found += page.items
    while page.next is not None:
        page = await store.accounts().owners_to_prune(CUT, page.next, 50)
        found += page.items
    assert found[-1] == owner
    assert found == sorted(set(found))


async def test_an_owner_whose_first_change_is_young_has_nothing_to_prune(store: Store, kind: Kind[Any]) -> None:
    """The clock may have been set back since."""
    begin = await new_owner(store)
    owner = await new_owner(store)
    for now in (NOW, OLD):
        await write(store, owner, lambda unit: unit.of(kind).add(a_thing(kind, owner)), now)
    assert list((await store.accounts().owners_to_prune(CUT, begin, 10)).items) == []
    assert await prune(store, owner, CUT) == 0


@pytest.mark.parallel_writers
async def test_an_owner_who_is_writing_is_skipped(store: Store) -> None:
    owner = await with_old_changes(store, TASKS, 3)
    async with store.begin(owner, NOW, IDS, exclusive=True) as unit:
        unit.of(TASKS).add(a_task(owner))
        assert await asyncio.wait_for(prune(store, owner, CUT), 5) == 0
        await unit.commit()
    assert await numbers_kept(store, owner) == [1, 2, 3, 4]
    assert (await store.view(owner).changes.page(None, 10)).pruned == 0
    assert await prune(store, owner, CUT) == 3
    assert await numbers_kept(store, owner) == [3, 4]


async def test_a_writer_waits_until_pruning_is_committed(store: Store, kind: Kind[Any]) -> None:
    owner = await with_old_changes(store, kind, 3)
    async with store.begin_accounts() as unit:
        assert await unit.prune(owner, CUT, 10) == 3
        writing = asyncio.create_task(add(store, owner, kind=kind))
        await still_waits(writing)  # or it does not, where changes are pruned at commit
        await unit.commit()
    assert (await asyncio.wait_for(writing, 5)).revision == 4
    assert await numbers_kept(store, owner) == [3, 4]


async def test_of_several_who_prune_at_once_none_prunes_twice(store: Store, kind: Kind[Any]) -> None:
    owner = await with_old_changes(store, kind, 12, young=1)
    done: list[int] = []

    async def prune_some() -> None:
        done.append(await prune(store, owner, CUT, 5))

    while sum(done) < 12:
        assert await together(*(prune_some() for _ in range(4))) == {"done": 4}
    assert sum(done) == 12
    assert {*done} <= {5, 2, 0}
    assert await numbers_kept(store, owner) == [12, 13]


async def test_pruning_and_writing_at_once_lose_nothing(store: Store, kind: Kind[Any]) -> None:
    owner = await with_old_changes(store, kind, 8)

    async def write_one() -> None:
        await write(store, owner, lambda unit: unit.of(kind).add(a_thing(kind, owner)))

    async def prune_some() -> None:
        await prune(store, owner, CUT, 3)

    runs = [run for _ in range(8) for run in (write_one(), prune_some())]
    assert await together(*runs) == {"done": 16}
    while await prune(store, owner, CUT, 3):
        pass
    assert await numbers_kept(store, owner) == list(range(8, 17))
    assert [change.seq for change in await feed(store, owner)] == list(range(9, 17))


async def test_a_renewed_epoch_is_that_of_all_feeds(store: Store, kind: Kind[Any]) -> None:
    old, idle, epoch = await with_old_changes(store, kind, 3), await new_owner(store), IDS.new()
    before = await store.view(old).changes.page(None, 10)
    await on_accounts(store, lambda unit: unit.renew_epoch(epoch))
    after = await store.view(old).changes.page(None, 10)
    assert before.epoch != epoch
    assert after.epoch == epoch
    assert (after.items, after.latest, after.pruned) == (before.items, before.latest, before.pruned)
    for owner in (idle, await new_owner(store)):
        assert (await store.view(owner).changes.page(None, 0)).epoch == epoch


async def test_renewing_the_epoch_is_undone_with_its_unit_of_work(store: Store) -> None:
    owner = await new_owner(store)
    before = (await store.view(owner).changes.page(None, 0)).epoch
    with suppress(Undo):
        async with store.begin_accounts() as unit:
            await unit.renew_epoch(IDS.new())
            raise Undo
    assert (await store.view(owner).changes.page(None, 0)).epoch == before
