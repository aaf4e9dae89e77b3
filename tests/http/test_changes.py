"""The feed over HTTP: what a change tells, pages, cursors, and waiting for changes."""

import asyncio
from dataclasses import replace
from time import monotonic
from typing import Any
from uuid import UUID

import pytest

from tests.http.service import OPTIONS, Api, Person, faults, problem, serving
from todo_core.ids import UserId

FIELDS = ["seq", "set", "at", "entity", "id", "kind", "value", "previous", "session"]


async def changes(person: Person, **query: Any) -> Any:
    answer = await person.get(f"/api/{person.id}/changes", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_change_tells_what_happened_in_which_request_and_session(api: Api, ada: Person) -> None:
    work = await ada.add_list()
    task = await ada.add(list_id=work["id"])
    other = await api.log_in(ada)
    await other.ask("DELETE", f"/api/{ada.id}/lists/{work['id']}")
    told = (await changes(ada))["changes"]
    assert [list(each) for each in told] == [FIELDS] * 4
    assert [(each["seq"], each["set"], each["previous"]) for each in told] == [
        (1, 1, None), (2, 2, None), (3, 3, 2), (4, 3, 1)
    ]  # fmt: skip
    assert [(each["entity"], each["kind"]) for each in told] == [
        ("list", "created"), ("task", "created"), ("task", "deleted"), ("list", "deleted")
    ]  # fmt: skip
    assert [each["value"] for each in told] == [work, task, None, None]
    assert [each["id"] for each in told] == [work["id"], task["id"], task["id"], work["id"]]
    sessions = [each["session"] for each in told]
    assert sessions[0] == sessions[1] != sessions[2] == sessions[3]
    current = (await ada.get("/api/auth/sessions")).json()
    assert {each["id"] for each in current} == set(sessions)


async def test_pages_follow_each_other_to_the_end(ada: Person) -> None:
    for number in range(5):
        await ada.add(str(number))
    seen, cursor, more = [], None, True
    while more:
        page = await changes(ada, limit=2, **({"cursor": cursor} if cursor else {}))
        seen += [each["seq"] for each in page["changes"]]
        cursor, more = page["cursor"], page["more"]
    assert seen == [1, 2, 3, 4, 5]
    assert await changes(ada, cursor=cursor) == {"changes": [], "cursor": cursor, "more": False}
    await ada.add("later")
    assert [each["seq"] for each in (await changes(ada, cursor=cursor))["changes"]] == [6]


async def test_one_kind_of_things_can_be_asked_for(ada: Person) -> None:
    await ada.add()
    await ada.add_list()
    await ada.add()
    page = await changes(ada, entity="list")
    assert [each["seq"] for each in page["changes"]] == [2]
    assert page["cursor"] == (await changes(ada))["cursor"], "what was left out is not looked at again"


async def test_an_unchanged_page_is_not_sent_again(ada: Person) -> None:
    await ada.add()
    path = f"/api/{ada.id}/changes"
    tag = (await ada.get(path)).headers["etag"]
    assert (await ada.get(path, headers={"If-None-Match": tag})).status_code == 304
    await ada.add()
    assert (await ada.get(path, headers={"If-None-Match": tag})).status_code == 200


async def test_a_malformed_cursor_is_told_with_all_other_faults(ada: Person) -> None:
    known = (await changes(ada))["cursor"]
    for text in ("", "x", "0", known + "0", known.upper() + "A", f" {known}", f"{known}\n", known[1:], "0" * 32 + "-"):
        answer = await ada.get(f"/api/{ada.id}/changes", params={"cursor": text, "limit": 0, "wait": 31, "entity": "x"})
        codes = {"limit": "out-of-range", "wait": "out-of-range", "entity": "unknown-value"}
        assert faults(answer) == {"cursor": "invalid-cursor", **codes}


async def test_a_cursor_of_another_owner_or_ahead_of_the_feed_has_expired(api: Api, ada: Person) -> None:
    grace = await api.person()
    await ada.add()
    own, foreign = (await changes(ada))["cursor"], (await changes(grace))["cursor"]
    ahead = own.replace("-1", "-2")
    for cursor in (foreign, ahead, f"{own.partition('-')[0]}-{10**18 - 1}"):
        answer = await ada.get(f"/api/{ada.id}/changes", params={"cursor": cursor, "wait": 30})
        problem(answer, 410, "cursor-expired")
        assert answer.headers["link"] == f'</api/{ada.id}/snapshot>; rel="restart"'


async def test_a_cursor_of_an_earlier_epoch_has_expired(api: Api, ada: Person) -> None:
    await ada.add()
    own = (await changes(ada))["cursor"]
    await api.todo.run.accounts(lambda tx: tx.renew_epoch(UUID(int=9)))
    problem(await ada.get(f"/api/{ada.id}/changes", params={"cursor": own}), 410, "cursor-expired")
    assert (await changes(ada))["changes"], "without a cursor it begins with the oldest"


@pytest.mark.parametrize("query", [{}, {"entity": "task"}])
async def test_a_request_can_wait_for_a_change(api: Api, ada: Person, query: dict[str, str]) -> None:
    cursor = (await changes(ada))["cursor"]
    waiting = asyncio.create_task(changes(ada, cursor=cursor, wait=30, **query))
    await until_waiting(api, 1)
    assert api.app.edge.running == 0
    assert len(api.app.service.users) == 0
    await ada.add_list()
    await ada.add("at last")
    page = await waiting
    assert page["changes"][-1]["entity"] == query.get("entity", page["changes"][-1]["entity"])
    assert api.app.edge.running == len(api.app.service.users) == len(api.app.service.streams) == 0


async def test_a_request_that_has_waited_waits_for_a_turn_like_others(
    api: Api, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads = type(api.todo.run.store.view(UserId(UUID(ada.id))).changes)
    page, turns = reads.page, list[int]()

    async def counted(*args: Any, **more: Any) -> Any:
        turns.append(len(api.app.service.users))
        return await page(*args, **more)

    cursor = (await changes(ada))["cursor"]
    monkeypatch.setattr(reads, "page", counted)
    waiting = asyncio.create_task(changes(ada, cursor=cursor, wait=30))
    await until_waiting(api, 1)
    await ada.add()
    await waiting
    assert turns == [1, 1]


async def test_a_request_that_has_something_to_tell_does_not_wait(ada: Person) -> None:
    await ada.add()
    assert len((await changes(ada, wait=30))["changes"]) == 1


async def test_a_wait_ends_without_changes_when_its_time_is_over(ada: Person) -> None:
    cursor = (await changes(ada))["cursor"]
    assert await changes(ada, cursor=cursor, wait=1) == {"changes": [], "cursor": cursor, "more": False}


async def test_a_wait_ends_when_the_session_does(api: Api, ada: Person) -> None:
    cursor = (await changes(ada))["cursor"]
    waiting = asyncio.create_task(ada.get(f"/api/{ada.id}/changes", params={"cursor": cursor, "wait": 30}))
    await until_waiting(api, 1)
    await ada.ask("POST", "/api/auth/logout")
    problem(await waiting, 401, "invalid-token")


async def test_a_wait_ends_without_changes_when_the_process_leaves() -> None:
    async with serving(replace(OPTIONS)) as api:
        ada = await api.person()
        cursor = (await changes(ada))["cursor"]
        waiting = asyncio.create_task(changes(ada, cursor=cursor, wait=30))
        await until_waiting(api, 1)
        api.app.service.streams.drain()
        assert await waiting == {"changes": [], "cursor": cursor, "more": False}


async def test_a_client_that_asks_again_and_again_while_the_process_leaves_is_held_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("todo_http.api.sync.LEAVING_SECONDS", 0.2)
    async with serving(replace(OPTIONS)) as api:
        ada = await api.person()
        cursor = (await changes(ada))["cursor"]
        api.app.service.streams.drain()
        began = monotonic()
        assert await changes(ada, cursor=cursor, wait=30) == {"changes": [], "cursor": cursor, "more": False}
        assert 0.2 <= monotonic() - began < 20


async def test_a_wait_ends_when_the_client_goes(api: Api, ada: Person) -> None:
    cursor = (await changes(ada))["cursor"]
    waiting = asyncio.create_task(changes(ada, cursor=cursor, wait=30))
    await until_waiting(api, 1)
    waiting.cancel()
    await until_waiting(api, 0)
    assert api.app.edge.running == 0


async def until_waiting(api: Api, requests: int) -> None:
    async with asyncio.timeout(20):
        while len(api.app.service.streams) != requests or api.app.edge.running:  # noqa: ASYNC110
            await asyncio.sleep(0.001)
