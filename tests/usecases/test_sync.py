"""Snapshots, changes since then, and histories, on every store."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.support.copies import Copy, everything, snapshot
from todo_adapters.contracts.kit import IDS, NOW, add, new_owner, on_accounts, prune, someone, trashed, write
from todo_adapters.contracts.samples import renamed
from todo_core.errors import CursorExpired, NotFound
from todo_core.ids import UserId
from todo_core.model.change import FeedPosition
from todo_core.model.registry import KINDS
from todo_core.model.task import TASKS
from todo_core.model.task_list import LISTS
from todo_core.ports.storage import Store
from todo_core.usecases import sync

LATER = NOW + timedelta(days=1)


async def with_changes(store: Store, number: int) -> UserId:
    """Somebody who has added a task and renamed it."""
    owner = await new_owner(store)
    task = await add(store, owner)
    for seq in range(1, number):
        await write(store, owner, lambda unit, seq=seq: unit.of(TASKS).update(renamed(TASKS, task, "-", revision=seq)))  # type: ignore[misc]
    return owner


async def expired(store: Store, owner: UserId, position: FeedPosition) -> bool:
    """Whether changes after this position can no longer be told. If they can, they are all there."""
    try:
        page = await sync.read_changes(store.view(owner), position, 100)
    except CursorExpired:
        return True
    assert [change.seq for change in page.items] == list(range(position.seq + 1, page.latest + 1))
    return False


async def remove(store: Store, owner: UserId, task: Any) -> None:
    await write(store, owner, lambda unit: unit.of(TASKS).remove(task))


async def restore(store: Store, owner: UserId, task: Any) -> None:
    [thing] = await trashed(store, owner, task.id)
    await write(store, owner, lambda unit: unit.of(TASKS).restore(thing))


async def test_the_snapshot_of_an_empty_account_is_a_page_without_things(store: Store) -> None:
    view = store.view(await new_owner(store))
    page = await sync.read_snapshot(view, None, 10)
    assert (page.items, page.next, page.position) == ((), None, await sync.end_of_feed(view))
    assert page.position.seq == 0


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
async def test_a_snapshot_has_everything_kind_by_kind(store: Store, limit: int) -> None:
    owner = await new_owner(store)
    things = [await add(store, owner, kind=kind) for kind in (TASKS, LISTS, LISTS, TASKS, TASKS)]
    view = store.view(owner)
    pages = [await sync.read_snapshot(view, None, limit)]
    while (after := pages[-1].next) is not None:
        pages.append(await sync.read_snapshot(view, after, limit))
    found = {kind: [thing for page in pages if page.kind is kind for thing in page.items] for kind in KINDS.values()}
    assert found[TASKS] == [things[0], things[3], things[4]]
    assert found[LISTS] == things[1:3]
    assert all(len(page.items) <= limit for page in pages)
    order = [kind.name for kind in KINDS.values()]
    assert [page.kind.name for page in pages] == sorted((page.kind.name for page in pages), key=order.index)
    assert {page.position for page in pages} == {await sync.end_of_feed(view)}


async def test_what_lies_in_the_trash_is_not_in_a_snapshot(store: Store) -> None:
    owner = await new_owner(store)
    kept, gone = await add(store, owner), await add(store, owner)
    await remove(store, owner, gone)
    assert (await snapshot(store.view(owner), 10)).things == {("task", kept.id): kept}


async def test_changes_between_the_pages_of_a_snapshot_are_told_afterwards(store: Store) -> None:
    owner = await new_owner(store)
    first, second, third, fourth = [await add(store, owner, name) for name in "1234"]
    gone = await add(store, owner, "gone", kind=LISTS)
    view, copy = store.view(owner), Copy()
    page = await sync.read_snapshot(view, None, 1)
    copy.take(page)
    number = 0
    while page.next is not None:
        if number == 0:
            await write(store, owner, lambda unit: unit.of(TASKS).update(renamed(TASKS, first, "behind the page")))
            await write(store, owner, lambda unit: unit.of(TASKS).update(renamed(TASKS, fourth, "before the page")))
            await remove(store, owner, second)
            await write(store, owner, lambda unit: unit.of(LISTS).remove(gone))
        if number == 1:
            await remove(store, owner, third)
            await add(store, owner, "new")
            await restore(store, owner, second)
        page, number = await sync.read_snapshot(view, page.next, 1), number + 1
        copy.take(page)
    assert number >= 3
    assert copy.position is not None
    assert copy.position.seq == 5
    changes = (await sync.read_changes(view, copy.position, 100)).items
    copy.apply(changes)
    assert copy.things == await everything(store, owner)
    copy.apply(changes)
    assert copy.things == await everything(store, owner), "to apply them once more does no harm"


async def test_changes_are_told_from_a_position_on_or_from_the_oldest_one_kept(store: Store) -> None:
    owner = await with_changes(store, 5)
    view = store.view(owner)
    first = await sync.read_changes(view, None, 3)
    assert [change.seq for change in first.items] == [1, 2, 3]
    rest = await sync.read_changes(view, first.position, 3)
    assert ([change.seq for change in rest.items], rest.more) == ([4, 5], False)
    assert (await sync.read_changes(view, rest.position, 3)).items in ((), [])
    assert await prune(store, owner, LATER, 2) == 2
    assert [change.seq for change in (await sync.read_changes(view, None, 100)).items] == [3, 4, 5]


async def test_changes_of_one_kind_leave_the_reader_at_the_end_of_the_feed(store: Store) -> None:
    owner = await new_owner(store)
    for kind in (LISTS, TASKS, LISTS):
        await add(store, owner, kind=kind)
    view = store.view(owner)
    page = await sync.read_changes(view, None, 10, "task")
    assert ([change.seq for change in page.items], page.position.seq) == ([2], 3)


async def test_a_position_from_before_what_was_pruned_has_expired(store: Store) -> None:
    owner = await with_changes(store, 6)
    position = await sync.end_of_feed(store.view(owner))
    assert await prune(store, owner, LATER, 4) == 4
    assert [await expired(store, owner, replace(position, seq=seq)) for seq in range(7)] == [True] * 4 + [False] * 3


async def test_a_position_ahead_of_the_feed_has_expired(store: Store) -> None:
    owner = await with_changes(store, 2)
    position = await sync.end_of_feed(store.view(owner))
    assert not await expired(store, owner, position)
    assert await expired(store, owner, replace(position, seq=3))
    assert await expired(store, owner, replace(position, seq=-1))


async def test_a_position_of_another_epoch_has_expired(store: Store) -> None:
    owner = await with_changes(store, 2)
    position = await sync.end_of_feed(store.view(owner))
    await on_accounts(store, lambda unit: unit.renew_epoch(IDS.new()))
    for seq in range(3):
        assert await expired(store, owner, replace(position, seq=seq))
    assert not await expired(store, owner, await sync.end_of_feed(store.view(owner)))


async def test_without_an_account_there_is_nothing_to_copy(store: Store) -> None:
    view = store.view(someone().id)
    with pytest.raises(NotFound):
        await sync.read_snapshot(view, None, 10)
    with pytest.raises(NotFound):
        await sync.end_of_feed(view)
    with pytest.raises(NotFound):
        await sync.read_changes(view, None, 10)
    with pytest.raises(NotFound):
        await sync.read_history(view, IDS.new(), TASKS, None, 10)


async def test_a_history_is_read_page_by_page(store: Store) -> None:
    owner = await with_changes(store, 5)
    [task] = (await store.view(owner).of(TASKS).page(None, 2)).items
    page = await sync.read_history(store.view(owner), task.id, TASKS, None, 3)
    rest = await sync.read_history(store.view(owner), task.id, TASKS, page.next, 3)
    assert [change.seq for change in (*page.items, *rest.items)] == [5, 4, 3, 2, 1]
    assert rest.next is None
