"""The composition root: the one place where ports get their adapters."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Final

from todo_adapters import log_writer
from todo_adapters.argon2_hasher import Argon2Hasher
from todo_adapters.ended_sessions import FollowedEndedSessions
from todo_adapters.journal import StructlogJournal
from todo_adapters.jwt_tokens import JwtTokens
from todo_adapters.keys import derive
from todo_adapters.memory.store import MemoryStore
from todo_adapters.metrics import FOLDER, CountingJournal, Meter
from todo_adapters.refresh_tokens import HmacRefreshTokens
from todo_adapters.runtime import SystemClock, UuidSevens, new_secret
from todo_adapters.schema import is_current
from todo_adapters.settings import Settings
from todo_adapters.sql.postgres import PostgresDatabase, PostgresOptions
from todo_adapters.sql.sqlite import SqliteDatabase
from todo_adapters.sql.store import SqlStore
from todo_adapters.urls import is_memory, is_postgres, postgres_url, sqlite_path
from todo_adapters.worker import Worker, current
from todo_core.errors import TodoError, Unavailable
from todo_core.front import Todo
from todo_core.model.attempts import ThrottlePolicy
from todo_core.model.session import SessionPolicy
from todo_core.ports.storage import Store
from todo_core.runner import Runner
from todo_core.usecases.accounts import Accounts
from todo_core.usecases.passwords import PasswordCheck
from todo_core.usecases.sessions import Sessions

ACCESS_LIFETIME: Final = timedelta(minutes=10)
SWEEP_SECONDS: Final = 600.0
KNOCK_SECONDS: Final = 0.1
STARTING: Final = "The service is still starting."


def cursor_keys(settings: Settings) -> tuple[bytes, ...]:
    """The keys that seal page positions; the first one seals."""
    return tuple(derive(secret, "cursors") for secret in settings.secrets)


def new_meter() -> Meter:
    """Counts for one process, from the edge of its HTTP to the gate of its database."""
    meter = Meter()
    meter.watch(log_writer.numbers)
    return meter


def access_log_writer() -> Callable[[str], None]:
    """What takes the lines of the access log. It never keeps the caller waiting."""
    return log_writer.standard_output().write


def serving_process() -> Worker | None:
    """What the process offers that serves the application, where ``todo serve`` has started it."""
    return current()


@asynccontextmanager
async def open_store(
    url: str, postgres: PostgresOptions | None = None, meter: Meter | None = None
) -> AsyncIterator[Store]:
    """The storage at an address. Nothing is connected before it is needed, and nothing is migrated."""
    if is_memory(url):
        yield MemoryStore()
        return
    database: PostgresDatabase | SqliteDatabase
    if is_postgres(url):
        database = PostgresDatabase(postgres or PostgresOptions(postgres_url(url)))
    else:
        database = SqliteDatabase(sqlite_path(url))
    if meter:
        meter.watch(database.numbers)
    try:
        yield SqlStore(database)
    finally:
        await database.close()


@asynccontextmanager
async def open_todo(url: str, *, pgbouncer: bool = False) -> AsyncIterator[Todo]:
    """Every use case of the service over the storage at an address, for scripts.

    A SQLite file is made or brought up to date; a PostgreSQL database has to be migrated already. Raises
    Unavailable when the storage does not answer. Tokens that are issued here are good for nothing elsewhere.
    """
    if not is_postgres(url) and not is_memory(url) and not is_current(url):
        from todo_adapters import migrate  # noqa: PLC0415 - slow to import

        await migrate.upgrade(url)
    postgres = PostgresOptions(postgres_url(url), pgbouncer=pgbouncer) if is_postgres(url) else None
    async with open_store(url, postgres) as store, _open(store, [new_secret()]) as (todo, ended):
        await ended.look(store)
        yield todo


@asynccontextmanager
async def open_service(settings: Settings, meter: Meter | None = None) -> AsyncIterator[Todo]:
    """Everything that a server needs, with its background work. While the storage is away it waits, and says so."""
    meter = meter or Meter()
    postgres = PostgresOptions(
        url=settings.database_url,
        pool_size=settings.pool_size,
        pool_wait=settings.pool_wait_seconds,
        pool_queue=settings.pool_queue,
        statement_limit=settings.statement_seconds,
        pgbouncer=settings.pgbouncer,
    )
    async with (
        open_store(settings.database_url, postgres, meter) as store,
        _open(
            store,
            settings.secrets,
            settings.access_lifetime,
            settings.session_policy,
            settings.throttle_policy,
            meter,
        ) as (todo, ended),
    ):
        chores = [
            asyncio.create_task(chore, name=name)
            for name, chore in (
                ("follow ended sessions", ended.follow(store)),
                ("tell when the storage answers", _tell_when_ready(todo)),
                ("sweep", _sweep(todo)),
                ("write metrics", _write_metrics(meter)),
            )
        ]
        try:
            yield todo
        finally:
            for chore in chores:
                chore.cancel()
            await asyncio.gather(*chores, return_exceptions=True)


@asynccontextmanager
async def _open(
    store: Store,
    secrets: Sequence[str],
    lifetime: timedelta = ACCESS_LIFETIME,
    policy: SessionPolicy = SessionPolicy(),  # noqa: B008 - a frozen value
    throttle: ThrottlePolicy = ThrottlePolicy(),  # noqa: B008 - a frozen value
    meter: Meter | None = None,
) -> AsyncIterator[tuple[Todo, FollowedEndedSessions]]:
    async with AsyncExitStack() as closing:
        meter = meter or Meter()
        clock, ids, journal = SystemClock(), UuidSevens(), CountingJournal(StructlogJournal(), meter)
        hasher = Argon2Hasher()
        closing.callback(hasher.close)
        ended = FollowedEndedSessions(clock, lifetime, journal)
        meter.watch(hasher.numbers)
        meter.watch(ended.numbers)
        runner = Runner(store, clock, ids, journal)
        passwords = PasswordCheck(runner, hasher, throttle)
        sessions = Sessions(
            runner=runner,
            passwords=passwords,
            access=JwtTokens(secrets, ids, lifetime),
            refreshing=HmacRefreshTokens(secrets),
            ended=ended,
            policy=policy,
        )

        async def check() -> None:
            await store.ping()
            if not ended.loaded:
                raise Unavailable(STARTING)

        accounts = Accounts(runner=runner, hasher=hasher, passwords=passwords, sessions=sessions)
        yield Todo(run=runner, accounts=accounts, sessions=sessions, check=check), ended


async def _tell_when_ready(todo: Todo) -> None:
    """Knocks until the storage answers with our schema, and says why it waits."""
    told = ""
    while True:
        try:
            await todo.check()
        except TodoError as refusal:
            if refusal.detail != told and refusal.detail != STARTING:
                todo.run.journal.record("waiting_for_storage", reason=refusal.detail)
                told = refusal.detail
            await asyncio.sleep(KNOCK_SECONDS)
        else:
            for caution in await todo.run.store.cautions():
                todo.run.journal.record("careless_storage", caution=caution)
            todo.run.journal.record("ready")
            return


async def _sweep(todo: Todo) -> None:
    """Throws away, now and then, what nobody will ask for again. What fails this time is left to the next."""
    while True:
        await asyncio.sleep(SWEEP_SECONDS)
        try:
            await todo.sessions.sweep()
        except TodoError as refusal:
            todo.run.journal.record("sweep_failed", reason=refusal.code)


async def _write_metrics(meter: Meter) -> None:
    """Leaves the numbers where the listener looks for them, if there is one."""
    if folder := os.environ.get(FOLDER):
        await meter.keep_writing(Path(folder))
