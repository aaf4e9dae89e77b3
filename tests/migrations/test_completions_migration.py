"""The migration to recurrence: the previous release, which knows nothing of it, goes on and loses nothing."""

from dataclasses import replace

from sqlalchemy import Column, Connection, MetaData, Table, insert, update

from todo_adapters.bootstrap import open_store
from todo_adapters.contracts.kit import NOW, a_task, add, new_owner
from todo_adapters.contracts.samples import sample
from todo_adapters.sql import migrate
from todo_adapters.sql.tables import tasks
from todo_adapters.sql.tasks import TASK_TABLE
from todo_core.model.due import DueDate
from todo_core.model.task import TASKS, Task

earlier = Table("tasks", MetaData(), *[Column(each.name, each.type) for each in tasks.c if each.name != "recurrence"])


def row(task: Task) -> dict[str, object]:
    values = TASK_TABLE.values(task)
    return {name: values[name] for name in earlier.c.keys()}


async def test_a_task_that_the_previous_release_changes_goes_on_recurring(empty_database: str) -> None:
    await migrate.upgrade(empty_database)
    async with open_store(empty_database) as store:
        owner = await new_owner(store)
        recurrence = sample(TASKS, "recurrence")
        task = await add(store, owner, due_date=DueDate("2026-11-20"), recurrence=recurrence)
    changed = replace(task, title="changed", completed_at=NOW, revision=2)
    new = a_task(owner, "new")

    def serve(connection: Connection) -> None:
        connection.execute(update(earlier).where(earlier.c.id == task.id).values(row(changed)))
        connection.execute(insert(earlier).values(row(new)))

    await migrate.on_connection(empty_database, serve)
    async with open_store(empty_database) as store:
        found = {each.id: each for each in (await store.view(owner).of(TASKS).page(None, 9)).items}
    assert found == {task.id: changed, new.id: new}
    assert found[task.id].recurrence == recurrence


async def test_the_schema_before_comes_back_with_its_tasks(empty_database: str) -> None:
    await migrate.upgrade(empty_database)
    async with open_store(empty_database) as store:
        owner = await new_owner(store)
        task = await add(store, owner)
    await migrate.downgrade(empty_database, "0009")
    await migrate.upgrade(empty_database)
    async with open_store(empty_database) as store:
        assert await store.view(owner).of(TASKS).get(task.id) == task
