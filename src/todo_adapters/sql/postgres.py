"""PostgreSQL behind the seam: asyncpg's pool, handed out in the order of asking."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final, Literal

import asyncpg
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg

from todo_adapters.sql.database import NO_SCHEMA, OUT_OF_REACH, Transaction, Values
from todo_adapters.sql.statements import Prepared, Row, Statement
from todo_adapters.uncancelled import finished
from todo_core.errors import Contention, MovedOn, OutcomeUnknown, TodoError, Unavailable

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
    asyncpg.LockNotAvailableError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.InvalidAuthorizationSpecificationError,
)
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
    statement_limit: float = 10.0
    pgbouncer: bool = False


class PostgresDatabase:
    """A pool of connections, made when they are first needed, so that the server may come up later."""

    fuses_writes: Literal[True] = True

    def __init__(self, options: PostgresOptions) -> None:
        self._options = options
        # asyncpg's queue lets newcomers overtake; a semaphore is first come, first served.
        self._turns = asyncio.Semaphore(options.pool_size)
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

    async def write(self, statement: Statement, values: Values) -> Row | None:
        return await finished(self._write(statement, values))

    async def _write(self, statement: Statement, values: Values) -> Row | None:
        prepared = _prepared(statement)
        sent = False
        try:
            async with self._connection() as connection:
                sent = True
                return await connection.fetchrow(prepared.text, *prepared.arguments(values))  # type: ignore[no-any-return]
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

    async def close(self) -> None:
        if self._open:
            with suppress(TimeoutError):
                async with asyncio.timeout(CONNECT_SECONDS):
                    await self._pool.close()
            self._pool.terminate()

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Any]:
        """A connection of one's own, for a while."""
        if self._turns.locked():
            try:
                async with asyncio.timeout(self._options.pool_wait):
                    await self._turns.acquire()
            except TimeoutError:
                raise Unavailable("All connections to the database are in use.") from None
        else:
            await self._turns.acquire()
        try:
            if not self._open:
                await self._open_pool()
            connection = await self._pool.acquire()
            try:
                yield connection
            finally:
                await self._pool.release(connection)
        finally:
            self._turns.release()

    async def _open_pool(self) -> None:
        async with self._opening:
            if not self._open:
                await self._pool
                self._open = True


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
            await finished(self._connection.execute("COMMIT"))
        except Exception as error:
            raise _refusal(error, committing=True) from error


async def _no_reset(connection: Any) -> None:
    """Nothing to reset: no session state is ever set."""


def _server_settings(options: PostgresOptions) -> dict[str, str]:
    limit = f"{int(options.statement_limit * 1000)}ms"
    return {
        "application_name": "todo",
        "statement_timeout": limit,
        "lock_timeout": limit,
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
    if isinstance(error, asyncpg.NotNullViolationError):
        return MovedOn()  # a feed entry that found no row: see writes.py
    if isinstance(error, FAILURES):
        return Unavailable(OUT_OF_REACH)
    if isinstance(error, asyncpg.UndefinedTableError | asyncpg.UndefinedColumnError):
        return Unavailable(NO_SCHEMA)
    return error
