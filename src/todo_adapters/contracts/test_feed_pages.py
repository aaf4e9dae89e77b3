"""What ChangeReads promises of pages and of changes by their numbers: each is one consistent read of the feed."""

import asyncio
from typing import Any

import pytest

from todo_adapters.contracts.kit import (
    IDS,
    NOW,
    a_task,
    a_thing,
    add,
    feed,
    new_owner,
    someone,
    together,
    write,
)
from todo_adapters.contracts.samples import heavy_fields, renamed
from todo_core.errors import NotFound
from todo_core.ids import UserId
from todo_core.limits import PAGE_BYTES
from todo_core.model.change import Change, FeedPage, FeedPosition
from todo_core.model.kinds import Kind
from todo_core.model.task import TASKS
from todo_core.model.task_list import LISTS
from todo_core.ports.storage import Store


async def with_kinds(store: Store, names: str) -> UserId:
    """Somebody who has made tasks (t) and lists (l) in this order."""
    owner = await new_owner(store)
    for name in names:
        await add(store, owner, name, kind=TASKS if name == "t" else LISTS)
    return owner


def numbers(page: FeedPage) -> list[int]:
    return [change.seq for change in page.items]


async def test_a_page_tells_where_the_feed_is(store: Store, kind: Kind[Any]) -> None:
    owner = await new_owner(store)
    changes = store.view(owner).changes
    empty = await changes.page(None, 10)
    assert (numbers(empty), empty.more, empty.latest, empty.pruned) == ([], False, 0, 0)
    assert empty.position == FeedPosition(empty.epoch, 0)
    for _ in range(3):
        await add(store, owner, kind=kind)
    for after, limit, expected in [
        (None, 2, ([1, 2], True, 2)),
        (0, 2, ([1, 2], True, 2)),
        (None, 3, ([1, 2, 3], False, 3)),
        (1, 1, ([2], True, 2)),
        (1, 2, ([2, 3], False, 3)),
        (3, 2, ([], False, 3)),
    ]:
        page = await changes.page(after, limit)
        assert (numbers(page), page.more, page.position.seq) == expected
        assert (page.latest, page.pruned, page.epoch) == (3, 0, empty.epoch)


async def test_a_page_of_nothing_tells_the_end_of_the_feed(store: Store, kind: Kind[Any]) -> None:
    owner = await new_owner(store)
    changes = store.view(owner).changes
    assert (await changes.page(None, 0)).position.seq == 0
    for seq in (1, 2):
        await add(store, owner, kind=kind)
        page = await changes.page(None, 0)
        assert (numbers(page), page.latest, page.position.seq) == ([], seq, seq)


async def test_a_page_behind_the_end_of_the_feed_is_empty(store: Store, kind: Kind[Any]) -> None:
    owner = await new_owner(store)
    await add(store, owner, kind=kind)
    page = await store.view(owner).changes.page(99, 10)
    assert (numbers(page), page.more, page.latest) == ([], False, 1)


async def test_without_an_account_there_is_no_feed(store: Store, kind: Kind[Any]) -> None:
    nobody = someone().id
    changes = store.view(nobody).changes
    for after, limit, entity in ((None, 10, None), (0, 0, None), (5, 1, kind.name)):
        with pytest.raises(NotFound):
            await changes.page(after, limit, entity)
    async with store.begin(nobody, NOW, IDS) as unit:
        with pytest.raises(NotFound):
            await unit.changes.page(None, 10)
    assert await changes.at([1]) == {}


async def test_everybody_reads_the_same_epoch_and_only_their_own_changes(store: Store, kind: Kind[Any]) -> None:
    ada, bob = await new_owner(store), await new_owner(store)
    mine = await add(store, ada, kind=kind)
    [page, other] = [await store.view(owner).changes.page(None, 10) for owner in (ada, bob)]
    assert [change.id for change in page.items] == [mine.id]
    assert (other.items, other.latest) == ((), 0) or (list(other.items), other.latest) == ([], 0)
    assert page.epoch == other.epoch


