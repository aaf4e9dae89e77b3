"""What one process writes reaches those who follow in another one, on every database, and scripts stay cheap."""

from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from tests.contracts.following import eventually
from tests.support.replicas import replicas, wakes
from todo_adapters.bootstrap import open_todo
from todo_adapters.sql import migrate
from todo_core import live

pytestmark = pytest.mark.database


@pytest_asyncio.fixture
async def url(empty_database: str) -> str:
    """The address of a database that is up to date."""
    await migrate.upgrade(empty_database)
    return empty_database


async def test_a_write_by_one_replica_wakes_a_follower_on_another_one(url: str, tmp_path: Path) -> None:
    async with replicas(tmp_path, url, url) as (one, other):
        await wakes(one, other)


async def test_replicas_on_postgres_need_no_look(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "LOOK_SECONDS", 3_600.0)
    monkeypatch.setattr(live, "LOOK_OFTEN_SECONDS", 0.01)  # until announcements are heard
    await migrate.upgrade(postgres_url)
    async with replicas(tmp_path, postgres_url, postgres_url) as (one, other):
        for todo in (one, other):
            await eventually(lambda todo=todo: todo.run.hub._announcements.heard)  # type: ignore[misc]
        await wakes(one, other)
        await wakes(other, one)


async def test_a_script_follows_what_a_service_writes_and_the_reverse(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "LOOK_SECONDS", 0.05)
    async with replicas(tmp_path, url) as (service,), open_todo(url) as script:
        await wakes(service, script)
        await wakes(script, service)


async def test_a_script_has_one_connection(postgres_url: str) -> None:
    await migrate.upgrade(postgres_url)
    admin = await asyncpg.connect(postgres_url)
    others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    async with open_todo(postgres_url):
        assert await admin.fetchval(others) == 1
    await admin.close()
