"""Conditional reads over HTTP: what a client has already is not sent again, and not even read."""

from typing import Any

import pytest

from tests.http.service import Api
from todo_adapters.memory.tasks import MemoryTaskReads
from todo_adapters.memory.things import MemoryThingReads
from todo_adapters.memory.trash import MemoryTrashReads


@pytest.mark.check("F7", "F9")
async def test_what_has_not_changed_is_not_sent_again(api: Api) -> None:
    ada = await api.person()
    task = await ada.add(due_date="2026-11-20")
    for path in (ada.task(task), ada.tasks, f"{ada.tasks}?due=today", f"{ada.tasks}?q=nothing", f"{ada.tasks}?limit=1"):
        first = await ada.get(path)
        tag = first.headers["etag"]
        assert first.headers["cache-control"] == "private, no-cache"
        for asked in (tag, f"W/{tag}", f'"0", {tag}', "*"):
            again = await ada.get(path, headers={"If-None-Match": asked})
            assert (again.status_code, again.content) == (304, b""), (path, asked)
            assert again.headers["etag"] == tag
        head = await ada.ask("HEAD", path, headers={"If-None-Match": tag})
        assert head.status_code == 304
    tags = {
        path: (await ada.get(path)).headers["etag"] for path in (ada.task(task), ada.tasks, f"{ada.tasks}?due=today")
    }
    await ada.ask("PATCH", ada.task(task), json={"title": "Buy milk"})  # changes nothing
    assert all([(await ada.get(path, headers={"If-None-Match": tag})).status_code == 304 for path, tag in tags.items()])
    await ada.ask("PATCH", ada.task(task), json={"title": "Buy bread"})
    assert all([(await ada.get(path, headers={"If-None-Match": tag})).status_code == 200 for path, tag in tags.items()])


@pytest.mark.check("F7")
@pytest.mark.parametrize("plural", ["tasks", "lists", "tags", "trash"])
async def test_what_has_not_changed_is_not_even_read(api: Api, monkeypatch: pytest.MonkeyPatch, plural: str) -> None:
    ada = await api.person()
    await ada.add_list()
    await ada.add(tags=["a"])
    path = f"/api/{ada.id}/{plural}"
    await ada.trashed()
    tag = (await ada.get(path)).headers["etag"]

    async def fail(*_: Any) -> None:
        raise AssertionError("read again")

    for reads, method in ((MemoryTaskReads, "page"), (MemoryTaskReads, "tags"), (MemoryThingReads, "page"),
                          (MemoryTrashReads, "page")):  # fmt: skip
        monkeypatch.setattr(reads, method, fail)
    assert (await ada.get(path, headers={"If-None-Match": tag})).status_code == 304
    assert (await ada.get(path)).status_code == 500, "it would be read otherwise"


async def test_a_list_that_depends_on_the_hour_changes_without_a_write(api: Api) -> None:
    ada = await api.person()
    await ada.add(due_date="2026-11-20")
    path = f"{ada.tasks}?due=overdue"
    tag = (await ada.get(path)).headers["etag"]
    api.clock.advance(seconds=86_400)
    ada = await api.log_in(ada)
    later = await ada.get(path, headers={"If-None-Match": tag})
    assert later.status_code == 200
    assert len(later.json()) == 1
