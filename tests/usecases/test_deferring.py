"""Deferred tasks: hidden until their day or time where the person lives, in queries and in counts."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.usecases.person import Person, somebody
from todo_core.model.counts import Counts
from todo_core.model.task_filter import TaskQuery
from todo_core.ports.storage import Store
from todo_core.usecases.tasks import count_tasks

DATES = (
    None,
    "2026-11-20",
    "2026-11-21",
    "2026-11-20T11:59",
    "2026-11-20T12:01",
    "2026-11-20T12:00:00Z",
    "2026-11-20T12:00:01Z",
    "2026-11-20T14:00:00+01:00[Europe/Berlin]",
)
"""It is noon on the 20th in UTC."""


async def a_person(store: Store, zone: str) -> Person:
    person = await somebody(store, time_zone=zone)
    for text in DATES:
        await person.add(str(text), deferred_until=text)
    return person


@pytest.mark.parametrize(
    ("zone", "hidden"),
    [
        ("UTC", (2, 4, 6, 7)),
        ("America/New_York", (2, 3, 4, 6, 7)),
        ("Asia/Kathmandu", (2, 6, 7)),
        ("Pacific/Kiritimati", (6, 7)),
    ],
)
async def test_a_task_is_deferred_until_a_time_where_the_person_lives(
    store: Store, zone: str, hidden: tuple[int, ...]
) -> None:
    ada = await a_person(store, zone)
    expected = [str(DATES[place]) for place in hidden]
    assert await ada.found(deferred=True) == expected
    assert await ada.found(deferred=False) == [str(text) for text in DATES if str(text) not in expected]
    assert await ada.found() == [str(text) for text in DATES]
    assert (await ada.see(count_tasks, ada.clock)).inbox == len(DATES) - len(expected)


async def test_a_deferred_task_comes_back_when_its_time_has_come(store: Store) -> None:
    ada = await somebody(store)
    task = await ada.add(deferred_until="2026-11-20T12:30")
    assert await ada.found(deferred=False) == []
    ada.clock.advance(timedelta(minutes=30))
    assert await ada.found(deferred=False) == [task.title]
    assert (await ada.now(task)).revision == task.revision, "time alone is no change"
    assert (await ada.change(task, deferred_until=None)).deferred_until is None


async def test_a_value_is_given_back_exactly_as_it_was_sent(store: Store) -> None:
    ada = await somebody(store)
    for text in DATES[1:]:
        task = await ada.add(deferred_until=text)
        assert task.deferred_until is not None
        assert task.deferred_until.text == text
        assert await ada.now(task) == task


def test_a_query_on_deferral_needs_the_time_zone() -> None:
    assert TaskQuery(deferred=False).needs_zone
    assert TaskQuery(deferred=True).needs_zone
    assert not TaskQuery().needs_zone


async def test_open_tasks_that_are_not_deferred_are_counted(store: Store) -> None:
    ada, bob = await somebody(store, time_zone="Europe/Berlin"), await somebody(store)
    home, empty = await ada.add_list(), await ada.add_list("empty")
    await bob.add(tags=["x"], due_date="2026-11-20")
    for due in ("2026-11-19", "2026-11-20T12:59", "2026-11-20", "2026-11-20T13:01", "2026-11-21", "2026-11-27"):
        await ada.add(due, due_date=due, tags=["x"])
    await ada.add("beyond", due_date="2026-11-28", list_id=home.id, tags=["X", "y"])
    await ada.add("done", completed=True, due_date="2026-11-19", list_id=home.id, tags=["x", "z"])
    await ada.add("deferred", deferred_until="2026-11-21", due_date="2026-11-19", tags=["y"])
    await ada.remove(await ada.add("thrown", due_date="2026-11-19", list_id=home.id))
    expected = Counts(
        inbox=6, overdue=2, today=3, upcoming=2, lists={home.id: 1}, tags={"X": 7, "y": 1}, as_of=13
    )  # fmt: skip
    assert await ada.see(count_tasks, ada.clock) == expected
    assert empty.id not in expected.lists


async def test_counts_hold_for_a_minute(store: Store) -> None:
    ada = await somebody(store)
    await ada.add(due_date="2026-11-20T12:00:30Z")
    ada.clock.advance(seconds=59)
    assert ada.clock.now() == datetime(2026, 11, 20, 12, 0, 59, tzinfo=UTC)
    assert (await ada.see(count_tasks, ada.clock)).overdue == 0
    ada.clock.advance(seconds=1)
    assert (await ada.see(count_tasks, ada.clock)).overdue == 1
