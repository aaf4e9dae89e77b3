"""What a CommittableUnit promises of dry runs: they tell what commit would have done, and do nothing."""

from dataclasses import replace

import pytest

from tests.contracts.kit import IDS, NOW, a_task, add, all_tasks, feed, new_owner, someone, together
from todo_core.errors import MovedOn, NotFound
from todo_core.ids import TaskId, UserId
from todo_core.model.change import Action
from todo_core.model.task import TASKS
from todo_core.model.task_filter import TaskFilter, TaskSort
from todo_core.model.write_options import Key
from todo_core.ports.storage import CommittableUnit, Store
from todo_core.usecases.cleanup import BEGINNING

either_way = pytest.mark.parametrize("exclusive", [False, True])


async def everything(store: Store, owner: UserId) -> object:
    """All that could show that something was written."""
    view = store.view(owner)
    return await all_tasks(store, owner), await feed(store, owner), await view.revision()


async def write_a_lot(unit: CommittableUnit, store: Store, owner: UserId) -> None:
    """Of every kind one, and a look in between."""
    old, doomed = (await all_tasks(store, owner))[:2]
    unit.of(TASKS).update(replace(old, title="renamed"))
    unit.of(TASKS).add(replace(a_task(owner, "fresh"), id=TaskId(owner)))
    await unit.tasks.page(TaskFilter(), TaskSort(), None, 10, TASKS.of_plain)
    await unit.of(TASKS).remove(doomed.id)


@either_way
async def test_a_dry_run_tells_what_commit_does_and_leaves_nothing(store: Store, exclusive: bool) -> None:
    owner = await new_owner(store)
    await add(store, owner, "old")
    await add(store, owner, "doomed")
    before = await everything(store, owner)
    async with store.begin(owner, NOW, IDS, exclusive=exclusive) as unit:
        await write_a_lot(unit, store, owner)
        tried = list(await unit.dry_run())
    assert await everything(store, owner) == before
    async with store.begin(owner, NOW, IDS, exclusive=exclusive) as unit:
        await write_a_lot(unit, store, owner)
        committed = list(await unit.commit())
    assert tried == committed
    assert [(change.seq, change.action) for change in committed] == [
        (3, Action.UPDATED),
        (4, Action.CREATED),
        (5, Action.DELETED),
    ]


@either_way
async def test_a_dry_run_of_one_write_takes_no_number(store: Store, exclusive: bool) -> None:
    owner = await new_owner(store)
    async with store.begin(owner, NOW, IDS, exclusive=exclusive) as unit:
        unit.of(TASKS).add(a_task(owner))
        [change] = await unit.dry_run()
    assert (change.seq, change.value and change.value.revision) == (1, 1)
    assert await all_tasks(store, owner) == []
    assert (await add(store, owner)).revision == 1


@either_way
async def test_to_rehearse_nothing_is_nothing(store: Store, exclusive: bool) -> None:
    owner = await new_owner(store)
    async with store.begin(owner, NOW, IDS, exclusive=exclusive) as unit:
        assert list(await unit.dry_run()) == []
    assert await everything(store, owner) == ([], [], 0)


async def test_a_dry_run_is_refused_as_commit_is(store: Store) -> None:
    owner = await new_owner(store)
    task = await add(store, owner)
    async with store.begin(owner, NOW, IDS) as unit:
        unit.of(TASKS).update(replace(task, revision=7))
        with pytest.raises(MovedOn):
            await unit.dry_run()
    async with store.begin(owner, NOW, IDS) as unit:
        await unit.of(TASKS).remove(task.id, 7)
        with pytest.raises(MovedOn):
            await unit.dry_run()
    async with store.begin(owner, NOW, IDS) as unit:
        unit.of(TASKS).add(a_task(owner))
        await unit.of(TASKS).remove(TaskId(IDS.new()))
        with pytest.raises(NotFound):
            await unit.dry_run()
    assert await everything(store, owner) == ([task], await feed(store, owner), 1)


async def test_without_an_account_there_is_nothing_to_rehearse(store: Store) -> None:
    nobody = someone().id
    async with store.begin(nobody, NOW, IDS) as unit:
        unit.of(TASKS).add(a_task(nobody))
        with pytest.raises(NotFound):
            await unit.dry_run()


async def test_a_dry_run_neither_needs_nor_leaves_a_key(store: Store) -> None:
    owner, key = await new_owner(store), Key("a key", bytes(32))
    async with store.begin(owner, NOW, IDS) as unit:
        unit.of(TASKS).add(a_task(owner))
        await unit.dry_run()
    assert await store.view(owner).receipts.get(key.text, BEGINNING) is None
    async with store.begin(owner, NOW, IDS) as unit:
        unit.of(TASKS).add(a_task(owner))
        await unit.commit(key, "-1")


async def test_dry_runs_and_writes_at_once_leave_the_writes_alone(store: Store) -> None:
    owner = await new_owner(store)

    async def dry_run() -> None:
        async with store.begin(owner, NOW, IDS, exclusive=True) as unit:
            unit.of(TASKS).add(a_task(owner, "tried"))
            assert len(await unit.dry_run()) == 1

    async def do() -> None:
        await add(store, owner, "done")

    runs = [run for _ in range(10) for run in (dry_run(), do())]
    assert await together(*runs) == {"done": 20}
    assert [task.title for task in await all_tasks(store, owner)] == ["done"] * 10
    assert [change.seq for change in await feed(store, owner)] == list(range(1, 11))
