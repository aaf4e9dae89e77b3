"""PostgreSQL that waits for a standby: a commit that was not replicated is never told as done."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime

import asyncpg
import pytest

from todo_adapters.contracts.fakes import FixedClock
from todo_adapters.memory.security import ListEventLog
from todo_adapters.runtime import UuidSevens
from todo_adapters.sql import migrate
from todo_adapters.sql.postgres.database import PostgresDatabase, PostgresOptions
from todo_adapters.sql.store import SqlStore
from todo_core.errors import OutcomeUnknown
from todo_core.ids import UserId
from todo_core.model.task import TASKS
from todo_core.model.user import User
from todo_core.ports.storage import UnitOfWork
from todo_core.runner import Runner
from todo_core.usecases.things import add_thing

IDS = UuidSevens()
WAITING = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'SyncRep'"


async def add_one(tx: UnitOfWork) -> None:
    await add_thing(tx, TASKS.draft(title="Buy milk"))


async def add_two(tx: UnitOfWork) -> None:
    await add_one(tx)
    await add_one(tx)


@pytest.fixture
async def admin(postgres_url: str) -> AsyncIterator[asyncpg.Connection]:
    """Somebody who may say what is waited for: a standby that there is not, in this database alone."""
    await migrate.upgrade(postgres_url)
    connection = await asyncpg.connect(postgres_url)
    if await connection.fetchval("SHOW synchronous_commit") != "off":
        pytest.skip("others on this server would wait as well")
    name = await connection.fetchval("SELECT current_database()")
    await connection.execute("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
    await connection.execute("SELECT pg_reload_conf()")
    await connection.execute(f'ALTER DATABASE "{name}" SET synchronous_commit = on')
    yield connection
    await connection.execute(f'ALTER DATABASE "{name}" RESET synchronous_commit')
    await connection.execute("ALTER SYSTEM RESET synchronous_standby_names")
    await connection.execute("SELECT pg_reload_conf()")
    await connection.close()


@pytest.mark.check("K5")
@pytest.mark.parametrize("end", ["pg_cancel_backend", "pg_terminate_backend"])
@pytest.mark.parametrize(("use_case", "count"), [(add_one, 1), (add_two, 2)])
async def test_a_commit_that_gave_up_waiting_for_its_standby_is_no_success(
    admin: asyncpg.Connection,
    postgres_url: str,
    use_case: Callable[[UnitOfWork], Awaitable[None]],
    count: int,
    end: str,
) -> None:
    owner = UserId(IDS.new())
    user = User(id=owner, email=f"{owner}@example.org", name="Ada", created_at=datetime(2026, 11, 20, tzinfo=UTC))
    database = PostgresDatabase(PostgresOptions(postgres_url, pool_size=1))
    run = Runner(SqlStore(database), FixedClock(), IDS, ListEventLog())
    joining = asyncio.create_task(run.accounts(lambda tx: tx.users.add(user, "-")))
    await give_up(admin, end)
    with pytest.raises(OutcomeUnknown):
        await joining
    writing = asyncio.create_task(run.write(owner, use_case))
    await give_up(admin, end)
    with pytest.raises(OutcomeUnknown):
        await writing
    assert await run.store.view(owner).revision() == count  # visible, and lost if this server were
    await database.close()


async def test_what_a_page_of_the_feed_tells_is_waited_for_unless_it_is_known_already(
    admin: asyncpg.Connection, postgres_url: str
) -> None:
    owner = UserId(IDS.new())
    user = User(id=owner, email=f"{owner}@example.org", name="Ada", created_at=datetime(2026, 11, 20, tzinfo=UTC))
    database = PostgresDatabase(PostgresOptions(postgres_url, pool_size=1))
    run = Runner(SqlStore(database), FixedClock(), IDS, ListEventLog())
    for write in (run.accounts(lambda tx: tx.users.add(user, "-")), run.write(owner, add_two)):
        writing = asyncio.create_task(write)
        await give_up(admin, "pg_cancel_backend")
        with pytest.raises(OutcomeUnknown):
            await writing
    reading = asyncio.create_task(run.store.view(owner).changes.page(1, 10))
    await give_up(admin, "pg_cancel_backend")
    with pytest.raises(OutcomeUnknown):
        await reading
    async with asyncio.timeout(60):
        page = await run.store.view(owner).changes.page(2, 10)
    assert (page.items, page.latest) == ([], 2)
    await database.close()


async def give_up(admin: asyncpg.Connection, end: str) -> None:
    """Ends the wait for the standby, as a person at a console, a driver's time limit or a shutdown would."""
    for _ in range(1_000):
        if pid := await admin.fetchval(WAITING):
            await admin.execute(f"SELECT {end}($1)", pid)
            return
        await asyncio.sleep(0.01)
    pytest.fail("nobody waits for a standby")
