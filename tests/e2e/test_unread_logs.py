"""A server whose stdout and stderr nobody reads: it goes on answering, counts what it drops, and stops in time."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.support.pipes import Pipe
from tests.support.processes import all_gone, workers_of
from tests.support.raw import line_to, posted, request
from tests.support.server import Server, free_port, serving_into

REQUESTS = 7_000
"""Their lines are longer than the buffer of the pipe and the one of the server together."""

AT_ONCE = 100
WRONG = {"email": "ada@example.org", "password": "wrong password"}

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")


@pytest.fixture
async def pipe() -> AsyncIterator[Pipe]:
    with Pipe() as made:
        yield made


async def fill(server: Server, times: int) -> None:
    """So many requests, one after the other; all of them are answered."""
    async with line_to(server.url) as line:
        for _ in range(times // AT_ONCE):
            await line.say(request("GET", "/health") * AT_ONCE)
            for _ in range(AT_ONCE):
                answer = await line.hear()
                assert answer is not None
                assert answer.status == 200


async def warn(server: Server, times: int) -> None:
    """So many failed logins, which are warnings on stderr."""
    async with line_to(server.url) as line:
        for _ in range(times):
            await line.say(posted("/api/auth/login", WRONG))
            assert await line.hear() is not None


async def dropped(server: Server) -> int:
    """What the metrics say about lines that were dropped."""
    await asyncio.sleep(1.3)
    async with httpx.AsyncClient() as client:
        text = (await client.get(server.metrics)).text
    return sum(int(line.split()[1]) for line in text.splitlines() if line.startswith("todo_log_lines_dropped_total"))


@pytest.mark.check("P9")
async def test_a_full_pipe_stops_no_request_and_drops_are_counted_and_told(tmp_path: Path, pipe: Pipe) -> None:
    settings = {"TODO_METRICS_PORT": str(free_port())}
    async with serving_into(pipe.writing, tmp_path, "--migrate", **settings) as server:
        await warn(server, 2)
        await fill(server, REQUESTS)
        await warn(server, 2)
        await server.answering("/health/live")
        count = await dropped(server)
        assert count > 0
        pipe.drain()
        async with asyncio.timeout(20):
            while '"log_lines_dropped"' not in pipe.text:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        await fill(server, AT_ONCE)
        assert await server.stop() == 0
    lines = [json.loads(line) for line in pipe.rest().splitlines()]
    told = [line["lines"] for line in lines if line["event"] == "log_lines_dropped"]
    requests = [line for line in lines if line["event"] == "request" and line["route"] == "/health"]
    assert sum(told) >= count
    assert len(requests) + sum(told) >= REQUESTS + AT_ONCE
    assert [line["event"] for line in lines].count("login_failed") == 4, "warnings have a buffer of their own"
    assert requests[-1]["ms"] >= 0


@pytest.mark.check("P9")
async def test_a_server_starts_though_the_pipe_is_full(tmp_path: Path, pipe: Pipe) -> None:
    pipe.fill()
    async with serving_into(pipe.writing, tmp_path, "--migrate", TODO_LOG_FORMAT="console") as server:
        await warn(server, 2)
        assert await server.stop() == 0


@pytest.mark.check("P9")
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
async def test_a_full_pipe_does_not_hold_up_the_end(tmp_path: Path, pipe: Pipe, how: signal.Signals) -> None:
    settings = {"TODO_STOP_SECONDS": "60", "TODO_WORKERS": "2", "TODO_DRAIN_SECONDS": "0.5"}
    async with serving_into(pipe.writing, tmp_path, "--migrate", **settings) as server:
        await fill(server, 1_500)
        await warn(server, 3)
        workers = workers_of(server.process.pid)
        assert await server.stop(how, seconds=30) == 0
        assert await all_gone(workers)


@pytest.mark.check("P9")
async def test_a_worker_that_has_to_be_killed_is_killed_though_the_pipe_is_full(tmp_path: Path, pipe: Pipe) -> None:
    settings = {"TODO_STOP_SECONDS": "2", "TODO_DRAIN_SECONDS": "0.1"}
    async with serving_into(pipe.writing, tmp_path, "--migrate", **settings) as server:
        await fill(server, 1_500)
        workers = workers_of(server.process.pid)
        for pid in workers:
            os.kill(pid, signal.SIGSTOP)  # so the parent ends it by force, and logs that
        assert await server.stop() == 0
        assert await all_gone(workers)


async def test_a_pipe_that_is_read_gets_every_line(tmp_path: Path, pipe: Pipe) -> None:
    async with serving_into(pipe.writing, tmp_path, "--migrate", TODO_WORKERS="2") as server:
        pipe.drain()
        await asyncio.gather(*[fill(server, 1_000) for _ in range(6)])
        assert await server.stop() == 0
    lines = [json.loads(line) for line in pipe.rest().splitlines()]
    assert len([line for line in lines if line.get("route") == "/health"]) == 6_000
    assert [line["event"] for line in lines].count("serving") == 1
    assert "log_lines_dropped" not in {line["event"] for line in lines}
