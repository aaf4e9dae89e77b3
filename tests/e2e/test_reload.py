"""SIGHUP replaces the workers of a running server, and nobody who calls it notices."""

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.load import Load, loading, stored_tasks
from tests.support.processes import all_gone, workers_of
from tests.support.server import Server, serving

PERSON = {"email": "ada@example.org", "password": "correct horse battery", "name": "Ada"}
REQUESTS = 3_000

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="workers share a socket on Linux only")


async def registered(server: Server) -> dict[str, Any]:
    async with server.client() as client:
        session: dict[str, Any] = (await client.post("/api/auth/register", json=PERSON)).json()
        return session


async def reload(server: Server, event: str = "reloaded") -> None:
    """Tells the server to replace its workers and waits for what it says about that."""
    before = server.log.count(f'"event":"{event}"')
    server.process.send_signal(signal.SIGHUP)
    async with asyncio.timeout(30):
        while server.log.count(f'"event":"{event}"') == before:
            assert server.process.returncode is None, server.log
            await asyncio.sleep(0.05)


async def test_workers_are_replaced_without_losing_a_request(tmp_path: Path) -> None:
    async with serving(tmp_path, "--migrate", TODO_WORKERS="2") as server:
        load = Load(await registered(server), lambda: [server.url])
        before = workers_of(server.process.pid)
        async with loading(load, clients=8):
            while load.ended.total() < REQUESTS:
                await reload(server)
        assert (load.lost, load.refused) == (0, 0), load.ended
        assert await all_gone(before, seconds=15)
        assert len(workers_of(server.process.pid)) >= 2
        assert await server.stop() == 0
    assert stored_tasks(tmp_path / "var" / "todo.db") == load.ended["201"]
    assert '"level":"error"' not in server.log
    assert server.log.count('"event":"serving"') == 1


async def test_new_workers_read_the_settings_anew(tmp_path: Path) -> None:
    async with serving(tmp_path, "--migrate") as server, server.client() as client:
        assert (await client.get("/docs")).status_code == 200
        assert (await client.get("/")).headers["content-type"].startswith("text/html")
        (tmp_path / ".env").write_text("TODO_WEB=0\n")
        await reload(server)
        async with httpx.AsyncClient(base_url=server.url) as fresh:
            assert not (await fresh.get("/")).headers["content-type"].startswith("text/html")
        assert await server.stop() == 0


async def test_the_old_workers_stay_when_new_ones_cannot_start(tmp_path: Path) -> None:
    async with serving(tmp_path, "--migrate", TODO_WORKERS="2") as server:
        before = workers_of(server.process.pid)
        (tmp_path / ".env").write_text("TODO_POOL_SIZE=many\n")
        await reload(server, "reload_failed")
        assert workers_of(server.process.pid) == before
        await server.answering("/health/ready")
        (tmp_path / ".env").unlink()
        await reload(server)
        assert await all_gone(before, seconds=15)
        await server.answering("/health/ready")
        assert await server.stop() == 0


@pytest.mark.parametrize("seconds", [0.1, 1.5])
async def test_a_server_that_reloads_can_be_stopped(tmp_path: Path, seconds: float) -> None:
    async with serving(tmp_path, "--migrate", TODO_WORKERS="2") as server:
        server.process.send_signal(signal.SIGHUP)
        await asyncio.sleep(seconds)
        workers = workers_of(server.process.pid)
        assert await server.stop(seconds=15) == 0
        assert await all_gone(workers)


@pytest.mark.check("N6")
async def test_force_reaches_replaced_workers_too(tmp_path: Path) -> None:
    settings = {"TODO_DRAIN_SECONDS": "50", "TODO_STOP_SECONDS": "60"}
    async with serving(tmp_path, "--migrate", **settings) as server, server.client() as client:
        await client.get("/health")  # a connection that the old worker has to wait for
        await reload(server)
        workers = workers_of(server.process.pid)
        assert len(workers) == 2
        server.process.send_signal(signal.SIGTERM)
        await asyncio.sleep(0.5)
        await server.stop(signal.SIGTERM)
        assert await all_gone(workers)


async def test_a_worker_that_is_told_to_leave_does_not_deafen_the_others(tmp_path: Path) -> None:
    async with serving(tmp_path, "--migrate", TODO_WORKERS="2") as server:
        load = Load(await registered(server), lambda: [server.url])
        async with loading(load, clients=4):
            for _ in range(2):
                before = workers_of(server.process.pid)
                await asyncio.sleep(1)
                os.kill(min(before), signal.SIGTERM)
                async with asyncio.timeout(20):
                    while len(workers_of(server.process.pid) - before) < 1:  # noqa: ASYNC110
                        await asyncio.sleep(0.05)
                await asyncio.sleep(1)
        assert (load.lost, load.refused) == (0, 0), load.ended
        assert load.slowest < 20
