"""What Things promises for every kind: owners see and change their own things, and no update is lost."""

from dataclasses import replace
from typing import Any

import pytest

from todo_adapters.contracts.fakes import FixedClock
from todo_adapters.contracts.kit import (
    IDS,
    NOW,
    a_thing,
    add,
    all_things,
    feed,
    missing,
    new_owner,
    rename,
    think,
    together,
    write,
)
from todo_adapters.contracts.samples import heavy_fields, name_field, name_of, renamed
from todo_adapters.memory.security import ListEventLog
from todo_core.errors import MovedOn, NotFound
from todo_core.limits import PAGE_BYTES
from todo_core.model.change import Action
from todo_core.model.kinds import Kind
from todo_core.paging import Page
from todo_core.ports.storage import Store, UnitOfWork
from todo_core.runner import Runner
from todo_core.usecases.things import change_thing, remove_thing


async def test_an_added_task_is_there(store: Store, kind: Kind[Any]) -> None:
    owner = await new_owner(store)
    task = a_thing(kind, owner)
    [change] = await write(store, owner, lambda unit: unit.of(kind).add(task))
    assert change.value == replace(task, revision=1)
    assert await store.view(owner).of(kind).get(task.id) == change.value


async def test_what_nobody_has_is_not_found(store: Store, kind: Kind[Any]) -> None:
    owner = await new_owner(store)
    nowhere = IDS.new()
    with pytest.raises(NotFound):
        await store.view(owner).of(kind).get(nowhere)
    async with store.begin(owner, NOW, IDS) as unit:
        with pytest.raises(NotFound):
            await unit.of(kind).get(nowhere)


async def test_nobody_else_sees_a_task(store: Store, kind: Kind[Any]) -> None:
    owner, stranger = await new_owner(store), await new_owner(store)
    task = await add(store, owner, kind=kind)
    assert await missing(store, stranger, task.id, kind)
    assert await all_things(store, stranger, kind) == []
    assert await feed(store, stranger) == []
    async with store.begin(stranger, NOW, IDS) as unit:
        with pytest.raises(NotFound):
            await unit.of(kind).get(task.id)
        assert (await unit.of(kind).page(None, 10)).items == ()


async def test_nobody_else_can_change_a_task(store: Store, kind: Kind[Any]) -> None:
    owner, stranger = await new_owner(store), await new_owner(store)
    task = await add(store, owner, kind=kind)
    with pytest.raises(MovedOn):
        await write(store, stranger, lambda unit: unit.of(kind).update(renamed(kind, task, "Mine", user_id=stranger)))
    assert await all_things(store, owner, kind) == [task]
    assert await all_things(store, stranger, kind) == []


async def test_nobody_else_can_remove_a_task(store: Store, kind: Kind[Any]) -> None:
    owner, stranger = await new_owner(store), await new_owner(store)
    task = await add(store, owner, kind=kind)
    with pytest.raises(MovedOn):
        await write(store, stranger, lambda unit: unit.of(kind).remove(replace(task, user_id=stranger)))
    assert await all_things(store, owner, kind) == [task]


async def test_an_update_changes_the_task_that_was_read_and_no_other(store: Store, kind: Kind[Any]) -> None:
    owner = await new_owner(store)
    task, other = await add(store, owner, "one", kind=kind), await add(store, owner, "other", kind=kind)
    [change] = await write(store, owner, lambda unit: unit.of(kind).update(renamed(kind, task, "two")))
    assert change.value == renamed(kind, task, "two", revision=3)
    assert await all_things(store, owner, kind) == [change.value, other]


async def test_an_update_of_what_has_moved_on_is_refused(store: Store, kind: Kind[Any]) -> None:
    owner = await new_owner(store)
    read = await add(store, owner, kind=kind)
    [change] = await write(store, owner, lambda unit: unit.of(kind).update(renamed(kind, read, "theirs")))
    with pytest.raises(MovedOn):
        await write(store, owner, lambda unit: unit.of(kind).update(renamed(kind, read, "ours")))
    assert await all_things(store, owner, kind) == [change.value]


async def test_an_update_of_what_is_gone_is_refused(store: Store, kind: Kind[Any]) -> None:
    owner = await new_owner(store)
    task = await add(store, owner, kind=kind)
    await write(store, owner, lambda unit: unit.of(kind).remove(task))
    with pytest.raises(MovedOn):
        await write(store, owner, lambda unit: unit.of(kind).update(renamed(kind, task, "again")))
    assert await missing(store, owner, task.id, kind)


async def test_of_two_updates_of_one_reading_one_is_refused(store: Store, kind: Kind[Any]) -> None:
    owner = await new_owner(store)
    read = await add(store, owner, kind=kind)

    async def rename(title: str) -> None:
        await write(store, owner, lambda unit: unit.of(kind).update(renamed(kind, read, title)))

    assert await together(*(rename(f"title {i}") for i in range(6))) == {"done": 1, "MovedOn": 5}


