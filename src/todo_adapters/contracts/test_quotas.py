"""Quotas: no account stores more than it may, whatever races, and others do not notice."""

from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
import pytest_asyncio

from todo_adapters.contracts.fakes import FixedClock
from todo_adapters.contracts.kit import IDS, all_tasks, feed, forget, new_owner, prune, together
from todo_adapters.contracts.plugin import OpenStore
from todo_adapters.memory.security import ListEventLog
from todo_core.errors import LimitReached
from todo_core.ids import UserId
from todo_core.model.kinds import Draft
from todo_core.model.quota import Quota
from todo_core.model.task import TASKS, Task
from todo_core.model.task_list import LISTS
from todo_core.model.write_options import Key, WriteOptions
from todo_core.ports.storage import Store, UnitOfWork
from todo_core.runner import Runner
from todo_core.usecases.things import add_thing, change_thing, remove_thing
from todo_core.usecases.trash import empty_trash, purge_thing, restore_thing

SMALL = Quota(tasks=3, lists=2, receipts=4, feed_bytes=6_000)
HOME = LISTS.draft(name="Home")
MILK = TASKS.draft(title="Buy milk")
LONG = TASKS.draft(title="Buy milk", description="x" * 1_000)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def store(open_store: OpenStore) -> AsyncIterator[Store]:
    """A store in which accounts may have little."""
    async with open_store(quota=SMALL) as opened:
        yield opened


class Person:
    """Somebody with an account, and their writes through the runner."""

    def __init__(self, store: Store, owner: UserId) -> None:
        self.store, self.owner, self.clock = store, owner, FixedClock()
        self.run = Runner(store, self.clock, IDS, ListEventLog())

    async def add(self, draft: Draft[Task] = MILK, key: str | None = None, **options: Any) -> Task:
        terms = WriteOptions(key=Key(key, b"x" * 32) if key else None, **options)
        return (await self.run.carry_out(self.owner, terms, add_thing, draft)).value

    async def remove(self, task: Task) -> None:
        """Moves the task to the trash."""
        await self.run.write(self.owner, remove_thing, task.id, TASKS)

    async def purge(self, task: Task) -> None:
        """Deletes the task for good."""
        await self.remove(task)
        await self.run.write(self.owner, purge_thing, task.id)

    async def count(self) -> int:
        return len(await all_tasks(self.store, self.owner))


async def someone(store: Store) -> Person:
    return Person(store, await new_owner(store))


async def add_two_and_purge_one(tx: UnitOfWork, task: Task) -> None:
    await add_thing(tx, MILK)
    [(_, trashed)] = await tx.trash.things([task.id], 2)
    tx.of(TASKS).purge(trashed)
    await add_thing(tx, MILK)


@pytest.mark.check("P8")
async def test_an_account_has_at_most_so_many_tasks(store: Store) -> None:
    ada, bob = await someone(store), await someone(store)
    tasks = [await ada.add() for _ in range(SMALL.tasks)]
    for key in (None, "one"):
        with pytest.raises(LimitReached, match="at most 3 tasks"):
            await ada.add(key=key)
    await bob.add()
    await ada.purge(tasks[0])
    await ada.add()
    with pytest.raises(LimitReached):
        await ada.add()
    assert [change.seq for change in await feed(store, ada.owner)] == [1, 2, 3, 4, 5, 6], (
        "refused writes took no number"
    )


async def test_tasks_in_the_trash_count(store: Store) -> None:
    ada = await someone(store)
    tasks = [await ada.add() for _ in range(SMALL.tasks)]
    await ada.remove(tasks[0])
    await ada.remove(tasks[1])
    with pytest.raises(LimitReached, match="at most 3 tasks"):
        await ada.add()
    await ada.run.write(ada.owner, restore_thing, tasks[0].id)
    with pytest.raises(LimitReached):
        await ada.add()
    await ada.run.write(ada.owner, empty_trash)
    await ada.add()
    with pytest.raises(LimitReached):
        await ada.add()


async def test_an_account_has_at_most_so_many_lists_and_those_in_the_trash_do_not_count(store: Store) -> None:
    ada = await someone(store)
    home, work = [await ada.run.write(ada.owner, add_thing, HOME) for _ in range(SMALL.lists)]
    with pytest.raises(LimitReached, match="at most 2 lists"):
        await ada.run.write(ada.owner, add_thing, HOME)
    await ada.run.write(ada.owner, remove_thing, home.id, LISTS)
    await ada.run.write(ada.owner, add_thing, HOME)
    with pytest.raises(LimitReached, match="at most 2 lists"):
        await ada.run.write(ada.owner, restore_thing, home.id)
    await ada.run.write(ada.owner, change_thing, work.id, LISTS.patch(name="Work"))
    await ada.run.write(ada.owner, purge_thing, home.id)
    with pytest.raises(LimitReached):
        await ada.run.write(ada.owner, add_thing, HOME)
    await ada.run.write(ada.owner, remove_thing, work.id, LISTS)
    await ada.run.write(ada.owner, restore_thing, work.id)
    for _ in range(SMALL.tasks):
        await ada.add()


