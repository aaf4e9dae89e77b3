"""A primary that is cut off from its standby acknowledges nothing that a failover could undo."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.http.service import compose
from tests.support.postgres_pair import Pair, Server
from tests.support.proxy import proxy_to
from todo_adapters.contracts.fakes import FixedClock
from todo_adapters.contracts.kit import log_in
from todo_adapters.memory.security import ListEventLog
from todo_adapters.runtime import UuidSevens
from todo_adapters.sql import migrate
from todo_adapters.sql.postgres.database import PostgresDatabase, PostgresOptions
from todo_adapters.sql.store import SqlStore
from todo_core.errors import NotFound, OutcomeUnknown, Stale, TodoError, Unavailable
from todo_core.ids import SessionId, UserId
from todo_core.model.session import LoginSession
from todo_core.model.task import TASKS, Task
from todo_core.model.user import Actor, User
from todo_core.model.write_options import Expected, Key, WriteOptions
from todo_core.ports.accounts import AccountsUnitOfWork
from todo_core.ports.storage import UnitOfWork
from todo_core.runner import Outcome, Runner
from todo_core.usecases.things import add_thing, change_thing, remove_thing

IDS = UuidSevens()
NOW = datetime(2026, 11, 20, tzinfo=UTC)
GIVE_UP = "SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
MILK = TASKS.draft(title="Buy milk")


@dataclass
class Service:
    """A runner, and the server of its own that it is on, if any."""

    run: Runner
    server: Server | None = None

    async def somebody(self) -> UserId:
        user = User(id=UserId(IDS.new()), email=f"{IDS.new()}@example.org", name="Ada", created_at=NOW)
        await self.run.accounts(lambda tx: tx.users.add(user, "-"))
        return user.id

    async def add(self, owner: UserId, key: Key | None = None) -> Outcome[Task]:
        return await self.run.carry_out(owner, WriteOptions(key=key), add_thing, MILK)

    async def tasks(self, owner: UserId) -> int:
        """How many there are; the feed says the same."""
        view = self.run.store.view(owner)  # not ``changes.page``, which waits until what it tells is durable
        seqs = range(1, await view.revision() + 1)
        changes = [*(await view.changes.at(seqs)).values()]
        assert sorted(change.seq for change in changes) == [*seqs]
        assert self.server
        count = await self.server.ask("SELECT count(*) FROM tasks WHERE user_id = $1", owner)
        assert count == sum({"created": 1, "deleted": -1}.get(change.action.value, 0) for change in changes)
        return int(count)

    async def in_vain(self, work: Awaitable[Any]) -> TodoError:
        """What becomes of the work when each of its waits for the standby is cancelled, as a time limit would."""
        assert self.server
        working = asyncio.ensure_future(work)
        while not working.done():
            await self.server.ask(GIVE_UP)
            await asyncio.sleep(0.01)
        with pytest.raises(TodoError) as refusal:
            await working
        return refusal.value


@asynccontextmanager
async def service_on(server: Server, limit: float = 30.0) -> AsyncIterator[Service]:
    """The service on this server, as a replica of its own."""
    await migrate.upgrade(server.url)
    database = PostgresDatabase(PostgresOptions(server.url, pool_size=2, statement_limit=limit))
    yield Service(Runner(SqlStore(database), FixedClock(), IDS, ListEventLog()), server)
    await database.close()


def a_key() -> Key:
    return Key(f"key {IDS.new()}", bytes(32))


@pytest.mark.check("P10")
async def test_a_replay_waits_for_the_standby_as_the_write_did(pair: Pair) -> None:
    async with service_on(pair.primary) as service:
        owner, key = await service.somebody(), a_key()
        await pair.cut()
        for _ in range(3):
            assert isinstance(await service.in_vain(service.add(owner, key)), OutcomeUnknown)
        assert await service.tasks(owner) == 1  # to be seen, and lost if this server were
        await pair.join()
        again = await service.add(owner, key)
        assert again.replayed
        assert again.value.revision == 1
        assert await service.tasks(owner) == 1


@pytest.mark.check("P10")
async def test_a_replay_is_told_as_soon_as_the_standby_is_back(pair: Pair) -> None:
    async with service_on(pair.primary) as service:
        owner, key = await service.somebody(), a_key()
        await pair.cut()
        await service.in_vain(service.add(owner, key))
        replay = asyncio.ensure_future(service.add(owner, key))
        await pair.primary.until("SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event = 'SyncRep'")
        await pair.join()
        assert (await replay).replayed


@pytest.mark.check("P10")
async def test_a_time_limit_ends_the_wait_of_a_replay(pair: Pair) -> None:
    async with service_on(pair.primary, limit=1) as service:
        owner, key = await service.somebody(), a_key()
        await pair.cut()
        for _ in range(2):
            with pytest.raises(OutcomeUnknown):
                await service.add(owner, key)
        await pair.join()
        assert (await service.add(owner, key)).replayed


@pytest.mark.check("P10")
async def test_after_a_failover_a_write_in_doubt_is_done_once_and_nothing_told_is_missing(pair: Pair) -> None:
    async with service_on(pair.primary) as service:
        owner, told, doubtful = await service.somebody(), a_key(), a_key()
        first = await service.add(owner, told)
        await pair.cut()
        for _ in range(2):
            assert isinstance(await service.in_vain(service.add(owner, doubtful)), OutcomeUnknown)
    await pair.fail_over()
    async with service_on(pair.primary) as service:
        assert await service.tasks(owner) == 1
        replayed = await service.add(owner, told)
        assert (replayed.replayed, replayed.value) == (True, first.value)
        done = await service.add(owner, doubtful)
        assert (done.replayed, done.value.revision) == (False, 2)
        assert (await service.add(owner, doubtful)).replayed
        assert await service.tasks(owner) == 2


@pytest.mark.check("P10")
async def test_a_change_that_changes_nothing_more_waits_as_well(pair: Pair) -> None:
    async with service_on(pair.primary) as service:
        owner = await service.somebody()
        task = (await service.add(owner)).value
        await pair.cut()

        async def rename(lock: bool) -> Task:
            async def locked(tx: UnitOfWork) -> Task:
                if lock:
                    await tx.lock()
                return await change_thing(tx, task.id, TASKS.patch(title="Buy more milk"))

            return await service.run.write(owner, locked)

        for lock in (False, False, True):
            assert isinstance(await service.in_vain(rename(lock)), OutcomeUnknown)
        await pair.join()
        assert (await rename(lock=False)).revision == 2


@pytest.mark.check("P10")
async def test_a_removal_that_finds_nothing_more_waits_as_well(pair: Pair) -> None:
    async with service_on(pair.primary) as service:
        owner = await service.somebody()
        task = (await service.add(owner)).value
        await pair.cut()
        expected = Expected(task.id, frozenset([task.revision]))
        for options in (WriteOptions(), WriteOptions(), WriteOptions(expected=expected), WriteOptions(key=a_key())):
            removal = service.run.carry_out(owner, options, remove_thing, task.id, TASKS)
            assert isinstance(await service.in_vain(removal), OutcomeUnknown)
        await pair.join()
        with pytest.raises(NotFound):
            await service.run.write(owner, remove_thing, task.id, TASKS)


@pytest.mark.check("P10")
async def test_ending_a_session_that_has_ended_waits_as_well(pair: Pair) -> None:
    async with service_on(pair.primary) as service:
        session = LoginSession(
            id=SessionId(IDS.new()), user_id=await service.somebody(), created_at=NOW, last_used_at=NOW, client=""
        )
        await service.run.accounts(lambda tx: tx.sessions.add(session))

        async def end(tx: AccountsUnitOfWork) -> None:
            await tx.sessions.end([session.id], NOW)

        await pair.cut()
        for _ in range(2):
            assert isinstance(await service.in_vain(service.run.accounts(end)), OutcomeUnknown)
        await pair.join()
        await service.run.accounts(end)


@pytest.mark.check("P10")
async def test_a_session_that_is_not_there_to_be_ended_is_told_after_the_wait(pair: Pair) -> None:
    async with service_on(pair.primary) as service:
        todo, hasher = compose(FixedClock(), service.run.store, IDS)
        owner = await service.somebody()
        actor = Actor(owner, (await log_in(service.run.store, owner)).id)
        await pair.cut()
        ending = todo.sessions.end(actor, SessionId(IDS.new()))
        assert isinstance(await service.in_vain(ending), OutcomeUnknown)
        hasher.close()


@pytest.mark.check("K14")
async def test_a_server_that_is_only_a_standby_confirms_nothing(pair: Pair) -> None:
    async with service_on(pair.primary) as service:
        owner, key = await service.somebody(), a_key()
        task = (await service.add(owner, key)).value
        await service.run.accounts(lambda tx: tx.attempts.locked(b"key", NOW))
    assert pair.standby
    await pair.standby.until("SELECT count(*) = 1 FROM login_attempts")
    database = PostgresDatabase(PostgresOptions(pair.standby.url, pool_size=1))
    run = Runner(SqlStore(database), FixedClock(), IDS, ListEventLog())
    assert await run.store.view(owner).of(TASKS).get(task.id) == task
    with pytest.raises(Unavailable):
        await run.write(owner, change_thing, task.id, TASKS.patch(title=task.title))
    with pytest.raises(Unavailable):
        await run.store.view(owner).receipts.get(key.text, NOW)
    await database.close()


async def test_without_a_standby_a_replay_costs_the_statements_that_it_did(postgres_url: str) -> None:
    await migrate.upgrade(postgres_url)
    async with proxy_to(postgres_url) as proxy:
        database = PostgresDatabase(PostgresOptions(proxy.url, pool_size=1))
        service = Service(Runner(SqlStore(database), FixedClock(), IDS, ListEventLog()))
        owner, costs = await service.somebody(), []
        for _ in range(2):  # the first round makes the driver prepare
            key = a_key()
            for _ in range(2):
                before = proxy.statements
                await service.add(owner, key)
                costs.append(proxy.statements - before)
        assert costs[2:] == [1, 3]  # the write; then the write in vain, the receipt, and the change that it points to
        await database.close()


async def test_reads_and_refusals_do_not_wait(pair: Pair) -> None:
    async with service_on(pair.primary) as service:
        owner = await service.somebody()
        task = (await service.add(owner)).value
        stale = WriteOptions(expected=Expected(task.id, frozenset([99])))
        await pair.cut()
        async with asyncio.timeout(20):
            assert await service.run.store.view(owner).of(TASKS).get(task.id) == task
            with pytest.raises(Stale):
                await service.run.carry_out(owner, stale, change_thing, task.id, TASKS.patch(title="x"))