async def test_what_is_removed_is_gone(store: Store, kind: Kind[Any]) -> None:
    owner = await new_owner(store)
    task, other = await add(store, owner, kind=kind), await add(store, owner, kind=kind)
    await write(store, owner, lambda unit: unit.of(kind).remove(task))
    assert await all_things(store, owner, kind) == [other]
    with pytest.raises(MovedOn):
        await write(store, owner, lambda unit: unit.of(kind).remove(task))


@pytest.mark.check("F6")
async def test_only_what_was_read_is_removed(store: Store, kind: Kind[Any]) -> None:
    owner = await new_owner(store)
    seen = await add(store, owner, kind=kind)
    [change] = await write(store, owner, lambda unit: unit.of(kind).update(renamed(kind, seen, "theirs")))
    with pytest.raises(MovedOn):
        await write(store, owner, lambda unit: unit.of(kind).remove(seen))
    assert await all_things(store, owner, kind) == [change.value]
    await write(store, owner, lambda unit: unit.of(kind).remove(change.value))
    assert await all_things(store, owner, kind) == []
    with pytest.raises(MovedOn):
        await write(store, owner, lambda unit: unit.of(kind).remove(change.value))
    assert [entry.seq for entry in await feed(store, owner)] == [1, 2, 3]


async def test_of_a_removal_and_an_update_of_one_reading_one_is_refused(store: Store, kind: Kind[Any]) -> None:
    owner = await new_owner(store)
    for _ in range(5):
        seen = await add(store, owner, kind=kind)
        outcomes = await together(
            write(store, owner, lambda unit, seen=seen: unit.of(kind).update(renamed(kind, seen, "renamed"))),  # type: ignore[misc]
            write(store, owner, lambda unit, seen=seen: unit.of(kind).remove(seen)),  # type: ignore[misc]
        )
        assert outcomes == {"done": 1, "MovedOn": 1}


async def test_what_a_unit_of_work_has_changed_it_removes_as_it_was_read(store: Store, kind: Kind[Any]) -> None:
    owner = await new_owner(store)
    seen = await add(store, owner, kind=kind)
    async with store.begin(owner, NOW, IDS) as unit:
        unit.of(kind).update(renamed(kind, seen, "renamed"))
        unit.of(kind).remove(seen)
        changes = await unit.commit()
    assert [change.action for change in changes] == [Action.UPDATED, Action.DELETED]
    assert await missing(store, owner, seen.id, kind)


async def test_of_four_parallel_removals_one_succeeds(store: Store, kind: Kind[Any]) -> None:
    owner = await new_owner(store)
    task = await add(store, owner, kind=kind)
    run = Runner(store, FixedClock(), IDS, ListEventLog())
    outcomes = await together(*(run.write(owner, remove_thing, task.id, kind) for _ in range(4)))
    assert outcomes == {"done": 1, "NotFound": 3}
    assert [change.action for change in await feed(store, owner)] == [Action.CREATED, Action.DELETED]


async def test_parallel_updates_through_the_runner_all_succeed(store: Store, kind: Kind[Any]) -> None:
    """Each appends its letter to what it read: one that is lost would be missing in the end."""
    owner = await new_owner(store)
    task = await add(store, owner, "-", kind=kind)
    run = Runner(store, FixedClock(), IDS, ListEventLog())

    async def append(tx: UnitOfWork, letter: str) -> None:
        read = await tx.of(kind).get(task.id)
        await think()
        tx.of(kind).update(renamed(kind, read, name_of(kind, read) + letter))

    letters = "abcdefghijklmnop"
    assert await together(*(run.write(owner, append, letter) for letter in letters)) == {"done": len(letters)}
    stored = await store.view(owner).of(kind).get(task.id)
    assert sorted(name_of(kind, stored)) == sorted("-" + letters)
    assert stored.revision == 1 + len(letters)


async def test_updates_and_removals_at_once_end_in_nothing_and_in_no_failure(store: Store, kind: Kind[Any]) -> None:
    owner = await new_owner(store)
    task = await add(store, owner, kind=kind)
    run = Runner(store, FixedClock(), IDS, ListEventLog())
    renames = [run.write(owner, rename, task.id, kind, f"title {i}") for i in range(8)]
    outcomes = await together(*renames[:4], run.write(owner, remove_thing, task.id, kind), *renames[4:])
    assert set(outcomes) <= {"done", "NotFound"}
    assert await missing(store, owner, task.id, kind)
    entries = await feed(store, owner)
    assert [change.seq for change in entries] == list(range(1, len(entries) + 1))
    assert outcomes["done"] == len(entries) - 1


