"""Between rows and entities: for each entity one function in each direction, and for tasks the JSON of the feed."""

from typing import Any, Final, TypeVar
from uuid import UUID

import msgspec

from todo_adapters.sql.statements import Row
from todo_adapters.sql.tables import login_sessions, tasks, users
from todo_core.ids import SessionId, UserId
from todo_core.model.rules import fold
from todo_core.model.session import LoginSession
from todo_core.model.task import RANKS, Priority, Task, TaskForm
from todo_core.model.task_filter import searchable
from todo_core.model.user import Credentials, User

T = TypeVar("T")

PRIORITIES: Final[dict[int | None, Priority | None]] = {None: None} | {rank: each for each, rank in RANKS.items()}

DERIVED: Final = {"title_key", "description_key", "due_kind", "due_at"}
TASK_COLUMNS: Final = [column for column in tasks.c if column.name not in DERIVED]
"""The columns that ``shape`` takes, in their order; the others are there to search and to sort by."""

USER_COLUMNS: Final = [users.c[name] for name in ("id", "email", "name", "time_zone", "created_at", "disabled")]
SESSION_COLUMNS: Final = list(login_sessions.c)


def shape(row: Row, form: TaskForm[T]) -> T:
    """What the form makes of a row of TASK_COLUMNS, whatever columns stand behind them."""
    (owner, task_id, title, description, completed_at, priority, due, revision, created, updated, *_) = row
    return form(task_id, owner, title, description, completed_at, PRIORITIES[priority], due, revision, created, updated)


def to_task(row: Row) -> Task:
    """A row of TASK_COLUMNS as a task."""
    return shape(row, Task.stored)


def from_task(task: Task) -> dict[str, Any]:
    """A task as values of all columns but its revision, which the owner's counter gives."""
    due = task.due_date
    return {
        "user_id": task.user_id,
        "id": task.id,
        "title": task.title,
        "description": task.description,
        "completed_at": task.completed_at,
        "priority": None if task.priority is None else task.priority.rank,
        "due_date": None if due is None else due.text,
        "due_kind": None if due is None else due.kind.value,
        "due_at": None if due is None else due.at,
        "created_at": task.created_at,
        "updated_at": task.updated_at,
        "title_key": fold(task.title),
        "description_key": searchable(task.description),
    }


KNOWN_FROM_CHANGE: Final = ("user_id", "id", "revision")


TaskValue: Final[Any] = msgspec.defstruct(
    "TaskValue",
    [
        (str(column.name), column.type.python_type | None, None)
        for column in TASK_COLUMNS
        if column.name not in KNOWN_FROM_CHANGE
    ],
)
"""The value of a change as it is stored: made from the table, so that a new column is in it by itself."""

_encode: Final = msgspec.json.Encoder().encode
_decode: Final = msgspec.json.Decoder(TaskValue).decode


def task_to_json(values: dict[str, Any]) -> bytes:
    """What ``from_task`` gave, as the value of a change."""
    return _encode(TaskValue(*[values[name] for name in TaskValue.__struct_fields__]))


def task_from_json(text: str, owner: UserId, task_id: UUID, revision: int) -> Task:
    """The task as it was when its change was written."""
    known = {"user_id": owner, "id": task_id, "revision": revision}
    values = known | msgspec.structs.asdict(_decode(text))
    return to_task([values[column.name] for column in TASK_COLUMNS])


def to_user(row: Row) -> User:
    """A row of USER_COLUMNS as a user."""
    user_id, email, name, time_zone, created_at, disabled = row
    return User(
        id=UserId(user_id), email=email, name=name, time_zone=time_zone, created_at=created_at, disabled=disabled
    )


def from_user(user: User) -> dict[str, Any]:
    """A user as values of USER_COLUMNS."""
    return {column.name: getattr(user, column.name) for column in USER_COLUMNS}


def to_credentials(row: Row) -> Credentials:
    """A row of USER_COLUMNS with the password's hash behind."""
    *user, password_hash = row
    return Credentials(user=to_user(user), password_hash=password_hash)


def to_session(row: Row) -> LoginSession:
    """A row of SESSION_COLUMNS as a login session."""
    user_id, session_id, generation, created_at, last_used_at, rotated_at, replays, client, place, confirmed = row
    return LoginSession(
        id=SessionId(session_id),
        user_id=UserId(user_id),
        generation=generation,
        created_at=created_at,
        last_used_at=last_used_at,
        rotated_at=rotated_at,
        replays=replays,
        client=client,
        rotated_from=place,
        confirmed=confirmed,
    )


def from_session(session: LoginSession) -> dict[str, Any]:
    """A login session as values of SESSION_COLUMNS."""
    return {column.name: getattr(session, column.name) for column in SESSION_COLUMNS}
