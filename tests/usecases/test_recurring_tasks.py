"""Completing and skipping occurrences: what becomes of the task, of its dates and of its subtasks."""

from datetime import timedelta
from typing import Any

import pytest

from tests.usecases.person import Person, somebody
from tests.usecases.series import (
    AFTER_DOING,
    DAILY,
    EACH_DAY,
    TODAY,
    TWICE,
    WEEKLY,
    at,
    complete,
    due,
    log,
    recurring,
    skip,
)
from todo_core.errors import NotFound
from todo_core.model.due import DueDate
from todo_core.model.task import Task
from todo_core.ports.storage import Store
from todo_core.usecases.tasks import upcoming_occurrences


async def test_completing_makes_the_next_occurrence_current(store: Store) -> None:
    ada = await somebody(store)
    task = await recurring(ada)
    ada.clock.advance(seconds=60)
    after = await complete(ada, task)
    assert (due(after), after.completed, after.updated_at) == ("2026-11-21", False, ada.clock.now())
    assert after == await ada.now(task)
    assert await log(ada) == [TODAY]


async def test_the_start_stays_when_short_months_come(store: Store) -> None:
    ada = await somebody(store)
    task = await recurring(ada, {"rule": "FREQ=MONTHLY;BYMONTHDAY=31", "catch_up": "all"}, "2027-01-31")
    assert [due(await complete(ada, task)) for _ in range(3)] == ["2027-02-28", "2027-03-31", "2027-04-30"]
    assert (await ada.now(task)).recurrence.series.start == DueDate("2027-01-31")


@pytest.mark.parametrize(
    ("deferred", "until"),
    [("2026-11-18", "2026-11-25"), ("2026-11-19T20:15", "2026-11-26T20:15"), (None, None)],
)
async def test_a_deferral_moves_by_as_many_days(store: Store, deferred: str | None, until: str | None) -> None:
    ada = await somebody(store)
    after = await complete(ada, await recurring(ada, WEEKLY, deferred_until=deferred))
    assert (after.deferred_until and after.deferred_until.text) == until


async def test_a_deferral_beyond_the_last_year_ends(store: Store) -> None:
    ada = await somebody(store)
    task = await recurring(ada, EACH_DAY, "9999-12-29", deferred_until="9999-12-31")
    assert (await complete(ada, task)).deferred_until is None


async def test_subtasks_of_all_levels_are_open_again(store: Store) -> None:
    ada = await somebody(store)
    task = await recurring(ada)
    left = await ada.add("left", parent_id=task.id, completed=True)
    leaf = await ada.add("leaf", parent_id=left.id, completed=True)
    right = await ada.add("right", parent_id=task.id)
    await complete(ada, task)
    now = await ada.everything()
    assert not any(each.completed for each in now.values())
    assert now[right.id] == right
    assert now[leaf.id].updated_at == ada.clock.now()


async def test_subtasks_that_recur_follow_their_own_series(store: Store) -> None:
    ada = await somebody(store)
    task = await recurring(ada)
    ended = await recurring(ada, {"rule": "FREQ=DAILY;COUNT=1"}, parent_id=task.id)
    open_one = await recurring(ada, parent_id=task.id)
    ended = await complete(ada, ended)
    await complete(ada, task)
    now = await ada.everything()
    assert (now[ended.id], now[open_one.id]) == (ended, open_one)
    assert ended.completed


async def test_at_the_end_of_the_series_the_task_is_completed(store: Store) -> None:
    ada = await somebody(store)
    task = await recurring(ada, TWICE)
    below = await ada.add("below", parent_id=task.id)
    assert not (await complete(ada, task)).completed
    assert not (await ada.now(below)).completed
    last = await complete(ada, task)
    assert (last.completed, due(last)) == (True, "2026-11-21")
    assert (await ada.now(below)).completed
    assert await complete(ada, task) == last
    assert await log(ada, task) == ["2026-11-21", TODAY]


