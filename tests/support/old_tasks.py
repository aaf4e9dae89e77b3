"""The tasks of the release before lists: its statements, and rows as it stored them."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, TypeVar
from uuid import UUID

from sqlalchemy import Connection, column, delete, insert, select, table, update

from todo_adapters.contracts.fakes import NOON
from todo_adapters.sql import migrate
from todo_adapters.sql.tables import metadata

T = TypeVar("T")

TASKS: Final = metadata.tables["tasks"].c
COLUMNS: Final = (
    *("user_id", "id", "title", "description", "completed_at", "priority", "due_date", "due_kind", "due_at"),
    *("revision", "created_at", "updated_at", "title_key", "description_key"),
)
OLD_TASKS: Final = table("tasks", *[column(name, TASKS[name].type) for name in COLUMNS])
PEOPLE: Final = table(
    "users",
    *[
        column(name, metadata.tables["users"].c[name].type)
        for name in ("id", "email", "name", "time_zone", "created_at", "password_hash", "revision")
    ],
)


async def ask(url: str, work: Callable[[Connection], T]) -> T:
    """What the work returns, in a transaction."""
    return await migrate.on_connection(url, work)


async def positions(url: str) -> dict[UUID, str]:
    rows = await ask(url, lambda connection: connection.execute(select(TASKS.id, TASKS.position)).all())
    return {row.id: row.position for row in rows}


def add_person(connection: Connection, person: UUID) -> None:
    who = {"email": f"{person}@example.org", "name": "Ada", "time_zone": "UTC", "password_hash": "-"}
    connection.execute(insert(PEOPLE).values(id=person, created_at=NOON, revision=0, **who))


def task_row(person: UUID, task: UUID) -> dict[str, Any]:
    texts = {"title": "Buy milk", "title_key": "buy milk", "description_key": ""}
    return {"user_id": person, "id": task, "revision": 1, "created_at": NOON, "updated_at": NOON, **texts}


def add_tasks(connection: Connection, person: UUID, ids: Iterable[UUID]) -> None:
    connection.execute(insert(OLD_TASKS), [task_row(person, task) for task in ids])


def change_task(person: UUID, task: UUID) -> Any:
    mine = (OLD_TASKS.c.user_id == person, OLD_TASKS.c.id == task)
    return update(OLD_TASKS).where(*mine).values(title="Buy bread", completed_at=NOON, priority=1)


def remove_task(person: UUID, task: UUID) -> Any:
    return delete(OLD_TASKS).where(OLD_TASKS.c.user_id == person, OLD_TASKS.c.id == task)


def write_as_before(connection: Connection, person: UUID, ids: Sequence[UUID]) -> None:
    """Adds tasks, changes the second one and removes the third one, with the statements of that release."""
    add_tasks(connection, person, ids)
    assert connection.execute(change_task(person, ids[1])).rowcount == 1
    assert connection.execute(remove_task(person, ids[2])).rowcount == 1
