"""Looks at a database as an operator would: whether it answers, its version, schema, encryption, clock and cautions."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Final, Literal, NamedTuple

from sqlalchemy import Boolean, DateTime, Integer, literal_column, select

from todo_adapters.sql.failures import NO_SCHEMA
from todo_adapters.sql.postgres.address import ROOTS_OF_SYSTEM, PostgresAddress, read
from todo_adapters.sql.postgres.database import PostgresDatabase, PostgresOptions
from todo_adapters.sql.schema import head
from todo_adapters.sql.sqlite.connection import require_usable
from todo_adapters.sql.sqlite.database import SqliteDatabase
from todo_adapters.sql.statements import Statement
from todo_adapters.sql.store import SCHEMA
from todo_adapters.sql.types import TEXT
from todo_adapters.sql.urls import is_postgres, sqlite_path
from todo_core.errors import Unavailable

OLDEST: Final = 15
CLOCK_SECONDS: Final = 10.0
"""How far clocks may differ."""

State = Literal["ok", "note", "FAILED"]
Now = Callable[[], datetime]
Look = Callable[[], Awaitable[Sequence["Finding"]]]


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
    sqlite = SqliteDatabase(sqlite_path(options.url))
    return await _findings(sqlite, lambda: _of_sqlite(sqlite, sqlite_path(options.url)))


async def _findings(database: PostgresDatabase | SqliteDatabase, first: Look) -> list[Finding]:
    """What the first look finds, and what applies to any database. Ends with what fails."""
    found: list[Finding] = []
    try:
        found += await first()
        row = await database.one(SCHEMA, {})
        found.append(schema(str(row[0]) if row else ""))
        found += [Finding("safety", "note", f"{caution}.") for caution in await database.cautions()]
    except Unavailable as error:
        found.append(Finding("schema" if error.detail == NO_SCHEMA else "database", "FAILED", error.reason))
    finally:
        await database.close()
    return found


async def _of_sqlite(database: SqliteDatabase, path: Path) -> list[Finding]:
    require_usable(path)
    async with database.transaction():  # needs the right to write
        return [Finding("database", "ok", "readable and writable")]


async def _of_postgres(database: PostgresDatabase, address: PostgresAddress, now: Now) -> list[Finding]:
    ((number, name, encrypted, theirs),) = await database.all(FACTS, {})
    answers = Finding("database", "ok", "answers")
    return [answers, version(number, name), tls(address, bool(encrypted)), clock(theirs, now())]


def version(number: int, name: str) -> Finding:
    """Whether the server, with this ``server_version_num``, is new enough."""
    if number >= OLDEST * 10_000:
        return Finding("version", "ok", f"PostgreSQL {name}")
    return Finding("version", "FAILED", f"PostgreSQL {name} is too old: {OLDEST} or newer is needed.")


def clock(theirs: datetime, ours: datetime) -> Finding:
    """Whether the database's clock agrees with the one of this machine."""
    seconds = abs((theirs - ours).total_seconds())
    if seconds <= CLOCK_SECONDS:
        return Finding("clock", "ok", "agrees with the database's")
    return Finding("clock", "note", f"{seconds:.0f} seconds from the database's: synchronise both (NTP).")


def schema(revision: str) -> Finding:
    """Whether a database at this revision, empty for none, can be used by this version."""
    if revision < head():
        return Finding("schema", "FAILED", NO_SCHEMA)
    if revision > head():
        return Finding("schema", "note", f"{revision}, of a newer version")
    return Finding("schema", "ok", f"{revision}, of this version")


def tls(address: PostgresAddress, encrypted: bool) -> Finding:
    """Whether the connection is encrypted and to the right server. On this machine it need not be."""
    if all(_is_here(host) for host, _ in address.hosts):
        return Finding("TLS", "ok", "used" if encrypted else "not used, and not needed on this machine")
    if not encrypted:
        return Finding("TLS", "note", "The connection is not encrypted: add sslmode=verify-full to the address.")
    if address.tls.get("sslmode") != "verify-full" and address.tls.get("sslrootcert") != ROOTS_OF_SYSTEM:
        return Finding("TLS", "note", "The server is not verified: add sslmode=verify-full to the address.")
    return Finding("TLS", "ok", "used, and the server is verified")


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or host.startswith("/") or ip_address(host).is_loopback
    except ValueError:
        return False
