"""Counts over HTTP, and their 304 without counting."""

from typing import Any

import pytest

from tests.http.service import Api, Person, faults
from todo_adapters.memory.tasks import MemoryTaskReads


def counts(person: Person) -> str:
    return f"/api/{person.id}/counts"


async def test_open_tasks_that_are_not_deferred_are_counted(ada: Person) -> None:
    work = await ada.add_list()
    nothing: dict[str, Any] = {"inbox": 0, "overdue": 0, "today": 0, "upcoming": 0, "lists": {}, "tags": {}}
    assert (await ada.get(counts(ada))).json() == nothing
    await ada.add(list_id=work["id"], tags=["a", "b"], due_date="2026-11-20")
    await ada.add(tags=["A"], due_date="2026-11-19")
    await ada.add(due_date="2026-11-27")
    await ada.add(due_date="2026-11-28")
    await ada.add(completed=True, tags=["c"])
    await ada.add(deferred_until="2026-11-21", tags=["c"])
    assert (await ada.get(counts(ada))).json() == {
        "inbox": 3,
        "overdue": 1,
        "today": 1,
        "upcoming": 1,
        "lists": {work["id"]: 1},
        "tags": {"A": 2, "b": 1},
    }


async def test_counts_take_no_parameters(ada: Person) -> None:
    assert faults(await ada.get(f"{counts(ada)}?list=inbox")) == {"list": "unknown-parameter"}


@pytest.mark.check("F7", "F9")
async def test_unchanged_counts_are_not_counted_again(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    ada = await api.person()
    await ada.add(due_date="2026-11-20")
    tag = (await ada.get(counts(ada))).headers["etag"]

    async def fail(*_: Any) -> None:
        raise AssertionError("counted again")

    with monkeypatch.context() as patched:
        patched.setattr(MemoryTaskReads, "counts", fail)
        again = await ada.get(counts(ada), headers={"If-None-Match": tag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert again.headers["cache-control"] == "private, no-cache"


async def test_counts_change_with_writes_time_and_time_zone(api: Api) -> None:
    ada = await api.person()
    await ada.add(due_date="2026-11-20")

    async def changed(tag: str) -> str:
        answer = await ada.get(counts(ada), headers={"If-None-Match": tag})
        assert answer.status_code == 200
        assert answer.headers["etag"] != tag
        return str(answer.headers["etag"])

    tag = (await ada.get(counts(ada))).headers["etag"]
    await ada.add()
    tag = await changed(tag)
    await ada.ask("PATCH", "/api/auth/me", json={"time_zone": "Pacific/Auckland"})
    tag = await changed(tag)
    assert (await ada.get(counts(ada))).json()["overdue"] == 1
    api.clock.advance(seconds=59)
    assert (await ada.get(counts(ada), headers={"If-None-Match": tag})).status_code == 304
    api.clock.advance(seconds=1)
    await changed(tag)
    api.clock.advance(seconds=-60)
