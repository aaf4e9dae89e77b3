"""Units of many writes in databases: how many statements they take, and the rows that they leave."""

from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from sqlalchemy import null, select, update

from todo_adapters.contracts.kit import IDS, NOW, a_task, a_thing, all_tasks, new_owner, write
from todo_adapters.sql.database import Database
from todo_adapters.sql.migrate import upgrade
from todo_adapters.sql.postgres.connection import PostgresConnection
from todo_adapters.sql.postgres.database import PostgresDatabase, PostgresOptions
from todo_adapters.sql.recount import recount
from todo_adapters.sql.sqlite.database import SqliteDatabase
from todo_adapters.sql.statements import Row, Statement, bind
from todo_adapters.sql.store import SqlStore
from todo_adapters.sql.tables import task_tags, trash, users
from todo_adapters.sql.urls import is_postgres, sqlite_path
from todo_core.errors import LimitReached, MovedOn
from todo_core.ids import UserId
from todo_core.model.counts import tag_uses
from todo_core.model.quota import Quota
from todo_core.model.rules import fold
from todo_core.model.task import TASKS, Task
from todo_core.model.task_list import LISTS
from todo_core.model.write_options import Key
from todo_core.ports.storage import UnitOfWork

MINE = users.c.id == bind(users.c.id, "user_id")
COUNTED = Statement(
    select(users.c.task_count, users.c.list_count, users.c.receipt_count, users.c.feed_bytes).where(MINE)
)
UNCOUNTED = Statement(update(users).where(MINE).values(list_count=null(), counted_at=null()).returning(users.c.id))
TAGS = Statement(
    select(task_tags.c.task_id, task_tags.c.tag, task_tags.c.name, task_tags.c.open).where(
        task_tags.c.user_id == bind(task_tags.c.user_id)
    )
)
TRASH = Statement(
    select(*[trash.c[name] for name in ("id", "root_id", "entity", "things", "value", "revision", "deleted_at")])
    .where(trash.c.user_id == bind(trash.c.user_id))
    .order_by(trash.c.revision)
)


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
def statements(monkeypatch: pytest.MonkeyPatch) -> list[Statement]:
    """The statements that connections to PostgreSQL have run."""
    found: list[Statement] = []
    run = PostgresConnection.rows

    async def counted(self: PostgresConnection, statement: Statement, values: Any) -> Any:
        found.append(statement)
        return await run(self, statement, values)

    monkeypatch.setattr(PostgresConnection, "rows", counted)
    return found


async def prepared(store: SqlStore) -> UserId:
    """An owner with a list of 600 tasks, half of them with tags, and a deletion in the trash."""
    owner = await new_owner(store)
    home = a_thing(LISTS, owner, "Home")

    def fill(unit: UnitOfWork) -> None:
        unit.of(LISTS).add(home)
        for number in range(600):
            tags = ("Home", f"\u00c4 {number % 7}") if number % 2 else ()
            unit.of(TASKS).add(a_task(owner, f"task {number}", list_id=home.id, tags=tags))

    await write(store, owner, fill)
    gone = (await all_tasks(store, owner))[0]
    await write(store, owner, lambda unit: unit.of(TASKS).remove(gone))
    return owner


async def mixed(unit: UnitOfWork, owner: UserId) -> None:
    """About a thousand writes of all sorts."""
    [(_, gone)] = await unit.trash.things([each.id for each in (await unit.trash.page(None, 10)).items], 10)
    unit.of(TASKS).restore(gone)
    lists = [a_thing(LISTS, owner, f"List {number}") for number in range(10)]
    for each in lists:
        unit.of(LISTS).add(each)
    found = await unit.of(TASKS).load([task.id for task in TASKS_OF[owner]])
    for number, task in enumerate(found.values()):
        if number < 200:
            unit.of(TASKS).update(replace(task, title="changed", list_id=lists[number % 10].id, tags=("New", "Home")))
        elif number < 400:
            unit.of(TASKS).update(replace(task, completed_at=NOW))
        else:
            unit.of(TASKS).remove(task)
    parent = None
    for number in range(380):
        task = a_task(owner, f"new {number}", list_id=lists[0].id, parent_id=number % 4 and parent, tags=("New",))
        parent = task.id if number % 4 == 0 else parent
        unit.of(TASKS).add(replace(task, parent_id=task.parent_id or None))


