"""Nobody writes over what they have not seen: preconditions, alone and in a crowd, on every store."""

import asyncio
from dataclasses import replace

import pytest

from todo_adapters.contracts.fakes import FixedClock
from todo_adapters.contracts.kit import IDS, add, all_tasks, feed, new_owner, think, together
from todo_adapters.memory.security import ListEventLog
from todo_core.errors import NotFound, Stale
from todo_core.ids import TaskId
from todo_core.model.task import TASKS, Task
from todo_core.model.task_filter import TaskFilter
from todo_core.model.task_sort import TaskSort
from todo_core.model.write_options import Expected, Revisions, WriteOptions
from todo_core.ports.storage import Store, UnitOfWork
from todo_core.runner import Runner
from todo_core.usecases.completing import complete_task
from todo_core.usecases.things import change_thing, remove_thing

BREAD = TASKS.patch(title="Buy bread")
SAME = TASKS.patch(title="Buy milk")


def runner(store: Store) -> Runner:
    return Runner(store, FixedClock(), IDS, ListEventLog())


def seeing(task_id: TaskId, *revisions: int) -> WriteOptions:
    """Somebody has seen the task as one of these; none given means as it may be, if it is there at all."""
    expected: Revisions = frozenset(revisions) or None
    return WriteOptions(expected=Expected(task_id, expected))


def seeing_nothing(task_id: TaskId) -> WriteOptions:
    """Whoever expects no revision at all, as with a weak tag, is always refused."""
    return WriteOptions(expected=Expected(task_id, frozenset()))


@pytest.mark.check("F3")
async def test_who_has_seen_the_task_as_it_is_may_write(store: Store) -> None:
    owner, run = await new_owner(store), runner(store)
    task = await add(store, owner)
    changed = await run.carry_out(owner, seeing(task.id, 1), change_thing, task.id, BREAD)
    assert changed.value.revision == 2
    done = await run.carry_out(owner, seeing(task.id, 7, 2, 1), complete_task, task.id)
    assert done.value.revision == 3
    await run.carry_out(owner, seeing(task.id, 3), remove_thing, task.id, TASKS)
    assert await all_tasks(store, owner) == []


@pytest.mark.check("F2", "F11")
async def test_who_has_not_is_told_the_current_revision_and_nothing_happens(store: Store) -> None:
    owner, run = await new_owner(store), runner(store)
    task = await add(store, owner)
    await run.write(owner, change_thing, task.id, BREAD)
    before = await all_tasks(store, owner), await feed(store, owner)
    for options in (seeing(task.id, 1), seeing(task.id, 1, 3), seeing_nothing(task.id)):
        with pytest.raises(Stale) as change:
            await run.carry_out(owner, options, change_thing, task.id, SAME)
        with pytest.raises(Stale) as nothing:
            await run.carry_out(owner, options, change_thing, task.id, BREAD)
        with pytest.raises(Stale) as removal:
            await run.carry_out(owner, options, remove_thing, task.id, TASKS)
        assert [found.value.revision for found in (change, nothing, removal)] == [2, 2, 2]
    assert (await all_tasks(store, owner), await feed(store, owner)) == before


@pytest.mark.check("F3")
async def test_a_star_means_that_the_task_is_there(store: Store) -> None:
    owner, stranger, run = await new_owner(store), await new_owner(store), runner(store)
    task = await add(store, owner)
    changed = await run.carry_out(owner, seeing(task.id), change_thing, task.id, BREAD)
    assert changed.value.revision == 2
    with pytest.raises(NotFound):
        await run.carry_out(stranger, seeing(task.id), change_thing, task.id, SAME)
    await run.carry_out(owner, seeing(task.id), remove_thing, task.id, TASKS)
    for use_case, arguments in ((change_thing, (task.id, SAME)), (remove_thing, (task.id, TASKS))):
        for options in (seeing(task.id), seeing(task.id, 2)):
            with pytest.raises(NotFound):
                await run.carry_out(owner, options, use_case, *arguments)
    assert [change.seq for change in await feed(store, owner)] == [1, 2, 3]


