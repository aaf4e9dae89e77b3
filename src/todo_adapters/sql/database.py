"""The seam between repositories and drivers: a few verbs, and failures in the core's words."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Final, Protocol

from todo_adapters.sql.statements import Row, Statement, WriteStatement
from todo_core.ids import UserId

Values = Mapping[str, Any]

OUT_OF_REACH: Final = "The database cannot be reached for the moment."
TOO_SLOW: Final = "This took the database too long. Ask for less, or try again later."
DISK_FULL: Final = "The disk of the database is full."
UNDONE: Final = "The database undid the write; nothing has happened."
CLOSED: Final = "The database is closed."
NO_SCHEMA: Final = "The database has no schema, or an older one; bring it up to date with `todo migrate`."


class Reader(Protocol):
    """Runs statements. Raises Unavailable, or Contention where running again at once may help."""

    async def one(self, statement: Statement, values: Values) -> Row | None:
        """The first row, or None."""

    async def all(self, statement: Statement, values: Values) -> Sequence[Row]:
        """All rows."""


class Transaction(Reader, Protocol):
    """Statements that take effect together, at ``commit``."""

    async def commit(self) -> None:
        """Raises OutcomeUnknown when the link is lost meanwhile. Is finished even if the caller is cancelled.

        When nothing was written, what was read is confirmed, as by ``Database.confirm``.
        """


class Database(Reader, Protocol):
    """A database behind its driver. Outside a transaction each statement stands alone, without BEGIN.

    The owner of a statement is the value bound as ``user_id``. Owners take fair turns, and none of
    them can occupy the database.
    """

    async def write(self, statement: WriteStatement, values: Values) -> Row | None:
        """Runs it as a transaction and returns its row, None when nothing happened. Raises as ``commit``."""

    async def confirm(self) -> None:
        """Waits until everything visible now is as durable as a commit that succeeds.

        A commit that has given up waiting for a standby is visible, and a failover undoes it. Call this before a
        read is told as the outcome of a write. Raises OutcomeUnknown when the wait does not end well.
        """

    async def confirmed(self, statement: Statement, values: Values) -> Row | None:
        """As ``one``, and as ``confirm`` when there is a row, at the price of one statement."""

    def transaction(self, owner: UserId | None = None) -> AbstractAsyncContextManager[Transaction]:
        """Undone unless committed. On SQLite it holds the write lock from the start."""

    async def cautions(self) -> Sequence[str]:
        """What in the server's settings could lose acknowledged writes or refuse connections."""

    async def close(self) -> None:
        """Gives all connections back."""
