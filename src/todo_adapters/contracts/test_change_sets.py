"""What every change tells of its write: the set it belongs to, the thing's change before it, the session, the root."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from todo_adapters.contracts.kit import (
    IDS,
    NOW,
    a_task,
    a_thing,
    add,
    feed,
    log_in,
    new_owner,
    on_accounts,
    trashed,
    write,
)
from todo_adapters.contracts.samples import renamed
from todo_core.ids import SessionId
from todo_core.model.change import Action, Change
from todo_core.model.kinds import Kind
from todo_core.model.task import TASKS
from todo_core.model.write_options import Key
from todo_core.ports.storage import Store

MANY = 1_100
"""More writes than one statement takes."""


def links(changes: Sequence[Change]) -> list[tuple[int, int, int | None]]:
    """Number, set and previous number of each change."""
    return [(change.seq, change.set, change.previous) for change in changes]


async def test_changes_of_one_unit_of_work_are_one_set(store: Store, kind: Kind[Any]) -> None:
    owner = await new_owner(store)
    for size in (1, 3, 1, 2):
        async with store.begin(owner, NOW, IDS) as unit:
            for _ in range(size):
                unit.of(kind).add(a_thing(kind, owner))
            changes = await unit.commit()
        assert {change.set for change in changes} == {changes[0].seq}
    assert [change.set for change in await feed(store, owner)] == [1, 2, 2, 2, 5, 6, 6]


async def test_the_previous_change_is_that_of_the_same_thing(store: Store, kind: Kind[Any]) -> None:
    owner = await new_owner(store)
    first, second = await add(store, owner, "first", kind=kind), await add(store, owner, "second", kind=kind)
    [again] = await write(store, owner, lambda unit: unit.of(kind).update(renamed(kind, first, "first again")))
    async with store.begin(owner, NOW, IDS) as unit:
        unit.of(kind).update(renamed(kind, second, "second again"))
        unit.of(kind).add(a_thing(kind, owner, "third"))
        unit.of(kind).remove(again.value)
        await unit.commit()
    expected = [(1, 1, None), (2, 2, None), (3, 3, 1), (4, 4, 2), (5, 4, None), (6, 4, 3)]
    assert links(await feed(store, owner)) == expected


async def test_of_several_writes_to_a_thing_in_one_unit_each_follows_the_one_before(
    store: Store, kind: Kind[Any]
) -> None:
    owner = await new_owner(store)
    old, fresh = await add(store, owner, "old", kind=kind), a_thing(kind, owner, "fresh")
    async with store.begin(owner, NOW, IDS) as unit:
        unit.of(kind).add(fresh)
        unit.of(kind).update(renamed(kind, old, "old again"))
        unit.of(kind).update(renamed(kind, fresh, "fresh again"))
        unit.of(kind).remove(old)
        unit.of(kind).update(renamed(kind, fresh, "fresh at last"))
        changes = list(await unit.commit())
    assert links(changes) == [(2, 2, None), (3, 2, 1), (4, 2, 2), (5, 2, 3), (6, 2, 4)]
    assert (await feed(store, owner))[1:] == changes


async def test_what_is_read_in_between_divides_no_set(store: Store, kind: Kind[Any]) -> None:
    """A page shows what the unit has written so far; an adapter may have to write that before."""
    owner = await new_owner(store)
    old, fresh = await add(store, owner, "old", kind=kind), a_thing(kind, owner, "fresh")
    async with store.begin(owner, NOW, IDS) as unit:
        unit.of(kind).update(renamed(kind, old, "old again"))
        unit.of(kind).add(fresh)
        assert len((await unit.of(kind).page(None, 10)).items) == 2
        unit.of(kind).update(renamed(kind, fresh, "fresh again"))
        await unit.trash.page(None, 10)
        unit.of(kind).remove(old)
        unit.of(kind).add(a_thing(kind, owner, "last"))
        changes = list(await unit.commit())
    assert links(changes) == [(2, 2, 1), (3, 2, None), (4, 2, 3), (5, 2, 2), (6, 2, None)]
    assert (await feed(store, owner))[1:] == changes


async def test_more_than_a_thousand_writes_are_one_set(store: Store) -> None:
    owner = await new_owner(store)
    old, tasks = await add(store, owner, "old"), [a_task(owner, f"task {number}") for number in range(MANY)]
    async with store.begin(owner, NOW, IDS) as unit:
        unit.of(TASKS).update(renamed(TASKS, old, "old again"))
        for task in tasks:
            unit.of(TASKS).add(task)
        unit.of(TASKS).update(renamed(TASKS, tasks[0], "task 0 again"))
        unit.of(TASKS).remove(old)
        changes = await unit.commit()
    last = MANY + 4
    assert links(changes) == [
        (2, 2, 1),
        *((seq, 2, None) for seq in range(3, MANY + 3)),
        (last - 1, 2, 3),
        (last, 2, 2),
    ]
    assert await store.view(owner).changes.at(range(2, last + 1)) == {change.seq: change for change in changes}


async def test_a_deletion_tells_its_root_and_restorations_and_purges_follow_it(store: Store, kind: Kind[Any]) -> None:
    owner = await new_owner(store)
    top, below = await add(store, owner, "top", kind=kind), await add(store, owner, "below", kind=kind)
    alone = await add(store, owner, "alone", kind=kind)
    async with store.begin(owner, NOW, IDS) as unit:
        unit.of(kind).remove(below, top.id)
        unit.of(kind).remove(top)
        await unit.commit()
    await write(store, owner, lambda unit: unit.of(kind).remove(alone))
    async with store.begin(owner, NOW, IDS) as unit:
        for thing in await trashed(store, owner, top.id):
            unit.of(kind).restore(thing)
        restored = [change.value for change in await unit.commit()]
    await write(store, owner, lambda unit: unit.of(kind).remove(restored[1], restored[0].id))
    [gone] = await trashed(store, owner, alone.id)
    await write(store, owner, lambda unit: unit.of(kind).purge(gone))
    changes = (await feed(store, owner))[3:]
    assert [(change.id, change.root) for change in changes] == [
        (below.id, top.id),
        (top.id, top.id),
        (alone.id, alone.id),
        (top.id, None),
        (below.id, None),
        (below.id, top.id),
        (alone.id, None),
    ]
    assert links(changes) == [(4, 4, 2), (5, 4, 1), (6, 6, 3), (7, 7, 5), (8, 7, 4), (9, 9, 8), (10, 10, 6)]


async def test_a_thing_that_is_restored_and_removed_at_once_keeps_its_line(store: Store, kind: Kind[Any]) -> None:
    owner = await new_owner(store)
    thing = await add(store, owner, kind=kind)
    await write(store, owner, lambda unit: unit.of(kind).remove(thing))
    [gone] = await trashed(store, owner, thing.id)
    async with store.begin(owner, NOW, IDS) as unit:
        unit.of(kind).restore(gone)
        unit.of(kind).update(renamed(kind, gone, "restored"))
        unit.of(kind).remove(gone)
        await unit.commit()
    changes = await feed(store, owner)
    assert links(changes) == [(1, 1, None), (2, 2, 1), (3, 3, 2), (4, 3, 3), (5, 3, 4)]
    assert [change.action for change in changes[2:]] == [Action.RESTORED, Action.UPDATED, Action.DELETED]


@pytest.mark.parametrize("size", [1, 3])
@pytest.mark.parametrize("key", [None, Key("a key", bytes(32))])
async def test_a_change_tells_the_session_that_wrote_it(store: Store, size: int, key: Key | None) -> None:
    owner = await new_owner(store)
    session = (await log_in(store, owner)).id
    tasks = [a_task(owner) for _ in range(size)]
    async with store.begin(owner, NOW, IDS, session=session) as unit:
        for task in tasks:
            unit.of(TASKS).add(task)
        added = await unit.commit(key, "-1")
    for do in ("update", "remove"):
        async with store.begin(owner, NOW, IDS, session=session) as unit:
            for change in added:
                getattr(unit.of(TASKS), do)(replace(change.value, revision=change.seq + size * (do == "remove")))
            await unit.commit()
    changes = await feed(store, owner)
    assert [change.session for change in changes] == [session] * 3 * size
    assert changes[:size] == list(added)


async def test_a_change_without_a_session_tells_none(store: Store, kind: Kind[Any]) -> None:
    owner = await new_owner(store)
    await write(store, owner, lambda unit: unit.of(kind).add(a_thing(kind, owner)), session=SessionId(IDS.new()))
    thing = await add(store, owner, kind=kind)
    await write(store, owner, lambda unit: unit.of(kind).remove(thing))
    assert [change.session is None for change in await feed(store, owner)] == [False, True, True]


async def test_a_change_tells_its_session_after_that_has_ended(store: Store) -> None:
    owner = await new_owner(store)
    session = (await log_in(store, owner)).id
    await write(store, owner, lambda unit: unit.of(TASKS).add(a_task(owner)), session=session)
    await on_accounts(store, lambda unit: unit.sessions.end([session], NOW))
    await on_accounts(store, lambda unit: unit.sessions.forget_revoked([session]))
    assert [change.session for change in await feed(store, owner)] == [session]


async def test_a_dry_run_tells_the_same_of_its_changes(store: Store, kind: Kind[Any]) -> None:
    owner, session = await new_owner(store), SessionId(IDS.new())
    old, fresh = await add(store, owner, kind=kind), a_thing(kind, owner)
    told = []
    for finish in ("dry_run", "commit"):
        async with store.begin(owner, NOW, IDS, session=session) as unit:
            unit.of(kind).add(fresh)
            unit.of(kind).update(renamed(kind, fresh, "fresh"))
            unit.of(kind).remove(old)
            told.append(list(await getattr(unit, finish)()))
    assert told[0] == told[1] == (await feed(store, owner))[1:]
