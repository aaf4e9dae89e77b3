"""PostgreSQL behind the seam: asyncpg's pool, behind a gate that is fair and bounded."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final

import asyncpg
from sqlalchemy import column, literal, or_, select, table
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg

from todo_adapters.sql.database import CLOSED, NO_SCHEMA, OUT_OF_REACH, Transaction, Values
from todo_adapters.sql.gate import Gate, numbers_of
from todo_adapters.sql.statements import Deed, Prepared, Row, Statement
from todo_adapters.sql.types import TEXT
from todo_adapters.uncancelled import finished
from todo_core.errors import Contention, MovedOn, OutcomeUnknown, OwnerBusy, TodoError, Unavailable

DIALECT: Final = PGDialect_asyncpg()  # type: ignore[no-untyped-call]
CONNECT_SECONDS: Final = 5.0
LOST: Final = (OSError, asyncpg.InterfaceError, asyncpg.PostgresConnectionError)
"""The link to the server is gone, or never was."""

FAILURES: Final = (
    *LOST,
    TimeoutError,
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.InvalidAuthorizationSpecificationError,
)
WAIT_CANCELLED: Final = "01000"
"""The only mark of a commit that waited for a standby in vain (PostgreSQL gives the plain code of a warning)."""

RUN_AGAIN: Final = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError)


@dataclass(frozen=True, slots=True)
class PostgresOptions:
    """How to reach the server. Times are in seconds.

    ``pgbouncer`` is for a pooler in transaction mode: no server settings at connect and no statement caches;
    set the time limits with ALTER ROLE there.
    """

    url: str
    pool_size: int = 10
    pool_wait: float = 2.0
    pool_queue: int = 1024
    statement_limit: float = 10.0
    lock_limit: float = 2.0
    pgbouncer: bool = False


LOOKED_AT: Final = ("fsync", "full_page_writes", "synchronous_commit", "max_connections")
NAME: Final = column("name", TEXT)
SERVER_SETTINGS: Final = Statement(
    select(NAME, column("setting", TEXT))
    .select_from(table("pg_settings"))
    .where(or_(*[literal(name) == NAME for name in LOOKED_AT]))
)


class PostgresDatabase:
    """A pool of connections, made when they are first needed, so that the server may come up later."""

    def __init__(self, options: PostgresOptions) -> None:
        self._options = options
        self._gate = Gate(options.pool_size, options.pool_queue, options.pool_wait)
        self._pool: Any = asyncpg.create_pool(
            options.url.replace("postgresql+asyncpg://", "postgresql://", 1),
            min_size=0,
            max_size=options.pool_size,
            timeout=CONNECT_SECONDS,
            command_timeout=options.statement_limit + 2,
            reset=_no_reset,
            **({"statement_cache_size": 0} if options.pgbouncer else {"server_settings": _server_settings(options)}),
        )
        self._opening = asyncio.Lock()
        self._open = False
        self._closed = False

    async def one(self, statement: Statement, values: Values) -> Row | None:
        prepared = _prepared(statement)
        try:
            async with self._connection() as connection:
                return await connection.fetchrow(prepared.text, *prepared.arguments(values))  # type: ignore[no-any-return]
        except Exception as error:
            raise _refusal(error) from error

    async def all(self, statement: Statement, values: Values) -> Sequence[Row]:
        prepared = _prepared(statement)
        try:
            async with self._connection() as connection:
                return await connection.fetch(prepared.text, *prepared.arguments(values))  # type: ignore[no-any-return]
        except Exception as error:
            raise _refusal(error) from error

    async def write(self, deed: Deed, values: Values) -> Row | None:
        prepared = _prepared(deed.fused)
        sent = False
        try:
            async with self._connection() as connection:
                sent = True
                with Replication(connection):
                    return await finished(connection.fetchrow(prepared.text, *prepared.arguments(values)))
        except Exception as error:
            raise _refusal(error, committing=sent) from error

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        try:
            async with self._connection() as connection:
                transaction = PostgresTransaction(connection)
                try:
                    await finished(connection.execute("BEGIN"))
                    yield transaction
                finally:
                    if not transaction.over:
                        with suppress(*FAILURES):
                            await finished(connection.execute("ROLLBACK"))
        except TodoError:
            raise
        except Exception as error:
            raise _refusal(error) from error

    async def cautions(self) -> Sequence[str]:
        found = []
        for name, value in await self.all(SERVER_SETTINGS, {}):
            if value == "off":
                found.append(f"{name} is off: a crash can lose what was acknowledged")
            elif name == "max_connections" and int(value) < 2 * self._options.pool_size:
                found.append(f"max_connections is {value}: hardly room for two pools of {self._options.pool_size}")
        return found

    def numbers(self) -> dict[str, float]:
        """What metrics tell."""
        return numbers_of(self._gate)

    async def close(self) -> None:
        """For good: whoever comes later finds it unavailable."""
        self._closed = True
        if self._open:
            with suppress(TimeoutError):
                async with asyncio.timeout(CONNECT_SECONDS):
                    await self._pool.close()
            self._pool.terminate()

    def _connection(self) -> "Loan":
        return Loan(self)

    async def take(self) -> Any:
        """A connection, in turn. Whoever takes one must give it back."""
        await self._gate.enter()
        try:
            if not self._open:
                await self._open_pool()
            return await self._pool.acquire()
        except BaseException:
            self._gate.leave()
            raise

    async def give_back(self, connection: Any) -> None:
        try:
            await self._pool.release(connection)
        finally:
            self._gate.leave()

    async def _open_pool(self) -> None:
        async with self._opening:
            if self._closed:
                raise Unavailable(CLOSED)
            if not self._open:
                await self._pool
                self._open = True


class Loan:
    """A connection of one's own, for a while."""

    __slots__ = ("_connection", "_database")

    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database

    async def __aenter__(self) -> Any:
        self._connection = await self._database.take()
        return self._connection

    async def __aexit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is not None and isinstance(error.__cause__ or error, asyncpg.ReadOnlySQLTransactionError):
            self._connection.terminate()  # a primary no more: the next connection may find the new one
        await self._database.give_back(self._connection)