TASKS_OF: dict[UserId, Any] = {}


async def run_mixed(store: SqlStore, statements: list[Statement] | None = None) -> tuple[UserId, int]:
    """The owner, and the number of writes."""
    owner = await prepared(store)
    TASKS_OF[owner] = await all_tasks(store, owner)
    if statements is not None:
        statements.clear()
    async with store.begin(owner, NOW, IDS, exclusive=True) as unit:
        await mixed(unit, owner)
        changes = await unit.commit(Key("key", bytes(32)), "[]")
    return owner, len(changes)


@pytest.mark.database
async def test_asking_for_ids_that_are_new_flushes_nothing(postgres_url: str, statements: list[Statement]) -> None:
    await upgrade(postgres_url)
    database = PostgresDatabase(PostgresOptions(postgres_url))
    store = SqlStore(database)
    owner = await new_owner(store)
    async with store.begin(owner, NOW, IDS, exclusive=True) as unit:
        task = a_task(owner)
        unit.of(TASKS).add(task)
        statements.clear()
        assert await unit.knows(task.id)
        assert statements == []
        assert not await unit.knows(IDS.new())
        assert len(statements) == 1
        unit.of(TASKS).remove(task)
        assert await unit.knows(task.id)
        unit.of(TASKS).purge(task)
        assert not await unit.knows(task.id)
        await unit.commit()
    await database.close()


@pytest.mark.database
async def test_a_thousand_writes_take_at_most_ten_statements(postgres_url: str, statements: list[Statement]) -> None:
    await upgrade(postgres_url)
    database = PostgresDatabase(PostgresOptions(postgres_url))
    _, count = await run_mixed(SqlStore(database), statements)
    await database.close()
    assert 980 <= count <= 1_000
    assert len(statements) <= 10, "reads and locks included"


async def test_the_rows_of_tags_follow_from_the_tasks(database: Database) -> None:
    store = SqlStore(database)
    owner, _ = await run_mixed(store)
    tasks = await all_tasks(store, owner)
    expected = {(task.id, fold(name), name, not task.completed) for task in tasks for name in task.tags}
    found = [tuple(row) for row in await database.all(TAGS, {"user_id": owner})]
    assert len(found) == len(expected) > 900
    assert set(found) == expected
    assert list((await store.view(owner).tasks.tags()).items) == tag_uses(tasks)


async def test_the_counts_for_quotas_are_what_is_stored(database: Database) -> None:
    store = SqlStore(database)
    owner, _ = await run_mixed(store)
    kept = await database.one(COUNTED, {"user_id": owner})
    async with database.transaction() as transaction:
        await transaction.one(UNCOUNTED, {"user_id": owner})
        await transaction.commit()
    await recount(database, owner, NOW)
    again = await database.one(COUNTED, {"user_id": owner})
    assert kept is not None
    assert again is not None
    assert list(kept) == list(again)
    assert list(kept)[:3] == [980, 11, 1], "what is in the trash counts as tasks"


async def test_an_account_from_before_there_were_lists_is_counted_by_its_first_list(database: Database) -> None:
    store = SqlStore(database, Quota(lists=2))
    owner = await new_owner(store)
    await write(store, owner, lambda unit: unit.of(LISTS).add(a_thing(LISTS, owner, "first")))
    async with database.transaction() as transaction:
        await transaction.one(
            Statement(update(users).where(MINE).values(list_count=null(), counted_at=NOW).returning(users.c.id)),
            {"user_id": owner},
        )
        await transaction.commit()

    def two_more(unit: UnitOfWork) -> None:
        unit.of(LISTS).add(a_thing(LISTS, owner, "second"))
        unit.of(LISTS).add(a_thing(LISTS, owner, "third"))

    with pytest.raises(MovedOn):
        await write(store, owner, two_more)
    with pytest.raises(LimitReached):
        await write(store, owner, two_more)
    await write(store, owner, lambda unit: unit.of(LISTS).add(a_thing(LISTS, owner, "second")))


def _add_task(task: Task, unit: UnitOfWork) -> None:
    unit.of(TASKS).add(task)


