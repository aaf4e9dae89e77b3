"""How a server stops: in order on SIGTERM, at once on Ctrl-C, by force on a second signal, and never by halves."""

import asyncio
import os
import signal
import sys
from pathlib import Path
from time import monotonic

import httpx
import pytest

from tests.support.processes import all_gone, workers_of
from tests.support.raw import line_to, posted, request
from tests.support.server import Server, serving

SOMEBODY = {"email": "ada@example.org", "password": "correct horse battery", "name": "Ada"}


async def both_ready(server: Server) -> None:
    """Waits for the second worker too: one is enough to be answered."""
    async with asyncio.timeout(20):
        while server.log.count('"event":"ready"') < 2:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


linux_only = pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")


async def ask_for_ever(client: httpx.AsyncClient) -> None:
    while True:
        await client.get("/health")
        await asyncio.sleep(0.1)


@pytest.mark.check("N3")
async def test_sigterm_turns_readiness_red_lets_work_finish_and_then_stops(tmp_path: Path) -> None:
    async with (
        serving(tmp_path, "--migrate", TODO_DRAIN_SECONDS="3", TODO_STOP_SECONDS="20") as server,
        server.client() as client,
        line_to(server.url) as slow,
    ):
        whole = posted("/api/auth/register", SOMEBODY)
        await slow.say(whole[:-20])
        await client.get("/health")
        server.process.send_signal(signal.SIGTERM)
        told_at = monotonic()
        await server.answering("/health/ready", status=503)
        while monotonic() - told_at < 1.3:  # the listener stays open, and clients are asked to go elsewhere
            answer = await client.get("/health")
            assert (answer.status_code, answer.headers["Connection"]) == (200, "close")
            await asyncio.sleep(0.1)
        with pytest.raises(httpx.ConnectError):
            await ask_for_ever(client)
        await slow.say(whole[-20:])
        answer_to_slow = await slow.hear()
        assert answer_to_slow is not None
        assert answer_to_slow.status == 201
        assert await server.stop() == 0


@pytest.mark.check("N3")
async def test_a_client_that_stalls_delays_the_end_no_longer_than_the_bound(tmp_path: Path) -> None:
    async with (
        serving(tmp_path, "--migrate", TODO_DRAIN_SECONDS="0.5", TODO_STOP_SECONDS="3") as server,
        line_to(server.url) as stalled,
        line_to(server.url) as silent,
    ):
        await stalled.say(posted("/api/auth/register", SOMEBODY)[:-1])
        await silent.say(b"GET /health HT")
        await asyncio.sleep(0.2)
        assert await server.stop(seconds=15) == 0


@pytest.mark.check("N6")
@linux_only
@pytest.mark.parametrize("second", [signal.SIGTERM, signal.SIGINT])
async def test_a_second_signal_forces_the_end_and_leaves_no_orphan(tmp_path: Path, second: signal.Signals) -> None:
    settings = {"TODO_DRAIN_SECONDS": "50", "TODO_STOP_SECONDS": "60", "TODO_WORKERS": "2"}
    async with serving(tmp_path, "--migrate", **settings) as server:
        await both_ready(server)
        workers = workers_of(server.process.pid)
        server.process.send_signal(signal.SIGTERM)
        await server.answering("/health/ready", status=503)
        await server.stop(second, seconds=20)
        assert await all_gone(workers)


async def test_ctrl_c_stops_without_the_pause(tmp_path: Path) -> None:
    async with serving(tmp_path, "--migrate", TODO_DRAIN_SECONDS="40", TODO_STOP_SECONDS="50") as server:
        assert await server.stop(signal.SIGINT, seconds=20) == 0


@linux_only
async def test_a_signal_to_every_process_is_heeded_once(tmp_path: Path) -> None:  # as service managers send it
    async with serving(tmp_path, "--migrate", TODO_DRAIN_SECONDS="1", TODO_WORKERS="2") as server:
        await both_ready(server)
        workers = workers_of(server.process.pid)
        assert {os.getpgid(pid) for pid in workers} == workers, "Ctrl-C at a terminal reaches the parent alone"
        started = monotonic()
        for pid in (*workers, server.process.pid, *workers):
            os.kill(pid, signal.SIGTERM)
        await server.answering("/health/ready", status=503)
        assert await server.stop(signal.SIGCONT) == 0
        assert monotonic() - started > 1


@pytest.mark.check("N6")
@linux_only
async def test_workers_do_not_outlive_the_process_that_started_them(tmp_path: Path) -> None:
    async with serving(tmp_path, "--migrate", TODO_WORKERS="2") as server:
        workers = workers_of(server.process.pid)
        await server.stop(signal.SIGKILL)
        assert await all_gone(workers)


@pytest.mark.check("N7")
@linux_only
async def test_a_worker_that_dies_is_replaced(tmp_path: Path) -> None:
    async with serving(tmp_path, "--migrate", TODO_WORKERS="2") as server, server.client() as client:
        before = workers_of(server.process.pid)
        await both_ready(server)
        os.kill(min(before), signal.SIGKILL)
        async with asyncio.timeout(20):
            while len(workers_of(server.process.pid) - before) < 1:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        for _ in range(20):
            async with httpx.AsyncClient(base_url=server.url) as fresh:
                assert (await fresh.get("/health")).status_code == 200
        assert (await client.get("/health/ready")).status_code == 200
        assert await server.stop() == 0


async def test_a_request_on_a_new_connection_may_be_the_last(tmp_path: Path) -> None:
    async with serving(tmp_path, "--migrate", TODO_DRAIN_SECONDS="1") as server:
        server.process.send_signal(signal.SIGTERM)
        await asyncio.sleep(0.3)
        async with line_to(server.url) as line:
            await line.say(request("GET", "/health"), request("GET", "/health"))
            assert len(await line.hear_all()) == 1
        assert await server.stop() == 0