class PostgresTransaction:
    """A transaction on a connection that is held until it is over."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self.over = False

    async def one(self, statement: Statement, values: Values) -> Row | None:
        prepared = _prepared(statement)
        try:
            return await self._connection.fetchrow(prepared.text, *prepared.arguments(values))  # type: ignore[no-any-return]
        except Exception as error:
            raise _refusal(error) from error

    async def all(self, statement: Statement, values: Values) -> Sequence[Row]:
        prepared = _prepared(statement)
        try:
            return await self._connection.fetch(prepared.text, *prepared.arguments(values))  # type: ignore[no-any-return]
        except Exception as error:
            raise _refusal(error) from error

    async def commit(self) -> None:
        self.over = True
        try:
            with Replication(self._connection):
                await finished(self._connection.execute("COMMIT"))
        except Exception as error:
            raise _refusal(error, committing=True) from error


class Replication:
    """Raises OutcomeUnknown when the server has given up waiting for its standby.

    It says so only in a warning, and then that the commit succeeded; what it has not replicated, a failover loses.
    """

    __slots__ = ("_connection", "_given_up")

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._given_up = False

    def __enter__(self) -> None:
        self._connection.add_log_listener(self._hear)

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self._connection.remove_log_listener(self._hear)
        if self._given_up and error is None:
            raise OutcomeUnknown

    def _hear(self, _: Any, message: Any) -> None:
        self._given_up |= message.sqlstate == WAIT_CANCELLED


async def _no_reset(connection: Any) -> None:
    """Nothing to reset: no session state is ever set."""


def _server_settings(options: PostgresOptions) -> dict[str, str]:
    limit = f"{int(options.statement_limit * 1000)}ms"
    return {
        "application_name": "todo",
        "statement_timeout": limit,
        "lock_timeout": f"{int(options.lock_limit * 1000)}ms",
        "idle_in_transaction_session_timeout": limit,
        "jit": "off",
        "timezone": "UTC",
    }


def _prepared(statement: Statement) -> Prepared:
    prepared = statement.prepared(DIALECT)
    if not prepared.gives_our_values:
        raise TypeError("rows of asyncpg are used as they are: a column type would need converting")
    return prepared


def _refusal(error: Exception, committing: bool = False) -> Exception:
    """The failure in the core's words; what is a fault of ours stays what it is."""
    if isinstance(error, TodoError):
        return error
    if committing and isinstance(error, (*LOST, TimeoutError)):
        return OutcomeUnknown()
    if isinstance(error, RUN_AGAIN):
        return Contention()
    if isinstance(error, asyncpg.NotNullViolationError | asyncpg.UniqueViolationError):
        return MovedOn()  # an entry that found no row, or a key that was claimed meanwhile: see writes.py
    if isinstance(error, asyncpg.LockNotAvailableError):
        return OwnerBusy()
    if isinstance(error, FAILURES):
        return Unavailable(OUT_OF_REACH)
    if isinstance(error, asyncpg.UndefinedTableError | asyncpg.UndefinedColumnError):
        return Unavailable(NO_SCHEMA)
    return error
