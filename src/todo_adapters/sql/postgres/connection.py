"""A connection to PostgreSQL: runs statements, translates failures, records unfinished work."""

from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from functools import cache, partial
from typing import Any, Final, cast

import asyncpg
from sqlalchemy import Boolean, Select, case, literal_column, select
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg

from todo_adapters.shield import finished
from todo_adapters.sql.database import Values
from todo_adapters.sql.failures import DISK_FULL, NO_SCHEMA, NOT_PERMITTED, OUT_OF_REACH, ROLLED_BACK, TOO_SLOW
from todo_adapters.sql.statements import Row, Statement
from todo_core.errors import Contention, MovedOn, OutcomeUnknown, OwnerBusy, TodoError, Unavailable

DIALECT: Final = PGDialect_asyncpg()  # type: ignore[no-untyped-call]
LOST: Final = (OSError, TimeoutError, asyncpg.InterfaceError, asyncpg.InternalClientError)
"""Raised by the driver if the server cannot be reached, does not respond, or violates the protocol."""

IN_DOUBT: Final = (asyncpg.PostgresConnectionError, asyncpg.StatementCompletionUnknownError)
"""After these errors a commit may have happened."""

WAIT_CANCELLED: Final = "01000"
"""The SQLSTATE of the warning, a generic one, after a commit that stopped waiting for its standby."""

CONFIRMED: Final = literal_column(
    "CASE WHEN pg_is_in_recovery() THEN pg_current_xact_id() IS NULL"
    " WHEN current_setting('synchronous_standby_names') <> ''"
    " THEN pg_logical_emit_message(true, 'todo', '') IS NULL END",
    Boolean,
).label("heard")
"""Makes the commit of a read wait for the synchronous standbys, if any, by writing an empty message to the WAL.

This needs no privilege and no setting, takes no locks and changes no rows. A server that is a standby rejects it.
"""

CONFIRM: Final = Statement(select(CONFIRMED))

UNREACHABLE: Final = partial(Unavailable, OUT_OF_REACH)
ERRORS: Final[Mapping[str, Callable[[], TodoError]]] = {
    "08": UNREACHABLE,  # connection exception
    "23502": MovedOn,  # not null violation: a feed entry without a row, see writes.py
    "23503": MovedOn,  # foreign key violation: what a thing refers to is gone, or something refers to it
    "23505": MovedOn,  # unique violation: the key was claimed, or the id used, concurrently
    "25006": UNREACHABLE,  # read-only transaction: no longer the primary
    "25P02": partial(Unavailable, ROLLED_BACK),  # in failed transaction
    "25P03": UNREACHABLE,  # idle in transaction for too long
    "25P04": UNREACHABLE,  # transaction took too long
    "28": UNREACHABLE,  # invalid authorization
    "3D": UNREACHABLE,  # invalid catalog name
    "40": Contention,  # transaction rollback: serialization failure, deadlock
    "42501": partial(Unavailable, NOT_PERMITTED),
    "42703": partial(Unavailable, NO_SCHEMA),  # undefined column
    "42P01": partial(Unavailable, NO_SCHEMA),  # undefined table
    "53": UNREACHABLE,  # insufficient resources
    "53100": partial(Unavailable, DISK_FULL),
    "55P03": OwnerBusy,  # lock not available
    "57": UNREACHABLE,  # operator intervention: shutdown, crash
    "57014": partial(Unavailable, TOO_SLOW),  # query cancelled: its time limit
    "58": UNREACHABLE,  # system error
}
"""Errors by SQLSTATE, or by its class, the first two characters."""


class NeverSent(Unavailable):
    """The connection was closed before the statement was sent, which can be repeated on another one."""

    def __init__(self) -> None:
        super().__init__(OUT_OF_REACH)


