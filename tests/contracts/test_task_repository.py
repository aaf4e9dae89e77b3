"""What every TaskRepository promises: owners see their own tasks alone, and nobody writes over anybody."""

from dataclasses import replace

import pytest

from tests.contracts.kit import IDS, NOW, a_task, add, all_tasks, feed, missing, new_owner, think, together, write
from tests.support.fakes import FixedClock
from todo_adapters.memory.security import ListEventLog
from todo_core.errors import MovedOn, NotFound
from todo_core.ids import TaskId
from todo_core.model.change import Action
from todo_core.model.task import TASKS
from todo_core.model.task_filter import TaskFilter, TaskSort
from todo_core.ports.storage import Store, UnitOfWork
from todo_core.runner import Runner
from todo_core.usecases.things import change_thing, remove_thing


async def test_an_added_task_is_there(store: Store) -> None:
    owner = await new_owner(store)
    task = a_task(owner)
    [change] = await write(store, owner, lambda unit: unit.of(TASKS).add(task))
    assert change.value == replace(task, revision=1)
    assert await store.view(owner).of(TASKS).get(task.id) == change.value


async def test_what_nobody_has_is_not_found(store: Store) -> None:
    owner = await new_owner(store)
    nowhere = TaskId(IDS.new())
    with pytest.raises(NotFound):
        await store.view(owner).of(TASKS).get(nowhere)
    async with store.begin(owner, NOW, IDS) as unit:
        with pytest.raises(NotFound):
            await unit.of(TASKS).get(nowhere)


async def test_nobody_else_sees_a_task(store: Store) -> None:
    owner, stranger = await new_owner(store), await new_owner(store)
    task = await add(store, owner)
    assert await missing(store, stranger, task.id)
    assert await all_tasks(store, stranger) == []
    assert await feed(store, stranger) == []
    async with store.begin(stranger, NOW, IDS) as unit:
        with pytest.raises(NotFound):
            await unit.of(TASKS).get(task.id)
        assert (await unit.tasks.page(TaskFilter(), TaskSort(), None, 10, TASKS.of_plain)).items == ()


async def test_nobody_else_can_change_a_task(store: Store) -> None:
    owner, stranger = await new_owner(store), await new_owner(store)
    task = await add(store, owner)
    with pytest.raises(MovedOn):
        await write(store, stranger, lambda unit: unit.of(TASKS).update(replace(task, user_id=stranger, title="Mine")))
    assert await all_tasks(store, owner) == [task]
    assert await all_tasks(store, stranger) == []


async def test_nobody_else_can_remove_a_task(store: Store) -> None:
    owner, stranger = await new_owner(store), await new_owner(store)
    task = await add(store, owner)
    with pytest.raises(NotFound):
        await write(store, stranger, lambda unit: unit.of(TASKS).remove(task.id))
    assert await all_tasks(store, owner) == [task]


async def test_an_update_changes_the_task_that_was_read_and_no_other(store: Store) -> None:
    owner = await new_owner(store)
    task, other = await add(store, owner, "one"), await add(store, owner, "other")
    [change] = await write(store, owner, lambda unit: unit.of(TASKS).update(replace(task, title="two")))
    assert change.value == replace(task, title="two", revision=3)
    assert await all_tasks(store, owner) == [change.value, other]


async def test_an_update_of_what_has_moved_on_is_refused(store: Store) -> None:
    owner = await new_owner(store)
    read = await add(store, owner)
    [change] = await write(store, owner, lambda unit: unit.of(TASKS).update(replace(read, title="theirs")))
    with pytest.raises(MovedOn):
        await write(store, owner, lambda unit: unit.of(TASKS).update(replace(read, title="ours")))
    assert await all_tasks(store, owner) == [change.value]


async def test_an_update_of_what_is_gone_is_refused(store: Store) -> None:
    owner = await new_owner(store)
    task = await add(store, owner)
    await write(store, owner, lambda unit: unit.of(TASKS).remove(task.id))
    with pytest.raises(MovedOn):
        await write(store, owner, lambda unit: unit.of(TASKS).update(replace(task, title="again")))
    assert await missing(store, owner, task.id)


