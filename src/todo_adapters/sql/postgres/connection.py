"""One connection to PostgreSQL: runs statements, says failures in the core's words, knows what it left undone."""

from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from functools import cache, partial
from typing import Any, Final, cast

import asyncpg
from sqlalchemy import Boolean, Select, literal_column, select
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg

from todo_adapters.shield import finished
from todo_adapters.sql.database import DISK_FULL, NO_SCHEMA, OUT_OF_REACH, TOO_SLOW, UNDONE, Values
from todo_adapters.sql.statements import Row, Statement
from todo_core.errors import Contention, MovedOn, OutcomeUnknown, OwnerBusy, TodoError, Unavailable

DIALECT: Final = PGDialect_asyncpg()  # type: ignore[no-untyped-call]
LOST: Final = (OSError, TimeoutError, asyncpg.InterfaceError, asyncpg.InternalClientError)
"""What the driver raises when the server is out of reach, or has not answered, or not as the driver expected."""

IN_DOUBT: Final = (asyncpg.PostgresConnectionError, asyncpg.StatementCompletionUnknownError)
"""After these a commit may have happened."""

WAIT_CANCELLED: Final = "01000"
"""The only mark of a commit that waited for a standby in vain (PostgreSQL gives the plain code of a warning)."""

HEARD: Final = literal_column(
    "CASE WHEN pg_is_in_recovery() THEN pg_current_xact_id() IS NULL"
    " WHEN current_setting('synchronous_standby_names') <> ''"
    " THEN pg_logical_emit_message(true, 'todo', '') IS NULL END",
    Boolean,
).label("heard")
"""Makes a read one whose commit waits for the standbys, if there are any: it writes an empty message to the WAL.

That needs no privilege and no setting, locks nothing and changes no row. A server that is a standby itself refuses it.
"""

CONFIRM: Final = Statement(select(HEARD))

AWAY: Final = partial(Unavailable, OUT_OF_REACH)
ANSWERS: Final[Mapping[str, Callable[[], TodoError]]] = {
    "08": AWAY,  # connection exception
    "23502": MovedOn,  # not null violation: an entry that found no row, see writes.py
    "23505": MovedOn,  # unique violation: a key that was claimed meanwhile
    "25006": AWAY,  # read-only transaction: no primary any more
    "25P02": partial(Unavailable, UNDONE),  # in failed transaction
    "25P03": AWAY,  # idle in transaction for too long
    "25P04": AWAY,  # transaction took too long
    "28": AWAY,  # invalid authorization
    "3D": AWAY,  # invalid catalog name
    "40": Contention,  # transaction rollback: serialization failure, deadlock
    "42703": partial(Unavailable, NO_SCHEMA),  # undefined column
    "42P01": partial(Unavailable, NO_SCHEMA),  # undefined table
    "53": AWAY,  # insufficient resources
    "53100": partial(Unavailable, DISK_FULL),
    "55P03": OwnerBusy,  # lock not available
    "57": AWAY,  # operator intervention: shutdown, crash
    "57014": partial(Unavailable, TOO_SLOW),  # query cancelled: its time limit
    "58": AWAY,  # system error
}
"""What an answer of the server means, by its SQLSTATE or the class of that, its first two characters."""


class NeverSent(Unavailable):
    """The link was lost before the statement was sent: on another link it can be tried again."""

    def __init__(self) -> None:
        super().__init__(OUT_OF_REACH)


