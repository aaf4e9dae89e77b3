"""The service works through PgBouncer in transaction mode, and writes still wake followers on other replicas."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, Phase, given, settings
from sqlalchemy import text

from tests.contracts.following import eventually
from tests.contracts.performing import Performance
from tests.contracts.programs import Program, programs
from tests.support.pgbouncer import find_pgbouncer, pooled
from tests.support.postgres import create_database, drop_database, unique_database_name
from tests.support.postgres_server import PostgresServer
from tests.support.replicas import replicas, wakes
from todo_adapters.bootstrap import open_store
from todo_adapters.contracts.kit import join, someone
from todo_adapters.memory.security import ListEventLog
from todo_adapters.memory.store import MemoryStore
from todo_adapters.sql import migrate
from todo_adapters.sql.failures import TOO_SLOW
from todo_adapters.sql.postgres.announcements import POOLED, PostgresAnnouncements
from todo_adapters.sql.postgres.database import PostgresDatabase, PostgresOptions
from todo_adapters.sql.statements import Statement
from todo_core import live
from todo_core.errors import Unavailable
from todo_core.ports.storage import Store

pytestmark = pytest.mark.database


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def direct_url(postgres_url: str) -> str:
    """The address of a database of this version, without PgBouncer."""
    await migrate.upgrade(postgres_url)
    return postgres_url


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def pooled_url(direct_url: str) -> AsyncIterator[str]:
    """The address of the same database by way of PgBouncer."""
    with pooled(program(), direct_url) as url:
        yield url


def program() -> str:
    return find_pgbouncer() or pytest.skip("pgbouncer is not installed")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def store(pooled_url: str) -> AsyncIterator[Store]:
    async with open_store(pooled_url, PostgresOptions(pooled_url, pgbouncer=True)) as opened:
        yield opened


@settings(
    max_examples=2,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(first=programs, second=programs)
async def test_programs_come_out_through_pgbouncer_as_on_the_model(
    store: Store, first: Program, second: Program
) -> None:
    ada, bob, model = someone(), someone(), MemoryStore()
    for place in (store, model):
        await join(place, id=ada.id, email=ada.email)
        await join(place, id=bob.id, email=bob.email)
    real = await asyncio.gather(Performance(store, ada.id).play(first), Performance(store, bob.id).play(second))
    ideal = [await Performance(model, ada.id).play(first), await Performance(model, bob.id).play(second)]
    assert [one.trace for one in real] == [one.trace for one in ideal]
    assert [one.states for one in real] == [one.states for one in ideal]


async def test_a_write_through_one_replica_wakes_a_follower_on_another_one(pooled_url: str, tmp_path: Path) -> None:
    async with replicas(tmp_path, pooled_url, pooled_url, TODO_PGBOUNCER="1") as (one, other):
        await wakes(one, other)
        await wakes(other, one)


async def test_replicas_with_and_without_pgbouncer_wake_each_other(
    direct_url: str, pooled_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "LOOK_SECONDS", 0.05)
    async with replicas(tmp_path, direct_url, f"{pooled_url}?pgbouncer=true") as (one, other):
        await wakes(one, other)
        await wakes(other, one)


async def test_a_pooler_that_is_not_declared_is_noticed(pooled_url: str) -> None:
    log = ListEventLog()
    announcements = PostgresAnnouncements(PostgresOptions(pooled_url), log)
    task = asyncio.create_task(announcements.listen(lambda _: None))
    await eventually(lambda: log.entries == [("announcements_lost", {"reason": POOLED})])
    assert not announcements.heard
    task.cancel()
    await asyncio.wait([task])


@pytest.mark.check("K11")
async def test_the_time_limits_of_the_role_hold_through_pgbouncer(postgres_server: PostgresServer) -> None:
    name = unique_database_name("limited")
    url = await create_database(postgres_server.url, name)
    admin = await asyncpg.connect(url)
    await admin.execute(f"ALTER ROLE CURRENT_USER IN DATABASE {name} SET statement_timeout = '50ms'")
    await admin.close()
    with pooled(program(), url) as pooled_url:
        limited = PostgresDatabase(PostgresOptions(pooled_url, pgbouncer=True))
        with pytest.raises(Unavailable) as failure:
            await limited.all(Statement(text("SELECT pg_sleep(60)")), {})
        assert failure.value.detail == TOO_SLOW
        await limited.close()
    await drop_database(postgres_server.url, name)


@pytest.mark.check("K11")
async def test_a_cancelled_statement_is_stopped_through_pgbouncer_and_leaves_a_connection_that_works(
    pooled_url: str,
) -> None:
    database = PostgresDatabase(PostgresOptions(pooled_url, pgbouncer=True, pool_size=1))
    asked = asyncio.create_task(database.all(Statement(text("SELECT pg_sleep(600)")), {}))
    await asyncio.sleep(0.05)
    asked.cancel()
    await asyncio.wait([asked])
    assert [tuple(row) for row in await database.all(Statement(text("SELECT 1")), {})] == [(1,)]
    await database.close()
