"""Clients that ask for much and read little: each costs a bounded amount of memory for a bounded time."""

import asyncio
import json
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import ExitStack
from pathlib import Path
from time import monotonic

import pytest

from tests.support.events import somebody
from tests.support.large_answers import BODY, BYTES, DEADLINE
from tests.support.processes import resident, workers_of
from tests.support.raw import line_to, request, unread
from tests.support.server import Server, serving_as

CLIENTS = 20

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    program = [sys.executable, "-m", "tests.support.large_answers"]
    async with serving_as(program, tmp_path, DATABASE_URL="memory://", TODO_STOP_SECONDS="5") as running:
        yield running
        assert await running.stop() == 0


async def ended(client: socket.socket, seconds: float) -> bool:
    """Whether the server ends the connection in this time, without anything being read."""
    until = monotonic() + seconds
    while monotonic() < until:
        if client.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            return True
        await asyncio.sleep(0.05)
    return False


async def fetched(server: Server, method: str = "GET") -> tuple[dict[str, str], bytes]:
    """The large answer, read as fast as it comes."""
    async with line_to(server.url) as line:
        await line.say(request(method, "/large"))
        answer = await line.hear(20, head=method == "HEAD")
        assert answer is not None
        await line.say(request("GET", "/health"))  # the connection can be used again
        again = await line.hear()
        assert again is not None
        assert again.status == 200
        return answer.fields, answer.body


@pytest.mark.check("I15", "P5")
async def test_a_client_that_does_not_read_is_disconnected_and_its_memory_freed(server: Server) -> None:
    (worker,) = workers_of(server.process.pid)
    assert (await fetched(server))[1] == BODY
    before = resident(worker)
    for _ in range(2):
        with ExitStack() as stack:
            clients = [stack.enter_context(unread(server.url, request("GET", "/large"))) for _ in range(CLIENTS)]
            await asyncio.sleep(DEADLINE / 2)
            await server.answering("/health/live")
            assert (await fetched(server))[1] == BODY, "others get theirs meanwhile"
            assert all(await asyncio.gather(*[ended(client, DEADLINE + 5) for client in clients]))
        assert resident(worker) - before < CLIENTS * BYTES / 4
    lines = [json.loads(line) for line in server.log.splitlines()]
    cut = [line for line in lines if line.get("event") == "request" and line["route"] == "-" and line["bytes"] < BYTES]
    assert len(cut) >= CLIENTS, "the access log says how much was sent"
    assert {line["event"] for line in lines if line.get("level") == "warning"} == {"response_cut_off"}


async def test_a_large_answer_has_its_length_and_no_other_framing(server: Server) -> None:
    fields, body = await fetched(server)
    assert body == BODY
    assert fields["content-length"] == str(BYTES)
    assert "transfer-encoding" not in fields
    fields, _ = await fetched(server, "HEAD")
    assert fields["content-length"] == str(BYTES)


async def test_a_stream_that_is_not_read_is_cut_off_and_others_hear_everything(server: Server) -> None:
    ada = await somebody(server, "ada")
    async with ada.stream() as quick:
        position, number = quick.last_id, 0
        with unread(server.url, request("GET", "/api/events", f"Authorization: {ada.bearer}")) as slow:
            while not await ended(slow, 0.1):
                steps = [{"op": "add", "task": {"title": "x", "description": "x" * 10_000}}] * 20
                await ada.ask("POST", f"/api/{ada.id}/batch", json={"operations": steps})
                await quick.titles(20)
                number += 20
        async with ada.stream(f"?last_event_id={position}") as again:
            assert len(await again.titles(number)) == number
    cut = [line for line in map(json.loads, server.log.splitlines()) if line.get("event") == "response_cut_off"]
    assert len(cut) == 1
