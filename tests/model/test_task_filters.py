"""What a query means: filters as a predicate, the orders, and the positions between two tasks."""

import itertools
from dataclasses import replace
from datetime import UTC, date, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from todo_adapters.contracts.fakes import NOON, CountingIds
from todo_core.ids import ListId, TaskId, UserId
from todo_core.model.task import TASKS, Priority, Task
from todo_core.model.task_filter import DueOption, TaskFilter, TaskQuery, search_words
from todo_core.model.task_sort import SortField, TaskPosition, TaskSort

ids = CountingIds()
OWNER = UserId(ids.new())
BERLIN = ZoneInfo("Europe/Berlin")
SORTS = [TaskSort(field, descending) for field in SortField for descending in (False, True)]


def new(title: str = "Buy milk", **plain: object) -> Task:
    return TASKS.new(TaskId(ids.new()), OWNER, TASKS.draft(title=title, **plain), NOON)


def found(query: TaskQuery, *tasks: Task) -> list[str]:
    """The titles of those that match, for somebody in Berlin at noon UTC, which is one o'clock there."""
    which = query.at(NOON, BERLIN)
    return [task.title for task in tasks if which.matches(task)]


def test_a_query_that_says_nothing_finds_everything() -> None:
    assert TaskQuery().at(NOON, BERLIN) == TaskFilter()
    assert found(TaskQuery(), new("open"), new("done", completed=True)) == ["open", "done"]


def test_open_and_completed_tasks_are_told_apart() -> None:
    tasks = (new("open"), new("done", completed=True))
    assert found(TaskQuery(completed=False), *tasks) == ["open"]
    assert found(TaskQuery(completed=True), *tasks) == ["done"]


def test_any_of_several_priorities_will_do_and_none_is_one_of_them() -> None:
    tasks = [new(str(priority), priority=priority) for priority in (None, "low", "medium", "high")]
    assert found(TaskQuery(priorities=frozenset({Priority.HIGH})), *tasks) == ["high"]
    assert found(TaskQuery(priorities=frozenset({None})), *tasks) == ["None"]
    assert found(TaskQuery(priorities=frozenset({None, Priority.LOW})), *tasks) == ["None", "low"]


def test_every_word_has_to_be_part_of_title_or_description() -> None:
    tasks = (new("Buy MILK", description="at the Café"), new("Milky way"), new("Buy bread", description=None))
    assert found(TaskQuery(words=search_words("milk")), *tasks) == ["Buy MILK", "Milky way"]
    assert found(TaskQuery(words=search_words("cafe buy")), *tasks) == ["Buy MILK"]
    assert found(TaskQuery(words=search_words("%")), *tasks) == []
    assert found(TaskQuery(words=search_words("  ")), *tasks) == [task.title for task in tasks]


def test_without_a_due_date_is_a_wish_of_its_own() -> None:
    tasks = (new("some day"), new("today", due_date="2026-11-20"))
    assert found(TaskQuery(due=DueOption.NONE), *tasks) == ["some day"]
    assert found(TaskQuery(due=DueOption.NONE, due_before=date(2027, 1, 1)), *tasks) == []


def test_today_is_a_day_a_time_on_it_or_an_instant_within_it() -> None:
    tasks = [
        new(text, due_date=text)
        for text in (
            "2026-11-19",
            "2026-11-20",
            "2026-11-20T23:59",
            "2026-11-21T00:00",
            "2026-11-19T23:00:00Z",
            "2026-11-20T23:00:00Z",
        )
    ]
    assert found(TaskQuery(due=DueOption.TODAY), *tasks) == ["2026-11-20", "2026-11-20T23:59", "2026-11-19T23:00:00Z"]


def test_only_what_is_open_is_overdue() -> None:
    tasks = (
        new("yesterday", due_date="2026-11-19"),
        new("done", due_date="2026-11-19", completed=True),
        new("today", due_date="2026-11-20"),
        new("an hour ago", due_date="2026-11-20T12:00"),
        new("in an hour", due_date="2026-11-20T14:00"),
        new("just passed", due_date="2026-11-20T11:59:59Z"),
        new("some day"),
    )
    assert found(TaskQuery(due=DueOption.OVERDUE), *tasks) == ["yesterday", "an hour ago", "just passed"]


def test_after_is_from_there_on_and_before_is_up_to_there() -> None:
    tasks = [new(text, due_date=text) for text in ("2026-11-19", "2026-11-20", "2026-11-20T00:00", "2026-11-21")]
    query = TaskQuery(due_after=date(2026, 11, 20), due_before=date(2026, 11, 21))
    assert found(query, *tasks, new("some day")) == ["2026-11-20", "2026-11-20T00:00"]


def test_an_instant_as_a_bound_may_be_in_any_offset() -> None:
    tasks = [new(text, due_date=text) for text in ("2026-11-20T13:00", "2026-11-20T12:00Z", "2026-11-20T12:59")]
    for offset in (UTC, timezone(timedelta(hours=5))):
        assert found(TaskQuery(due_after=NOON.astimezone(offset)), *tasks) == ["2026-11-20T13:00", "2026-11-20T12:00Z"]


def test_wishes_and_bounds_leave_what_all_of_them_leave() -> None:
    tasks = [new(text, due_date=text) for text in ("2026-11-20", "2026-11-20T09:00", "2026-11-20T15:00")]
    assert found(TaskQuery(due=DueOption.TODAY, due_after=NOON), *tasks) == ["2026-11-20T15:00"]
    assert found(TaskQuery(due=DueOption.OVERDUE, due_after=date(2026, 11, 20)), *tasks) == ["2026-11-20T09:00"]


