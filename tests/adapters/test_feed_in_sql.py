"""The feed in databases: what large units of work leave in it, and what reading it costs."""

from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.attacks.watched import watched
from todo_adapters.bootstrap import open_store
from todo_adapters.contracts.kit import IDS, NOW, a_task, add, feed, new_owner, write
from todo_adapters.sql import writes
from todo_adapters.sql.feed import AT
from todo_adapters.sql.migrate import upgrade
from todo_adapters.sql.pruning import REVISIONS
from todo_adapters.sql.registry import KIND_TABLES
from todo_adapters.sql.sqlite.connection import connect
from todo_adapters.sql.sqlite.database import DIALECT
from todo_adapters.sql.store import SqlStore
from todo_adapters.sql.trash import THINGS
from todo_core.ids import SessionId
from todo_core.model.change import Action
from todo_core.model.task import TASKS
from todo_core.ports.storage import Store


@pytest.fixture
async def store(empty_database: str) -> AsyncIterator[Store]:
    await upgrade(empty_database)
    async with open_store(empty_database) as store:
        yield store


async def test_a_unit_of_work_that_is_written_in_pieces_is_one_set(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writes, "PIECE", 2)
    owner, session = await new_owner(store), SessionId(IDS.new())
    old = await add(store, owner)
    new = [a_task(owner, f"{number}") for number in range(3)]
    async with store.begin(owner, NOW, IDS, session=session) as unit:
        tasks = unit.of(TASKS)
        for task in new:
            tasks.add(task)
        tasks.update(replace(old, title="changed"))
        tasks.update(replace(new[0], title="changed"))
        await tasks.page(None, 10)  # which needs what has been written so far
        tasks.update(replace(old, title="changed again"))
        tasks.remove(replace(old, title="changed again"), new[1].id)
        tasks.remove(new[1])
        changes = await unit.commit()
    assert list(changes) == (await feed(store, owner))[1:]
    assert [change.previous for change in changes] == [None, None, None, 1, 2, 5, 7, 3]
    assert {(change.set, change.session) for change in changes} == {(2, session)}
    assert [change.root for change in changes if change.action is Action.DELETED] == [new[1].id] * 2
    history = await store.view(owner).changes.history(TASKS, old.id, None, 9)
    assert [change.seq for change in history.items] == [8, 7, 5, 1]


async def test_what_left_the_trash_has_its_deletion_before_it(store: Store) -> None:
    owner = await new_owner(store)
    first, second = await add(store, owner), await add(store, owner)
    for task in (first, second):
        await write(store, owner, lambda unit, task=task: unit.of(TASKS).remove(task))  # type: ignore[misc]
    things = await store.view(owner).trash.things([first.id, second.id], 9)
    restored, purged = [thing for _, thing in sorted(things, key=lambda each: each[1].revision)]
    await write(store, owner, lambda unit: unit.of(TASKS).restore(restored))
    await write(store, owner, lambda unit: unit.of(TASKS).purge(purged))
    assert [change.previous for change in await feed(store, owner)] == [None, None, 1, 2, 3, 4]


async def test_each_read_of_the_feed_is_one_statement(tmp_path: Path) -> None:
    async with watched(tmp_path) as database:
        store = SqlStore(database)
        owner = await new_owner(store)
        task = await add(store, owner)
        changes = store.view(owner).changes
        database.seen.clear()
        assert len((await changes.page(None, 10)).items) == 1
        assert len((await changes.page(None, 10, "task")).items) == 1
        assert len(await changes.at([1, 2, 3])) == 1
        assert len((await changes.history(TASKS, task.id, None, 10)).items) == 1
        assert await store.accounts().revisions([owner]) == {owner: 1}
        assert len(database.seen) == 5


async def test_several_ids_or_numbers_are_looked_up_one_by_one_on_sqlite(tmp_path: Path) -> None:
    await upgrade(f"sqlite:///{tmp_path}/todo.db")
    with closing(connect(tmp_path / "todo.db")) as connection:
        for statement in (AT, REVISIONS, THINGS, *[each.load for each in KIND_TABLES.values()]):
            text = statement.prepared(DIALECT).text
            nothing = [None] * text.count("?")
            plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {text}", nothing)]
            column = next(name for name in ("seq", "root_id", "id") if f".{name} IN (SELECT" in text)
            assert f"{column}=?)" in plan[0], (text, plan)
