"""A full disk is reported to clients, in readiness and in the log; reads go on; free space is noticed."""

import asyncio
import errno
import json
import sqlite3
import subprocess
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.web.patience import until
from tests.support.server import Server, serving
from tests.support.sqlite_service import Service, looked_up, service_on
from todo_adapters.memory.security import ListEventLog
from todo_adapters.sql import migrate
from todo_adapters.sql.failures import DISK_FULL
from todo_adapters.sql.postgres.database import PostgresDatabase, PostgresOptions
from todo_adapters.sql.sqlite.connection import to_core_error
from todo_adapters.sql.store import SqlStore
from todo_adapters.telemetry.event_log import WARNINGS
from todo_core.errors import Unavailable
from todo_core.model.task import TASKS, Task
from todo_core.usecases.batch import AddStep, apply_batch

PASSWORD = "correct horse battery"


async def ping(service: Service) -> str:
    """What readiness tells; empty when all is well."""
    try:
        await service.run.store.ping()
    except Unavailable as refused:
        return refused.detail
    return ""


async def fill(service: Service) -> list[Task]:
    """Writes until none fits any more; what was acknowledged."""
    pages = await service.writer_runs("PRAGMA page_count")
    await service.writer_runs(f"PRAGMA max_page_count = {pages + 5}")
    outcomes = await asyncio.gather(*[service.add("task", "x" * 5000) for _ in range(100)], return_exceptions=True)
    assert {str(outcome) for outcome in outcomes if not isinstance(outcome, Task)} == {DISK_FULL}
    return [outcome for outcome in outcomes if isinstance(outcome, Task)]


@pytest.mark.check("K16")
async def test_a_full_disk_is_told_until_there_is_space_again(tmp_path: Path) -> None:
    file = tmp_path / "todo.db"
    async with service_on(file) as service:
        await service.add("before")
        assert await ping(service) == ""
        acknowledged = len(await fill(service)) + 1
        for _ in range(3):
            assert await ping(service) == DISK_FULL
        assert len(await service.titles()) == acknowledged, "reads go on"
        await service.writer_runs("PRAGMA max_page_count = 1000000")
        assert await ping(service) == ""
        await service.add("after", "x" * 5000)
        assert [change.seq for change in await service.feed()] == list(range(1, acknowledged + 2))
        assert service.events() == ["disk_full", "disk_no_longer_full"], "once each"
        assert looked_up(file, "SELECT count(*) FROM users") == [(1,)], "the sample is gone"
    assert looked_up(file, "PRAGMA integrity_check") == [("ok",)]
    assert looked_up(file, "PRAGMA foreign_key_check") == []


async def test_a_disk_that_is_full_again_is_told_again(tmp_path: Path) -> None:
    async with service_on(tmp_path / "todo.db") as service:
        for _ in range(2):
            await fill(service)
            await service.writer_runs("PRAGMA max_page_count = 1000000")
            assert await ping(service) == ""
        assert service.events() == ["disk_full", "disk_no_longer_full"] * 2


async def add_many(service: Service) -> None:
    steps = [AddStep(TASKS.draft(title="task", description="x" * 10_000)) for _ in range(20)]
    await service.run.write(service.owner, apply_batch, steps)


async def open_accounts(service: Service) -> None:
    for _ in range(100):
        await service.another(name="n" * 1000)


@pytest.mark.parametrize("work", [add_many, open_accounts])
async def test_a_full_disk_is_noticed_by_every_kind_of_write(
    tmp_path: Path, work: Callable[[Service], Awaitable[None]]
) -> None:
    async with service_on(tmp_path / "todo.db") as service:
        await service.add("before")
        pages = await service.writer_runs("PRAGMA page_count")
        await service.writer_runs(f"PRAGMA max_page_count = {pages + 2}")
        with pytest.raises(Unavailable, match=DISK_FULL):
            await work(service)
        assert await ping(service) == DISK_FULL
        assert service.events() == ["disk_full"]


async def test_other_failures_are_not_taken_for_a_full_disk(tmp_path: Path) -> None:
    async with service_on(tmp_path / "todo.db", wait=0.1) as service:
        async with service.database.transaction():
            with pytest.raises(Unavailable):
                await service.add("too soon")
        assert await ping(service) == ""
        assert service.events() == []


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_what_the_system_says_of_a_full_disk_is_understood(number: int) -> None:
    told = to_core_error(OSError(number, "no space"))
    assert isinstance(told, Unavailable)
    assert told.detail == DISK_FULL
    assert str(to_core_error(OSError(errno.EIO, "broken"))) != DISK_FULL


