"""Event streams of a real server with two workers: nothing is lost, and nothing outlasts its time."""

import asyncio
import json
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic
from typing import Any

import httpx
import pytest
import pytest_asyncio

from tests.support.raw import request, unread
from tests.support.server import Server, serving

PASSWORD = "correct horse battery staple"
LONG = "x" * 10_000


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    folder = tmp_path_factory.mktemp("events")
    async with serving(folder, "--migrate", TODO_WORKERS="2", TODO_REQUESTS_PER_MINUTE="0") as running:
        yield running
        assert await running.stop() == 0
        assert not [line for line in running.log.splitlines() if '"level":"error"' in line]


class Somebody:
    """Somebody with an account on the server."""

    def __init__(self, server: Server, session: dict[str, Any]) -> None:
        self.server = server
        self.id = session["user"]["id"]
        self.email = session["user"]["email"]
        self.bearer = f"Bearer {session['token']}"

    async def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Asks over a connection of its own, so that any worker may answer."""
        async with self.server.client() as client:
            return await client.request(method, path, headers={"Authorization": self.bearer}, **more)

    async def add(self, title: str, **fields: Any) -> None:
        answer = await self.ask("POST", f"/api/{self.id}/tasks", json={"title": title, **fields})
        assert answer.status_code == 201, answer.text

    @asynccontextmanager
    async def stream(self, query: str = "", **headers: str) -> AsyncIterator["Events"]:
        """The events of a stream, which has begun. It is cut at the end."""
        sent = {"Authorization": self.bearer, **{name.replace("_", "-"): text for name, text in headers.items()}}
        async with (
            self.server.client() as client,
            client.stream("GET", f"/api/events{query}", headers=sent, timeout=40) as answer,
        ):
            assert answer.status_code == 200, await answer.aread()
            events = Events(answer)
            await events.block()
            yield events


class Events:
    """The events of one stream."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer
        self.last_id = ""
        self._lines = answer.aiter_lines()

    async def block(self) -> dict[str, str]:
        """The fields of the next block, empty at the end of the stream."""
        fields: dict[str, str] = {}
        async with asyncio.timeout(40):
            async for line in self._lines:
                if not line:
                    break
                name, _, text = line.partition(": ")
                fields[name] = text
        self.last_id = fields.get("id", self.last_id)
        return fields

    async def titles(self, number: int) -> list[str]:
        """The titles of the tasks of the next events."""
        blocks = [await self.block() for _ in range(number)]
        assert {block["event"] for block in blocks} == {"task_refresh"}
        return [json.loads(block["data"])["value"]["title"] for block in blocks]

    async def reason(self) -> str:
        """Why the stream ends, after which nothing comes."""
        block = await self.block()
        while block and block.get("event") != "end":
            block = await self.block()
        assert await self.block() == {}
        return str(json.loads(block["data"])["reason"])


async def somebody(server: Server, name: str) -> Somebody:
    wish = {"email": f"{name}@example.org", "password": PASSWORD, "name": "Ada"}
    async with server.client() as client:
        answer = await client.post("/api/auth/register", json=wish)
    assert answer.status_code == 201, answer.text
    return Somebody(server, answer.json())


async def test_streams_of_both_workers_hear_every_change_in_order(server: Server) -> None:
    ada = await somebody(server, "order")
    async with ada.stream() as one, ada.stream() as two, ada.stream() as three, ada.stream() as four:
        titles = [str(number) for number in range(8)]
        for title in titles:
            await ada.add(title)
        for stream in (one, two, three, four):
            assert await stream.titles(8) == titles


async def test_a_stream_that_is_cut_again_and_again_misses_nothing(server: Server) -> None:
    ada = await somebody(server, "cuts")
    titles = [str(number) for number in range(12)]

    async def write() -> None:
        for title in titles:
            await ada.add(title)

    async with ada.stream() as stream:
        known = stream.last_id
    writing, heard = asyncio.create_task(write()), list[str]()
    while len(heard) < len(titles):
        way = {"Last_Event_ID": known} if len(heard) % 2 else {}
        async with ada.stream("" if way else f"?lastEventId={known}", **way) as stream:
            heard += await stream.titles(min(3, len(titles) - len(heard)))
            known = stream.last_id
    await writing
    assert heard == titles


async def test_a_logout_ends_streams_of_the_session_on_all_workers_within_a_second(server: Server) -> None:
    ada = await somebody(server, "logout")
    async with ada.stream() as one, ada.stream() as two, ada.stream() as three:
        began = monotonic()
        await ada.ask("POST", "/api/auth/logout")
        assert {await each.reason() for each in (one, two, three)} == {"session-ended"}
        assert monotonic() - began < 20, "a second, when the machine has nothing else to do"
    refused = await ada.ask("GET", "/api/events")
    assert refused.status_code == 401


async def test_a_client_that_reads_nothing_is_cut_off_and_can_resume(server: Server) -> None:
    ada = await somebody(server, "slow")
    async with ada.stream() as quick:
        position = quick.last_id
        with unread(server.url, request("GET", "/api/events", f"Authorization: {ada.bearer}")) as slow:
            writing = asyncio.create_task(write_much(ada, slow))
            heard = 0
            while not writing.done():
                await quick.titles(1)
                heard += 1
            number = await writing
        await quick.titles(number - heard)
        async with ada.stream(f"?last_event_id={position}") as again:
            assert len(await again.titles(number)) == number


async def write_much(ada: Somebody, slow: socket.socket) -> int:
    """Writes until the connection has been cut off. Returns the number of writes."""
    number = 0
    async with asyncio.timeout(60):
        while not slow.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            steps = [{"op": "add", "task": {"title": "x", "description": LONG}}] * 20
            answer = await ada.ask("POST", f"/api/{ada.id}/batch", json={"operations": steps})
            assert answer.status_code == 200, answer.text
            number += 20
            await asyncio.sleep(0.1)
    return number


async def test_a_drain_ends_streams_and_the_process_does_not_wait_for_them(tmp_path: Path) -> None:
    async with serving(tmp_path, "--migrate", TODO_DRAIN_SECONDS="1") as server:
        ada = await somebody(server, "drain")
        async with ada.stream() as stream, ada.stream() as other:
            await ada.add("before")
            assert await stream.titles(1) == await other.titles(1) == ["before"]
            waiting = asyncio.create_task(ada.ask("GET", f"/api/{ada.id}/changes?wait=30&cursor={stream.last_id}"))
            await asyncio.sleep(0.3)
            server.process.send_signal(signal.SIGTERM)
            assert {await stream.reason(), await other.reason()} == {"draining"}
            assert (await waiting).json()["changes"] == []
            async with asyncio.timeout(15):
                assert await server.process.wait() == 0