async def test_of_two_updates_of_one_reading_one_is_refused(store: Store) -> None:
    owner = await new_owner(store)
    read = await add(store, owner)

    async def rename(title: str) -> None:
        await write(store, owner, lambda unit: unit.of(TASKS).update(replace(read, title=title)))

    assert await together(*(rename(f"title {i}") for i in range(6))) == {"done": 1, "MovedOn": 5}


async def test_what_is_removed_is_gone(store: Store) -> None:
    owner = await new_owner(store)
    task, other = await add(store, owner), await add(store, owner)
    await write(store, owner, lambda unit: unit.of(TASKS).remove(task.id))
    assert await all_tasks(store, owner) == [other]
    with pytest.raises(NotFound):
        await write(store, owner, lambda unit: unit.of(TASKS).remove(task.id))


@pytest.mark.check("F6")
async def test_with_a_revision_only_what_was_seen_is_removed(store: Store) -> None:
    owner = await new_owner(store)
    seen = await add(store, owner)
    [change] = await write(store, owner, lambda unit: unit.of(TASKS).update(replace(seen, title="theirs")))
    with pytest.raises(MovedOn):
        await write(store, owner, lambda unit: unit.of(TASKS).remove(seen.id, seen.revision))
    assert await all_tasks(store, owner) == [change.value]
    await write(store, owner, lambda unit: unit.of(TASKS).remove(seen.id, change.seq))
    assert await all_tasks(store, owner) == []
    with pytest.raises(MovedOn):
        await write(store, owner, lambda unit: unit.of(TASKS).remove(seen.id, change.seq))
    assert [entry.seq for entry in await feed(store, owner)] == [1, 2, 3]


async def test_of_a_removal_and_an_update_of_one_reading_one_is_refused(store: Store) -> None:
    owner = await new_owner(store)
    for _ in range(5):
        seen = await add(store, owner)
        outcomes = await together(
            write(store, owner, lambda unit, seen=seen: unit.of(TASKS).update(replace(seen, title="renamed"))),  # type: ignore[misc]
            write(store, owner, lambda unit, seen=seen: unit.of(TASKS).remove(seen.id, seen.revision)),  # type: ignore[misc]
        )
        assert outcomes == {"done": 1, "MovedOn": 1}


async def test_what_a_unit_of_work_has_changed_it_removes_as_it_was_read(store: Store) -> None:
    owner = await new_owner(store)
    seen = await add(store, owner)
    async with store.begin(owner, NOW, IDS) as unit:
        unit.of(TASKS).update(replace(seen, title="renamed"))
        await unit.of(TASKS).remove(seen.id, seen.revision)
        changes = await unit.commit()
    assert [change.action for change in changes] == [Action.UPDATED, Action.DELETED]
    assert await missing(store, owner, seen.id)


async def test_of_four_parallel_removals_one_succeeds(store: Store) -> None:
    owner = await new_owner(store)
    task = await add(store, owner)
    run = Runner(store, FixedClock(), IDS, ListEventLog())
    outcomes = await together(*(run.write(owner, remove_thing, task.id, TASKS) for _ in range(4)))
    assert outcomes == {"done": 1, "NotFound": 3}
    assert [change.action for change in await feed(store, owner)] == [Action.CREATED, Action.DELETED]


async def test_parallel_updates_through_the_runner_all_succeed(store: Store) -> None:
    """Each appends its letter to what it read: one that is lost would be missing in the end."""
    owner = await new_owner(store)
    task = await add(store, owner, "-")
    run = Runner(store, FixedClock(), IDS, ListEventLog())

    async def append(tx: UnitOfWork, letter: str) -> None:
        read = await tx.of(TASKS).get(task.id)
        await think()
        tx.of(TASKS).update(replace(read, title=read.title + letter))

    letters = "abcdefghijklmnop"
    assert await together(*(run.write(owner, append, letter) for letter in letters)) == {"done": len(letters)}
    stored = await store.view(owner).of(TASKS).get(task.id)
    assert sorted(stored.title) == sorted("-" + letters)
    assert stored.revision == 1 + len(letters)


