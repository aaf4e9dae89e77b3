"""The stream of events: what is sent, how a client resumes, and what ends it."""

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from tests.http.listening import Listener, listening
from tests.http.service import OPTIONS, Api, Person, faults, problem, serving
from todo_core.errors import Unavailable
from todo_core.ids import UserId
from todo_http.api import events

STREAMING = replace(OPTIONS, stream_seconds=3_600)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def api() -> AsyncIterator[Api]:
    async with serving(STREAMING) as running:
        yield running
        assert len(running.app.service.streams) == 0, "nothing is left behind"


async def changes(person: Person, **query: Any) -> Any:
    return (await person.get(f"/api/{person.id}/changes", params=query)).json()


async def now(person: Person) -> str:
    """The cursor after the latest change."""
    return str((await changes(person))["cursor"])


async def test_a_change_is_an_event_with_the_bytes_of_the_feed(api: Api, ada: Person) -> None:
    async with listening(api.app, ada) as stream:
        task = await ada.add("Grüße")
        await ada.add_list()
        heard = await stream.hear(2)
    assert [event.name for event in heard] == ["task_refresh", "list_refresh"]
    answer = await ada.get(f"/api/{ada.id}/changes")
    assert [event.data for event in heard] == answer.json()["changes"]
    assert heard[0].data["value"] == task
    assert heard[1].id == answer.json()["cursor"]
    sent = [line.removeprefix("data: ") for line in stream.body.decode().split("\n") if line.startswith("data: ")]
    assert ",".join(sent) in answer.text


async def test_the_header_fields_keep_every_proxy_from_holding_it_back(api: Api, ada: Person) -> None:
    async with listening(api.app, ada, Accept_Encoding="gzip, br") as stream:
        assert stream.status == 200
    expected = {"content-type": "text/event-stream", "cache-control": "no-store", "x-accel-buffering": "no"}
    assert expected.items() <= stream.fields.items()
    assert not {"content-length", "content-encoding", "etag"} & stream.fields.keys()
    assert {"x-request-id", "x-content-type-options"} <= stream.fields.keys()


async def test_head_answers_the_header_fields_and_ends(api: Api, ada: Person) -> None:
    async with listening(api.app, ada, method="HEAD") as stream:
        pass
    assert (stream.status, stream.finished, stream.body) == (200, True, b"")
    assert stream.fields["content-type"] == "text/event-stream"


async def test_the_first_block_has_a_time_to_wait_and_the_position(api: Api, ada: Person) -> None:
    await ada.add()
    waits = set()
    for _ in range(3):
        async with listening(api.app, ada) as stream:
            pass
        (retry, position) = stream.blocks[0].splitlines()
        waits.add(int(retry.removeprefix("retry: ")))
        assert position == f"id: {await now(ada)}"
    assert all(2_000 <= each < 5_000 for each in waits)
    assert len(waits) > 1, "not all clients come back at once"


async def test_a_client_that_is_cut_before_its_first_event_loses_none(api: Api, ada: Person) -> None:
    async with listening(api.app, ada) as stream:
        known = stream.last_id
    await ada.add("meanwhile")
    async with listening(api.app, ada, Last_Event_ID=known) as stream:
        (event,) = await stream.hear(1)
    assert event.data["value"]["title"] == "meanwhile"


@pytest.mark.parametrize("name", ["last_event_id", "lastEventId"])
async def test_a_client_can_resume_by_the_query(api: Api, ada: Person, name: str) -> None:
    known = await now(ada)
    await ada.add("meanwhile")
    async with listening(api.app, ada, f"{name}={known}") as stream:
        (event,) = await stream.hear(1)
    assert event.data["value"]["title"] == "meanwhile"


async def test_the_header_counts_before_the_query_and_the_polyfill_before_the_page(api: Api, ada: Person) -> None:
    cursors = [await now(ada)]
    for title in ("one", "two", "three"):
        await ada.add(title)
        cursors.append(await now(ada))
    async with listening(api.app, ada, f"last_event_id={cursors[0]}&lastEventId={cursors[1]}") as stream:
        assert (await stream.hear(2))[0].data["value"]["title"] == "two"
    query = f"last_event_id={cursors[0]}&lastEventId={cursors[1]}"
    async with listening(api.app, ada, query, Last_Event_ID=cursors[2]) as stream:
        assert (await stream.hear(1))[0].data["value"]["title"] == "three"


async def test_without_a_position_it_starts_now(api: Api, ada: Person) -> None:
    await ada.add("before")
    async with listening(api.app, ada) as stream:
        await ada.add("after")
        (event,) = await stream.hear(1)
    assert event.data["value"]["title"] == "after"


async def test_malformed_positions_are_all_told(ada: Person) -> None:
    for text in ("", "x", "0", f"{await now(ada)} ", (await now(ada)).upper() + "A", "0" * 32 + "-01"):
        answer = await ada.get("/api/events", params={"last_event_id": text}, headers={"Last-Event-ID": "nonsense"})
        assert faults(answer) == {"last_event_id": "invalid-cursor", "Last-Event-ID": "invalid-cursor"}


@pytest.mark.parametrize("foreign", [True, False])
async def test_a_position_that_has_expired_is_a_reset_and_then_it_goes_on_from_now(
    api: Api, ada: Person, foreign: bool
) -> None:
    await ada.add("before")
    grace = await api.person()
    known = await now(grace) if foreign else f"{(await now(ada)).partition('-')[0]}-99"
    async with listening(api.app, ada, Last_Event_ID=known) as stream:
        (reset,) = await stream.hear(1)
        assert (reset.name, reset.id, reset.data) == ("reset", await now(ada), {})
        await ada.add("after")
        assert (await stream.hear(2))[1].data["value"]["title"] == "after"


async def test_a_new_epoch_is_a_reset(api: Api, ada: Person) -> None:
    async with listening(api.app, ada) as stream:
        await ada.add("before")
        await stream.hear(1)
        await api.todo.run.accounts(lambda tx: tx.renew_epoch(UUID(int=7)))
        await ada.add("lost to those who do not begin again")
        reset = (await stream.hear(2))[1]
        await ada.add("after")
        after = (await stream.hear(3))[2]
    assert (reset.name, after.name) == ("reset", "task_refresh")
    assert after.id == await now(ada)


async def test_what_others_do_is_not_heard(api: Api, ada: Person) -> None:
    grace = await api.person()
    async with listening(api.app, ada) as stream:
        await grace.add("secret")
        await ada.add("own")
        (event,) = await stream.hear(1)
    assert event.data["value"]["title"] == "own"
    assert "secret" not in stream.body.decode()


async def test_a_comment_keeps_an_idle_stream_alive(api: Api, ada: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "IDLE_SECONDS", 0.01)
    async with listening(api.app, ada) as stream:
        await stream._until(lambda: ":" in stream.blocks)
        await ada.add()
        await stream.hear(1)


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
        refused = problem_of(await stack.enter_async_context(listening(api.app, ada)))
        assert refused == (429, "5")
        assert (await stack.enter_async_context(listening(api.app, grace))).status == 200
        waiting = await ada.get(f"/api/{ada.id}/changes", params={"cursor": await now(ada), "wait": 30})
        problem(waiting, 429, "too-many-requests")
    async with listening(api.app, ada) as stream:
        assert stream.status == 200


def problem_of(stream: Listener) -> tuple[int, str]:
    return stream.status, stream.fields["retry-after"]


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

    known = await now(ada)
    await ada.add()
    monkeypatch.setattr(view, "page", failing)
    async with listening(api.app, ada, Last_Event_ID=known) as stream:
        await stream.hear(1)
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
