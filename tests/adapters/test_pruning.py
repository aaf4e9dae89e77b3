"""Pruning of feeds in databases: nobody waits for it, and replicas do not disturb each other."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from todo_adapters.contracts.fakes import FixedClock
from todo_adapters.contracts.kit import IDS, NOW, feed, new_owner
from todo_adapters.memory.security import ListEventLog
from todo_adapters.sql.counters import COUNTS, MINE
from todo_adapters.sql.database import Database
from todo_adapters.sql.migrate import upgrade
from todo_adapters.sql.postgres.database import PostgresDatabase, PostgresOptions
from todo_adapters.sql.recount import recount
from todo_adapters.sql.sqlite.database import SqliteDatabase
from todo_adapters.sql.statements import Statement
from todo_adapters.sql.store import SqlStore
from todo_adapters.sql.urls import is_postgres, sqlite_path
from todo_core.ids import UserId
from todo_core.model.task import TASKS
from todo_core.model.write_options import Key, WriteOptions
from todo_core.runner import Runner
from todo_core.usecases.cleanup import prune_feeds
from todo_core.workspace import Workspace

LATER = NOW + timedelta(days=90)
COUNTED = Statement(select(*COUNTS).where(MINE))


@pytest.fixture
async def database(empty_database: str) -> AsyncIterator[Database]:
    await upgrade(empty_database)
    opened = (
        PostgresDatabase(PostgresOptions(empty_database))
        if is_postgres(empty_database)
        else SqliteDatabase(sqlite_path(empty_database))
    )
    yield opened
    await opened.close()


@pytest.fixture
async def replica(postgres_url: str) -> AsyncIterator[SqlStore]:
    await upgrade(postgres_url)
    opened = PostgresDatabase(PostgresOptions(postgres_url))
    yield SqlStore(opened)
    await opened.close()


def runner(store: SqlStore, now: datetime = NOW) -> Runner:
    return Runner(store, FixedClock(now), IDS, ListEventLog())


async def with_changes(store: SqlStore, count: int = 5) -> UserId:
    """An owner of one task that has been changed so often."""
    space = Workspace(runner(store), await new_owner(store))
    task = await space.tasks.add(title="0")
    for number in range(1, count):
        await space.tasks.change(task.id, title=f"{number}")
    return space.owner


async def prune(store: SqlStore, owner: UserId, limit: int = 100) -> int:
    async with store.begin_accounts() as unit:
        pruned = await unit.prune(owner, LATER, limit)
        await unit.commit()
    return pruned


async def kept(store: SqlStore, owner: UserId) -> tuple[int, set[int]]:
    """The number of the last change that has been pruned, and the numbers of those that are kept."""
    changes = store.view(owner).changes
    return (await changes.page(0, 1)).pruned, set(await changes.at(range(1, 100)))


async def test_pruning_keeps_the_last_change_of_what_exists_and_gives_back_the_others(database: Database) -> None:
    store = SqlStore(database)
    space = Workspace(runner(store), await new_owner(store))
    first, second, third = [await space.tasks.add(title=title) for title in ("first", "second", "third")]
    await space.tasks.change(first.id, title="changed")
    await space.tasks.remove(second.id)
    await space.tasks.remove(third.id)
    await space.trash.purge(third.id)
    assert [await prune(store, space.owner, limit) for limit in (2, 3, 100, 100)] == [2, 3, 2, 0]
    assert await kept(store, space.owner) == (7, {4, 5})
    counted = await database.one(COUNTED, {"user_id": space.owner})
    await recount(database, space.owner, LATER + timedelta(days=1))
    assert counted == await database.one(COUNTED, {"user_id": space.owner})
    await space.trash.restore(second.id)
    changed = await space.tasks.change(first.id, title="changed again")
    assert [change.previous for change in await feed(store, space.owner)] == [5, 4]
    assert [change.seq async for change in space.tasks.history(first.id)] == [changed.revision, 4]


async def test_the_material_of_undo_is_there_however_old_it_is(database: Database) -> None:
    store = SqlStore(database)
    owner = await with_changes(store)
    await prune_feeds(runner(store), LATER)
    late = Workspace(runner(store, LATER), owner)
    [task] = [task async for task in late.tasks.find()]
    await late.tasks.remove(task.id)
    [change] = await feed(store, owner)
    assert change.previous is not None
    before = await store.view(owner).changes.at([change.previous])
    assert before[change.previous].value == task


async def test_a_key_that_changed_nothing_answers_with_what_was_there_after_pruning(database: Database) -> None:
    store = SqlStore(database)
    owner = await with_changes(store)
    late = Workspace(runner(store, LATER - timedelta(days=1)), owner)
    [task] = [task async for task in late.tasks.find()]
    options = WriteOptions(key=Key("k" * 20, b"f" * 32))
    assert await late.tasks.change(task.id, options=options, title=task.title) == task
    await prune_feeds(runner(store), LATER - timedelta(days=2))
    assert await kept(store, owner) == (5, {5})
    await late.tasks.change(task.id, title="changed since")
    assert await late.tasks.change(task.id, options=options, title=task.title) == task


async def test_an_owner_who_is_writing_is_left_for_the_next_sweep(replica: SqlStore) -> None:
    busy, idle = await with_changes(replica), await with_changes(replica)
    async with replica.begin(busy, LATER, IDS, exclusive=True) as unit:
        async with asyncio.timeout(30):
            assert await prune(replica, busy) == 0
            assert await prune_feeds(runner(replica), LATER)
        assert await kept(replica, busy) == (0, {1, 2, 3, 4, 5})
        assert await kept(replica, idle) == (5, {5})
        unit.of(TASKS).remove((await unit.of(TASKS).page(None, 1)).items[0])
        await unit.commit()
    assert await prune(replica, busy) == 5
    assert await kept(replica, busy) == (5, {5, 6})


async def test_a_writer_waits_for_no_pruning_that_has_not_come_to_the_counter(
    replica: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The counter is the last that a unit of work locks, so all of the work is done before."""
    owner = await with_changes(replica)
    space = Workspace(runner(replica, LATER), owner)
    [task] = [task async for task in space.tasks.find()]
    async with replica.begin_accounts() as unit:
        ask = unit._transaction.one

        async def write_first(*arguments: object) -> object:
            monkeypatch.undo()
            async with asyncio.timeout(30):
                await space.tasks.change(task.id, title="written while changes are deleted")
            return await ask(*arguments)  # type: ignore[arg-type]

        monkeypatch.setattr(unit._transaction, "one", write_first)
        assert await unit.prune(owner, LATER, 100) == 5
        await unit.commit()
    assert await kept(replica, owner) == (5, {5, 6})