async def deleted(database: Database, owner: UserId) -> list[Row]:
    return list(await database.all(TRASH, {"user_id": owner}))


async def test_the_trash_has_the_value_of_the_feed_and_the_root_of_each_deletion(database: Database) -> None:
    store = SqlStore(database)
    owner = await new_owner(store)
    home = a_thing(LISTS, owner, "Home")
    parent = a_task(owner, "parent", list_id=home.id)
    child = a_task(owner, "child", list_id=home.id, parent_id=parent.id, tags=("a",))
    await write(store, owner, lambda unit: unit.of(LISTS).add(home))
    for task in (parent, child):
        await write(store, owner, partial(_add_task, task))
    async with store.begin(owner, NOW, IDS) as unit:
        for task_id in (child.id, parent.id):
            unit.of(TASKS).remove(await unit.of(TASKS).get(task_id), home.id)
        unit.of(LISTS).remove(await unit.of(LISTS).get(home.id))
        await unit.commit()
    rows = await deleted(database, owner)
    assert [row[:4] for row in map(tuple, rows)] == [
        (child.id, home.id, "task", 0),
        (parent.id, home.id, "task", 0),
        (home.id, home.id, "list", 3),
    ]
    assert [row[5] for row in rows] == [4, 5, 6]
    assert {row[6] for row in rows} == {NOW}
    assert '"title":"child"' in rows[0][4]


async def test_one_deletion_is_one_row_of_the_trash(database: Database) -> None:
    store = SqlStore(database)
    owner = await new_owner(store)
    task = a_task(owner, "gone")
    [made] = await write(store, owner, lambda unit: unit.of(TASKS).add(task))
    await write(store, owner, lambda unit: unit.of(TASKS).remove(made.value))
    [row] = await deleted(database, owner)
    assert (row[0], row[1], row[3], row[5]) == (task.id, task.id, 1, 2)
    [[kind, thing]] = await store.view(owner).trash.things([task.id], 10)
    await write(store, owner, lambda unit: unit.of(kind).purge(thing))
    assert await deleted(database, owner) == []


async def test_a_reference_to_what_another_request_has_removed_means_that_something_moved_on(
    database: Database,
) -> None:
    store = SqlStore(database)
    owner, stranger = await new_owner(store), await new_owner(store)
    home, theirs = a_thing(LISTS, owner, "Home"), a_thing(LISTS, stranger, "Theirs")
    [made] = await write(store, owner, lambda unit: unit.of(LISTS).add(home))
    await write(store, stranger, lambda unit: unit.of(LISTS).add(theirs))
    for foreign in (a_task(owner, list_id=theirs.id), a_task(owner, list_id=theirs.id, tags=("tag",))):
        with pytest.raises(MovedOn):
            await write(store, owner, partial(_add_task, foreign))
    await write(store, owner, lambda unit: unit.of(TASKS).add(a_task(owner, list_id=home.id)))
    with pytest.raises(MovedOn):
        await write(store, owner, lambda unit: unit.of(LISTS).remove(made.value))
    assert await store.view(owner).revision() == 2


async def test_several_writes_to_one_thing_leave_its_last_state_and_an_entry_each(database: Database) -> None:
    store = SqlStore(database)
    owner = await new_owner(store)
    first, second = a_task(owner, "first"), a_task(owner, "second", tags=("a", "b"))

    def work(unit: UnitOfWork) -> None:
        unit.of(TASKS).add(first)
        unit.of(TASKS).add(second)
        unit.of(TASKS).update(replace(first, parent_id=second.id))
        unit.of(TASKS).update(replace(second, tags=("b", "c")))
        brief = a_task(owner, "brief", parent_id=first.id)
        unit.of(TASKS).add(brief)
        unit.of(TASKS).remove(brief)

    changes = await write(store, owner, work)
    assert [change.action for change in changes] == ["created", "created", "updated", "updated", "created", "deleted"]
    stored = {task.id: task for task in await all_tasks(store, owner)}
    assert stored[first.id] == replace(first, parent_id=second.id, revision=3)
    assert stored[second.id] == replace(second, tags=("b", "c"), revision=4)
    assert {tuple(row)[1] for row in await database.all(TAGS, {"user_id": owner})} == {"b", "c"}