async def test_what_is_expected_of_one_task_says_nothing_of_others(store: Store) -> None:
    owner, run = await new_owner(store), runner(store)
    seen, other = await add(store, owner), await add(store, owner)

    async def change_both(tx: UnitOfWork) -> tuple[Task, Task]:
        return await change_thing(tx, other.id, BREAD), await change_thing(tx, seen.id, BREAD)

    assert [task.revision for task in (await run.carry_out(owner, seeing(seen.id, 1), change_both)).value] == [3, 4]
    with pytest.raises(Stale):
        await run.carry_out(owner, seeing(seen.id, 1), change_both)
    assert [task.revision for task in await all_tasks(store, owner)] == [4, 3]


@pytest.mark.check("F5")
async def test_of_fifty_writers_who_saw_the_same_one_wins(store: Store) -> None:
    owner, run = await new_owner(store), runner(store)
    task = await add(store, owner)
    options = seeing(task.id, 1)
    renames = [run.carry_out(owner, options, change_thing, task.id, TASKS.patch(title=f"title {i}")) for i in range(50)]
    assert await together(*renames) == {"done": 1, "Stale": 49}
    assert (await store.view(owner).of(TASKS).get(task.id)).revision == 2
    assert [change.seq for change in await feed(store, owner)] == [1, 2]


@pytest.mark.check("F5", "F11")
async def test_of_removals_and_changes_by_those_who_saw_the_same_one_wins(store: Store) -> None:
    owner, run = await new_owner(store), runner(store)
    task = await add(store, owner)
    options = seeing(task.id, 1)
    runs = [run.carry_out(owner, options, remove_thing, task.id, TASKS) for _ in range(10)]
    changes = [run.carry_out(owner, options, change_thing, task.id, BREAD) for _ in range(10)]
    outcomes = await together(*(one for pair in zip(runs, changes, strict=True) for one in pair))
    assert outcomes["done"] == 1
    assert outcomes["Stale"] + outcomes["NotFound"] == 19
    assert [change.seq for change in await feed(store, owner)] == [1, 2]


@pytest.mark.check("F6")
async def test_who_was_right_when_it_was_checked_and_is_late_is_refused_as_well(store: Store) -> None:
    owner, run = await new_owner(store), runner(store)
    task = await add(store, owner)
    checked, go_on = asyncio.Event(), asyncio.Event()

    async def hesitate(tx: UnitOfWork, *, removing: bool) -> None:
        read = await tx.of(TASKS).get(task.id)
        if removing:
            tx.of(TASKS).remove(read)
        else:
            tx.of(TASKS).update(replace(read, title="too late"))
        checked.set()
        await go_on.wait()

    for removing in (False, True):
        revision = (await store.view(owner).of(TASKS).get(task.id)).revision
        slow = asyncio.create_task(run.carry_out(owner, seeing(task.id, revision), hesitate, removing=removing))
        await checked.wait()
        await run.write(owner, change_thing, task.id, TASKS.patch(title=f"quicker than {removing}"))
        go_on.set()
        with pytest.raises(Stale) as refusal:
            await slow
        assert refusal.value.revision == revision + 1
        checked.clear()
        go_on.clear()
    assert (await store.view(owner).of(TASKS).get(task.id)).title == "quicker than True"


async def test_a_guarded_unit_of_work_is_as_good_as_any(store: Store) -> None:
    owner, run = await new_owner(store), runner(store)
    task = await add(store, owner)

    async def add_as_many_as_there_are(tx: UnitOfWork) -> int:
        await tx.lock()
        there = (await tx.tasks.page(TaskFilter(), TaskSort(), None, 100, TASKS.of_plain)).items
        await think()
        for found in there:
            tx.of(TASKS).add(
                Task(id=TaskId(tx.ids.new()), user_id=tx.owner, title="copy", created_at=tx.now, updated_at=tx.now)
            )
            assert await tx.of(TASKS).get(found.id) == found
        return len(there)

    found = await run.carry_out(owner, seeing(task.id, 1), add_as_many_as_there_are)
    assert (found.value, len(await all_tasks(store, owner))) == (1, 2)