async def test_two_replicas_that_prune_the_same_feeds_prune_each_change_once(replica: SqlStore) -> None:
    owners = [await with_changes(replica, 9) for _ in range(3)]
    for owner in owners:
        pieces = await asyncio.gather(*[prune(replica, owner, 4) for _ in range(4)])
        assert sorted({*pieces}) in ([0, 4], [4], [1, 4], [0, 1, 4])
        assert (await kept(replica, owner))[0] == sum(pieces)
    await asyncio.gather(*[prune_feeds(runner(replica), LATER) for _ in range(4)])
    for owner in owners:
        await prune_feeds(runner(replica), LATER)
        assert await kept(replica, owner) == (9, {9})


async def test_a_replica_that_comes_late_takes_nothing_away(replica: SqlStore) -> None:
    owner = await with_changes(replica)
    async with replica.begin_accounts() as first:
        assert await first.prune(owner, LATER, 3) == 3
        late = asyncio.create_task(prune(replica, owner, 5))
        await asyncio.sleep(0.1)  # it may have come to the changes that are being deleted
        await first.commit()
    assert await late in (0, 2)
    assert (await kept(replica, owner))[0] in (3, 5)
    await prune(replica, owner)
    counted = await replica._database.one(COUNTED, {"user_id": owner})
    await recount(replica._database, owner, LATER + timedelta(days=1))
    assert counted == await replica._database.one(COUNTED, {"user_id": owner})
