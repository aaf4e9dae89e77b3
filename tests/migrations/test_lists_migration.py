"""The migration to lists, tags and trash: from every earlier schema with data in it, and while both releases run."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Boolean, Column, Connection, MetaData, Table, insert, select, text, update

from todo_adapters.bootstrap import open_store
from todo_adapters.contracts.fakes import NOON
from todo_adapters.sql import migrate
from todo_adapters.sql.types import COUNT, ID, INSTANT, SMALL, TEXT
from todo_core.ids import UserId
from todo_core.model.order import newest
from todo_core.model.task import TASKS

earlier = MetaData()


def table(called: str, **columns: Any) -> Table:
    return Table(called, earlier, *[Column(column, kind) for column, kind in columns.items()])


people = {"id": ID, "email": TEXT, "name": TEXT, "time_zone": TEXT, "password_hash": TEXT}
users = table("users", **people, created_at=INSTANT, disabled=Boolean, revision=COUNT)
texts = dict.fromkeys(("title", "description", "due_date", "due_kind", "title_key", "description_key"), TEXT)
times = dict.fromkeys(("completed_at", "due_at", "created_at", "updated_at"), INSTANT)
tasks = table("tasks", user_id=ID, id=ID, **texts, **times, priority=SMALL, revision=COUNT)
entry = {"seq": COUNT, "at": INSTANT, "entity": TEXT, "entity_id": ID, "kind": TEXT, "value": TEXT}
changes = table("changes", user_id=ID, **entry)

VALUE = '{"title":"Buy milk","created_at":"2026-11-20T12:00:00+00:00","updated_at":"2026-11-20T12:00:00+00:00"}'
"""As releases before lists wrote it."""


async def run(url: str, work: Any) -> Any:
    found = []
    await migrate.on_connection(url, lambda connection: found.append(work(connection)))
    return found[0]


def add_user(connection: Connection) -> UUID:
    owner = uuid4()
    person = {"id": owner, "email": f"{owner}@example.org", "name": "Ada", "time_zone": "UTC", "password_hash": "-"}
    connection.execute(insert(users).values(**person, created_at=NOON, disabled=False, revision=3))
    return owner


def add_task(connection: Connection, owner: UUID, number: int, **fields: Any) -> UUID:
    """With the statement of releases before lists."""
    task_id = uuid4()
    row = {"user_id": owner, "id": task_id, "title": f"task {number}", "title_key": f"task {number}"}
    row |= {"description_key": "", "revision": number, "created_at": NOON, **fields}
    connection.execute(insert(tasks).values(**row, updated_at=NOON + timedelta(minutes=number)))
    written = {"user_id": owner, "seq": number, "at": NOON, "entity": "task", "entity_id": task_id}
    connection.execute(insert(changes).values(**written, kind="created", value=VALUE))
    return task_id


def fill(connection: Connection) -> tuple[UUID, list[UUID]]:
    owner = add_user(connection)
    due = {"due_date": "2026-11-20", "due_kind": "day", "due_at": NOON}
    fields: list[dict[str, Any]] = [{}, due, {"completed_at": NOON, "priority": 2, "description": "two litres"}]
    return owner, [add_task(connection, owner, number, **each) for number, each in enumerate(fields, 1)]


@pytest.mark.parametrize("revision", ["0001", "0002", "0003", "0004", "0005"])
async def test_what_was_stored_under_an_earlier_schema_is_still_there(empty_database: str, revision: str) -> None:
    await migrate.upgrade(empty_database, revision)
    owner, ids = await run(empty_database, fill)
    await migrate.upgrade(empty_database)
    async with open_store(empty_database) as store:
        view = store.view(UserId(owner))
        stored = {task.id: task for task in (await view.of(TASKS).page(None, 10)).items}
        first, second, third = [stored[task_id] for task_id in ids]
        assert (first.title, first.revision, first.updated_at) == ("task 1", 1, NOON + timedelta(minutes=1))
        assert second.due_date is not None
        assert (third.completed_at, third.priority, third.description) == (NOON, "medium", "two litres")
        assert {(each.list_id, each.parent_id, each.tags) for each in stored.values()} == {(None, None, ())}
        assert {each.id: each.position for each in stored.values()} == {each: newest(each) for each in ids}
        assert [change.value.title for change in (await view.changes.page(0, 10)).items] == ["Buy milk"] * 3
    await migrate.downgrade(empty_database, "base")


async def test_the_previous_release_goes_on_writing_and_deleting(empty_database: str) -> None:
    await migrate.upgrade(empty_database)

    def work(connection: Connection) -> UUID:
        owner, [_, changed, gone] = fill(connection)
        connection.execute(update(tasks).where(tasks.c.id == changed).values(title="changed", revision=4))
        connection.execute(tasks.delete().where(tasks.c.id == gone))
        return owner

    owner = await run(empty_database, work)
    async with open_store(empty_database) as store:
        found = (await store.view(UserId(owner)).of(TASKS).page(None, 10)).items
        assert sorted(task.title for task in found) == ["changed", "task 1"]
    await migrate.downgrade(empty_database, "base")


async def test_going_back_keeps_the_tasks_and_their_references_to_the_account(empty_database: str) -> None:
    await migrate.upgrade(empty_database)
    owner, _ = await run(empty_database, fill)
    await migrate.downgrade(empty_database, "0005")

    def left(connection: Connection) -> list[str]:
        return list(connection.execute(select(tasks.c.title).order_by(tasks.c.title)).scalars())

    assert await run(empty_database, left) == ["task 1", "task 2", "task 3"]

    def close(connection: Connection) -> list[str]:
        if connection.dialect.name == "sqlite":
            assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
            return []
        connection.execute(users.delete().where(users.c.id == owner))
        return left(connection)

    assert await run(empty_database, close) == []
    await migrate.upgrade(empty_database)
    await migrate.downgrade(empty_database, "base")


async def test_an_account_is_closed_with_lists_subtasks_tags_and_trash(empty_database: str) -> None:
    await migrate.upgrade(empty_database)
    owner = await run(empty_database, add_user)

    def organize(connection: Connection) -> None:
        home = {"user_id": owner, "id": uuid4()}
        named = Table("lists", MetaData(), autoload_with=connection)
        binary = connection.dialect.name == "sqlite"
        raw = {name: each.bytes if binary else each for name, each in home.items()}
        at = 0 if binary else NOON
        row = {"name": "Home", "archived": False, "position": "a", "revision": 1, "created_at": at, "updated_at": at}
        connection.execute(insert(named).values(**raw, **row))
        parent, child = [add_task(connection, owner, number) for number in (1, 2)]
        full = Table("tasks", MetaData(), autoload_with=connection)
        ids = {name: each.bytes if binary else each for name, each in (("p", parent), ("c", child))}
        connection.execute(update(full).where(full.c.id == ids["p"]).values(list_id=raw["id"]))
        connection.execute(update(full).where(full.c.id == ids["c"]).values(list_id=raw["id"], parent_id=ids["p"]))

    await run(empty_database, organize)
    async with open_store(empty_database) as store, store.begin_accounts() as unit:
        await unit.users.remove(UserId(owner))
        await unit.commit()

    def left(connection: Connection) -> int:
        return sum(connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one() for name in ("lists", "tasks"))

    assert await run(empty_database, left) == 0
    await migrate.downgrade(empty_database, "base")
