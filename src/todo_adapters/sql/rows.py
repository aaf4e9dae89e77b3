"""Between rows and entities of accounts: one function in each direction."""

from typing import Any, Final

from todo_adapters.sql.statements import Row
from todo_adapters.sql.tables import login_sessions, users
from todo_core.ids import SessionId, UserId
from todo_core.model.session import LoginSession
from todo_core.model.user import Credentials, User

USER_COLUMNS: Final = [users.c[name] for name in ("id", "email", "name", "time_zone", "created_at", "disabled")]
SESSION_COLUMNS: Final = list(login_sessions.c)


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
