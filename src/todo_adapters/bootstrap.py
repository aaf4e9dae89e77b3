"""The composition root: the one place where ports get their adapters."""

import asyncio
import math
import os
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from todo_adapters.cleanup import Cleanup, PassedTime
from todo_adapters.memory.store import MemoryStore
from todo_adapters.runtime import SystemClock, UuidSevens, new_secret
from todo_adapters.security.argon2_hasher import Argon2Hasher
from todo_adapters.security.jwt_tokens import JwtTokens
from todo_adapters.security.keys import derive
from todo_adapters.security.refresh_tokens import HmacRefreshTokens
from todo_adapters.security.revoked_sessions import PATIENCE, STARTING, FollowedRevokedSessions
from todo_adapters.server import own_sockets
from todo_adapters.server.worker import Worker, current
from todo_adapters.settings.declarations import Settings
from todo_adapters.sql.postgres.database import PostgresDatabase, PostgresOptions
from todo_adapters.sql.schema import is_current
from todo_adapters.sql.sqlite.database import SqliteDatabase
from todo_adapters.sql.store import SqlStore
from todo_adapters.sql.urls import is_memory, is_postgres, postgres_url, sqlite_path
from todo_adapters.telemetry import log_writer
from todo_adapters.telemetry.event_log import StructlogEventLog
from todo_adapters.telemetry.metrics import FOLDER, CountingEventLog, Meter
from todo_core.errors import TodoError
from todo_core.model.attempts import ThrottlePolicy
from todo_core.model.quota import Quota
from todo_core.model.session import SessionPolicy
from todo_core.ports.storage import Store
from todo_core.runner import Runner
from todo_core.todo import Todo
from todo_core.usecases.accounts import Accounts
from todo_core.usecases.digests import Digests
from todo_core.usecases.passwords import PasswordCheck
from todo_core.usecases.sessions import Sessions

ACCESS_LIFETIME: Final = timedelta(minutes=10)
SWEEP_FIRST: Final = 2.0
SWEEP_SECONDS: Final = 600.0
SWEEP_RETRY: Final = 60.0
KNOCK_SECONDS: Final = 0.1
FIRST_USES_SECONDS: Final = 0.5
LOOK_SECONDS: Final = 2.0
"""Longest statement of a look at ended sessions: its answer would come too late anyway."""


def cursor_keys(settings: Settings) -> tuple[bytes, ...]:
    """The keys that seal page positions; the first one seals."""
    return tuple(derive(secret, "cursors") for secret in settings.secrets)


def new_meter() -> Meter:
    """Counts for one process, from the edge of its HTTP to the limiter of its database."""
    meter = Meter()
    meter.watch(log_writer.numbers)
    return meter


def access_log_writer() -> Callable[[str], None]:
    """What takes the lines of the access log. It never keeps the caller waiting."""
    return log_writer.standard_output().write


end_connections = own_sockets.end_connections


def serving_process() -> Worker | None:
    """What the process offers that serves the application, where ``todo serve`` has started it."""
    return current()


@asynccontextmanager
async def open_store(
    url: str,
    postgres: PostgresOptions | None = None,
    meter: Meter | None = None,
    *,
    quota: Quota = Quota(),  # noqa: B008 - a frozen value
    statement_limit: float = 10.0,
) -> AsyncIterator[Store]:
    """The storage at an address. Nothing is connected before it is needed, and nothing is migrated.

    ``statement_limit`` is in seconds and for SQLite; ``postgres`` has its own.
    """
    if is_memory(url):
        yield MemoryStore(quota)
        return
    database: PostgresDatabase | SqliteDatabase
    chores: dict[str, Coroutine[Any, Any, None]] = {}
    if is_postgres(url):
        database = PostgresDatabase(postgres or PostgresOptions(postgres_url(url)))
    else:
        database = SqliteDatabase(sqlite_path(url), statement_limit=statement_limit)
        chores["truncate_log"] = _truncate_log(database)
    if meter:
        meter.watch(database.numbers)
    try:
        async with _running(**chores):
            yield SqlStore(database, quota, _event_log(meter or new_meter()))
    finally:
        await database.close()


@asynccontextmanager
async def open_todo(url: str, *, pgbouncer: bool = False) -> AsyncIterator[Todo]:
    """Every use case of the service over the storage at an address, for scripts.

    A SQLite file is made or brought up to date; a PostgreSQL database has to be migrated already. Raises
    Unavailable when the storage does not answer. Tokens that are issued here are good for nothing elsewhere.
    """
    if not is_postgres(url) and not is_memory(url) and not is_current(url):
        from todo_adapters.sql import migrate  # noqa: PLC0415 - slow to import

        await migrate.upgrade(url)
    postgres = PostgresOptions(postgres_url(url), pgbouncer=pgbouncer) if is_postgres(url) else None
    async with (
        open_store(url, postgres) as store,
        # Nobody else accepts its tokens, and a script may block the loop for longer than a server does.
        _open(store, [new_secret()], patience=math.inf) as (todo, revoked),
    ):
        await revoked.look(store)
        async with _running(follow=revoked.follow(store)):
            yield todo


