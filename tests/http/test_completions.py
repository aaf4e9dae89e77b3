"""The log of what was done over HTTP, and completions in the feed."""

from datetime import timedelta
from typing import Any

import pytest

from tests.http.service import NOBODY, Api, Person, faults
from tests.http.test_recurrence import DAILY, complete

MINUTE = timedelta(minutes=1)


async def log(person: Person, **query: Any) -> Any:
    answer = await person.get(f"/api/{person.id}/completions", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def daily(person: Person, title: str = "Water") -> dict[str, Any]:
    return await person.add(title, due_date="2026-11-20", recurrence=DAILY)


async def test_the_log_has_occurrences_and_other_tasks_latest_first(api: Api, ada: Person) -> None:
    water, milk = await daily(ada), await ada.add()
    await ada.add("open")
    first = await complete(ada, water)
    api.clock.advance(MINUTE)
    bought = await complete(ada, milk)
    last, before = await log(ada)
    assert last == {
        "id": milk["id"],
        "task_id": milk["id"],
        "title": "Buy milk",
        "occurrence": None,
        "completed_at": bought["completed_at"],
        "skipped": False,
    }
    assert before == {
        "id": before["id"],
        "task_id": water["id"],
        "title": "Water",
        "occurrence": "2026-11-20",
        "completed_at": first["updated_at"],
        "skipped": False,
    }
    assert await log(ada, task=water["id"]) == [before]
    assert await log(ada, task=NOBODY) == []


async def test_days_are_those_of_the_user_and_times_are_exact(api: Api, ada: Person) -> None:
    await ada.ask("PATCH", "/api/auth/me", json={"time_zone": "Pacific/Kiritimati"})  # where it is the next day already
    done = (await complete(ada, await ada.add()))["completed_at"]
    today = str((api.clock.now() + timedelta(hours=14)).date())
    tomorrow = str((api.clock.now() + timedelta(hours=38)).date())
    later = (api.clock.now() + MINUTE).isoformat().replace("+00:00", "Z")
    for query, found in (
        ({"after": today}, 1), ({"after": tomorrow}, 0), ({"before": today}, 0), ({"before": tomorrow}, 1),
        ({"after": done}, 1), ({"after": later}, 0), ({"before": done}, 0), ({"before": later}, 1),
        ({"after": today, "before": later}, 1),
    ):  # fmt: skip
        assert len(await log(ada, **query)) == found, query


async def test_pages_lead_through_the_log_whatever_is_done_meanwhile(ada: Person) -> None:
    water = await daily(ada)
    for number in range(5):
        await complete(ada, water, headers={"Idempotency-Key": str(number)})
    everything, seen = await log(ada), []
    cursors: list[dict[str, str]] = [{}]
    for cursor in cursors:
        page = await ada.get(f"/api/{ada.id}/completions", params={"limit": 2, **cursor})
        seen += page.json()
        if "link" in page.headers:
            cursors.append({"cursor": page.headers["x-next-cursor"]})
        await complete(ada, await ada.add())
    assert (seen, len(cursors)) == (everything, 3)


async def test_what_is_wrong_with_a_query_is_told_at_once(ada: Person) -> None:
    wrong = {"task": "x", "after": "soon", "before": "2026-11-20T05:00", "limit": "0", "cursor": "x", "more": "1"}
    codes = ["invalid-id", "invalid-date", "invalid-date", "out-of-range", "invalid-cursor", "unknown-parameter"]
    answer = await ada.get(f"/api/{ada.id}/completions", params=wrong)
    assert faults(answer) == dict(zip(wrong, codes, strict=True))


async def test_a_log_that_has_not_changed_is_304(ada: Person) -> None:
    path, water = f"/api/{ada.id}/completions", await daily(ada)
    tag = (await ada.get(path)).headers["etag"]
    assert (await ada.get(path, headers={"If-None-Match": tag})).status_code == 304
    await complete(ada, water)
    assert (await ada.get(path, headers={"If-None-Match": tag})).status_code == 200


async def test_a_log_by_days_depends_on_the_time_zone_as_well(ada: Person) -> None:
    path, day = f"/api/{ada.id}/completions", {"before": "2026-11-21"}
    await complete(ada, await ada.add())
    tag = (await ada.get(path, params=day)).headers["etag"]
    await ada.ask("PATCH", "/api/auth/me", json={"time_zone": "Pacific/Kiritimati"})
    answer = await ada.get(path, params=day, headers={"If-None-Match": tag})
    assert (answer.status_code, answer.content) == (200, b"[]")


async def test_what_is_in_the_trash_is_not_in_the_log(ada: Person) -> None:
    water, milk = await daily(ada), await ada.add(completed=True)
    await complete(ada, water)
    await ada.ask("DELETE", ada.task(milk))
    assert [entry["title"] for entry in await log(ada)] == ["Water"]


async def test_another_user_sees_nothing(api: Api, ada: Person) -> None:
    await complete(ada, await daily(ada))
    bob = await api.person()
    assert await log(bob) == []
    assert (await bob.get(f"/api/{ada.id}/completions")).status_code == 403


@pytest.mark.parametrize("skip", [False, True])
async def test_a_completion_is_a_thing_in_the_feed(ada: Person, skip: bool) -> None:
    water = await daily(ada)
    if skip:
        await ada.ask("POST", f"{ada.task(water)}/skip")
    else:
        await complete(ada, water)
    told = (await ada.get(f"/api/{ada.id}/changes", params={"entity": "completion"})).json()["changes"]
    ((created), (entry,)) = told[0], await log(ada)
    assert len(told) == 1
    assert (created["kind"], created["id"]) == ("created", entry["id"])
    extra = {"user_id": ada.id, "revision": created["seq"], "created_at": created["at"], "updated_at": created["at"]}
    assert created["value"] == entry | extra
    assert created["value"]["skipped"] is skip


async def test_snapshots_have_completions_and_events_tell_of_them(ada: Person) -> None:
    water = await daily(ada)
    start = (await ada.get(f"/api/{ada.id}/snapshot")).json()["cursor"]
    await complete(ada, water)
    path, found = f"/api/{ada.id}/snapshot", {}
    while path:
        page = await ada.get(path)
        found[page.json()["entity"]] = page.json()["items"]
        path = page.links.get("next", {}).get("url", "")
    (told,) = (await ada.get(f"/api/{ada.id}/changes", params={"entity": "completion"})).json()["changes"]
    assert found["completion"] == [told["value"]]
    stream = await ada.get("/api/events", params={"last_event_id": start})
    assert "event: completion_refresh" in stream.text
    assert "event: task_refresh" in stream.text
