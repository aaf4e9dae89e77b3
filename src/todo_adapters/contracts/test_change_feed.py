"""What every ChangeReads promises: each write once, numbered 1, 2, 3 ... in the order in which they became visible."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from todo_adapters.contracts.fakes import FixedClock
from todo_adapters.contracts.kit import IDS, NOW, Undo, a_thing, add, feed, new_owner, together, write
from todo_adapters.contracts.samples import name_field, name_of, renamed
from todo_adapters.memory.security import ListEventLog
from todo_core.errors import MovedOn
from todo_core.ids import UserId
from todo_core.model.change import Action, Change
from todo_core.model.kinds import Kind
from todo_core.ports.storage import Store
from todo_core.runner import Runner
from todo_core.usecases.things import add_thing, change_thing

WRITERS = 16
EVERY_ACTION = [Action.CREATED, Action.UPDATED, Action.DELETED, Action.RESTORED, Action.DELETED, Action.PURGED]


async def test_every_write_leaves_an_entry(store: Store, kind: Kind[Any]) -> None:
    owner = await new_owner(store)
    task = a_thing(kind, owner)
    times = [NOW + timedelta(minutes=i) for i in range(6)]
    bread = renamed(kind, task, "Buy bread")
    values = [task, bread, None, bread, None, None]
    for seq, action in enumerate(EVERY_ACTION, 1):
        do = {"created": "add", "deleted": "remove", "restored": "restore", "purged": "purge"}.get(action, "update")
        given = replace(values[seq - 1] or bread, revision=seq - 1)
        await write(store, owner, lambda unit, do=do, given=given: getattr(unit.of(kind), do)(given), times[seq - 1])  # type: ignore[misc]

    def entry(seq: int, action: Action) -> Change:
        return Change(
            seq=seq,
            set=seq,
            at=times[seq - 1],
            entity=kind.name,
            id=task.id,
            action=action,
            value=values[seq - 1] and replace(values[seq - 1], revision=seq),
            previous=seq - 1 or None,
            root=task.id if action is Action.DELETED else None,
        )

    assert await feed(store, owner) == [entry(seq, action) for seq, action in enumerate(EVERY_ACTION, 1)]


async def test_commit_returns_what_the_feed_says(store: Store, kind: Kind[Any]) -> None:
    owner = await new_owner(store)
    single = await write(store, owner, lambda unit: unit.of(kind).add(a_thing(kind, owner)))
    async with store.begin(owner, NOW, IDS) as unit:
        for i in range(3):
            unit.of(kind).add(a_thing(kind, owner, f"task {i}"))
        several = await unit.commit()
    assert await feed(store, owner) == [*single, *several]


async def test_the_number_of_an_entry_is_the_revision_of_what_it_is_about(store: Store, kind: Kind[Any]) -> None:
    owner = await new_owner(store)
    first, second = await add(store, owner, kind=kind), await add(store, owner, kind=kind)
    [change] = await write(store, owner, lambda unit: unit.of(kind).update(renamed(kind, first, "Buy bread")))
    assert (first.revision, second.revision, change.seq) == (1, 2, 3)
    assert (await store.view(owner).of(kind).get(first.id)).revision == 3
    assert (await store.view(owner).of(kind).get(second.id)).revision == 2


async def test_each_owner_counts_alone(store: Store, kind: Kind[Any]) -> None:
    ada, bob = await new_owner(store), await new_owner(store)
    for owner in (ada, bob, ada, bob, bob):
        await add(store, owner, kind=kind)
    assert [change.seq for change in await feed(store, ada)] == [1, 2]
    assert [change.seq for change in await feed(store, bob)] == [1, 2, 3]


async def test_a_reader_gets_what_comes_after_a_number_and_not_more_than_asked(store: Store, kind: Kind[Any]) -> None:
    owner = await new_owner(store)
    for _ in range(5):
        await add(store, owner, kind=kind)
    changes = store.view(owner).changes
    assert [change.seq for change in (await changes.page(2, 100)).items] == [3, 4, 5]
    assert [change.seq for change in (await changes.page(2, 2)).items] == [3, 4]
    assert [change.seq for change in (await changes.page(4, 1)).items] == [5]
    assert list((await changes.page(5, 100)).items) == []
    assert list((await changes.page(99, 100)).items) == []


async def test_entries_are_found_by_their_numbers_as_far_as_there_are_any(store: Store, kind: Kind[Any]) -> None:
    owner, neighbour = await new_owner(store), await new_owner(store)
    for _ in range(4):
        await add(store, owner, kind=kind)
    await add(store, neighbour, kind=kind)
    entries, changes = await feed(store, owner), store.view(owner).changes
    assert await changes.at({2, 4}) == {2: entries[1], 4: entries[3]}
    assert await changes.at([1, 1, 99]) == {1: entries[0]}
    assert await changes.at([]) == {}
    assert await store.view(neighbour).changes.at([2]) == {}


async def test_an_entry_keeps_what_was_true_at_its_time(store: Store, kind: Kind[Any]) -> None:
    owner = await new_owner(store)
    task = await add(store, owner, "first", kind=kind)
    [change] = await write(store, owner, lambda unit: unit.of(kind).update(renamed(kind, task, "second")))
    await write(store, owner, lambda unit: unit.of(kind).remove(change.value))
    values = [change.value and name_of(kind, change.value) for change in await feed(store, owner)]
    assert values == ["first", "second", None]


async def test_parallel_writers_get_consecutive_numbers(store: Store, kind: Kind[Any]) -> None:
    owner = await new_owner(store)
    tasks = await asyncio.gather(*(add(store, owner, f"task {i}", kind=kind) for i in range(WRITERS)))
    assert sorted(task.revision for task in tasks) == list(range(1, WRITERS + 1))
    assert [change.seq for change in await feed(store, owner)] == list(range(1, WRITERS + 1))


async def test_parallel_writers_of_one_and_of_many_writes_get_consecutive_numbers(
    store: Store, kind: Kind[Any]
) -> None:
    """One write and several take different paths in a database; they still share one counter."""
    owner = await new_owner(store)

    async def add_several(size: int) -> None:
        async with store.begin(owner, NOW, IDS) as unit:
            for i in range(size):
                unit.of(kind).add(a_thing(kind, owner, f"{i + 1} of {size}"))
            await unit.commit()

    sizes = [1, 3, 1, 2, 1, 4, 1, 2]
    assert await together(*(add_several(size) for size in sizes)) == {"done": len(sizes)}
    entries = await feed(store, owner)
    assert [change.seq for change in entries] == list(range(1, sum(sizes) + 1))
    titles = [str(change.value and name_of(kind, change.value)) for change in entries]
    for size in (3, 4):
        first = titles.index(f"1 of {size}")
        assert titles[first : first + size] == [f"{i + 1} of {size}" for i in range(size)]


async def test_a_reader_behind_parallel_writers_misses_nothing(store: Store, kind: Kind[Any]) -> None:
    """A number that became visible late, behind a greater one, would never be seen by this reader."""
    owner = await new_owner(store)
    run = Runner(store, FixedClock(), IDS, ListEventLog())
    each = 4

    async def work(i: int) -> None:
        task = await run.write(owner, add_thing, kind.draft(**{name_field(kind): f"task {i}"}))
        for j in range(each - 1):
            await run.write(owner, change_thing, task.id, kind.patch(**{name_field(kind): f"task {i}.{j}"}))

    reader = asyncio.create_task(follow(store, owner, WRITERS * each))
    outcomes = await together(*(work(i) for i in range(WRITERS)))
    assert outcomes == {"done": WRITERS}
    seen = await asyncio.wait_for(reader, 20)
    assert [change.seq for change in seen] == list(range(1, WRITERS * each + 1))
    assert seen == await feed(store, owner)


async def follow(store: Store, owner: UserId, until: int) -> list[Change]:
    """What somebody collects who always asks for what comes after the last number they have seen."""
    seen: list[Change] = []
    while not seen or seen[-1].seq < until:
        seen += (await store.view(owner).changes.page(seen[-1].seq if seen else 0, 5)).items
        await asyncio.sleep(0)
    return seen


async def test_refused_writes_leave_no_gap(store: Store, kind: Kind[Any]) -> None:
    owner = await new_owner(store)
    task = await add(store, owner, kind=kind)
    stale = renamed(kind, task, "stale", revision=99)
    with pytest.raises(MovedOn):
        await write(store, owner, lambda unit: unit.of(kind).update(stale))
    with pytest.raises(MovedOn):
        await write(store, owner, lambda unit: unit.of(kind).remove(a_thing(kind, owner)))
    async with store.begin(owner, NOW, IDS) as unit:
        unit.of(kind).add(a_thing(kind, owner))
        unit.of(kind).update(stale)
        with pytest.raises(MovedOn):
            await unit.commit()
    with suppress(Undo):
        async with store.begin(owner, NOW, IDS, exclusive=True) as unit:
            unit.of(kind).add(a_thing(kind, owner))
            raise Undo
    last = await add(store, owner, "last", kind=kind)
    assert last.revision == 2
    assert [change.id for change in await feed(store, owner)] == [task.id, last.id]


async def test_parallel_refusals_leave_no_gap(store: Store, kind: Kind[Any]) -> None:
    owner = await new_owner(store)
    task = await add(store, owner, kind=kind)

    async def rename(i: int) -> None:
        await write(store, owner, lambda unit: unit.of(kind).update(renamed(kind, task, f"title {i}")))

    async def remove_nothing() -> None:
        await write(store, owner, lambda unit: unit.of(kind).remove(a_thing(kind, owner)))

    outcomes = await together(
        *(run for i in range(6) for run in (rename(i), remove_nothing(), add(store, owner, kind=kind)))
    )
    assert outcomes == {"done": 7, "MovedOn": 11}
    assert [change.seq for change in await feed(store, owner)] == list(range(1, 9))
