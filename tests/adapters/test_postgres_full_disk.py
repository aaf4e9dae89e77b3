"""A disk that is full under PostgreSQL: writes are refused with its name, reads go on, and nothing told is lost."""

import os
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest
from structlog.testing import capture_logs

from tests.http.service import Person, compose, problem, serving
from tests.support.postgres import database_url
from tests.support.postgres_pair import Server
from todo_adapters.contracts.fakes import FixedClock
from todo_adapters.memory.security import ListEventLog
from todo_adapters.runtime import UuidSevens
from todo_adapters.sql import migrate
from todo_adapters.sql.failures import DISK_FULL
from todo_adapters.sql.postgres.database import PostgresDatabase, PostgresOptions
from todo_adapters.sql.store import SqlStore
from todo_core.errors import Unavailable
from todo_core.ids import UserId
from todo_core.model.task import TASKS
from todo_core.model.user import User
from todo_core.ports.storage import UnitOfWork
from todo_core.runner import Runner
from todo_core.usecases.things import add_thing

IDS = UuidSevens()
NOW = datetime(2026, 11, 20, tzinfo=UTC)
MILK = TASKS.draft(title="Buy milk")
FULL = """
    CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        RAISE EXCEPTION 'could not extend file "base/1/2": No space left on device' USING ERRCODE = 'disk_full';
    END $$;
    CREATE CONSTRAINT TRIGGER no_room AFTER INSERT ON tasks INITIALLY {} FOR EACH ROW EXECUTE FUNCTION no_room()
"""


@dataclass
class Service:
    """A runner on PostgreSQL, and somebody with an account."""

    run: Runner
    owner: UserId

    async def seqs(self) -> list[int]:
        return [change.seq for change in (await self.run.store.view(self.owner).changes.page(0, 1000)).items]


@pytest.fixture
async def service(postgres_url: str) -> AsyncIterator[Service]:
    await migrate.upgrade(postgres_url)
    database = PostgresDatabase(PostgresOptions(postgres_url, pool_size=1))
    run = Runner(SqlStore(database), FixedClock(), IDS, ListEventLog())
    user = User(id=UserId(IDS.new()), email=f"{IDS.new()}@example.org", name="Ada", created_at=NOW)
    await run.accounts(lambda tx: tx.users.add(user, "-"))
    yield Service(run, user.id)
    await database.close()


async def add_one(tx: UnitOfWork) -> None:
    await add_thing(tx, MILK)


async def add_two(tx: UnitOfWork) -> None:
    await add_one(tx)
    await add_one(tx)


@pytest.mark.check("K15")
@pytest.mark.parametrize("moment", ["IMMEDIATE", "DEFERRED"])
@pytest.mark.parametrize("use_case", [add_one, add_two])
async def test_a_disk_that_is_full_at_any_moment_is_told_and_nothing_happened(
    service: Service, postgres_url: str, moment: str, use_case: Callable[[UnitOfWork], Awaitable[None]]
) -> None:
    admin = await asyncpg.connect(postgres_url)
    await admin.execute(FULL.format(moment))
    with pytest.raises(Unavailable, match=DISK_FULL):
        await service.run.write(service.owner, use_case)
    await admin.execute("DROP FUNCTION no_room() CASCADE")
    await admin.close()
    await service.run.write(service.owner, use_case)
    assert await service.seqs() == list(range(1, len(await service.seqs()) + 1))


@contextmanager
def small_disk(server: Server) -> Iterator[Path]:
    """A disk of 24 MB that belongs to the server."""
    folder = server.folder / "small"
    folder.mkdir()
    options = f"size=24m,mode=0700,uid={server.uid or os.getuid()}"
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    if subprocess.run(command, check=False).returncode:
        pytest.skip("no disk can be mounted")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """A file that leaves no room on its disk."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))
    return ballast


@pytest.mark.check("K15")
async def test_a_disk_that_is_full_stops_writes_alone_and_loses_nothing(own_server: Server) -> None:
    with small_disk(own_server) as folder:
        await own_server.ask(f"CREATE TABLESPACE small LOCATION '{folder}'")
        await own_server.ask("CREATE DATABASE small TABLESPACE small")
        url = database_url(own_server.url, "small")
        await migrate.upgrade(url)
        database = PostgresDatabase(PostgresOptions(url, pool_size=2))
        todo, hasher = compose(FixedClock(), SqlStore(database), IDS)
        async with serving(todo=todo) as api:
            ada = await api.person()
            ballast, told = fill(folder), list[str]()
            with capture_logs() as events:
                while (answer := await ada.ask("POST", ada.tasks, json=large())).status_code == 201:
                    told.append(answer.json()["id"])
            assert problem(answer, 503, "unavailable")["detail"] == DISK_FULL
            assert isinstance(events[0]["exc_info"].__cause__, asyncpg.DiskFullError)
            assert await all_ids(ada) == set(told)
            ballast.unlink()
            again = await ada.ask("POST", ada.tasks, json=large())
            assert await all_ids(ada) == {*told, again.json()["id"]}
        hasher.close()
        await database.close()
        await own_server.ask("DROP DATABASE small WITH (FORCE)")
        await own_server.ask("DROP TABLESPACE small")


def large() -> dict[str, str]:
    """A task that does not become small when it is packed."""
    return {"title": "Buy milk", "description": os.urandom(4000).hex()}


async def all_ids(person: Person) -> set[str]:
    answer = await person.get(person.tasks, params={"limit": 1000})
    return {task["id"] for task in answer.json()}
