"""The interface between repositories and drivers. Failures are raised as errors of the core."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from todo_adapters.sql.set_statements import Rows, SetStatement
from todo_adapters.sql.statements import Row, Statement, WriteStatement
from todo_core.ids import UserId

Values = Mapping[str, Any]


class Reader(Protocol):
    """Runs statements. Raises Unavailable, or Contention if repeating the transaction may help."""

    async def one(self, statement: Statement, values: Values) -> Row | None:
        """The first row, or None."""
        rows = await self.all(statement, values)
        return rows[0] if rows else None

    async def all(self, statement: Statement, values: Values) -> Sequence[Row]:
        """All rows."""

    async def confirmed(self, statement: Statement, values: Values) -> Sequence[Row]:
        """All rows, and if there are any with news, as ``Database.confirm``, in one statement.

        In a transaction it is ``commit`` that makes them durable.
        """
        return await self.all(statement, values)


class Transaction(Reader, Protocol):
    """Statements that take effect together, at ``commit``."""

    async def write_sets(self, parts: Sequence[tuple[SetStatement, Rows]]) -> Sequence[Sequence[Row]]:
        """Writes rows by each of these statements, in order. Returns what each one returns for the rows written.

        No statement may depend on what an earlier one writes, unless a reference requires that.
        """

    async def commit(self) -> None:
        """Completes even if the caller is cancelled. Raises OutcomeUnknown if the connection is lost meanwhile.

        If nothing was written, confirms what was read, as ``Database.confirm`` does.
        """


class Database(Reader, Protocol):
    """A database. Outside a transaction each statement runs on its own, without BEGIN.

    The owner of a statement is the value bound as ``user_id``. Owners take fair turns, and none can use all of the
    database.
    """

    async def write(self, statement: WriteStatement, values: Values) -> Row | None:
        """Runs a write as its own transaction. Returns its row, or None if nothing happened. Raises as ``commit``."""

    async def confirm(self) -> None:
        """Waits until everything visible now is as durable as after a successful commit.

        A commit that stopped waiting for its standby is visible, but lost in a failover. Call this before a read is
        reported as the result of a write. Raises OutcomeUnknown if the wait fails.
        """

    def transaction(self, owner: UserId | None = None) -> AbstractAsyncContextManager[Transaction]:
        """Rolled back unless committed. On SQLite it holds the write lock from the start."""

    async def cautions(self) -> Sequence[str]:
        """Warnings about server settings that could lose acknowledged writes or reject connections."""

    async def close(self) -> None:
        """Closes all connections."""
