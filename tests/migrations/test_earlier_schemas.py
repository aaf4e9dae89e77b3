"""Migrations of databases with data: nothing is lost, and tasks get positions in the order of creation."""

from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, insert, select, text

from tests.support.old_tasks import (
    OLD_TASKS,
    add_person,
    add_tasks,
    ask,
    change_task,
    positions,
    task_row,
    write_as_before,
)
from todo_adapters.contracts.fakes import CountingIds
from todo_adapters.sql import migrate
from todo_adapters.sql.tables import metadata
from todo_core.model.order import newest

IDS = CountingIds()
NOT_VALID = "SELECT conname FROM pg_constraint WHERE NOT convalidated"


def differences(connection: Connection) -> list[Any]:
    return list(compare_metadata(MigrationContext.configure(connection), metadata))


@pytest.mark.parametrize("revision", ["0001", "0002", "0003", "0004", "0005", "0006"])
async def test_every_earlier_schema_with_data_in_it_can_be_migrated(empty_database: str, revision: str) -> None:
    person, tasks = IDS.new(), [IDS.new() for _ in range(5)]
    await migrate.upgrade(empty_database, revision)

    def fill(connection: Connection) -> list[Any]:
        add_person(connection, person)
        add_tasks(connection, person, reversed(tasks))
        connection.execute(change_task(person, tasks[1]))
        return list(connection.execute(select(OLD_TASKS).order_by(OLD_TASKS.c.id)))

    before = await ask(empty_database, fill)
    await migrate.upgrade(empty_database)
    assert await migrate.current(empty_database) == migrate.head()
    assert await ask(empty_database, differences) == []
    after = await ask(empty_database, lambda each: list(each.execute(select(OLD_TASKS).order_by(OLD_TASKS.c.id))))
    assert after == before
    assert await positions(empty_database) == {task: newest(task) for task in tasks}
    await migrate.downgrade(empty_database, "base")


async def test_positions_follow_the_order_of_creation(empty_database: str) -> None:
    person, tasks = IDS.new(), [IDS.new() for _ in range(300)]
    await migrate.upgrade(empty_database, "0005")
    await ask(empty_database, lambda each: add_person(each, person))
    await ask(empty_database, lambda each: add_tasks(each, person, tasks[1::2] + tasks[::2]))
    await migrate.upgrade(empty_database)
    found = await positions(empty_database)
    newest_first = tasks[::-1]
    assert sorted(newest_first, key=found.__getitem__) == tasks
    await migrate.downgrade(empty_database, "base")


async def test_a_position_that_is_already_there_stays(empty_database: str) -> None:
    person, task = IDS.new(), IDS.new()
    await migrate.upgrade(empty_database, "0006")
    row = task_row(person, task) | {"position": "V"}
    await ask(empty_database, lambda each: add_person(each, person))
    await ask(empty_database, lambda each: each.execute(insert(metadata.tables["tasks"]).values(row)).close())
    await migrate.upgrade(empty_database)
    assert await positions(empty_database) == {task: "V"}
    await migrate.downgrade(empty_database, "base")


@pytest.mark.check("M2")
@pytest.mark.parametrize("revision", ["0005", "0006", "head"])
async def test_the_statements_of_the_previous_release_work_on_each_schema(empty_database: str, revision: str) -> None:
    person, tasks = IDS.new(), [IDS.new() for _ in range(3)]
    await migrate.upgrade(empty_database, revision)
    await ask(empty_database, lambda each: add_person(each, person))
    await ask(empty_database, lambda each: write_as_before(each, person, tasks))
    rows = await ask(empty_database, lambda each: list(each.execute(select(OLD_TASKS.c.title).order_by("id"))))
    assert [row.title for row in rows] == ["Buy milk", "Buy bread"]
    await migrate.upgrade(empty_database)
    await migrate.downgrade(empty_database, "base")


async def test_a_task_that_the_previous_release_adds_afterwards_comes_first(empty_database: str) -> None:
    person, tasks = IDS.new(), [IDS.new() for _ in range(2)]
    await migrate.upgrade(empty_database, "0005")
    await ask(empty_database, lambda each: add_person(each, person))
    await ask(empty_database, lambda each: add_tasks(each, person, tasks[:1]))
    await migrate.upgrade(empty_database)
    await ask(empty_database, lambda each: add_tasks(each, person, tasks[1:]))
    assert await positions(empty_database) == {tasks[0]: newest(tasks[0]), tasks[1]: ""}
    await migrate.downgrade(empty_database, "base")


async def test_tasks_survive_the_way_down_and_up_again(empty_database: str) -> None:
    person, tasks = IDS.new(), [IDS.new() for _ in range(3)]
    await migrate.upgrade(empty_database)
    await ask(empty_database, lambda each: add_person(each, person))
    await ask(empty_database, lambda each: add_tasks(each, person, tasks))
    for revision in ("0006", "0005", "0001"):
        await migrate.downgrade(empty_database, revision)
        assert await migrate.current(empty_database) == revision
        await migrate.upgrade(empty_database)
        assert await ask(empty_database, differences) == []
    assert await positions(empty_database) == {task: newest(task) for task in tasks}
    await migrate.downgrade(empty_database, "base")


async def test_all_constraints_are_valid_in_the_end(postgres_url: str) -> None:
    await migrate.upgrade(postgres_url, "0006")
    not_valid = await ask(postgres_url, lambda each: set(each.execute(text(NOT_VALID)).scalars()))
    assert not_valid == {"fk_tasks_list_id", "fk_tasks_parent_id", "ck_tasks_deferred"}
    await migrate.upgrade(postgres_url)
    assert await ask(postgres_url, lambda each: list(each.execute(text(NOT_VALID)).scalars())) == []
    await migrate.downgrade(postgres_url, "base")
