"""Taking the latest completion or skip back: everything is as before, unless it has been changed since."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from tests.usecases.person import Person, somebody
from tests.usecases.series import (
    AFTER_DOING,
    DAILY,
    EACH_DAY,
    TODAY,
    TWICE,
    WEEKLY,
    complete,
    completions,
    due,
    log,
    recurring,
    skip,
    take_back,
)
from todo_adapters.contracts.kit import NOW
from todo_core.model.task import Task
from todo_core.ports.storage import Store

OPTIONS = [DAILY, EACH_DAY, AFTER_DOING, {"rule": "FREQ=DAILY;COUNT=1"}, {"rule": "FREQ=DAILY;UNTIL=20261120"}]


async def picture(person: Person) -> dict[UUID, Task]:
    """All tasks without their numbers and times."""
    everything = await person.everything()
    return {key: replace(task, revision=0, updated_at=NOW) for key, task in everything.items()}


async def a_routine(person: Person, recurrence: Any = DAILY, **fields: Any) -> Task:
    """A recurring task with subtasks on two levels, open and completed, once and recurring."""
    task = await recurring(person, recurrence, deferred_until="2026-11-19T10:00", tags=["home"], **fields)
    left = await person.add("left", parent_id=task.id, completed=True)
    person.clock.advance(seconds=1)
    await person.add("leaf", parent_id=left.id, completed=True)
    right = await person.add("right", parent_id=task.id)
    await recurring(person, WEEKLY, parent_id=right.id)
    person.clock.advance(seconds=1)
    return task


@pytest.mark.parametrize("recurrence", OPTIONS)
@pytest.mark.parametrize("end", [complete, skip])
async def test_completing_and_taking_back_is_the_identity(
    store: Store, recurrence: Any, end: Callable[[Person, Task], Awaitable[Task]]
) -> None:
    ada = await somebody(store)
    task = await a_routine(ada, recurrence)
    before, done = await picture(ada), await log(ada)
    await end(ada, task)
    assert await picture(ada) != before
    ada.clock.advance(seconds=1)
    back = await take_back(ada, task)
    assert back == await ada.now(task)
    assert (await picture(ada), await log(ada), await completions(ada)) == (before, done, [])
    assert await ada.thrown() == []


async def test_several_completions_are_taken_back_the_latest_first(store: Store) -> None:
    ada = await somebody(store)
    task = await a_routine(ada, {"rule": "FREQ=DAILY;COUNT=3"})
    pictures = []
    for end in (complete, skip, complete):
        pictures.append(await picture(ada))
        await end(ada, task)
    while pictures:
        await take_back(ada, task)
        assert await picture(ada) == pictures.pop()
    number = len(await ada.feed())
    await take_back(ada, task)
    assert len(await ada.feed()) == number, "there is nothing left to take back"


async def test_what_was_taken_back_can_be_completed_again(store: Store) -> None:
    ada = await somebody(store)
    task = await recurring(ada, TWICE)
    for _ in range(3):
        await complete(ada, task)
        await complete(ada, task)
        assert await log(ada) == ["2026-11-21", TODAY]
        await take_back(ada, task)
        assert await log(ada) == [TODAY]
        await take_back(ada, task)


async def test_a_change_that_reopens_the_task_takes_its_last_completion_back(store: Store) -> None:
    ada = await somebody(store)
    task = await a_routine(ada, {"rule": "FREQ=DAILY;COUNT=1"})
    before = await picture(ada)
    await complete(ada, task)
    reopened = await ada.change(task, completed=False, title="new")
    assert await picture(ada) == {**before, task.id: replace(before[task.id], title="new")}
    assert reopened.title == "new"
    assert await completions(ada) == []
    assert (await complete(ada, task)).completed


async def test_a_change_that_begins_another_series_takes_nothing_back(store: Store) -> None:
    ada = await somebody(store)
    task = await complete(ada, await recurring(ada, {"rule": "FREQ=DAILY;COUNT=1"}))
    again = await ada.change(task, completed=False, recurrence=WEEKLY)
    assert (again.completed, due(again)) == (False, TODAY)
    assert due(await complete(ada, task)) == "2026-11-27"
    assert await log(ada) == [TODAY, TODAY]


async def test_a_change_of_an_open_task_to_open_takes_nothing_back(store: Store) -> None:
    ada = await somebody(store)
    task = await complete(ada, await recurring(ada))
    assert await ada.change(task, completed=False) == task


async def test_reopening_without_a_completion_is_only_that(store: Store) -> None:
    ada = await somebody(store)
    task = await recurring(ada, completed=True)
    back = await take_back(ada, task)
    assert back == replace(task, completed_at=None, revision=back.revision)
    assert due(await complete(ada, task)) == "2026-11-21"


async def test_a_recurring_subtask_that_ended_with_its_parent_is_reopened_where_it_was(store: Store) -> None:
    ada = await somebody(store)
    project = await ada.add("project")
    task = await complete(ada, await recurring(ada, parent_id=project.id))
    await complete(ada, project)
    back = await take_back(ada, task)
    assert (back.completed, due(back), await log(ada, task)) == (False, "2026-11-21", [TODAY])


async def test_other_changes_since_stay(store: Store) -> None:
    ada = await somebody(store)
    task = await a_routine(ada)
    home = await ada.add_list()
    await complete(ada, task)
    await ada.change(task, title="new", priority="high", tags=["new"], list_id=home.id)
    back = await take_back(ada, task)
    assert (back.title, back.tags, back.list_id, back.recurrence) == ("new", ("new",), home.id, task.recurrence)
    assert (due(back), back.deferred_until) == (TODAY, task.deferred_until)


async def test_the_dates_of_the_next_occurrence_go_with_it(store: Store) -> None:
    ada = await somebody(store)
    task = await recurring(ada, deferred_until="2026-11-19")
    await complete(ada, task)
    await ada.change(task, due_date="2026-12-24", deferred_until=None)
    back = await take_back(ada, task)
    assert (due(back), back.deferred_until) == (TODAY, task.deferred_until)


async def test_before_the_first_occurrence_of_a_new_series_comes_what_is_taken_back(store: Store) -> None:
    ada = await somebody(store)
    task = await recurring(ada)
    await complete(ada, task)
    await complete(ada, task)
    series = (await ada.change(task, recurrence=WEEKLY)).recurrence
    for text in ("2026-11-21", TODAY):
        back = await take_back(ada, task)
        assert (due(back), back.recurrence and back.recurrence.series) == (text, series.series)
    after = await complete(ada, task)
    assert (due(after), after.recurrence) == ("2026-11-22", series)
    assert due(await complete(ada, task)) == "2026-11-29"
    assert await log(ada) == ["2026-11-22", TODAY]


async def test_without_recurrence_there_is_nothing_to_take_back(store: Store) -> None:
    ada = await somebody(store)
    task = await recurring(ada)
    await complete(ada, task)
    once = await ada.change(task, recurrence=None)
    assert await take_back(ada, task) == once
    await complete(ada, task)
    assert not (await take_back(ada, task)).completed
    assert await log(ada) == [TODAY]


async def test_subtasks_that_were_changed_since_stay(store: Store) -> None:
    ada = await somebody(store)
    task = await recurring(ada)
    deleted, moved, again, touched = [
        await ada.add(name, parent_id=task.id, completed=True) for name in ("deleted", "moved", "again", "touched")
    ]
    late = await ada.add("late", parent_id=task.id)
    await complete(ada, task)
    await ada.remove(deleted)
    await ada.move(moved, parent_id=None)
    ada.clock.advance(seconds=60)
    for each in (again, late):
        await complete(ada, each)
    await ada.change(touched, title="new")
    await take_back(ada, task)
    now = await ada.everything()
    assert deleted.id not in now
    assert not now[moved.id].completed
    assert now[again.id].completed_at == now[late.id].completed_at == ada.clock.now()
    assert (now[touched.id].title, now[touched.id].completed_at) == ("new", touched.completed_at)


async def test_a_completion_stays_in_the_log_when_the_clock_goes_back(store: Store) -> None:
    ada = await somebody(store)
    task = await recurring(ada, EACH_DAY)
    await complete(ada, task)
    ada.clock.advance(seconds=-5)
    await complete(ada, task)
    assert due(await take_back(ada, task)) == "2026-11-21", "the latest is the one of the latest occurrence"
    assert due(await complete(ada, task)) == "2026-11-22"
