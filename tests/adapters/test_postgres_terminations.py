"""Connections that the server ends in order: its last words arrive while nobody asks anything, the end itself later."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import asyncpg
import pytest

from tests.support.proxy import Proxy, proxy_to
from todo_adapters.contracts.fakes import FixedClock
from todo_adapters.memory.security import ListEventLog
from todo_adapters.runtime import UuidSevens
from todo_adapters.sql import migrate
from todo_adapters.sql.postgres.database import PostgresDatabase, PostgresOptions
from todo_adapters.sql.store import SqlStore
from todo_core.errors import Unavailable
from todo_core.ids import UserId
from todo_core.model.task import TASKS, Task
from todo_core.model.user import User
from todo_core.model.write_options import Key, WriteOptions
from todo_core.ports.storage import UnitOfWork
from todo_core.runner import Runner
from todo_core.usecases.completing import complete_task
from todo_core.usecases.things import add_thing, get_thing

IDS = UuidSevens()
NOW = datetime(2026, 11, 20, tzinfo=UTC)
MILK = TASKS.draft(title="Buy milk")
TERMINATE = (
    "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity"
    " WHERE datname = current_database() AND application_name = 'todo'"
)


@dataclass
class Service:
    """A runner with one connection, which ends long after the server has said so; and somebody with a task."""

    url: str
    proxy: Proxy
    run: Runner
    owner: UserId
    task: Task

    async def terminate(self) -> None:
        """The server says that it ends all connections of the service."""
        connection = await asyncpg.connect(self.url)
        assert await connection.fetchval(TERMINATE) == 1
        await connection.close()
        await asyncio.sleep(0.05)  # the news travels

    async def seqs(self) -> list[int]:
        return [change.seq for change in (await self.run.store.view(self.owner).changes.page(0, 1000)).items]


@pytest.fixture
async def service(postgres_url: str) -> AsyncIterator[Service]:
    await migrate.upgrade(postgres_url)
    async with proxy_to(postgres_url) as proxy:
        database = PostgresDatabase(PostgresOptions(proxy.url, pool_size=1))
        run = Runner(SqlStore(database), FixedClock(), IDS, ListEventLog())
        user = User(id=UserId(IDS.new()), email=f"{IDS.new()}@example.org", name="Ada", created_at=NOW)
        await run.accounts(lambda tx: tx.users.add(user, "-"))
        task = await run.write(user.id, add_thing, MILK)
        proxy.linger = 30
        yield Service(postgres_url, proxy, run, user.id, task)
        await database.close()


async def _read(service: Service) -> None:
    assert await service.run.read(service.owner, get_thing, service.task.id, TASKS) == service.task


async def _write(service: Service) -> None:
    await service.run.write(service.owner, add_thing, MILK)


async def _write_under_a_key(service: Service) -> None:
    await service.run.carry_out(service.owner, WriteOptions(key=Key("key", bytes(32))), add_thing, MILK)


async def _write_two(service: Service) -> None:
    async def add_two(tx: UnitOfWork) -> None:
        await add_thing(tx, MILK)
        await add_thing(tx, MILK)

    await service.run.write(service.owner, add_two)


async def _change_nothing(service: Service) -> None:
    async with service.run.store.begin(service.owner, NOW, IDS) as unit:
        assert list(await unit.commit()) == []


async def _count(service: Service) -> None:
    await service.run.accounts(lambda tx: tx.attempts.locked(IDS.new().bytes, NOW))


@pytest.mark.parametrize("use", [_read, _write, _write_under_a_key, _write_two, _change_nothing, _count])
async def test_a_connection_that_the_server_has_ended_is_replaced_and_nobody_notices(
    service: Service, use: Callable[[Service], Awaitable[None]]
) -> None:
    for _ in range(2):  # statements that are prepared, and statements that are not
        await service.terminate()
        await use(service)
    seqs = await service.seqs()
    assert seqs == list(range(1, len(seqs) + 1))


async def test_a_transaction_that_the_server_has_ended_is_unavailable(service: Service) -> None:
    async def add_and_look(tx: UnitOfWork) -> None:
        await tx.lock()
        await add_thing(tx, MILK)
        await service.terminate()
        await complete_task(tx, service.task.id)

    with pytest.raises(Unavailable):
        await service.run.write(service.owner, add_and_look)
    assert await service.seqs() == [1]


async def test_a_commit_that_could_not_be_sent_did_not_happen(service: Service) -> None:
    async with service.run.store.begin_accounts() as unit:
        await unit.attempts.locked(b"key", NOW)
        await service.terminate()
        with pytest.raises(Unavailable):
            await unit.commit()
    assert await service.run.store.accounts().attempts.get(b"key") is None
    await _write(service)
