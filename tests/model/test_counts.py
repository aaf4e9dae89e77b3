"""What counts and tags mean, on tasks alone."""

from datetime import UTC
from zoneinfo import ZoneInfo

from todo_adapters.contracts.fakes import NOON, CountingIds
from todo_core.ids import ListId, TaskId, UserId
from todo_core.model.change import Action
from todo_core.model.counts import Moments, TagUse, count, names, tag_uses
from todo_core.model.task import TASKS, Task
from todo_core.model.task_list import LISTS

ids = CountingIds()
OWNER = UserId(ids.new())
HOME, WORK = ListId(ids.new()), ListId(ids.new())
NOW = Moments.at(NOON, UTC)


def new(**plain: object) -> Task:
    return TASKS.new(TaskId(ids.new()), OWNER, TASKS.draft(title="Buy milk", **plain), NOON)


def test_nothing_is_counted_where_there_is_nothing() -> None:
    counts = count([], NOW)
    assert (counts.inbox, counts.overdue, counts.today, counts.upcoming) == (0, 0, 0, 0)
    assert (counts.lists, counts.tags, counts.as_of) == ({}, {}, 0)


def test_open_tasks_are_counted_by_list() -> None:
    tasks = [new(list_id=HOME), new(list_id=HOME), new(), new(list_id=WORK, completed=True), new(completed=True)]
    counts = count(tasks, NOW)
    assert (counts.inbox, counts.lists) == (1, {HOME: 2})


def test_a_deferred_task_is_counted_nowhere() -> None:
    later = {"deferred_until": "2026-11-21", "due_date": "2026-11-19", "tags": ["home"], "list_id": HOME}
    counts = count([new(**later), new(deferred_until="2026-11-20")], NOW)
    assert (counts.inbox, counts.overdue, counts.lists, counts.tags) == (1, 0, {}, {})


def test_today_ends_where_upcoming_begins_and_that_is_seven_days() -> None:
    def where(due: str) -> tuple[int, int, int]:
        counts = count([new(due_date=due)], NOW)
        return counts.overdue, counts.today, counts.upcoming

    assert where("2026-11-19") == (1, 0, 0)
    assert where("2026-11-20") == (0, 1, 0)
    assert where("2026-11-20T11:59") == (1, 1, 0), "it is overdue, and due today"
    assert where("2026-11-20T23:59:59.999999") == (0, 1, 0)
    assert where("2026-11-21") == (0, 0, 1)
    assert where("2026-11-27T23:59:59.999999") == (0, 0, 1)
    assert where("2026-11-28") == (0, 0, 0)


def test_days_are_those_of_the_time_zone() -> None:
    tasks = [new(due_date="2026-11-20"), new(due_date="2026-11-21"), new(due_date="2026-11-20T11:00:00Z")]
    there = count(tasks, Moments.at(NOON, ZoneInfo("Pacific/Kiritimati")))
    assert (there.overdue, there.today, there.upcoming) == (2, 2, 0)


def test_tags_are_counted_under_their_first_spelling() -> None:
    tasks = [new(tags=["home", "x"]), new(tags=["HOME"]), new(tags=["Home"], completed=True)]
    assert count(tasks, NOW).tags == {"HOME": 2, "x": 1}
    assert tag_uses(tasks) == [TagUse("HOME", 2, 3), TagUse("x", 1, 1)]


def test_the_first_spelling_is_that_by_code_point() -> None:
    assert names(["b", "Ä", "a\u0308", "B", "a"]) == {"a": "a", "b": "B"}


def test_tags_are_in_order_of_their_folded_names() -> None:
    tasks = [new(tags=["zebra", "Ärzte", "b", "Über"])]
    assert [use.name for use in tag_uses(tasks)] == ["Ärzte", "b", "Über", "zebra"]


def test_tasks_count_in_the_trash_and_lists_do_not() -> None:
    in_order = [Action.CREATED, Action.UPDATED, Action.DELETED, Action.RESTORED, Action.PURGED]
    assert [TASKS.counts(action) for action in in_order] == [1, 0, 0, 0, -1]
    assert [LISTS.counts(action) for action in in_order] == [1, 0, -1, 1, 0]
