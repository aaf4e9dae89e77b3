"""The functions of the core that see texts from outside."""

from collections.abc import Mapping
from typing import Any

from tests.costs.growth import Subject
from tests.costs.hostile import TEXTS, run_of
from todo_adapters.contracts.fakes import NOON, CountingIds
from todo_core.ids import TaskId, UserId
from todo_core.limits import DESCRIPTION_MAX, QUERY_MAX, TITLE_MAX
from todo_core.model.due import DueDate
from todo_core.model.password import new_password, readable
from todo_core.model.rules import fold
from todo_core.model.session import client_label
from todo_core.model.task import TASKS, Task
from todo_core.model.task_filter import TaskFilter, search_words, searchable
from todo_core.model.task_sort import SortField, TaskSort
from todo_core.model.user import ProfilePatch, email, name, readable_email
from todo_core.model.zones import zone_name

BODY = 200_000
"""Code points of a text that a body of 256 KB brings; fewer where a character takes more than one byte."""

LONG = BODY // 3
"""The same of characters that take three bytes."""

IDS = CountingIds()
OWNER = UserId(IDS.new())
BY_TITLE = TaskSort(SortField.TITLE)

DATES = {
    **TEXTS,
    "digits": run_of("9", "2026-11-20T15:00:00."),
    "zones": run_of("a/", "2026-11-20T15:00Z[", "]"),
    "brackets": run_of("[", "2026-11-20T15:00Z"),
    "dashes": run_of("2026-"),
}
ZONES = {**TEXTS, "slashes": run_of("/", "Europe"), "parts": run_of("a/"), "climbing": run_of("../")}
ADDRESSES = {
    **TEXTS,
    "at signs": run_of("@"),
    "labels": run_of("a.", "a@"),
    "a label that ends badly": run_of("a", "a@a.", "!"),
}


def _task(title: str, description: str = "") -> Task:
    return TASKS.new(TaskId(IDS.new()), OWNER, TASKS.draft(title=title, description=description), NOON)


def _fold_descriptions(text: str) -> None:
    """As a batch does, whose tasks are all written at once."""
    for start in range(0, len(text), DESCRIPTION_MAX):
        searchable(text[start : start + DESCRIPTION_MAX])


def _look_for(given: tuple[str, Task]) -> bool:
    word, task = given
    return TaskFilter(words=(word,)).matches(task)


def _searches() -> Mapping[str, Any]:
    words = {
        "a word that ends otherwise": "a" * (QUERY_MAX - 1) + "b",
        "a word that begins otherwise": "b" + "a" * (QUERY_MAX - 1),
        "a word with another middle": "a" * 127 + "b" + "a" * 127,
    }
    return {name: lambda length, word=word: (word, _task("x", "a" * length)) for name, word in words.items()}


def _titles() -> Mapping[str, Any]:
    possible = {name: make for name, make in TEXTS.items() if name not in {"lines", "NULs"}}
    return {name: lambda length, make=make: _task(f"x{make(length)}x") for name, make in possible.items()}


SUBJECTS: list[Subject] = [
    Subject(name="email", run=email, hostile=ADDRESSES, longest=BODY),
    Subject(name="readable_email", run=readable_email, hostile=ADDRESSES, longest=BODY),
    Subject(name="name", run=name, hostile=TEXTS, longest=BODY),
    Subject(name="new_password", run=lambda text: new_password(text, "a@b.cd", "A"), hostile=TEXTS, longest=BODY),
    Subject(name="readable", run=readable, hostile=TEXTS, longest=BODY),
    Subject(name="zone_name", run=zone_name, hostile=ZONES, longest=BODY),
    Subject(name="ProfilePatch.of", run=lambda text: ProfilePatch.of(name=text), hostile=TEXTS, longest=BODY),
    Subject(name="TASKS.draft title", run=lambda text: TASKS.draft(title=text), hostile=TEXTS, longest=BODY),
    Subject(
        name="TASKS.draft other fields",
        run=lambda text: TASKS.draft(description=text, priority=text, due_date=text),
        hostile=TEXTS,
        longest=BODY,
    ),
    Subject(name="DueDate.parse", run=DueDate.parse, hostile=DATES, longest=BODY),
    Subject(name="fold", run=fold, hostile=TEXTS, longest=DESCRIPTION_MAX),
    Subject(name="searchable, a whole batch", run=_fold_descriptions, hostile=TEXTS, longest=LONG),
    Subject(name="search_words", run=search_words, hostile={**TEXTS, "words": run_of("a ")}, longest=8_000),
    Subject(name="TaskFilter.matches", run=_look_for, hostile=_searches(), longest=DESCRIPTION_MAX),
    Subject(
        name="TaskSort.position",
        run=BY_TITLE.position,
        hostile=_titles(),
        longest=TITLE_MAX - 2,
    ),
    Subject(name="client_label", run=client_label, hostile=TEXTS, longest=32_000),
]