def test_any_of_several_lists_will_do_and_the_inbox_is_one_of_them() -> None:
    home, work = ListId(ids.new()), ListId(ids.new())
    tasks = (new("inbox"), new("home", list_id=home), new("work", list_id=work))
    assert found(TaskQuery(lists=frozenset({home})), *tasks) == ["home"]
    assert found(TaskQuery(lists=frozenset({None})), *tasks) == ["inbox"]
    assert found(TaskQuery(lists=frozenset({None, work})), *tasks) == ["inbox", "work"]


def test_subtasks_of_a_task_are_told_from_the_top_level() -> None:
    top = new("top")
    tasks = (top, new("below", parent_id=top.id))
    assert found(TaskQuery(parents=frozenset({top.id})), *tasks) == ["below"]
    assert found(TaskQuery(parents=frozenset({None})), *tasks) == ["top"]


def test_a_task_has_all_the_tags_in_any_spelling() -> None:
    tasks = (new("both", tags=["Ärzte", "x"]), new("one", tags=["ARZTE"]), new("none"))
    assert found(TaskQuery(tags=frozenset({"arzte"})), *tasks) == ["both", "one"]
    assert found(TaskQuery(tags=frozenset({"arzte", "x"})), *tasks) == ["both"]
    assert found(TaskQuery(has_tags=False), *tasks) == ["none"]
    assert found(TaskQuery(has_tags=True), *tasks) == ["both", "one"]


def test_a_task_is_deferred_up_to_its_moment_where_the_person_is() -> None:
    tasks = [
        new(text, deferred_until=text)
        for text in ("2026-11-20", "2026-11-21", "2026-11-20T13:00", "2026-11-20T13:00:00.000001", "2026-11-20T12:00Z")
    ]
    assert found(TaskQuery(deferred=True), *tasks, new("now")) == ["2026-11-21", "2026-11-20T13:00:00.000001"]
    assert found(TaskQuery(deferred=False), *tasks, new("now")) == [
        "2026-11-20",
        "2026-11-20T13:00",
        "2026-11-20T12:00Z",
        "now",
    ]


def test_positions_are_compared_by_code_point() -> None:
    tasks = [replace(new(f"at {text}"), position=text) for text in ("a", "B", "Z", "b", "0", "a0V", "")]
    arranged = TaskSort(SortField.POSITION).arrange(tasks)
    assert [task.position for task in arranged] == ["", "0", "B", "Z", "a", "a0V", "b"]


@pytest.mark.parametrize(
    ("query", "needed"),
    [
        (TaskQuery(), False),
        (TaskQuery(due=DueOption.NONE, completed=True, words=("milk",)), False),
        (TaskQuery(due=DueOption.TODAY), True),
        (TaskQuery(due=DueOption.OVERDUE), True),
        (TaskQuery(due_before=date(2026, 11, 20)), True),
        (TaskQuery(due_after=NOON), True),
        (TaskQuery(tags=frozenset({"x"}), has_tags=True, lists=frozenset({None}), parents=frozenset({None})), False),
        (TaskQuery(deferred=False), True),
    ],
)
def test_a_zone_is_needed_only_where_the_answer_depends_on_it(query: TaskQuery, needed: bool) -> None:
    assert query.needs_zone is needed
    there = query.at(NOON, BERLIN), query.at(NOON + timedelta(days=1), ZoneInfo("Pacific/Apia"))
    assert (there[0] == there[1]) is not needed


CROWD = [
    new(title, priority=priority, due_date=due)
    for title, priority, due in itertools.product(
        ("b", "B", "ä"), (None, "low", "high"), (None, "2026-11-20", "2026-11-20T00:00")
    )
]


@pytest.mark.parametrize("sort", SORTS)
def test_an_order_puts_nulls_last_and_breaks_ties_by_age(sort: TaskSort) -> None:
    arranged = sort.arrange(CROWD[::-1])
    values = [sort.position(task).value for task in arranged]
    with_value = [value for value in values if value is not None]
    assert values == with_value + [None] * (len(values) - len(with_value))
    assert with_value == sorted(with_value, reverse=sort.descending)
    for first, second in itertools.pairwise(arranged):
        if sort.position(first).value == sort.position(second).value:
            assert first.id < second.id


@pytest.mark.parametrize("sort", SORTS)
def test_behind_a_position_is_exactly_what_comes_after_it(sort: TaskSort) -> None:
    arranged = sort.arrange(CROWD)
    for i, task in enumerate(arranged):
        position = sort.position(task)
        assert [other for other in arranged if sort.is_behind(other, position)] == arranged[i + 1 :]


@given(tasks=st.lists(st.sampled_from(CROWD), unique_by=lambda task: task.id), sort=st.sampled_from(SORTS))
def test_an_order_does_not_depend_on_where_one_begins(tasks: list[Task], sort: TaskSort) -> None:
    assert sort.arrange(tasks) == sort.arrange(tasks[::-1])


def test_titles_are_sorted_without_case_and_accents() -> None:
    titles = ["Zebra", "äpfel", "Apfel", "birne", "ZEBRA"]
    arranged = TaskSort(SortField.TITLE).arrange([new(title) for title in titles])
    assert [task.title for task in arranged] == ["äpfel", "Apfel", "birne", "Zebra", "ZEBRA"]


def test_a_position_need_not_be_that_of_a_task() -> None:
    task = new(priority="medium")
    for value, behind in ((1, True), (3, False), (None, False)):
        assert TaskSort(SortField.PRIORITY).is_behind(task, TaskPosition(value, task.id)) is behind