async def test_parallel_restorations_of_lists_do_not_exceed_the_limit(store: Store) -> None:
    ada = await someone(store)
    lists = []
    for _ in range(SMALL.lists + 2):
        lists.append(await ada.run.write(ada.owner, add_thing, HOME))
        await ada.run.write(ada.owner, remove_thing, lists[-1].id, LISTS)
    outcomes = await together(*[ada.run.write(ada.owner, restore_thing, each.id) for each in lists])
    assert outcomes == {"done": SMALL.lists, "LimitReached": 2}


async def test_a_full_account_can_be_changed_and_emptied(store: Store) -> None:
    ada = await someone(store)
    tasks = [await ada.add() for _ in range(SMALL.tasks)]
    changed = await ada.run.write(ada.owner, change_thing, tasks[0].id, TASKS.patch(title="Buy bread"))
    assert changed.title == "Buy bread"
    for task in tasks:
        await ada.purge(task)
    await ada.add()


async def test_a_unit_of_work_is_judged_by_what_it_leaves(store: Store) -> None:
    ada = await someone(store)
    tasks = [await ada.add() for _ in range(SMALL.tasks - 1)]
    for task in tasks:
        await ada.remove(task)
    await ada.run.write(ada.owner, add_two_and_purge_one, tasks[0])
    assert await ada.count() == SMALL.tasks - 1
    with pytest.raises(LimitReached):
        await ada.run.write(ada.owner, add_two_and_purge_one, tasks[1])
    assert await ada.count() == SMALL.tasks - 1


async def test_a_dry_run_says_that_the_limit_is_reached(store: Store) -> None:
    ada = await someone(store)
    for _ in range(SMALL.tasks):
        await ada.add()
    with pytest.raises(LimitReached):
        await ada.add(dry_run=True)


async def test_parallel_writes_do_not_exceed_the_limit(store: Store) -> None:
    ada = await someone(store)
    outcomes = await together(*[ada.add() for _ in range(12)])
    assert outcomes == {"done": SMALL.tasks, "LimitReached": 12 - SMALL.tasks}
    assert await ada.count() == SMALL.tasks


@pytest.mark.check("P8")
async def test_so_many_keys_are_remembered_at_a_time(store: Store) -> None:
    ada = await someone(store)
    task = await ada.add(key="first")
    patch = TASKS.patch(title="Buy bread")
    for number in range(SMALL.receipts - 1):
        key = Key(f"key {number}", b"x" * 32)
        await ada.run.carry_out(ada.owner, WriteOptions(key=key), change_thing, task.id, patch)
    with pytest.raises(LimitReached, match="4 idempotency keys"):
        await ada.add(key="one more")
    assert await ada.add(key="first") == task, "what was done is still told"
    await ada.add()


async def test_keys_that_were_forgotten_make_room_for_others(store: Store) -> None:
    ada = await someone(store)
    task = await ada.add(key="first")
    for number in range(SMALL.receipts - 1):
        await ada.run.carry_out(
            ada.owner, WriteOptions(key=Key(f"{number}", b"x" * 32)), change_thing, task.id, TASKS.patch()
        )
    with pytest.raises(LimitReached):
        await ada.add(key="one more")
    async with store.begin_accounts() as tx:
        await forget(tx.forget_receipts, ada.clock.now() + timedelta(seconds=1))
        await tx.commit()
    ada.clock.advance(timedelta(hours=1))
    await ada.add(key="one more")


@pytest.mark.check("P8")
async def test_the_history_of_an_account_has_at_most_so_many_bytes(store: Store) -> None:
    ada, bob = await someone(store), await someone(store)
    task = await ada.add(LONG)
    patches = [TASKS.patch(title=f"Buy milk {number}") for number in range(10)]
    outcomes = [await together(ada.run.write(ada.owner, change_thing, task.id, patch)) for patch in patches]
    assert outcomes[-1] == {"LimitReached": 1}
    written = len(await feed(store, ada.owner))
    assert 3 <= written <= 6
    await ada.remove(task)
    assert len(await feed(store, ada.owner)) == written + 1
    await bob.add(LONG)


async def test_a_full_history_has_room_for_as_much_as_was_pruned(store: Store) -> None:
    ada = await someone(store)
    task, titles = await ada.add(LONG), count(100)

    async def fill() -> int:
        """How many changes of the same size there was room for."""
        for number in range(20):
            patch = TASKS.patch(title=f"Buy milk {next(titles)}")
            if await together(ada.run.write(ada.owner, change_thing, task.id, patch)) != {"done": 1}:
                return number
        raise AssertionError("the history has no end")

    room = await fill()
    assert room >= 2
    for _ in range(3):
        ada.clock.advance(timedelta(days=1))
        assert await prune(store, ada.owner, ada.clock.now()) > 0
        assert await fill() == room, "of what was pruned one change is kept"
    await ada.remove(task)
    await ada.run.write(ada.owner, empty_trash)
    ada.clock.advance(timedelta(days=1))
    await prune(store, ada.owner, ada.clock.now())
    task = await ada.add(LONG)
    assert await fill() == room, "nothing is kept of what was purged"