class Link:
    """A connection of asyncpg. Times are those of the loop's clock.

    It stays busy when the end of a statement was not seen, because its caller gave up or its time was over: the server
    may still be at it.
    """

    __slots__ = ("_busy", "_connection", "_protocol", "_warning", "idle_since", "made_at", "owner")

    def __init__(self, connection: Any, made_at: float) -> None:
        self._connection = connection
        self._protocol = connection._protocol  # nothing else counts the statements that were sent
        self._warning: Exception | None = None
        self._busy = False
        self.made_at = made_at
        self.idle_since = made_at
        self.owner: Hashable = None  # for whom it is in use
        connection.add_log_listener(self._hear)

    @property
    def lost(self) -> bool:
        return bool(self._connection.is_closed())

    @property
    def unsettled(self) -> bool:
        """True when the next user would find something of the last one's."""
        return not self.lost and (self._busy or self._connection.is_in_transaction())

    async def rows(self, statement: Statement, values: Values) -> Sequence[Row]:
        return await self._run(self._fetch(statement, values))  # type: ignore[no-any-return]

    async def write(self, statement: Statement, values: Values) -> Sequence[Row]:
        """Runs a statement that commits. Raises OutcomeUnknown when one cannot know whether it did."""
        return await self._commit(self._fetch(statement, values))  # type: ignore[no-any-return]

    async def confirmed(self, statement: Statement, values: Values) -> Sequence[Row]:
        """Runs a statement with ``HEARD``. Raises OutcomeUnknown when the wait for the standbys does not end well."""
        return await self._committed(self._fetch(statement, values))  # type: ignore[no-any-return]

    async def begin(self) -> None:
        await finished(self._run(self._connection.execute("BEGIN")))

    async def commit(self) -> None:
        """Raises OutcomeUnknown when one cannot know whether it did, Unavailable when the server has undone it."""
        if await self._commit(self._connection.execute("COMMIT")) == "ROLLBACK":
            raise Unavailable(UNDONE)  # a statement had failed, and that was overlooked

    async def roll_back(self) -> None:
        await finished(self._run(self._connection.execute("ROLLBACK")))

    async def settle(self, seconds: float) -> None:
        """Waits for the end of what was left under way, and undoes it; the link is cut when that fails."""
        # asyncpg asks the server to cancel what was given up, and lets the next statement wait until that is over.
        try:
            if not self._connection.is_in_transaction():
                await self._run(self._connection.execute("SELECT 1", timeout=seconds))
            if self._connection.is_in_transaction():
                await self._run(self._connection.execute("ROLLBACK", timeout=seconds))
        except BaseException:
            self.cut()
            raise

    def cut(self) -> None:
        """Ends the connection, at once and whatever is under way. The server is told."""
        self._connection.terminate()

    def _fetch(self, statement: Statement, values: Values) -> Awaitable[Any]:
        prepared = statement.prepared(DIALECT)
        if not prepared.gives_our_values:
            raise TypeError("rows of asyncpg are used as they are: a column type would need converting")
        return self._connection.fetch(prepared.text, *prepared.arguments(values))  # type: ignore[no-any-return]

    async def _commit(self, work: Awaitable[Any]) -> Any:
        """To the end, even if the caller is cancelled."""
        return await finished(self._committed(work))

    async def _committed(self, work: Awaitable[Any]) -> Any:
        """Raises OutcomeUnknown also when the server has given up waiting for its standby.

        It says so only in a warning, and then that the commit succeeded; what it has not replicated, a failover loses.
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
            self._busy = not isinstance(error, asyncpg.PostgresError)  # with an error the server ends a statement
            if isinstance(error, asyncpg.ReadOnlySQLTransactionError | asyncpg.InternalClientError):
                self.cut()  # no primary any more, or out of step: the next connection may find a better one
            sent = self._protocol.queries_count != before
            if self.lost and not sent and not isinstance(error, TimeoutError):
                raise NeverSent from error
            raise refusal(error, committing and sent) from error
        self._busy = False
        return result

    def _hear(self, _: Any, message: Any) -> None:
        if message.sqlstate == WAIT_CANCELLED:
            self._warning = message


@cache
def confirming(statement: Statement) -> Statement:
    """The same query; when it finds a row, its commit waits for the standbys. Its rows have one more column."""
    return Statement(cast("Select[Any]", statement.clause).add_columns(HEARD))


def refusal(error: Exception, committing: bool = False) -> Exception:
    """The failure in the core's words; what is a fault of ours stays what it is.

    ``committing`` means that a commit had been sent: unless the server has refused it, it may have happened.
    """
    if isinstance(error, TodoError):
        return error
    if committing and (isinstance(error, IN_DOUBT) or not isinstance(error, asyncpg.PostgresError)):
        return OutcomeUnknown()
    if isinstance(error, asyncpg.InvalidCachedStatementError):
        return Contention()  # prepared before a migration changed a type; prepared anew the next time
    if isinstance(error, asyncpg.PostgresError):
        state = error.sqlstate or ""
        answer = ANSWERS.get(state) or ANSWERS.get(state[:2])
        return answer() if answer else error
    return Unavailable(OUT_OF_REACH) if isinstance(error, LOST) else error


def refusal_to_connect(error: Exception) -> Exception:
    """The same for a connection that cannot be made: whatever the server has against it, it is out of reach."""
    told = refusal(error)
    if type(told) is not Unavailable and isinstance(error, asyncpg.PostgresError):
        return Unavailable(OUT_OF_REACH)
    return told