@asynccontextmanager
async def open_service(settings: Settings, meter: Meter | None = None) -> AsyncIterator[Todo]:
    """Everything that a server needs, with its background work. While the storage is away it waits, and says so."""
    meter = meter or Meter()
    postgres = _postgres_options(settings)
    async with (
        open_store(
            settings.database_url,
            postgres,
            meter,
            quota=settings.quota,
            statement_limit=settings.statement_seconds,
        ) as store,
        _open_for_looks(settings.database_url, postgres, store) as undisturbed,
        _open(
            store,
            settings.secrets,
            settings.access_lifetime,
            settings.session_policy,
            settings.throttle_policy,
            meter,
        ) as (todo, revoked),
        _running(
            follow_revoked_sessions=revoked.follow(undisturbed),
            tell_when_the_storage_answers=_tell_when_ready(todo),
            write_first_uses=_write_first_uses(todo),
            sweep=_sweep(todo, Cleanup(todo, revoked, PassedTime(todo.run.clock))),
            write_metrics=_write_metrics(meter),
        ),
    ):
        yield todo


def _postgres_options(settings: Settings) -> PostgresOptions:
    return PostgresOptions(
        url=settings.database_url,
        pool_size=settings.pool_size,
        pool_wait=settings.pool_wait_seconds,
        pool_queue=settings.pool_queue,
        statement_limit=settings.statement_seconds,
        pgbouncer=settings.pgbouncer,
    )


@asynccontextmanager
async def _open_for_looks(url: str, postgres: PostgresOptions, shared: Store) -> AsyncIterator[Store]:
    """The same storage through a connection of its own, so that looks never wait behind requests."""
    if is_memory(url):
        yield shared
        return
    limit = min(LOOK_SECONDS, postgres.statement_limit)
    async with open_store(url, replace(postgres, pool_size=1, statement_limit=limit)) as store:
        yield store


@asynccontextmanager
async def _running(**chores: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Background work, each under its name, that is cancelled in the end."""
    tasks = [asyncio.create_task(chore, name=name.replace("_", " ")) for name, chore in chores.items()]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def _open(
    store: Store,
    secrets: Sequence[str],
    lifetime: timedelta = ACCESS_LIFETIME,
    policy: SessionPolicy = SessionPolicy(),  # noqa: B008 - a frozen value
    throttle: ThrottlePolicy = ThrottlePolicy(),  # noqa: B008 - a frozen value
    meter: Meter | None = None,
    patience: float = PATIENCE,
) -> AsyncIterator[tuple[Todo, FollowedRevokedSessions]]:
    async with AsyncExitStack() as closing:
        meter = meter or Meter()
        clock, ids, event_log = SystemClock(), UuidSevens(), _event_log(meter)
        hasher = Argon2Hasher()
        closing.callback(hasher.close)
        revoked = FollowedRevokedSessions(clock, lifetime, event_log, patience=patience)
        meter.watch(hasher.numbers)
        meter.watch(revoked.numbers)
        runner = Runner(store, clock, ids, event_log)
        passwords = PasswordCheck(runner, hasher, Digests(derive(secrets[0], "attempts")), throttle)
        sessions = Sessions(
            runner=runner,
            passwords=passwords,
            access=JwtTokens(secrets, ids, lifetime),
            refreshing=HmacRefreshTokens(secrets),
            revoked=revoked,
            policy=policy,
        )

        async def check() -> None:
            await store.ping()
            revoked.require_current()

        accounts = Accounts(runner=runner, hasher=hasher, passwords=passwords, sessions=sessions)
        yield Todo(run=runner, accounts=accounts, sessions=sessions, check=check), revoked


def _event_log(meter: Meter) -> CountingEventLog:
    return CountingEventLog(StructlogEventLog(), meter)


async def _tell_when_ready(todo: Todo) -> None:
    """Knocks until the storage answers with our schema, and says why it waits."""
    told = ""
    while True:
        try:
            await todo.check()
        except TodoError as refusal:
            if refusal.detail != told and refusal.detail != STARTING:
                todo.run.event_log.record("waiting_for_storage", reason=refusal.detail)
                told = refusal.detail
            await asyncio.sleep(KNOCK_SECONDS)
        else:
            for caution in await todo.run.store.cautions():
                todo.run.event_log.record("careless_storage", caution=caution)
            todo.run.event_log.record("ready")
            return


async def _write_first_uses(todo: Todo) -> None:
    """Lets other replicas know which access tokens have been used here. What fails is tried again."""
    while True:
        await asyncio.sleep(FIRST_USES_SECONDS)
        with suppress(Exception):  # whatever it was: without this chore copies of tokens are excused for longer
            await todo.sessions.write_first_uses()


async def _sweep(todo: Todo, sweeper: Cleanup) -> None:
    """Deletes what has expired, at the start and every ten minutes. After a failure it tries again sooner."""
    pause = SWEEP_FIRST
    while True:
        await asyncio.sleep(pause)
        try:
            await sweeper.sweep()
            pause = SWEEP_SECONDS
        except TodoError as refusal:
            todo.run.event_log.record("sweep_failed", reason=refusal.code)
            pause = SWEEP_RETRY


async def _truncate_log(database: SqliteDatabase) -> None:
    """Takes deleted text out of SQLite's log, now and then."""
    while True:
        await asyncio.sleep(SWEEP_SECONDS)
        with suppress(TodoError):
            await database.truncate_log()


async def _write_metrics(meter: Meter) -> None:
    """Leaves the numbers where the listener looks for them, if there is one."""
    if folder := os.environ.get(FOLDER):
        await meter.keep_writing(Path(folder))
