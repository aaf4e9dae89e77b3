"""The composition root: connects ports to adapters."""

import asyncio
import math
import os
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from todo_adapters import background
from todo_adapters.cleanup import Cleanup, ConservativeClock
from todo_adapters.memory.store import MemoryStore
from todo_adapters.runtime import SystemClock, UuidSevens, new_secret
from todo_adapters.security.argon2_hasher import Argon2Hasher
from todo_adapters.security.jwt_tokens import JwtTokens
from todo_adapters.security.refresh_tokens import HmacRefreshTokens
from todo_adapters.security.revoked_sessions import PATIENCE, PERIOD, FollowedRevokedSessions
from todo_adapters.security.signing_secrets import derive
from todo_adapters.server import own_sockets, worker
from todo_adapters.settings import values
from todo_adapters.settings.declarations import Settings
from todo_adapters.sql.no_announcements import NoAnnouncements
from todo_adapters.sql.postgres import address
from todo_adapters.sql.postgres.announcements import PostgresAnnouncements
from todo_adapters.sql.postgres.database import PostgresDatabase, PostgresOptions
from todo_adapters.sql.schema import is_current
from todo_adapters.sql.sqlite.connection import require_usable
from todo_adapters.sql.sqlite.database import SqliteDatabase
from todo_adapters.sql.store import SqlStore
from todo_adapters.sql.urls import is_memory, is_postgres, is_sqlite, sqlite_path
from todo_adapters.telemetry import log_writer
from todo_adapters.telemetry.event_log import StructlogEventLog
from todo_adapters.telemetry.metrics import FOLDER, CountingEventLog, ProcessMetrics
from todo_core.live import Hub
from todo_core.model.attempts import ThrottlePolicy
from todo_core.model.quota import Quota
from todo_core.model.session import SessionPolicy
from todo_core.ports.announcements import Announcements
from todo_core.ports.storage import Store
from todo_core.runner import Runner
from todo_core.todo import Todo
from todo_core.usecases.accounts import Accounts
from todo_core.usecases.digests import Digests
from todo_core.usecases.passwords import PasswordCheck
from todo_core.usecases.sessions import Sessions

ACCESS_LIFETIME: Final = timedelta(minutes=10)
FOLLOW_SECONDS: Final = 2.0
"""Limit of a statement that reads revoked sessions or counters; a later answer would be of no use."""

end_connections = own_sockets.end_connections
serving_process = worker.current


def cursor_keys(settings: Settings) -> tuple[bytes, ...]:
    """The keys of page cursors. All are accepted, the first one signs."""
    return tuple(derive(secret, "cursors") for secret in settings.secrets)


def new_meter() -> ProcessMetrics:
    """The metrics of this process, with those of its log writers."""
    meter = ProcessMetrics()
    meter.watch(log_writer.numbers)
    return meter


def access_log_writer() -> Callable[[str], None]:
    """Writes lines of the access log without blocking."""
    return log_writer.standard_output().write


@asynccontextmanager
async def open_store(
    url: str,
    postgres: PostgresOptions | None = None,
    meter: ProcessMetrics | None = None,
    *,
    quota: Quota = Quota(),  # noqa: B008 - a frozen value
    statement_limit: float = 10.0,
) -> AsyncIterator[Store]:
    """Opens the storage at an address. Connects when first used; does not migrate.

    ``statement_limit`` is in seconds and for SQLite; ``postgres`` has its own.
    """
    if is_memory(url):
        yield MemoryStore(quota)
        return
    database: PostgresDatabase | SqliteDatabase
    tasks: dict[str, Coroutine[Any, Any, None]] = {}
    if is_postgres(url):
        database = PostgresDatabase(postgres or PostgresOptions(url))
    else:
        database = SqliteDatabase(sqlite_path(url), statement_limit=statement_limit)
        tasks["truncate_log"] = background.truncate_log(database)
    if meter:
        meter.watch(database.numbers)
    try:
        async with background.running(**tasks):
            yield SqlStore(database, quota, _event_log(meter or new_meter()))
    finally:
        await database.close()


