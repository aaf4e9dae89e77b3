"""What ChangeReads promises of the history of a thing: its changes and nothing else, the latest first."""

from dataclasses import replace
from typing import Any

import pytest

from todo_adapters.contracts.kit import (
    IDS,
    NOW,
    a_thing,
    add,
    feed,
    new_owner,
    someone,
    trashed,
    write,
)
from todo_adapters.contracts.samples import heavy_fields, renamed
from todo_core.errors import NotFound
from todo_core.ids import UserId
from todo_core.limits import PAGE_BYTES
from todo_core.model.change import Change
from todo_core.model.kinds import Kind
from todo_core.model.registry import KINDS
from todo_core.ports.storage import Store


async def history(store: Store, owner: UserId, kind: Kind[Any], thing: Any, limit: int = 100) -> list[Change]:
    """All of a thing's history, read so many changes at a time."""
    reads = store.view(owner).changes
    page = await reads.history(kind, thing.id, None, limit)
    found = [*page.items]
    while page.next is not None:
        assert len(page.items) == limit
        page = await reads.history(kind, thing.id, page.next, limit)
        found += page.items
    return found


async def with_a_past(store: Store, owner: UserId, kind: Kind[Any], other: Any) -> Any:
    """A thing that was changed, removed, restored and changed together with another one: numbers 2, 4, 5, 6 and 7."""
    thing = await add(store, owner, "first", kind=kind)
    await write(store, owner, lambda unit: unit.of(kind).update(renamed(kind, other, "other again")))
    [change] = await write(store, owner, lambda unit: unit.of(kind).update(renamed(kind, thing, "second")))
    await write(store, owner, lambda unit: unit.of(kind).remove(change.value))
    [gone] = await trashed(store, owner, thing.id)
    async with store.begin(owner, NOW, IDS) as unit:
        unit.of(kind).restore(gone)
        unit.of(kind).update(renamed(kind, gone, "third"))
        [*_, last] = await unit.commit()
    return last.value


@pytest.mark.parametrize("limit", [1, 2, 4, 5, 100])
async def test_the_history_of_a_thing_is_its_changes_the_latest_first(
    store: Store, kind: Kind[Any], limit: int
) -> None:
    owner = await new_owner(store)
    other = await add(store, owner, "other", kind=kind)
    thing = await with_a_past(store, owner, kind, other)
    entries = await feed(store, owner)
    assert len(entries) == 7
    for each, length in ((thing, 5), (other, 2)):
        expected = [entry for entry in reversed(entries) if entry.id == each.id]
        assert len(expected) == length
        assert await history(store, owner, kind, each, limit) == expected


async def test_a_page_of_history_tells_with_which_change_the_next_begins(store: Store, kind: Kind[Any]) -> None:
    owner = await new_owner(store)
    thing = await with_a_past(store, owner, kind, await add(store, owner, kind=kind))
    reads = store.view(owner).changes
    for first, limit, expected, following in [
        (None, 2, [7, 6], 5),
        (None, 5, [7, 6, 5, 4, 2], None),
        (5, 2, [5, 4], 2),
        (5, 3, [5, 4, 2], None),
        (2, 1, [2], None),
    ]:
        page = await reads.history(kind, thing.id, first, limit)
        assert ([change.seq for change in page.items], page.next) == (expected, following)


async def test_what_lies_in_the_trash_has_its_history(store: Store, kind: Kind[Any]) -> None:
    owner = await new_owner(store)
    thing, root = await add(store, owner, "below", kind=kind), await add(store, owner, "root", kind=kind)
    async with store.begin(owner, NOW, IDS) as unit:
        unit.of(kind).remove(thing, root.id)
        unit.of(kind).remove(root)
        await unit.commit()
    assert [change.seq for change in await history(store, owner, kind, thing)] == [3, 1]
    assert [change.seq for change in await history(store, owner, kind, root)] == [4, 2]


async def test_what_is_not_there_has_no_history(store: Store, kind: Kind[Any]) -> None:
    owner, stranger = await new_owner(store), await new_owner(store)
    thing, theirs = await add(store, owner, kind=kind), await add(store, stranger, kind=kind)
    await write(store, owner, lambda unit: unit.of(kind).remove(thing))
    [gone] = await trashed(store, owner, thing.id)
    await write(store, owner, lambda unit: unit.of(kind).purge(gone))
    for first in (None, 1, 3):
        for nothing in (thing.id, theirs.id, IDS.new()):
            with pytest.raises(NotFound):
                await store.view(owner).changes.history(kind, nothing, first, 10)
    with pytest.raises(NotFound):
        await store.view(someone().id).changes.history(kind, theirs.id, None, 10)


async def test_a_thing_of_another_kind_has_no_history(store: Store, kind: Kind[Any]) -> None:
    owner = await new_owner(store)
    there, gone = await add(store, owner, kind=kind), await add(store, owner, kind=kind)
    await write(store, owner, lambda unit: unit.of(kind).remove(gone))
    for other in (each for each in KINDS.values() if each is not kind):
        for thing_id in (there.id, gone.id):
            with pytest.raises(NotFound):
                await store.view(owner).changes.history(other, thing_id, None, 10)


async def test_whoever_names_a_change_of_something_else_sees_nothing_of_it(store: Store, kind: Kind[Any]) -> None:
    owner, stranger = await new_owner(store), await new_owner(store)
    mine, other = await add(store, owner, kind=kind), await add(store, owner, "other", kind=kind)
    await write(store, owner, lambda unit: unit.of(kind).update(renamed(kind, other, "other again")))
    for _ in range(5):
        await add(store, stranger, kind=kind)
    reads = store.view(owner).changes
    for forged in (2, 3, 4, 5, 99, 0, -1):
        page = await reads.history(kind, mine.id, forged, 10)
        assert (list(page.items), page.next) == ([], None)


async def test_a_page_of_history_ends_where_its_values_reach_the_limit(store: Store, kind: Kind[Any]) -> None:
    owner = await new_owner(store)
    full = heavy_fields(kind)
    each = sum(len(text.encode()) for text in full.values())
    thing = a_thing(kind, owner, **full)
    async with store.begin(owner, NOW, IDS) as unit:
        unit.of(kind).add(thing)
        for number in range(PAGE_BYTES // each + 3):
            unit.of(kind).update(replace(thing, position=str(number)))
        written = await unit.commit()
    reads = store.view(owner).changes
    first = await reads.history(kind, thing.id, None, 1_000)
    assert first.next is not None
    assert 0 < len(first.items) < len(written)
    rest = await reads.history(kind, thing.id, first.next, 1_000)
    assert [*first.items, *rest.items] == list(reversed(written))
    assert rest.next is None
