"""Between rows and entities of accounts: one function in each direction."""

from typing import Any, Final

from todo_adapters.sql.statements import Row
from todo_adapters.sql.tables import login_sessions, users
from todo_core.model.session import LoginSession
from todo_core.model.user import Credentials, User

USER_FIELDS: Final = ("id", "email", "name", "time_zone", "created_at", "disabled")
USER_COLUMNS: Final = [users.c[name] for name in USER_FIELDS]
SESSION_COLUMNS: Final = list(login_sessions.c)
SESSION_FIELDS: Final = [column.name for column in SESSION_COLUMNS]


def to_user(row: Row) -> User:
    """A row that begins with USER_COLUMNS as a user."""
    return User(**dict(zip(USER_FIELDS, row, strict=False)))


def from_user(user: User) -> dict[str, Any]:
    """A user as values of USER_COLUMNS."""
    return {name: getattr(user, name) for name in USER_FIELDS}


def to_credentials(row: Row) -> Credentials:
    """A row of USER_COLUMNS with the password's hash behind."""
    return Credentials(user=to_user(row), password_hash=row[-1])


def to_session(row: Row) -> LoginSession:
    """A row of SESSION_COLUMNS as a login session."""
    return LoginSession(**dict(zip(SESSION_FIELDS, row, strict=True)))


def from_session(session: LoginSession) -> dict[str, Any]:
    """A login session as values of SESSION_COLUMNS."""
    return {name: getattr(session, name) for name in SESSION_FIELDS}
