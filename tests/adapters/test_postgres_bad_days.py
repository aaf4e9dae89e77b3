"""PostgreSQL on bad days: gone at the start, gone in between, cut at the commit, slow, and callers that give up."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime

import asyncpg
import pytest
from sqlalchemy import text

from tests.support.proxy import Proxy, proxy_to
from todo_adapters.contracts.fakes import CountingIds, FixedClock
from todo_adapters.memory.security import ListEventLog
from todo_adapters.sql import migrate
from todo_adapters.sql.postgres.database import PostgresDatabase, PostgresOptions
from todo_adapters.sql.statements import Statement
from todo_adapters.sql.store import SqlStore
from todo_core.errors import NotFound, OutcomeUnknown, Unavailable
from todo_core.ids import UserId
from todo_core.model.task import TASKS, Task
from todo_core.model.task_filter import TaskFilter
from todo_core.model.task_sort import TaskSort
from todo_core.model.user import User
from todo_core.ports.storage import UnitOfWork
from todo_core.runner import Runner
from todo_core.usecases.completing import complete_task
from todo_core.usecases.tasks import find_tasks
from todo_core.usecases.things import add_thing, change_thing, get_thing, remove_thing

IDS = CountingIds()


@dataclass
class Service:
    """A runner on PostgreSQL behind a proxy, and somebody with an account."""

    proxy: Proxy
    database: PostgresDatabase
    run: Runner
    owner: UserId

    async def add(self, title: str = "Buy milk") -> Task:
        return await self.run.write(self.owner, add_thing, TASKS.draft(title=title))

    async def titles(self) -> list[str]:
        clock = FixedClock()
        page = await self.run.read(self.owner, find_tasks, clock)
        return [task.title for task in page.items]

    async def revision(self) -> int:
        changes = (await self.run.store.view(self.owner).changes.page(0, 100_000)).items
        assert [change.seq for change in changes] == list(range(1, len(changes) + 1))
        return len(changes)


@pytest.fixture(scope="module")
async def migrated(postgres_url: str) -> str:
    await migrate.upgrade(postgres_url)
    return postgres_url


@pytest.fixture
async def service(migrated: str) -> AsyncIterator[Service]:
    async with proxy_to(migrated) as proxy:
        options = PostgresOptions(proxy.url, pool_size=2, pool_wait=4, statement_limit=20)
        database = PostgresDatabase(options)
        store = SqlStore(database)
        owner = UserId(IDS.new())
        async with store.begin_accounts() as tx:
            now = datetime(2026, 11, 20, tzinfo=UTC)
            await tx.users.add(User(id=owner, email=f"{owner}@example.org", name="Ada", created_at=now), "-")
            await tx.commit()
        yield Service(proxy, database, Runner(store, FixedClock(), IDS, ListEventLog()), owner)
        await database.close()


async def test_each_use_case_costs_the_statements_that_it_should(service: Service) -> None:
    task = await service.add()
    costs = {}

    async def count(name: str, work: object) -> None:
        before = service.proxy.statements
        await work  # type: ignore[misc]
        costs[name] = service.proxy.statements - before

    run, owner = service.run, service.owner
    for _ in range(2):  # the first round makes the driver prepare
        await count("get", run.read(owner, get_thing, task.id, TASKS))
        await count("list", service.titles())
        await count("create", service.add())
        await count("update", run.write(owner, change_thing, task.id, TASKS.patch(title="Buy more milk")))
        await count("change nothing", run.write(owner, change_thing, task.id, TASKS.patch(title="Buy more milk")))
        await count("complete", run.write(owner, complete_task, task.id))
        await count("delete", run.write(owner, remove_thing, task.id, TASKS))
        task = await service.add()
    assert costs == {"get": 1, "list": 1, "create": 1, "update": 2, "change nothing": 2, "complete": 2, "delete": 2}


@pytest.mark.check("K9")
async def test_a_server_that_is_away_is_unavailable_and_comes_back_without_a_restart(service: Service) -> None:
    await service.add("before")
    await service.proxy.down()
    for _ in range(3):
        with pytest.raises(Unavailable):
            await service.titles()
        with pytest.raises(Unavailable):
            await service.add("while it is away")
        with pytest.raises(Unavailable):
            await service.run.store.ping()
        with pytest.raises(Unavailable):
            await service.run.store.accounts().users.credentials("ada@example.org")
    await service.proxy.up()
    await service.add("after")
    assert await service.titles() == ["before", "after"]


async def test_a_server_that_is_away_at_the_start_is_no_reason_to_die(migrated: str) -> None:
    async with proxy_to(migrated) as proxy:
        await proxy.down()
        database = PostgresDatabase(PostgresOptions(proxy.url))
        with pytest.raises(Unavailable):
            await SqlStore(database).ping()
        await proxy.up()
        await SqlStore(database).ping()
        await database.close()


async def test_a_closed_database_stays_closed(migrated: str) -> None:
    unused, used = PostgresDatabase(PostgresOptions(migrated)), PostgresDatabase(PostgresOptions(migrated))
    await SqlStore(used).ping()
    for database in (unused, used):
        await database.close()
        with pytest.raises(Unavailable):
            await SqlStore(database).ping()


@pytest.mark.parametrize("wrong", ["nobody", "nowhere"])
async def test_a_wrong_role_or_database_is_unavailable_too(migrated: str, wrong: str) -> None:
    server, _, name = migrated.rpartition("/")
    host = server.rpartition("@")[2]
    url = f"postgresql://nobody:wrong@{host}/{name}" if wrong == "nobody" else f"{server}/nowhere"
    database = PostgresDatabase(PostgresOptions(url))
    with pytest.raises(Unavailable):
        await SqlStore(database).ping()
    await database.close()


async def test_a_schema_that_is_missing_is_unavailable(postgres_server: object, postgres_url: str) -> None:
    admin = await asyncpg.connect(postgres_url)
    await admin.execute("CREATE SCHEMA IF NOT EXISTS empty")
    await admin.close()
    database = PostgresDatabase(PostgresOptions(f"{postgres_url}?options=-csearch_path%3Dempty"))
    with pytest.raises(Unavailable):
        await SqlStore(database).ping()
    await database.close()


@pytest.mark.check("K4")
async def test_a_link_cut_at_a_single_statement_write_leaves_the_outcome_unknown(service: Service) -> None:
    await service.add("one")
    kinds: list[bytes] = []

    def at_the_end_of_the_statement(message: bytes) -> bool:
        kinds.append(message[:1])
        return kinds[-2:] == [b"E", b"S"]  # Execute, then Sync, with which the server commits

    service.proxy.cut = at_the_end_of_the_statement
    with pytest.raises(OutcomeUnknown):
        await service.add("two")
    service.proxy.cut = lambda message: False
    assert await service.titles() == ["one", "two"]


@pytest.mark.check("K4")
async def test_a_link_cut_at_the_commit_leaves_the_outcome_unknown(service: Service) -> None:
    async def add_two(tx: UnitOfWork) -> None:
        await add_thing(tx, TASKS.draft(title="one"))
        await add_thing(tx, TASKS.draft(title="two"))

    service.proxy.cut = lambda message: b"COMMIT" in message
    with pytest.raises(OutcomeUnknown):
        await service.run.write(service.owner, add_two)
    service.proxy.cut = lambda message: False
    assert await service.titles() == ["one", "two"]


async def test_a_link_cut_before_the_commit_means_that_nothing_happened(service: Service) -> None:
    async def add_and_look(tx: UnitOfWork) -> None:
        await tx.lock()
        await add_thing(tx, TASKS.draft(title="one"))
        await service.proxy.down()
        await tx.tasks.page(TaskFilter(), TaskSort(), None, 10, TASKS.of_plain)

    with pytest.raises(Unavailable):
        await service.run.write(service.owner, add_and_look)
    await service.proxy.up()
    assert await service.titles() == []


@pytest.mark.check("K6", "K7")
async def test_a_caller_that_gives_up_neither_cuts_a_commit_nor_keeps_a_connection(service: Service) -> None:
    for delay in range(60):
        write = asyncio.ensure_future(service.add(f"task {delay}"))
        await asyncio.sleep(delay / 20_000)
        write.cancel()
        await asyncio.gather(write, return_exceptions=True)
    assert len(await service.titles()) == await service.revision()
    await asyncio.gather(*[service.titles() for _ in range(10)])


@pytest.mark.check("K8")
async def test_who_waits_too_long_for_a_connection_is_told_so(service: Service) -> None:
    async with service.database.transaction(), service.database.transaction():
        with pytest.raises(Unavailable):
            await asyncio.wait_for(service.titles(), 20)
    assert await service.titles() == []


@pytest.mark.check("F6", "L1")
async def test_parallel_writers_of_one_task_all_succeed_and_leave_no_gap(service: Service) -> None:
    task = await service.add()
    changes = [
        service.run.write(service.owner, change_thing, task.id, TASKS.patch(title=f"title {i}")) for i in range(40)
    ]
    revisions = sorted(changed.revision for changed in await asyncio.gather(*changes))
    assert revisions == list(range(2, 42))
    assert await service.revision() == 41


async def test_changes_against_removal_end_well_or_with_not_found(service: Service) -> None:
    for _ in range(20):
        task = await service.add()
        outcomes = await asyncio.gather(
            *[service.run.write(service.owner, change_thing, task.id, TASKS.patch(title=f"t{i}")) for i in range(3)],
            service.run.write(service.owner, remove_thing, task.id, TASKS),
            return_exceptions=True,
        )
        assert all(isinstance(outcome, Task | NotFound | None) for outcome in outcomes)
        assert outcomes[3] is None
    assert await service.titles() == []
    await service.revision()


async def test_a_write_that_loses_its_row_in_the_act_takes_no_number(service: Service, migrated: str) -> None:
    task = await service.add()
    rival = await asyncpg.connect(migrated)
    transaction = rival.transaction()
    await transaction.start()
    await rival.execute("UPDATE users SET revision = revision WHERE id = $1", service.owner)
    await rival.execute("DELETE FROM tasks WHERE id = $1", task.id)
    removal = asyncio.ensure_future(service.run.write(service.owner, remove_thing, task.id, TASKS))
    change = asyncio.ensure_future(service.run.write(service.owner, complete_task, task.id))
    await asyncio.sleep(0.1)  # both wait for the counter's lock, having seen the row
    await transaction.commit()
    await rival.close()
    outcomes = await asyncio.gather(removal, change, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [NotFound, NotFound]
    assert await service.revision() == 1


@pytest.mark.check("K13")
async def test_a_careless_server_is_told_about(service: Service) -> None:
    cautions = await service.run.store.cautions()
    told = any(caution.startswith("fsync is off") for caution in cautions)
    assert told == (await _setting(service, "fsync") == "off")


async def _setting(service: Service, name: str) -> str:
    connection = await asyncpg.connect(service.proxy.url)
    try:
        return str(await connection.fetchval("SELECT setting FROM pg_settings WHERE name = $1", name))
    finally:
        await connection.close()


@pytest.mark.check("K14")
async def test_a_primary_that_was_demoted_is_left_for_the_new_one(service: Service) -> None:
    await service.add("before")
    await service.database.one(Statement(text("SET default_transaction_read_only = on")), {})
    outcomes = await asyncio.gather(*[service.add(f"task {n}") for n in range(4)], return_exceptions=True)
    assert any(isinstance(outcome, Unavailable) for outcome in outcomes)
    await service.add("after")
    for title in (await service.titles())[:1]:
        assert title == "before"
    await asyncio.gather(*[service.add(f"more {n}") for n in range(4)])


async def test_through_a_pooler_nothing_is_set_on_the_session(migrated: str) -> None:
    database = PostgresDatabase(PostgresOptions(migrated, pgbouncer=True))
    connection = await asyncpg.connect(migrated)
    default = await connection.fetchval("SHOW statement_timeout")
    await connection.close()
    for name, expected in (("statement_timeout", default), ("application_name", "")):
        row = await database.one(Statement(text(f"SHOW {name}")), {})
        assert row is not None
        assert row[0] == expected
    await SqlStore(database).ping()
    await database.close()