async def test_the_end_of_the_series_can_leave_subtasks_open(store: Store) -> None:
    ada = await somebody(store)
    task = await recurring(ada, {"rule": "FREQ=DAILY;COUNT=1"})
    below = await ada.add("below", parent_id=task.id)
    assert (await complete(ada, task, subtasks=False)).completed
    assert await ada.now(below) == below


async def test_a_recurring_subtask_ends_with_the_task_above_it_and_is_in_the_log(store: Store) -> None:
    ada = await somebody(store)
    project = await ada.add("project")
    task = await recurring(ada, parent_id=project.id)
    await complete(ada, task)
    await complete(ada, project)
    now = await ada.now(task)
    assert (now.completed, due(now)) == (True, "2026-11-21")
    assert await log(ada, task) == ["2026-11-21", TODAY]


@pytest.mark.parametrize(
    ("recurrence", "now", "following"),
    [
        (WEEKLY, "2026-11-14T12:00", "2026-11-27"),  # early: the occurrence was not skipped
        (WEEKLY, "2026-12-05T12:00", "2026-12-11"),  # late: those that have passed are left out
        ({**WEEKLY, "catch_up": "all"}, "2026-12-05T12:00", "2026-11-27"),
        (AFTER_DOING, "2026-11-14T12:00", "2026-11-17"),
        (AFTER_DOING, "2026-12-05T12:00", "2026-12-08"),
    ],
)
async def test_early_and_late(store: Store, recurrence: Any, now: str, following: str) -> None:
    ada = await somebody(store)
    task = await recurring(ada, recurrence)
    ada.clock.advance(at(now) - ada.clock.now())
    assert due(await complete(ada, task)) == following


@pytest.mark.parametrize(("zone", "following"), [("Pacific/Auckland", "2026-11-24"), ("America/Lima", "2026-11-23")])
async def test_the_day_of_completion_is_that_of_the_users_zone(store: Store, zone: str, following: str) -> None:
    ada = await somebody(store, time_zone=zone)
    ada.clock.advance(at("2026-11-20T23:00") - ada.clock.now())
    assert due(await complete(ada, await recurring(ada, AFTER_DOING))) == following


async def test_a_zoned_time_keeps_its_clock_time_when_summer_begins(store: Store) -> None:
    ada = await somebody(store)
    task = await recurring(ada, DAILY, "2027-03-27T08:00:00+01:00[Europe/Berlin]")
    assert due(await complete(ada, task)) == "2027-03-28T08:00:00+02:00[Europe/Berlin]"


async def test_skipping_goes_on_without_completing(store: Store) -> None:
    ada = await somebody(store)
    task = await recurring(ada, TWICE)
    below = await ada.add("below", parent_id=task.id, completed=True)
    after = await skip(ada, task)
    assert (due(after), after.completed) == ("2026-11-21", False)
    assert not (await ada.now(below)).completed
    assert (await skip(ada, task)).completed
    assert not (await ada.now(below)).completed
    assert await log(ada) == ["(2026-11-21)", f"({TODAY})"]


async def test_only_open_tasks_that_recur_can_be_skipped(store: Store) -> None:
    ada, bob = await somebody(store), await somebody(store)
    theirs, once, over = await recurring(bob), await ada.add(), await recurring(ada, completed=True)
    assert await ada.broken(skip(ada, once)) == [("recurrence", "not-recurring")]
    assert await ada.broken(skip(ada, over)) == [("recurrence", "not-recurring")]
    await ada.refused(skip(ada, theirs), NotFound)


async def test_completing_by_a_change_goes_on_with_the_other_fields_as_given(store: Store) -> None:
    ada = await somebody(store)
    task = await recurring(ada)
    after = await ada.change(task, completed=True, title="new", due_date="2026-11-22", deferred_until="2026-11-21")
    assert (after.title, after.completed, due(after)) == ("new", False, "2026-11-21")
    assert after.deferred_until == DueDate("2026-11-20")
    assert await log(ada) == ["2026-11-22"]
    once = await ada.add(due_date=TODAY)
    after = await ada.change(once, completed=True, recurrence=WEEKLY)
    assert (due(after), after.completed) == ("2026-11-27", False)


