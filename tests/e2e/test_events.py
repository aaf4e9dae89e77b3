"""Event streams of a real server with two workers: nothing is lost, and nothing outlasts its time."""

import asyncio
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from time import monotonic

import pytest
import pytest_asyncio

from tests.support.events import somebody
from tests.support.server import Server, serving


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    folder = tmp_path_factory.mktemp("events")
    async with serving(folder, "--migrate", TODO_WORKERS="2", TODO_REQUESTS_PER_MINUTE="0") as running:
        yield running
        assert await running.stop() == 0
        assert not [line for line in running.log.splitlines() if '"level":"error"' in line]


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
    while refused.status_code != 401:  # the worker that is asked may have had no stream, and learns of it later
        assert monotonic() - began < 20
        refused = await ada.ask("GET", "/api/events")


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