class PostgresConnection:
    """A connection of asyncpg. Times are those of the event loop's clock.

    It remains busy if the end of a statement was not seen, because the caller was cancelled or timed out: the server
    may still be running it.
    """

    __slots__ = ("_busy", "_connection", "_protocol", "_warning", "idle_since", "made_at", "owner")

    def __init__(self, connection: Any, made_at: float) -> None:
        self._connection = connection
        self._protocol = connection._protocol  # it counts the statements that were sent
        self._warning: Exception | None = None
        self._busy = False
        self.made_at = made_at
        self.idle_since = made_at
        self.owner: Hashable = None  # the present user of the connection
        connection.add_log_listener(self._record_warning)

    @property
    def closed(self) -> bool:
        return bool(self._connection.is_closed())

    @property
    def unsettled(self) -> bool:
        """True if a statement may be running or a transaction is open."""
        return not self.closed and (self._busy or self._connection.is_in_transaction())

    async def rows(self, statement: Statement, values: Values) -> Sequence[Row]:
        return await self._run(self._fetch(statement, values))  # type: ignore[no-any-return]

    async def write(self, statement: Statement, values: Values) -> Sequence[Row]:
        """Runs a statement that commits. Raises OutcomeUnknown if it may have committed."""
        return await finished(self._committed(self._fetch(statement, values)))

    async def confirmed(self, statement: Statement, values: Values) -> Sequence[Row]:
        """Runs a statement with ``CONFIRMED``. Raises OutcomeUnknown if the wait for the standbys fails."""
        return await self._committed(self._fetch(statement, values))  # type: ignore[no-any-return]

    async def begin(self) -> None:
        await finished(self._run(self._connection.execute("BEGIN")))

    async def commit(self) -> None:
        """Raises OutcomeUnknown if it may have committed, Unavailable if the server has rolled back."""
        if await finished(self._committed(self._connection.execute("COMMIT"))) == "ROLLBACK":
            raise Unavailable(ROLLED_BACK)  # a statement had failed, and its error was ignored

    async def roll_back(self) -> None:
        await finished(self._run(self._connection.execute("ROLLBACK")))

    async def settle(self, seconds: float) -> None:
        """Waits for the end of a running statement and rolls back. Aborts the connection if that fails."""
        # asyncpg has requested the cancellation, and the next statement waits for it.
        try:
            if not self._connection.is_in_transaction():
                await self._run(self._connection.execute("SELECT 1", timeout=seconds))
            if self._connection.is_in_transaction():
                await self._run(self._connection.execute("ROLLBACK", timeout=seconds))
        except BaseException:
            self.abort()
            raise

    def abort(self) -> None:
        """Closes the connection at once, even if a statement is running."""
        self._connection.terminate()

    def _fetch(self, statement: Statement, values: Values) -> Awaitable[Any]:
        prepared = statement.prepared(DIALECT)
        if not prepared.gives_our_values:
            raise TypeError("rows of asyncpg are used unchanged, but a column type needs conversion")
        return self._connection.fetch(prepared.text, *prepared.arguments(values))  # type: ignore[no-any-return]

    async def _committed(self, work: Awaitable[Any]) -> Any:
        """Raises OutcomeUnknown also if the server stopped waiting for its standby.

        The server reports that only by a warning and completes the commit, which a failover would lose.
        """
        self._warning = None
        result = await self._run(work, committing=True)
        if self._warning is not None:
            raise OutcomeUnknown from self._warning
        return result

    async def _run(self, work: Awaitable[Any], committing: bool = False) -> Any:
        before = self._protocol.queries_count
        self._busy = True
        try:
            result = await work
        except Exception as error:
            self._busy = not isinstance(error, asyncpg.PostgresError)  # a server error ends the statement
            if isinstance(error, asyncpg.ReadOnlySQLTransactionError | asyncpg.InternalClientError):
                self.abort()  # no longer the primary, or a protocol error: the next connection may be better
            sent = self._protocol.queries_count != before
            if self.closed and not sent and not isinstance(error, TimeoutError):
                raise NeverSent from error
            raise to_core_error(error, committing and sent) from error
        self._busy = False
        return result

    def _record_warning(self, _: Any, message: Any) -> None:
        if message.sqlstate == WAIT_CANCELLED:
            self._warning = message


@cache
def confirming(statement: Statement) -> Statement:
    """The query with ``CONFIRMED`` as an additional column, evaluated at most once: in the first row with news."""
    confirmed: Any = select(CONFIRMED).scalar_subquery()
    if statement.news is not None:
        confirmed = case((statement.news, confirmed))
    return Statement(cast("Select[Any]", statement.clause).add_columns(confirmed.label("heard")))


def to_core_error(error: Exception, committing: bool = False) -> Exception:
    """The failure as an error of the core; programming errors are returned unchanged.

    ``committing`` means that a commit was sent: unless the server rejected it, it may have happened.
    """
    if isinstance(error, TodoError):
        return error
    if committing and (isinstance(error, IN_DOUBT) or not isinstance(error, asyncpg.PostgresError)):
        return OutcomeUnknown()
    if isinstance(error, asyncpg.InvalidCachedStatementError):
        return Contention()  # prepared before a migration; prepared again next time
    if isinstance(error, asyncpg.PostgresError):
        state = error.sqlstate or ""
        answer = ERRORS.get(state) or ERRORS.get(state[:2])
        failure = answer() if answer else error
        if isinstance(failure, Unavailable) and failure.detail in {OUT_OF_REACH, NOT_PERMITTED} and error.args:
            failure.reason = f"{failure.detail[:-1]}: {error.args[0]}."
        return failure
    return Unavailable(OUT_OF_REACH) if isinstance(error, LOST) else error