async def test_changes_of_one_kind_come_without_the_others(store: Store) -> None:
    owner = await with_kinds(store, "tlltltt")
    changes = store.view(owner).changes
    for after, limit, entity, expected in [
        (None, 10, "task", ([1, 4, 6, 7], False, 7)),
        (None, 10, "list", ([2, 3, 5], False, 7)),
        (None, 3, "list", ([2, 3, 5], False, 7)),
        (None, 2, "list", ([2, 3], True, 3)),
        (3, 1, "task", ([4], True, 4)),
        (5, 10, "list", ([], False, 7)),
        (None, 10, "something else", ([], False, 7)),
        (None, 0, "task", ([], True, 7)),
    ]:
        page = await changes.page(after, limit, entity)
        assert (numbers(page), page.more or not limit, page.position.seq) == expected
        assert page.latest == 7


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
async def test_from_position_to_position_nothing_is_left_out_or_repeated(store: Store, limit: int) -> None:
    owner = await with_kinds(store, "tltttllt")
    entries = await feed(store, owner)
    for entity in (None, "task", "list"):
        found: list[Change] = []
        page = await store.view(owner).changes.page(None, limit, entity)
        while True:
            found += page.items
            if not page.more:
                break
            assert len(page.items) == limit
            page = await store.view(owner).changes.page(page.position.seq, limit, entity)
        assert found == [entry for entry in entries if entity in (None, entry.entity)]


async def test_a_page_of_changes_ends_where_its_values_reach_the_limit(store: Store, kind: Kind[Any]) -> None:
    owner = await new_owner(store)
    full = heavy_fields(kind)
    each = sum(len(text.encode()) for text in full.values())
    async with store.begin(owner, NOW, IDS) as unit:
        for _ in range(PAGE_BYTES // each + 3):
            unit.of(kind).add(a_thing(kind, owner, **full))
        written = await unit.commit()
    for entity in (None, kind.name):
        first = await store.view(owner).changes.page(None, 1_000, entity)
        assert first.more
        assert 0 < len(first.items) < len(written)
        rest = await store.view(owner).changes.page(first.position.seq, 1_000, entity)
        assert [*first.items, *rest.items] == list(written)
        assert rest.position.seq == rest.latest == len(written)


async def test_what_a_page_says_is_true_at_one_moment(store: Store) -> None:
    """A latest number from another moment than the changes would put a reader behind ones that it has not seen."""
    owner, written = await new_owner(store), 32

    async def work(size: int) -> None:
        async with store.begin(owner, NOW, IDS) as unit:
            for _ in range(size):
                unit.of(TASKS).add(a_task(owner))
            await unit.commit()

    async def read(entity: str | None) -> None:
        position, seen = 0, []
        while position < written:
            page = await store.view(owner).changes.page(position, 7, entity)
            if page.items and not page.more:
                assert page.items[-1].seq == page.latest
            assert page.latest >= position
            seen += numbers(page)
            position = page.position.seq
            await asyncio.sleep(0)
        assert seen == list(range(1, written + 1))

    runs = [work(size) for size in (1, 3, 1, 3, 1, 3, 1, 3) * 2]
    outcomes = await asyncio.wait_for(together(*runs, read(None), read("task")), 60)
    assert outcomes == {"done": len(runs) + 2}


async def test_a_unit_of_work_reads_the_feed_before_it_writes(store: Store, kind: Kind[Any]) -> None:
    owner = await new_owner(store)
    thing = await add(store, owner, kind=kind)
    before = await feed(store, owner)
    async with store.begin(owner, NOW, IDS, exclusive=True) as unit:
        assert list((await unit.changes.page(0, 10)).items) == before
        assert (await unit.changes.page(None, 0)).position == (await store.view(owner).changes.page(None, 0)).position
        assert await unit.changes.at([1, 2]) == {1: before[0]}
        assert list((await unit.changes.history(kind, thing.id, None, 10)).items) == before
        unit.of(kind).update(renamed(kind, thing, "renamed"))
        [change] = await unit.commit()
    assert (change.seq, change.previous) == (2, 1)


async def test_numbers_are_looked_up_by_the_thousand(store: Store, kind: Kind[Any]) -> None:
    owner = await new_owner(store)
    for _ in range(3):
        await write(store, owner, lambda unit: unit.of(kind).add(a_thing(kind, owner)))
    entries = {change.seq: change for change in await feed(store, owner)}
    assert await store.view(owner).changes.at(range(12_000, -5, -1)) == entries