async def test_updates_and_removals_at_once_end_in_nothing_and_in_no_failure(store: Store) -> None:
    owner = await new_owner(store)
    task = await add(store, owner)
    run = Runner(store, FixedClock(), IDS, ListEventLog())
    renames = [run.write(owner, change_thing, task.id, TASKS.patch(title=f"title {i}")) for i in range(8)]
    outcomes = await together(*renames[:4], run.write(owner, remove_thing, task.id, TASKS), *renames[4:])
    assert set(outcomes) <= {"done", "NotFound"}
    assert await missing(store, owner, task.id)
    entries = await feed(store, owner)
    assert [change.seq for change in entries] == list(range(1, len(entries) + 1))
    assert outcomes["done"] == len(entries) - 1


async def test_a_unit_of_work_sees_what_it_has_written(store: Store) -> None:
    owner = await new_owner(store)
    old, doomed = await add(store, owner, "old"), await add(store, owner, "doomed")
    fresh = a_task(owner, "fresh")
    async with store.begin(owner, NOW, IDS) as unit:
        unit.of(TASKS).add(fresh)
        unit.of(TASKS).update(replace(old, title="renamed"))
        await unit.of(TASKS).remove(doomed.id)
        assert (await unit.of(TASKS).get(fresh.id)).title == "fresh"
        assert (await unit.of(TASKS).get(old.id)).title == "renamed"
        with pytest.raises(NotFound):
            await unit.of(TASKS).get(doomed.id)
        page = await unit.tasks.page(TaskFilter(), TaskSort(), None, 10, TASKS.of_plain)
        assert [task.title for task in page.items] == ["renamed", "fresh"]
        assert await all_tasks(store, owner) == [old, doomed]
        await unit.commit()
    assert [task.title for task in await all_tasks(store, owner)] == ["renamed", "fresh"]


async def test_one_unit_of_work_can_write_a_task_again_and_again(store: Store) -> None:
    owner = await new_owner(store)
    task = a_task(owner, "first")
    async with store.begin(owner, NOW, IDS) as unit:
        unit.of(TASKS).add(task)
        unit.of(TASKS).update(replace(await unit.of(TASKS).get(task.id), title="second"))
        unit.of(TASKS).update(replace(await unit.of(TASKS).get(task.id), title="third"))
        await unit.of(TASKS).remove(task.id)
        changes = await unit.commit()
    assert [(change.seq, change.action) for change in changes] == [
        (1, Action.CREATED),
        (2, Action.UPDATED),
        (3, Action.UPDATED),
        (4, Action.DELETED),
    ]
    assert [change.value and (change.value.title, change.value.revision) for change in changes] == [
        ("first", 1),
        ("second", 2),
        ("third", 3),
        None,
    ]
    assert await missing(store, owner, task.id)
    assert await feed(store, owner) == list(changes)


async def test_a_look_between_two_writes_of_a_task_does_not_come_between_them(store: Store) -> None:
    owner = await new_owner(store)
    read = await add(store, owner, "first")
    async with store.begin(owner, NOW, IDS) as unit:
        unit.of(TASKS).update(replace(read, title="second"))
        [seen] = (await unit.tasks.page(TaskFilter(), TaskSort(), None, 10, TASKS.of_plain)).items
        assert seen.title == "second"
        unit.of(TASKS).update(replace(read, title="third"))
        [seen] = (await unit.tasks.page(TaskFilter(), TaskSort(), None, 10, TASKS.of_plain)).items
        unit.of(TASKS).update(replace(seen, title=seen.title + " and last"))
        await unit.commit()
    assert [task.title for task in await all_tasks(store, owner)] == ["third and last"]
    assert [change.seq for change in await feed(store, owner)] == [1, 2, 3, 4]