def test_a_full_disk_is_a_warning() -> None:
    assert "disk_full" in WARNINGS


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of two megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=2m,mode=0700", "tmpfs", str(folder)]
    try:
        mounted = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("a small file system cannot be mounted: no mount")
    if mounted.returncode:
        pytest.skip(f"a small file system cannot be mounted: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def occupy(file: Path) -> None:
    """Takes all the space that is left."""
    with file.open("wb", buffering=0) as ballast:
        for size in (65_536, 4_096, 1):
            try:
                while ballast.write(b"\0" * size):
                    pass
            except OSError:
                pass


def told(server: Server, event: str) -> list[dict[str, Any]]:
    """The lines of the log with this event."""
    lines = [json.loads(line) for line in server.log.splitlines()]
    return [line for line in lines if line["event"] == event]


@pytest.mark.check("K16")
async def test_a_server_on_a_full_disk_refuses_writes_serves_reads_and_recovers(
    tmp_path: Path, small_disk: Path
) -> None:
    async with serving(tmp_path, "--migrate", TODO_DATA_DIR=str(small_disk)) as server, server.client() as client:
        wish = {"email": "ada@example.org", "password": PASSWORD, "name": "Ada"}
        session = (await client.post("/api/auth/register", json=wish)).json()
        client.headers["Authorization"] = f"Bearer {session['token']}"
        tasks = f"/api/{session['user']['id']}/tasks"
        occupy(small_disk / "ballast")

        async def add() -> httpx.Response:
            return await client.post(tasks, json={"title": "Buy milk", "description": "x" * 10_000})

        answers = [await add() for _ in range(50)]
        acknowledged = sum(answer.status_code == 201 for answer in answers)
        refused = [answer for answer in answers if answer.status_code != 201]
        assert refused
        assert {(answer.status_code, answer.json()["detail"]) for answer in refused} == {(503, DISK_FULL)}
        assert len((await client.get(tasks)).json()) == acknowledged
        await server.answering("/health/ready", 503)
        assert (await client.get("/health/ready")).json()["detail"] == DISK_FULL
        assert (await client.get("/health/live")).status_code == 200
        (small_disk / "ballast").unlink()
        await server.answering("/health/ready", 200)
        assert (await add()).status_code == 201
        assert len((await client.get(tasks)).json()) == acknowledged + 1
        assert [line["level"] for line in told(server, "disk_full")] == ["warning"]
        assert len(told(server, "disk_no_longer_full")) == 1
        assert await server.stop() == 0
    assert looked_up(small_disk / "todo.db", "PRAGMA integrity_check") == [("ok",)]


async def test_a_server_that_starts_on_a_full_disk_says_why_it_waits(tmp_path: Path, small_disk: Path) -> None:
    async with serving(tmp_path, "--migrate", TODO_DATA_DIR=str(small_disk)) as server:
        await server.stop()
    occupy(small_disk / "ballast")
    async with serving(tmp_path, ready="/health/live", TODO_DATA_DIR=str(small_disk)) as server:
        await until(lambda: _waits(server))
        (small_disk / "ballast").unlink()
        await server.answering("/health/ready", 200)


async def _waits(server: Server) -> bool:
    return DISK_FULL in {line["reason"] for line in told(server, "waiting_for_storage")}


def test_a_commit_that_finds_the_disk_full_is_undone_and_known_to_be(small_disk: Path) -> None:
    connection = sqlite3.connect(small_disk / "todo.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode = wal")
    connection.execute("CREATE TABLE t (a)")
    occupy(small_disk / "ballast")
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("INSERT INTO t VALUES (zeroblob(100000))")
    with pytest.raises(sqlite3.OperationalError) as failed:
        connection.execute("COMMIT")
    assert failed.value.sqlite_errorcode == sqlite3.SQLITE_FULL
    assert connection.execute("SELECT count(*) FROM t").fetchone() == (0,)
    connection.close()


async def test_a_disk_that_fills_up_in_the_midst_of_a_group_is_told_to_all_of_it(small_disk: Path) -> None:
    async with service_on(small_disk / "todo.db") as service:
        await service.add("before")
        await service.writer_runs("PRAGMA cache_size = 2")  # pages go to the log before the commit
        occupy(small_disk / "ballast")
        adds = [service.add(f"task {number}", "x" * 9_000) for number in range(60)]
        outcomes = await asyncio.gather(*adds, return_exceptions=True)
        assert {str(outcome) for outcome in outcomes if not isinstance(outcome, Task)} == {DISK_FULL}
        (small_disk / "ballast").unlink()
        await service.add("after")
        assert await ping(service) == ""


async def test_replicas_on_postgresql_find_out_at_the_same_time_that_there_is_space_again(postgres_url: str) -> None:
    await migrate.upgrade(postgres_url)
    database, journals = PostgresDatabase(PostgresOptions(postgres_url)), [ListEventLog() for _ in range(4)]
    stores = [SqlStore(database, event_log=event_log) for event_log in journals]
    for store in stores:
        store._disk.notice(Unavailable(DISK_FULL))
        store._disk.notice(Unavailable(DISK_FULL))
    await asyncio.gather(*[store.ping() for store in stores for _ in range(2)])
    assert [event_log.events for event_log in journals] == [["disk_full", "disk_no_longer_full"]] * 4
    assert (await stores[0].accounts().users.page(None, 10)).items == ()
    await database.close()
