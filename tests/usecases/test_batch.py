"""Batches and dry runs: all or nothing, in order, and what a dry run tells is what will be, on every store."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from todo_adapters.contracts.fakes import FixedClock
from todo_adapters.contracts.kit import IDS, add, all_tasks, feed, new_owner, together
from todo_adapters.memory.security import ListEventLog
from todo_core.errors import NotFound, Stale, StepFailed
from todo_core.ids import TaskId, UserId
from todo_core.model.change import Action
from todo_core.model.rules import Reference
from todo_core.model.task import TASKS, Task
from todo_core.model.write_options import Expected, Key, WriteOptions
from todo_core.ports.storage import Store
from todo_core.runner import Runner
from todo_core.usecases.batch import AddStep, ChangeStep, RemoveStep, Step, apply_batch
from todo_core.usecases.completing import complete_task
from todo_core.usecases.things import add_thing, change_thing, remove_thing

MILK = TASKS.draft(title="Buy milk")
BREAD = TASKS.patch(title="Buy bread")
DONE = TASKS.patch(completed=True)
NOWHERE = TaskId(IDS.new())


def runner(store: Store) -> Runner:
    return Runner(store, FixedClock(), IDS, ListEventLog())


async def apply(store: Store, owner: UserId, *steps: Step) -> tuple[Task | None, ...]:
    return await runner(store).write(owner, apply_batch, steps)


async def refused(store: Store, owner: UserId, *steps: Step) -> StepFailed:
    """How the batch is refused, and that nothing of it remains."""
    before = await all_tasks(store, owner), await feed(store, owner)
    with pytest.raises(StepFailed) as refusal:
        await apply(store, owner, *steps)
    assert (await all_tasks(store, owner), await feed(store, owner)) == before
    return refusal.value


async def test_steps_are_taken_in_order_and_numbered_one_by_one(store: Store) -> None:
    owner = await new_owner(store)
    old, doomed = await add(store, owner, "old"), await add(store, owner, "doomed")
    results = await apply(
        store, owner, AddStep(MILK), ChangeStep(old.id, BREAD), RemoveStep(TASKS, doomed.id), AddStep(MILK)
    )
    assert [task and (task.title, task.revision) for task in results] == [
        ("Buy milk", 3),
        ("Buy bread", 4),
        None,
        ("Buy milk", 6),
    ]
    assert await all_tasks(store, owner) == [results[1], results[0], results[3]]
    kinds = [Action.CREATED, Action.UPDATED, Action.DELETED, Action.CREATED]
    assert [change.action for change in (await feed(store, owner))[2:]] == kinds


async def test_later_steps_may_speak_of_what_earlier_ones_made(store: Store) -> None:
    owner = await new_owner(store)
    added, changed, done, spare, gone = await apply(
        store,
        owner,
        AddStep(MILK, "milk"),
        ChangeStep(Reference("milk"), BREAD),
        ChangeStep(Reference("milk"), DONE),
        AddStep(MILK, "spare"),
        RemoveStep(TASKS, Reference("spare")),
    )
    assert added == changed == done  # each is given as it has become when all are done
    assert done is not None
    assert (done.title, done.completed, done.revision) == ("Buy bread", True, 3)
    assert (spare, gone) == (None, None)
    assert await all_tasks(store, owner) == [done]
    assert [change.seq for change in await feed(store, owner)] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("place", [0, 1, 3])
async def test_what_cannot_be_done_undoes_all_and_is_pointed_at(store: Store, place: int) -> None:
    owner, stranger = await new_owner(store), await new_owner(store)
    mine, theirs = await add(store, owner), await add(store, stranger)
    good: list[Step] = [AddStep(MILK), ChangeStep(mine.id, BREAD), RemoveStep(TASKS, mine.id)]
    bad: list[Step] = [
        ChangeStep(NOWHERE, BREAD),
        RemoveStep(TASKS, NOWHERE),
        ChangeStep(theirs.id, BREAD),
        RemoveStep(TASKS, theirs.id),
        ChangeStep(Reference("nobody made this"), BREAD),
        RemoveStep(TASKS, Reference("nobody made this")),
    ]
    for step in bad:
        failure = await refused(store, owner, *good[:place], step, *good[place:])
        assert (failure.index, failure.code) == (place, "not-found")
        assert isinstance(failure.error, NotFound)
    assert await all_tasks(store, stranger) == [theirs]


async def test_a_step_after_the_end_of_its_task_fails(store: Store) -> None:
    owner = await new_owner(store)
    task = await add(store, owner)
    for late in (ChangeStep(task.id, BREAD), RemoveStep(TASKS, task.id)):
        assert (await refused(store, owner, RemoveStep(TASKS, task.id), late)).index == 1
    assert (await refused(store, owner, ChangeStep(Reference("milk"), BREAD), AddStep(MILK, "milk"))).index == 0


async def test_a_step_may_say_what_it_expects(store: Store) -> None:
    owner = await new_owner(store)
    task, other = await add(store, owner), await add(store, owner)
    seen, unseen = frozenset({1, 9}), frozenset({9})
    for step in (
        ChangeStep(task.id, BREAD, unseen),
        ChangeStep(task.id, TASKS.patch(), unseen),
        RemoveStep(TASKS, task.id, unseen),
    ):
        failure = await refused(store, owner, ChangeStep(other.id, BREAD), step)
        assert (failure.index, failure.code) == (1, "stale")
        assert isinstance(failure.error, Stale)
        assert failure.error.revision == 1
    changed, _ = await apply(
        store, owner, ChangeStep(task.id, BREAD, seen), RemoveStep(TASKS, other.id, frozenset({2}))
    )
    assert changed is not None
    assert changed.revision == 3


async def test_steps_that_change_nothing_take_no_number(store: Store) -> None:
    owner = await new_owner(store)
    task = await add(store, owner)
    same, changed = await apply(store, owner, ChangeStep(task.id, TASKS.patch()), ChangeStep(task.id, BREAD))
    assert same == changed
    assert (await apply(store, owner, ChangeStep(task.id, BREAD))) == (changed,)
    assert await apply(store, owner) == ()
    assert [change.seq for change in await feed(store, owner)] == [1, 2]


async def test_batches_at_once_come_one_after_the_other(store: Store) -> None:
    """Every batch finds both tasks alike and leaves them alike; in between they would not be."""
    owner, run = await new_owner(store), runner(store)
    left, right = await add(store, owner, "start"), await add(store, owner, "start")

    async def rename_both(title: str) -> None:
        patch = TASKS.patch(title=title)
        await run.write(owner, apply_batch, [ChangeStep(left.id, patch), ChangeStep(right.id, patch)])

    async def rename_back(title: str) -> None:
        patch = TASKS.patch(title=title)
        await run.write(owner, apply_batch, [ChangeStep(right.id, patch), ChangeStep(left.id, patch)])

    runs = [run for i in range(6) for run in (rename_both(f"title {i}"), rename_back(f"other {i}"))]
    assert await together(*runs) == {"done": 12}
    assert len({task.title for task in await all_tasks(store, owner)}) == 1
    titles = [change.value and change.value.title for change in await feed(store, owner)]
    assert titles[::2] == titles[1::2]


DRY_RUN = WriteOptions(dry_run=True)


async def test_a_dry_run_tells_what_will_be_and_leaves_nothing(store: Store) -> None:
    owner = await new_owner(store)
    task = await add(store, owner)
    event_log = ListEventLog()
    run = Runner(store, FixedClock(), IDS, event_log)
    steps: Sequence[Step] = [
        ChangeStep(task.id, BREAD),
        AddStep(MILK, "milk"),
        ChangeStep(Reference("milk"), DONE),
        RemoveStep(TASKS, task.id),
    ]
    before = await all_tasks(store, owner), await feed(store, owner)
    tried = await run.carry_out(owner, DRY_RUN, apply_batch, steps)
    assert (await all_tasks(store, owner), await feed(store, owner)) == before
    assert event_log.events == []
    done = await run.carry_out(owner, WriteOptions(), apply_batch, steps)
    assert [found and replace(found, id=NOWHERE, position="") for found in tried.value] == [
        found and replace(found, id=NOWHERE, position="") for found in done.value
    ]
    assert not tried.replayed


async def test_every_use_case_can_be_rehearsed(store: Store) -> None:
    owner, run = await new_owner(store), runner(store)
    task = await add(store, owner)
    before = await all_tasks(store, owner), await feed(store, owner)
    added = await run.carry_out(owner, DRY_RUN, add_thing, MILK)
    changed = await run.carry_out(owner, DRY_RUN, change_thing, task.id, BREAD)
    same = await run.carry_out(owner, DRY_RUN, change_thing, task.id, TASKS.patch())
    removed = await run.carry_out(owner, DRY_RUN, remove_thing, task.id, TASKS)
    assert [outcome.value.revision for outcome in (added, changed, same)] == [2, 2, 1]
    assert (removed.value, [change.action for change in removed.changes]) == (None, [Action.DELETED])
    assert (await all_tasks(store, owner), await feed(store, owner)) == before


async def test_a_dry_run_is_refused_as_the_write_is(store: Store) -> None:
    owner, run = await new_owner(store), runner(store)
    task = await add(store, owner)
    unseen = WriteOptions(dry_run=True, expected=Expected(task.id, frozenset({9})))
    with pytest.raises(Stale):
        await run.carry_out(owner, unseen, complete_task, task.id)
    with pytest.raises(Stale):
        await run.carry_out(owner, unseen, remove_thing, task.id, TASKS)
    with pytest.raises(NotFound):
        await run.carry_out(owner, DRY_RUN, remove_thing, NOWHERE, TASKS)
    with pytest.raises(StepFailed):
        await run.carry_out(owner, DRY_RUN, apply_batch, [AddStep(MILK), RemoveStep(TASKS, NOWHERE)])
    with pytest.raises(NotFound):
        await run.carry_out(UserId(IDS.new()), DRY_RUN, add_thing, MILK)
    assert await store.view(owner).revision() == 1


async def test_a_dry_run_uses_no_key(store: Store) -> None:
    owner, run = await new_owner(store), runner(store)
    key = Key("a key", bytes(32))
    dry_run = WriteOptions(key=key, dry_run=True)
    await run.carry_out(owner, dry_run, add_thing, MILK)
    assert not (await run.carry_out(owner, WriteOptions(key=key), add_thing, MILK)).replayed
    again = await run.carry_out(owner, dry_run, add_thing, MILK)
    assert (again.replayed, again.value.revision) == (False, 2)
    assert len(await all_tasks(store, owner)) == 1
