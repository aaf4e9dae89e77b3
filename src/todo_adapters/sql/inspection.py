"""Looks at a database as an operator would: whether it answers, its version, schema, encryption, clock and cautions."""

from collections.abc import Callable
from datetime import datetime
from ipaddress import ip_address
from typing import Any, Final, Literal, NamedTuple

from sqlalchemy import Boolean, DateTime, Integer, literal_column, select

from todo_adapters.sql.database import NO_SCHEMA, Database
from todo_adapters.sql.postgres.address import PostgresAddress, read
from todo_adapters.sql.postgres.database import PostgresDatabase, PostgresOptions
from todo_adapters.sql.schema import head
from todo_adapters.sql.sqlite.connection import require_usable
from todo_adapters.sql.sqlite.database import SqliteDatabase
from todo_adapters.sql.statements import Statement
from todo_adapters.sql.store import SCHEMA, SqlStore
from todo_adapters.sql.types import TEXT
from todo_adapters.sql.urls import is_postgres, sqlite_path
from todo_core.errors import Unavailable

OLDEST: Final = 15
CLOCK_SECONDS: Final = 10.0
"""How far clocks may differ."""

State = Literal["ok", "note", "FAILED"]
Now = Callable[[], datetime]


class Finding(NamedTuple):
    """What was found out about one thing."""

    what: str
    state: State
    text: str


FACTS: Final = Statement(
    select(
        literal_column("current_setting('server_version_num')::integer", Integer).label("number"),
        literal_column("current_setting('server_version')", TEXT).label("version"),
        literal_column("(SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid())", Boolean).label("encrypted"),
        literal_column("clock_timestamp()", DateTime(timezone=True)).label("now"),
    )
)


async def inspect(options: PostgresOptions, now: Now) -> list[Finding]:
    """What there is to say about the database at the address of the options, which may be one of SQLite."""
    if is_postgres(options.url):
        postgres = PostgresDatabase(options)
        return await _findings(postgres, lambda: _of_postgres(postgres, read(options.url), now))
    path = sqlite_path(options.url)
    sqlite = SqliteDatabase(path)

    async def usable() -> list[Finding]:
        require_usable(path)
        async with sqlite.transaction():  # needs the right to write
            pass
        return [Finding("database", "ok", "readable and writable")]

    return await _findings(sqlite, usable)


async def _findings(database: Any, first: Callable[[], Any]) -> list[Finding]:
    try:
        found: list[Finding] = await first()
    except Unavailable as error:
        return [Finding("database", "FAILED", error.reason)]
    else:
        return [*found, await _schema(database), *await _cautions(database)]
    finally:
        await database.close()


async def _of_postgres(database: Database, address: PostgresAddress, now: Now) -> list[Finding]:
    ((number, version, encrypted, clock),) = await database.all(FACTS, {})
    seconds = abs((clock - now()).total_seconds())
    return [
        Finding("database", "ok", "answers"),
        Finding("version", "ok", f"PostgreSQL {version}")
        if number >= OLDEST * 10_000
        else Finding("version", "FAILED", f"PostgreSQL {version} is too old: {OLDEST} or newer is needed."),
        tls(address, bool(encrypted)),
        Finding("clock", "ok", "agrees with the database's")
        if seconds <= CLOCK_SECONDS
        else Finding("clock", "note", f"{seconds:.0f} seconds from the database's: synchronise both (NTP)."),
    ]


def tls(address: PostgresAddress, encrypted: bool) -> Finding:
    """Whether the connection is protected as its way requires. A connection on this machine needs no encryption."""
    if all(_is_here(host) for host, _ in address.hosts):
        return Finding("TLS", "ok", "used" if encrypted else "not used, and not needed on this machine")
    if not encrypted:
        return Finding("TLS", "note", "The connection is not encrypted: add sslmode=verify-full to the address.")
    if address.tls.get("sslmode") != "verify-full" and address.tls.get("sslrootcert") != "system":
        return Finding("TLS", "note", "The server is not verified: add sslmode=verify-full to the address.")
    return Finding("TLS", "ok", "used, and the server is verified")


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or host.startswith("/") or ip_address(host).is_loopback
    except ValueError:
        return False


async def _schema(database: Database) -> Finding:
    try:
        row = await database.one(SCHEMA, {})
        if row is not None and row[0] > head():
            return Finding("schema", "note", f"{row[0]}, of a newer version")
        await SqlStore(database).ping()
    except Unavailable as error:
        return Finding("schema", "FAILED", error.reason)
    return Finding("schema", "ok", f"{row[0]}, of this version" if row else NO_SCHEMA)


async def _cautions(database: Database) -> list[Finding]:
    try:
        return [Finding("safety", "note", f"{caution}.") for caution in await database.cautions()]
    except Unavailable as error:
        return [Finding("safety", "FAILED", error.reason)]
