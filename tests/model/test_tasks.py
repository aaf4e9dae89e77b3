"""The life of a task: drafted, changed, completed, reopened, and the same value when nothing is different."""

from dataclasses import FrozenInstanceError, replace
from datetime import datetime, timedelta

import pytest

from todo_adapters.contracts.fakes import NOON, CountingIds
from todo_core.ids import TaskId, UserId
from todo_core.model.due import DueDate
from todo_core.model.task import TASKS, Priority, Task

ids = CountingIds()
LATER = NOON + timedelta(hours=1)
LATER_STILL = NOON + timedelta(hours=2)


def new(**plain: object) -> Task:
    return TASKS.new(TaskId(ids.new()), UserId(ids.new()), TASKS.draft(**{"title": "Buy milk", **plain}), NOON)


def completed(task: Task, now: datetime) -> Task:
    return TASKS.change(task, TASKS.patch(completed=True), now)


def reopened_at(task: Task, now: datetime) -> Task:
    return TASKS.change(task, TASKS.patch(completed=False), now)


def test_a_draft_becomes_an_open_task_that_is_not_stored_yet() -> None:
    task = new()
    assert (task.title, task.description, task.priority, task.due_date) == ("Buy milk", None, None, None)
    assert (task.completed, task.completed_at, task.revision) == (False, None, 0)
    assert task.created_at == task.updated_at == NOON


def test_a_draft_can_say_everything_at_once() -> None:
    task = new(description="Two bottles", completed=True, priority="high", due_date="2026-11-20")
    assert (task.description, task.priority) == ("Two bottles", Priority.HIGH)
    assert (task.completed, task.completed_at) == (True, NOON)
    assert task.due_date == DueDate.parse("2026-11-20")
    assert task.updated_at == NOON


def test_a_change_changes_what_is_given_and_the_time_of_the_change() -> None:
    task = new(description="Two bottles", priority="low")
    changed = TASKS.change(task, TASKS.patch(title="Buy bread", priority=None), LATER)
    assert changed == replace(task, title="Buy bread", priority=None, updated_at=LATER)
    assert task.title == "Buy milk"


@pytest.mark.parametrize(
    "patch",
    [
        {},
        {"title": "Buy milk"},
        {"title": "  Buy milk  ", "completed": False, "priority": "low", "description": None, "due_date": "2026-11-20"},
    ],
)
def test_a_change_to_what_is_already_so_is_no_change(patch: dict[str, object]) -> None:
    task = new(priority="low", due_date="2026-11-20")
    assert TASKS.change(task, TASKS.patch(**patch), LATER) is task


def test_a_due_date_written_otherwise_is_a_change_though_it_is_the_same_moment() -> None:
    task = new(due_date="2026-11-20T15:00Z")
    changed = TASKS.change(task, TASKS.patch(due_date="2026-11-20T15:00:00Z"), LATER)
    assert changed.due_date != task.due_date
    assert changed.updated_at == LATER


def test_to_complete_it_again_keeps_the_first_time() -> None:
    done = completed(new(), LATER)
    assert (done.completed, done.completed_at, done.updated_at) == (True, LATER, LATER)
    assert completed(done, LATER_STILL) is done


def test_to_change_a_completed_task_leaves_it_completed() -> None:
    done = completed(new(), LATER)
    renamed = TASKS.change(done, TASKS.patch(title="Buy bread", completed=True), LATER_STILL)
    assert (renamed.completed_at, renamed.updated_at) == (LATER, LATER_STILL)


def test_what_was_completed_can_be_opened_and_completed_again() -> None:
    task = new()
    assert reopened_at(task, LATER) is task
    reopened = reopened_at(completed(task, LATER), LATER_STILL)
    assert (reopened.completed, reopened.completed_at, reopened.updated_at) == (False, None, LATER_STILL)
    assert completed(reopened, NOON).completed_at == NOON


def test_a_task_cannot_be_changed_behind_ones_back() -> None:
    task = new()
    with pytest.raises(FrozenInstanceError):
        task.title = "Buy bread"  # type: ignore[misc]


@pytest.mark.parametrize("wrong", [{"title": ""}, {"title": "x" * 256}, {"revision": -1}])
def test_no_way_leads_to_a_task_that_breaks_its_rules(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"title|revisions"):
        replace(new(), **wrong)  # type: ignore[arg-type]


def test_priorities_run_from_low_to_high() -> None:
    assert sorted(Priority, key=lambda priority: priority.rank) == [Priority.LOW, Priority.MEDIUM, Priority.HIGH]