async def test_a_unit_of_work_sees_what_it_has_written(store: Store, kind: Kind[Any]) -> None:
    owner = await new_owner(store)
    old, doomed = await add(store, owner, "old", kind=kind), await add(store, owner, "doomed", kind=kind)
    fresh = a_thing(kind, owner, "fresh")
    async with store.begin(owner, NOW, IDS) as unit:
        unit.of(kind).add(fresh)
        unit.of(kind).update(renamed(kind, old, "renamed"))
        unit.of(kind).remove(doomed)
        assert name_of(kind, await unit.of(kind).get(fresh.id)) == "fresh"
        assert name_of(kind, await unit.of(kind).get(old.id)) == "renamed"
        with pytest.raises(NotFound):
            await unit.of(kind).get(doomed.id)
        page = await unit.of(kind).page(None, 10)
        assert [name_of(kind, task) for task in page.items] == ["renamed", "fresh"]
        assert await all_things(store, owner, kind) == [old, doomed]
        await unit.commit()
    assert [name_of(kind, task) for task in await all_things(store, owner, kind)] == ["renamed", "fresh"]


async def test_one_unit_of_work_can_write_a_task_again_and_again(store: Store, kind: Kind[Any]) -> None:
    owner = await new_owner(store)
    task = a_thing(kind, owner, "first")
    async with store.begin(owner, NOW, IDS) as unit:
        unit.of(kind).add(task)
        unit.of(kind).update(renamed(kind, await unit.of(kind).get(task.id), "second"))
        unit.of(kind).update(renamed(kind, await unit.of(kind).get(task.id), "third"))
        unit.of(kind).remove(task)
        changes = await unit.commit()
    assert [(change.seq, change.action) for change in changes] == [
        (1, Action.CREATED),
        (2, Action.UPDATED),
        (3, Action.UPDATED),
        (4, Action.DELETED),
    ]
    assert [change.value and (name_of(kind, change.value), change.value.revision) for change in changes] == [
        ("first", 1),
        ("second", 2),
        ("third", 3),
        None,
    ]
    assert await missing(store, owner, task.id, kind)
    assert await feed(store, owner) == list(changes)


async def test_a_look_between_two_writes_of_a_task_does_not_come_between_them(store: Store, kind: Kind[Any]) -> None:
    owner = await new_owner(store)
    read = await add(store, owner, "first", kind=kind)
    async with store.begin(owner, NOW, IDS) as unit:
        unit.of(kind).update(renamed(kind, read, "second"))
        [seen] = (await unit.of(kind).page(None, 10)).items
        assert name_of(kind, seen) == "second"
        unit.of(kind).update(renamed(kind, read, "third"))
        [seen] = (await unit.of(kind).page(None, 10)).items
        unit.of(kind).update(renamed(kind, seen, name_of(kind, seen) + " and last"))
        await unit.commit()
    assert [name_of(kind, task) for task in await all_things(store, owner, kind)] == ["third and last"]
    assert [change.seq for change in await feed(store, owner)] == [1, 2, 3, 4]


async def test_pages_lead_through_everything_in_the_order_of_creation(store: Store, kind: Kind[Any]) -> None:
    owner, stranger = await new_owner(store), await new_owner(store)
    await add(store, stranger, kind=kind)
    things = store.view(owner).of(kind)
    assert await things.page(None, 2) == Page((), None)
    added = [await add(store, owner, f"{number}", kind=kind) for number in range(5)]
    found: list[Any] = []
    after = None
    for size in (2, 2, 1):
        page = await things.page(after, 2)
        assert (len(page.items), page.as_of) == (size, 5)
        found, after = [*found, *page.items], page.next
    assert (found, after) == (added, None)
    assert (await things.page(added[1].id, 100)).items == tuple(added[2:])


async def test_a_page_ends_where_its_texts_reach_the_limit(store: Store, kind: Kind[Any]) -> None:
    owner = await new_owner(store)
    longest = heavy_fields(kind)
    each = sum(len(text.encode()) for text in longest.values())
    things = [a_thing(kind, owner, **longest) for _ in range(PAGE_BYTES // each + 3)]
    async with store.begin(owner, NOW, IDS) as unit:
        for thing in things:
            unit.of(kind).add(thing)
        await unit.commit()
    first = await store.view(owner).of(kind).page(None, 1000)
    assert PAGE_BYTES <= sum(map(kind.text_bytes, first.items)) < PAGE_BYTES + 2 * each
    rest = await store.view(owner).of(kind).page(first.next, 1000)
    assert [thing.id for thing in (*first.items, *rest.items)] == [thing.id for thing in things]
    assert rest.next is None
