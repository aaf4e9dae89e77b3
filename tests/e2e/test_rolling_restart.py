"""Two servers are replaced one after the other behind a balancer, and nobody who calls them notices."""

import asyncio
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.balancer import Balancer, balancing
from tests.support.load import Load, loading
from tests.support.proxy import proxy_to
from tests.support.raw import line_to, request
from tests.support.server import SECRET, Server, free_port, serving
from todo_adapters.sql import migrate

CLIENTS = 10
PAUSE = 0.02
"""Seconds between two requests of one client: 10 clients make some hundred requests in a second."""


@pytest.fixture
async def migrated(postgres_url: str) -> str:
    await migrate.upgrade(postgres_url)
    return postgres_url


async def replace(old: Server, balancer: Balancer, start: Any) -> Server:
    """Stops one server and starts another, as a rolling restart does."""
    assert await old.stop() == 0
    balancer.urls.remove(old.url)
    new: Server = await start()
    balancer.urls.append(new.url)
    async with asyncio.timeout(30):
        while new.url not in balancer.ready:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    return new


@pytest.mark.check("N4")
async def test_a_rolling_restart_loses_no_request(tmp_path: Path, migrated: str) -> None:
    settings = {"DATABASE_URL": migrated, "BETTER_AUTH_SECRET": SECRET, "TODO_DRAIN_SECONDS": "1"}
    async with AsyncExitStack() as stack:

        async def start() -> Server:
            return await stack.enter_async_context(serving(tmp_path, **settings))

        one, other = await start(), await start()
        balancer = await stack.enter_async_context(balancing(one.url, other.url))
        body = {"email": "ada@example.org", "password": "correct horse battery", "name": "Ada"}
        async with httpx.AsyncClient(base_url=balancer.url) as client:
            session = (await client.post("/api/auth/register", json=body)).json()
        async with loading(Load(session, lambda: [balancer.url], PAUSE), CLIENTS) as load:
            await asyncio.sleep(1)
            one = await replace(one, balancer, start)
            other = await replace(other, balancer, start)
            await asyncio.sleep(1)
    assert load.lost == 0, load.ended
    assert load.ended.total() > 100
    assert balancer.redispatched == 0, "readiness has told the balancer in time"


async def test_a_server_that_stops_answers_everybody_who_has_connected(tmp_path: Path) -> None:
    settings = {"DATABASE_URL": f"sqlite:///{tmp_path}/todo.db", "BETTER_AUTH_SECRET": SECRET}
    for _ in range(2):
        async with serving(tmp_path, "--migrate", TODO_WORKERS="2", **settings) as server:
            load = Load(session_of_nobody(), partial(list, [server.url]), 0.001)
            async with loading(load, clients=40):
                await asyncio.sleep(0.5)
                assert await server.stop() == 0
        assert set(load.ended) == {"401 invalid-token"}, load.ended
        assert load.ended.total() > 20
        assert load.refused > 0


async def test_a_connection_waits_until_the_server_can_work(tmp_path: Path, migrated: str) -> None:
    port = free_port()
    async with proxy_to(migrated) as proxy:
        await proxy.down()
        settings = {"DATABASE_URL": proxy.url, "BETTER_AUTH_SECRET": SECRET, "TODO_PORT": str(port)}
        asked = asyncio.create_task(first_answer(f"http://127.0.0.1:{port}"))
        starting = asyncio.create_task(started_and_stopped(tmp_path, settings))
        async with asyncio.timeout(30):
            while not any("waiting_for_storage" in log.read_text() for log in tmp_path.glob("log-*")):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        await asyncio.sleep(0.5)
        await proxy.up()
        assert await asked == 200
        await starting


@pytest.mark.check("N1")
async def test_a_server_without_its_database_answers_after_a_while(tmp_path: Path, migrated: str) -> None:
    async with proxy_to(migrated) as proxy:
        await proxy.down()
        settings = {"DATABASE_URL": proxy.url, "BETTER_AUTH_SECRET": SECRET}
        async with serving(tmp_path, ready="/health/live", **settings) as server:
            await server.answering("/health/ready", status=503, seconds=5)
            assert await server.stop() == 0


def session_of_nobody() -> dict[str, Any]:
    """A token that every server refuses."""
    return {"token": "nobody", "user": {"id": "01936f4e-7a2b-7c3d-8e4f-5a6b7c8d9e0f"}}


async def first_answer(url: str) -> int:
    """The status of the first answer to somebody who connects as soon as that is possible."""
    async with asyncio.timeout(20):
        while True:
            try:
                async with line_to(url) as line:
                    await line.say(request("GET", "/health/ready"))
                    answer = await line.hear(15)
                    return answer.status if answer else 0
            except ConnectionRefusedError:
                await asyncio.sleep(0.001)


async def started_and_stopped(folder: Path, settings: dict[str, str]) -> None:
    """A server, until it is ready."""
    async with serving(folder, **settings) as server:
        assert await server.stop() == 0
