"""What ends streams of events, what they may take, and what they leave behind: nothing."""

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from time import perf_counter
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from tests.http.listening import STREAMING, listening, now
from tests.http.service import OPTIONS, Api, Person, problem, serving
from todo_core.errors import Unavailable
from todo_core.ids import UserId
from todo_http.api import events
from todo_http.edge.metrics import NoRequestMetrics


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def api() -> AsyncIterator[Api]:
    async with serving(STREAMING) as running:
        yield running


async def test_a_logout_ends_it_and_no_other(api: Api, ada: Person) -> None:
    other = await api.log_in(ada)
    async with listening(api.app, ada) as own, listening(api.app, other) as others:
        await ada.ask("POST", "/api/auth/logout")
        assert await own.ended() == "session-ended"
        await other.add()
        await others.hear(1)
        assert not others.finished


async def test_a_closed_account_ends_it(api: Api, ada: Person) -> None:
    async with listening(api.app, ada) as stream:
        await ada.ask("DELETE", "/api/auth/me", json={"password": "correct horse battery staple"})
        assert await stream.ended() == "session-ended"


async def test_an_account_that_is_gone_ends_it_although_no_session_is_known_to_have_ended(
    api: Api, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api.app.service.streams, "_revoked", frozenset())
    async with listening(api.app, ada) as stream:
        await ada.ask("DELETE", "/api/auth/me", json={"password": "correct horse battery staple"})
        await api.todo.run.hub.look(api.todo.run.store)
        assert await stream.ended() == "session-ended"


async def test_it_lasts_for_a_limited_time() -> None:
    async with serving(replace(OPTIONS, stream_seconds=0.05)) as api:
        ada = await api.person()
        async with listening(api.app, ada) as stream:
            assert await stream.ended() == "time-limit"


async def test_a_process_that_leaves_ends_it_and_lets_no_other_last() -> None:
    async with serving(STREAMING) as api:
        ada = await api.person()
        async with listening(api.app, ada) as stream:
            api.app.service.streams.drain()
            assert await stream.ended() == "draining"
            async with listening(api.app, ada) as late:
                assert await late.ended() == "draining"
                assert late.blocks[0].startswith("retry: ")


async def test_nobody_has_more_than_twenty(api: Api, ada: Person) -> None:
    grace = await api.person()
    async with AsyncExitStack() as stack:
        for _ in range(20):
            await stack.enter_async_context(listening(api.app, ada))
        refused = await stack.enter_async_context(listening(api.app, ada))
        assert (refused.status, refused.fields["retry-after"]) == (429, "5")
        assert (await stack.enter_async_context(listening(api.app, grace))).status == 200
        waiting = await ada.get(f"/api/{ada.id}/changes", params={"cursor": await now(ada), "wait": 30})
        problem(waiting, 429, "too-many-requests")
    async with listening(api.app, ada) as stream:
        assert stream.status == 200


async def test_streams_leave_the_turns_of_requests_to_others(api: Api, ada: Person) -> None:
    async with AsyncExitStack() as stack:
        streams = [await stack.enter_async_context(listening(api.app, ada)) for _ in range(12)]
        assert len(api.app.service.users) == 0
        assert api.app.edge.running == 0
        await ada.add()
        for stream in streams:
            await stream.hear(1)


async def test_a_slow_reader_is_cut_off_and_delays_nobody() -> None:
    ended: list[set[tuple[str, int]]] = []
    async with serving(replace(STREAMING, part_deadline=0.2)) as api:
        api.app.edge.large_bodies.end_connections = ended.append
        ada = await api.person()
        async with listening(api.app, ada) as slow, listening(api.app, ada) as quick:
            slow.reading.clear()
            for number in range(3):
                await ada.add(str(number))
            await quick.hear(3)
            async with asyncio.timeout(20):
                while len(api.app.service.streams) > 1:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
            assert not slow.finished
            slow.reading.set()
    assert ended == [{("203.0.113.7", 50000)}]


async def test_a_client_that_goes_leaves_nothing_behind(api: Api, ada: Person) -> None:
    tasks = asyncio.all_tasks()
    async with listening(api.app, ada) as stream:
        assert len(api.app.service.streams) == 1
        await ada.add()
        await stream.hear(1)
    assert len(api.app.service.streams) == 0
    assert not api.todo.run.hub._followers
    assert asyncio.all_tasks() <= tasks


async def test_a_stream_that_the_service_ends_leaves_nothing_behind(api: Api, ada: Person) -> None:
    tasks = asyncio.all_tasks()
    async with listening(api.app, ada) as stream:
        await ada.ask("POST", "/api/auth/logout")
        assert await stream.ended() == "session-ended"
        await stream.answered
        await asyncio.sleep(0)
        assert asyncio.all_tasks() <= tasks, "although the connection is still open"


async def test_the_time_of_a_stream_is_not_that_of_a_request(
    api: Api, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    times: dict[str, float] = {}

    class Meter(NoRequestMetrics):
        def ended(self, method: str, route: str, status: int, seconds: float) -> None:
            times[route] = seconds

    monkeypatch.setattr(api.app.edge, "meter", Meter())
    async with listening(api.app, ada):
        began = perf_counter()
        await asyncio.sleep(0.2)
    assert times["/api/events"] < perf_counter() - began - 0.15


async def test_an_unavailable_storage_interrupts_it_only(
    api: Api, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "PAUSE", 0.01)
    view = type(api.todo.run.store.view(UserId(UUID(ada.id))).changes)
    page, failures = view.page, iter(range(3))

    async def failing(*args: Any, **more: Any) -> Any:
        if next(failures, None) is not None:
            raise Unavailable
        return await page(*args, **more)

    async with listening(api.app, ada) as stream:
        await ada.add("before")
        await stream.hear(1)
        monkeypatch.setattr(view, "page", failing)
        await ada.add("after")
        heard = await stream.hear(2)
    assert [event.data["value"]["title"] for event in heard] == ["before", "after"]
    assert next(failures, None) is None


async def test_nothing_is_sent_while_it_is_not_known_whether_the_session_has_ended(
    api: Api, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "PAUSE", 0.01)
    behind = asyncio.Event()

    class Behind:
        def __contains__(self, session: object) -> bool:
            if behind.is_set():
                raise Unavailable
            return False

    monkeypatch.setattr(api.app.service.streams, "_revoked", Behind())
    async with listening(api.app, ada) as stream:
        behind.set()
        await ada.add()
        await asyncio.sleep(0.05)
        assert not stream.events
        behind.clear()
        await stream.hear(1)


async def test_the_access_log_tells_of_it_when_it_ends(api: Api, ada: Person) -> None:
    def lines() -> list[str]:
        return [line for line in api.flushed() if "/api/events" in line and ada.id in line]

    async with listening(api.app, ada):
        assert not lines()
    (line,) = lines()
    assert '"status":200' in line


async def test_garbage_is_not_needed_to_end_it(api: Api, ada: Person) -> None:
    gc.collect()
    gc.disable()
    try:
        async with listening(api.app, ada):
            pass
        assert not [each for each in gc.get_objects() if isinstance(each, events.EventStream)]
    finally:
        gc.enable()
