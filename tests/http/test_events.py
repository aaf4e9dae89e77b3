"""The stream of events: what is sent, and how a client resumes."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest
import pytest_asyncio

from tests.http.listening import STREAMING, listening, now
from tests.http.service import Api, Person, faults, serving
from todo_http.api import events


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def api() -> AsyncIterator[Api]:
    async with serving(STREAMING) as running:
        yield running
        assert len(running.app.service.streams) == 0, "nothing is left behind"


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
        await stream.until(lambda: ":" in stream.blocks)
        await ada.add()
        await stream.hear(1)
