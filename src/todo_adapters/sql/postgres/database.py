"""The PostgreSQL driver: runs statements on connections of a fair and bounded pool."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import column, literal, or_, select, table

from todo_adapters.sql.connection_limiter import ConnectionLimiter, numbers_of
from todo_adapters.sql.database import Transaction, Values
from todo_adapters.sql.postgres.address import read
from todo_adapters.sql.postgres.connecting import Connector
from todo_adapters.sql.postgres.connection import CONFIRM, NeverSent, PostgresConnection, confirming
from todo_adapters.sql.postgres.pool import Pool
from todo_adapters.sql.set_statements import Rows, SetStatement, together
from todo_adapters.sql.statements import Row, Statement, WriteStatement
from todo_adapters.sql.types import TEXT
from todo_core.errors import TodoError
from todo_core.ids import UserId

Run = Callable[[PostgresConnection, Statement, Values], Awaitable[Sequence[Row]]]


@dataclass(frozen=True, slots=True)
class PostgresOptions:
    """Options of the driver. Times are in seconds.

    Connections are closed at about ``age_max``, or after being idle for about ``idle_max``. ``pgbouncer`` is for a
    pooler in transaction mode, as ``pgbouncer=true`` in the address: no server settings at connect and no statement
    caches; set the time limits with ALTER ROLE instead.
    """

    url: str
    pool_size: int = 10
    pool_wait: float = 2.0
    pool_queue: int = 1024
    statement_limit: float = 10.0
    lock_limit: float = 2.0
    age_max: float = 1800.0
    idle_max: float = 300.0
    pgbouncer: bool = False


CHECKED_SETTINGS: Final = ("fsync", "full_page_writes", "synchronous_commit", "max_connections")
NAME: Final = column("name", TEXT)
SERVER_SETTINGS: Final = Statement(
    select(NAME, column("setting", TEXT))
    .select_from(table("pg_settings"))
    .where(or_(*[literal(name) == NAME for name in CHECKED_SETTINGS]))
)


class PostgresDatabase:
    """A database on a PostgreSQL server. Connections are opened on demand, so the server may start later."""

    def __init__(self, options: PostgresOptions) -> None:
        self._options = options
        self._connector = Connector(read(options.url, pgbouncer=options.pgbouncer))
        self._limiter = ConnectionLimiter(options.pool_size, options.pool_queue, options.pool_wait)
        self._pool = Pool(self._connect, self._limiter, options.age_max, options.idle_max)

    async def one(self, statement: Statement, values: Values) -> Row | None:
        rows = await self._run(PostgresConnection.rows, statement, values)
        return rows[0] if rows else None

    async def all(self, statement: Statement, values: Values) -> Sequence[Row]:
        return await self._run(PostgresConnection.rows, statement, values)

    async def write(self, statement: WriteStatement, values: Values) -> Row | None:
        rows = await self._run(PostgresConnection.write, statement.fused, values)
        return rows[0] if rows else None

    async def confirm(self) -> None:
        await self._run(PostgresConnection.confirmed, CONFIRM, {})

    async def confirmed(self, statement: Statement, values: Values) -> Sequence[Row]:
        return await self._run(PostgresConnection.confirmed, confirming(statement), values)

    @asynccontextmanager
    async def transaction(self, owner: UserId | None = None) -> AsyncIterator[Transaction]:
        connection = await self._pool.take(owner)
        try:
            try:
                await connection.begin()
            except NeverSent:
                connection = await self._pool.renew(connection)
                await connection.begin()
            transaction = PostgresTransaction(connection)
            try:
                yield transaction
            finally:
                if not transaction.over:
                    with suppress(TodoError):
                        await connection.roll_back()
        finally:
            self._pool.give_back(connection)

    async def cautions(self) -> Sequence[str]:
        found = []
        for name, value in await self.all(SERVER_SETTINGS, {}):
            if value == "off":
                found.append(f"{name} is off: a crash can lose acknowledged writes")
            elif name == "max_connections" and int(value) < 2 * self._options.pool_size:
                found.append(f"max_connections is {value}: not enough for two pools of {self._options.pool_size}")
        return found

    def numbers(self) -> dict[str, float]:
        return numbers_of(self._limiter)

    async def close(self) -> None:
        """Closes all connections. Later calls raise Unavailable."""
        await self._pool.close()

    async def _run(self, run: Run, statement: Statement, values: Values) -> Sequence[Row]:
        """Runs a single statement, again on a new connection if the first one turns out to be closed."""
        connection = await self._pool.take(values.get("user_id"))
        try:
            try:
                return await run(connection, statement, values)
            except NeverSent:
                connection = await self._pool.renew(connection)
                return await run(connection, statement, values)
        finally:
            self._pool.give_back(connection)

    async def _connect(self) -> Any:
        options = self._options
        return await self._connector.connect(
            _server_settings(options), cached=True, command_timeout=options.statement_limit + 2
        )


class PostgresTransaction(Transaction):
    """A transaction on one connection."""

    def __init__(self, connection: PostgresConnection) -> None:
        self._connection = connection
        self._wrote = False
        self.over = False

    async def all(self, statement: Statement, values: Values) -> Sequence[Row]:
        rows = await self._connection.rows(statement, values)
        if rows and statement.writes:
            self._wrote = True
        return rows

    async def write_sets(self, parts: Sequence[tuple[SetStatement, Rows]]) -> Sequence[Sequence[Row]]:
        """In one statement."""
        values: dict[str, Any] = {}
        for part, rows in parts:
            values |= part.values(rows)
        self._wrote = True
        found: list[list[Row]] = [[] for _ in parts]
        for place, *row in await self._connection.rows(together(tuple([part for part, _ in parts])), values):
            found[place].append(row)
        return found

    async def commit(self) -> None:
        if not self._wrote:
            await self._connection.rows(CONFIRM, {})
        self.over = True
        await self._connection.commit()


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
