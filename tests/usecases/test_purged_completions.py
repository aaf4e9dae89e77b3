"""Completions stay as long as their task, in the trash or not; a series that begins again is another one."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from tests.usecases.person import Person, somebody
from todo_core.errors import TooMany
from todo_core.model.change import Action
from todo_core.model.completion import Done, DoneFilter
from todo_core.model.task import Task
from todo_core.ports.storage import Store
from todo_core.usecases import trash
from todo_core.usecases.completing import complete_task, reopen_task
from todo_core.usecases.trash import empty_trash, purge_expired, purge_thing

DAILY = {"rule": "FREQ=DAILY"}


async def recurring(ada: Person, times: int, **recurrence: Any) -> Task:
    """A recurring task, so many occurrences of which are completed."""
    task = await ada.add("Water the plants", due_date="2026-11-20", recurrence=recurrence or DAILY)
    for _ in range(times):
        await ada.do(complete_task, task.id)
    return task


async def done(ada: Person) -> list[str]:
    """When what was done was due, the latest first."""
    return [each.occurrence.text for each in await log(ada) if each.occurrence]


async def log(ada: Person) -> Sequence[Done]:
    return (await ada.store.view(ada.owner).completions.page(DoneFilter(), None, 100)).items


async def test_a_task_that_is_restored_has_its_completions(store: Store) -> None:
    ada = await somebody(store)
    task = await recurring(ada, 2)
    await ada.remove(task)
    assert len(await done(ada)) == 2
    await ada.restore(task)
    assert (await ada.do(reopen_task, task.id)).due_date.text == "2026-11-21"


@pytest.mark.parametrize("purge", [purge_thing, empty_trash])
async def test_a_purged_task_takes_its_completions_along(store: Store, purge: Any) -> None:
    ada = await somebody(store)
    task, other = await recurring(ada, 3), await recurring(ada, 1)
    await ada.remove(task)
    await ada.do(purge, *([task.id] if purge is purge_thing else []))
    [left] = await log(ada)
    assert left.task_id == other.id
    purged = [change.entity for change in await ada.feed() if change.action is Action.PURGED]
    assert purged == ["completion"] * 3 + ["task"]


async def test_too_many_completions_are_not_purged_at_once(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    ada = await somebody(store)
    task = await recurring(ada, 3)
    await ada.remove(task)
    monkeypatch.setattr(trash, "AFFECTED_MAX", 3)
    with pytest.raises(TooMany):
        await ada.do(purge_thing, task.id)
    monkeypatch.setattr(trash, "AFFECTED_MAX", 4)
    await ada.do(purge_thing, task.id)
    assert await done(ada) == []


async def test_when_their_time_is_over_completions_are_purged_in_pieces(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trash, "PURGED_AT_ONCE", 2)
    ada = await somebody(store)
    task = await recurring(ada, 7)
    await ada.remove(task)
    later, left = ada.clock.now() + timedelta(days=1), []
    while await ada.do(purge_expired, later):
        left.append(len(await done(ada)))
    assert left == [4, 1, 0]
    assert (await ada.feed())[-1].entity == "task"


async def test_what_was_taken_back_is_not_listed_and_is_purged_when_its_time_is_over(store: Store) -> None:
    ada = await somebody(store)
    task = await recurring(ada, 1)
    await ada.do(reopen_task, task.id)
    assert await ada.thrown() == []
    await ada.do(empty_trash)
    later = ada.clock.now() + timedelta(days=1)
    assert len(await store.view(ada.owner).trash.expired(later, 9)) == 1
    assert await ada.do(purge_expired, later) == 1
    assert list(await store.view(ada.owner).trash.expired(later, 9)) == []
    assert (await ada.now(task)).due_date.text == "2026-11-20"


async def test_a_series_that_begins_again_can_be_completed_again(store: Store) -> None:
    ada = await somebody(store)
    task = await recurring(ada, 2)
    for _ in range(2):
        again = await ada.change(task, due_date="2026-11-20", recurrence=DAILY)
        await ada.do(complete_task, task.id)
    assert await done(ada) == ["2026-11-20", "2026-11-20", "2026-11-21", "2026-11-20"]
    assert (again.recurrence.since, again.recurrence.number) == (again.revision - 1, 1)