async def test_completing_by_a_change_leaves_subtasks_open_at_the_end(store: Store) -> None:
    ada = await somebody(store)
    task = await recurring(ada, {"rule": "FREQ=DAILY;COUNT=1"})
    below = await ada.add("below", parent_id=task.id)
    assert (await ada.change(task, completed=True)).completed
    assert await ada.now(below) == below


async def test_a_task_that_is_added_as_completed_has_ended(store: Store) -> None:
    ada = await somebody(store)
    task = await recurring(ada, completed=True)
    assert (task.completed, due(task)) == (True, TODAY)
    assert await log(ada) == []


async def of_the_change(ada: Person, task: Task, **fields: Any) -> list[str | None]:
    """The due date after a change, and the one after completing then."""
    changed = await ada.change(task, **fields)
    return [due(changed), due(await complete(ada, task))]


async def test_what_a_new_due_date_or_rule_means_for_the_next_occurrence(store: Store) -> None:
    ada = await somebody(store)
    saturday, monday = "2026-11-21", "2026-11-23"
    moved = await of_the_change(ada, await recurring(ada, WEEKLY), due_date=saturday)
    assert moved == [saturday, "2026-11-27"], "only the current occurrence"
    both = await of_the_change(ada, await recurring(ada, WEEKLY), due_date=monday, recurrence=WEEKLY)
    assert both == [monday, "2026-11-30"], "a new series"
    rule = await of_the_change(ada, await recurring(ada, WEEKLY), recurrence={"rule": "FREQ=WEEKLY;INTERVAL=2"})
    assert rule == [TODAY, "2026-12-04"]
    assert await of_the_change(ada, await recurring(ada, WEEKLY), recurrence=None) == [TODAY, TODAY]


async def test_the_same_recurrence_again_does_not_start_anew(store: Store) -> None:
    ada = await somebody(store)
    task = await complete(ada, await recurring(ada, TWICE))
    assert await ada.change(task, recurrence=TWICE, due_date="2026-11-21") == task
    assert (await complete(ada, task)).completed


async def test_a_recurring_task_keeps_a_due_date(store: Store) -> None:
    ada = await somebody(store)
    task = await recurring(ada)
    assert await ada.broken(ada.change(task, due_date=None)) == [("due_date", "due-date-required")]
    assert await ada.broken(ada.add(recurrence=DAILY)) == [("due_date", "due-date-required")]
    cleared = await ada.change(task, due_date=None, recurrence=None)
    assert (cleared.due_date, cleared.recurrence) == (None, None)


async def test_upcoming_occurrences_are_those_that_completing_leads_to(store: Store) -> None:
    ada = await somebody(store)
    task = await recurring(ada, {"rule": "FREQ=DAILY;COUNT=3"})
    foreseen = [each.text for each in await ada.see(upcoming_occurrences, ada.clock, task.id, 10)]
    assert foreseen == [TODAY, *[due(await complete(ada, task)) for _ in range(2)]]
    await complete(ada, task)
    assert await ada.see(upcoming_occurrences, ada.clock, task.id, 10) == ()


async def test_a_recurring_task_is_moved_deleted_and_restored_with_its_series(store: Store) -> None:
    ada = await somebody(store)
    home = await ada.add_list()
    task = await complete(ada, await recurring(ada))
    await ada.move(task, list_id=home.id)
    await ada.remove(task)
    assert (await ada.restore(task)).recurrence == task.recurrence
    ada.clock.advance(timedelta(days=1))
    assert due(await complete(ada, task)) == "2026-11-22"
    assert await log(ada) == ["2026-11-21", TODAY]