@asynccontextmanager
async def open_todo(
    url: str,
    *,
    create: bool = False,
    pgbouncer: bool = False,
    secrets: Sequence[str] = (),
    statement_limit: float = 10.0,
) -> AsyncIterator[Todo]:
    """Opens every use case of the service over the storage at an address, for scripts.

    With ``create`` a missing SQLite file is created, and any database is migrated to this version. Otherwise both raise
    Unavailable, as does a storage that does not answer. Raises ValueError for an address that is none.

    ``secrets`` are the signing secrets of a service: without them, tokens that are issued here are valid nowhere else,
    and counts of failed logins are not those of a service. ``statement_limit`` is in seconds.

    Events are logged by structlog if it is configured, otherwise by the logger ``todo`` of ``logging``, of which Python
    shows warnings on standard error.
    """
    url = await _usable(url, create)
    postgres = PostgresOptions(url, pgbouncer=pgbouncer, statement_limit=statement_limit)
    hub = Hub(NoAnnouncements())  # a script that follows nothing looks at nothing, and needs no other connection
    async with (
        open_store(url, postgres, statement_limit=statement_limit) as store,
        # A script may block the loop for longer than a server.
        _open(store, hub, secrets or [new_secret()], patience=math.inf) as (todo, revoked),
    ):
        await store.ping()
        await revoked.read(store)

        async def follow() -> None:
            await asyncio.sleep(PERIOD)  # a short script should not end in the middle of a read
            await revoked.follow(store)

        async with background.running(follow_revoked_sessions=follow(), wake_followers=hub.run(store)):
            yield todo


async def _usable(url: str, create: bool) -> str:
    """The address as settings keep it. Raises ValueError, and Unavailable for a SQLite file that cannot be used."""
    try:
        url = values.database_url(url)
    except ValueError as error:
        raise ValueError(f"The address of the database must be {error}.") from None
    if create and not is_memory(url) and not await is_current(url):
        from todo_adapters.sql import migrate  # noqa: PLC0415 - slow to import

        await migrate.upgrade(url)
    if is_sqlite(url):
        require_usable(sqlite_path(url))
    return url


@asynccontextmanager
async def open_service(settings: Settings, meter: ProcessMetrics | None = None) -> AsyncIterator[Todo]:
    """Opens every use case with the settings of a server, and its background tasks. Waits for the storage in one."""
    meter = meter or ProcessMetrics()
    url, postgres = settings.database_url, _postgres_options(settings)
    folder = os.environ.get(FOLDER)
    hub = Hub(_announcements(url, postgres, meter))
    async with (
        open_store(url, postgres, meter, quota=settings.quota, statement_limit=settings.statement_seconds) as store,
        _open_for_following(url, postgres, store) as undisturbed,
        _open(
            store,
            hub,
            settings.secrets,
            settings.access_lifetime,
            settings.session_policy,
            settings.throttle_policy,
            meter,
        ) as (todo, revoked),
        background.running(
            follow_revoked_sessions=revoked.follow(undisturbed),
            wake_followers=hub.run(undisturbed),
            report_ready=background.report_ready(todo),
            write_first_uses=background.write_first_uses(todo),
            clean_up=background.clean_up(
                todo,
                Cleanup(
                    todo,
                    revoked,
                    ConservativeClock(todo.run.clock),
                    trash_kept=timedelta(days=settings.trash_days),
                    feed_kept=timedelta(days=settings.feed_days),
                ),
            ),
            **({"write_metrics": meter.keep_writing(Path(folder))} if folder else {}),
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
async def _open_for_following(url: str, postgres: PostgresOptions, shared: Store) -> AsyncIterator[Store]:
    """Opens the storage once more, so that revoked sessions and counters are read without waiting behind requests."""
    if is_memory(url):
        yield shared
        return
    limit = min(FOLLOW_SECONDS, postgres.statement_limit)
    async with open_store(url, replace(postgres, pool_size=1, statement_limit=limit)) as store:
        yield store


def _announcements(url: str, postgres: PostgresOptions, meter: ProcessMetrics) -> Announcements | None:
    """How the processes of a service tell each other about changes. None if there can be only one."""
    if is_memory(url):
        return None
    if is_postgres(url) and not address.read(url, pgbouncer=postgres.pgbouncer).pgbouncer:
        return PostgresAnnouncements(postgres, _event_log(meter))
    return NoAnnouncements()


@asynccontextmanager
async def _open(
    store: Store,
    hub: Hub,
    secrets: Sequence[str],
    lifetime: timedelta = ACCESS_LIFETIME,
    policy: SessionPolicy = SessionPolicy(),  # noqa: B008 - a frozen value
    throttle: ThrottlePolicy = ThrottlePolicy(),  # noqa: B008 - a frozen value
    meter: ProcessMetrics | None = None,
    patience: float = PATIENCE,
) -> AsyncIterator[tuple[Todo, FollowedRevokedSessions]]:
    meter = meter or ProcessMetrics()
    clock, ids, event_log = SystemClock(), UuidSevens(), _event_log(meter)
    with closing(Argon2Hasher()) as hasher:
        revoked = FollowedRevokedSessions(clock, lifetime, event_log, patience=patience)
        meter.watch(hasher.numbers)
        meter.watch(revoked.numbers)
        runner = Runner(store, clock, ids, event_log, hub)
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


def _event_log(meter: ProcessMetrics) -> CountingEventLog:
    return CountingEventLog(StructlogEventLog(), meter)
