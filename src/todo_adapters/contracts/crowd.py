"""Tasks and filters made from a seed, with all that queries stumble over: ties, nulls, accents, wildcards, zones."""

import random
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

from todo_adapters.contracts.kit import IDS, NOW
from todo_core.ids import ListId, TaskId, UserId
from todo_core.model.due import DueDate, moment, start_of
from todo_core.model.task import Priority, Task
from todo_core.model.task_filter import DueOption, TaskFilter, TaskQuery, search_words

NEW_YORK = ZoneInfo("America/New_York")
CLOCKS_BACK = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
"""01:30 in New York on the day that has 25 hours there, before the hour that comes twice."""

TITLES = (
    "buy milk",
    "Buy Milk",
    "Äpfel kaufen",
    "apfel",
    "Straße",
    "STRASSE",
    "100% done",
    "100 done",
    "under_score",
    "underXscore",
    "back\\slash",
    "İstanbul",
    "ﬁne ligature",
    "x",
    "😀 face",
    "\ufffd replaced",
    "zebra 'quoted' \"twice\"",
    "e\u0301tude",
)
DESCRIPTIONS = (None, "", "Milk, Käse and 50% off", "a_b\\c", "nothing")
TAGS = ((), (), ("home",), ("Ärzte", "home"), ("HOME", "errands"), ("x", "100%", "a_b"), ("straße",))
POSITIONS = ("", "0V", "A0V", "a0V", "ZzV", "zZV", "a0V0V")
LIST_IDS = (ListId(IDS.new()), ListId(IDS.new()))
"""The ids of lists that each owner of a crowd has."""

PARENT_IDS = (TaskId(IDS.new()), TaskId(IDS.new()))
"""The ids of the first tasks of each crowd."""

DUE_DATES = (
    None,
    None,
    "2026-10-31",
    "2026-11-01",
    "2026-11-01",
    "2026-11-02",
    "2026-11-01T01:29",
    "2026-11-01T01:30",
    "2026-11-01T01:30:00.000001",
    "2026-11-01T23:59:59.999999",
    "2026-11-02T00:00",
    "2026-11-01T01:30:00-04:00[America/New_York]",
    "2026-11-01T01:30:00-05:00[America/New_York]",
    "2026-11-01T05:29:59.999999Z",
    "2026-11-01T04:00:00Z",
    "2026-11-01T03:59:59Z",
    "2026-11-02T05:00:00Z",
    "2026-11-02T04:59:59+00:00",
    "1970-01-01",
    "9999-12-31",
)


def crowd(owner: UserId, size: int = 70, seed: int = 7) -> list[Task]:
    """Different tasks with much in common."""
    chance = random.Random(seed)
    parents = [replace(a_face(owner, chance), id=parent_id, parent_id=None) for parent_id in PARENT_IDS]
    return [*parents, *[a_face(owner, chance) for _ in range(size - len(parents))]]


def a_face(owner: UserId, chance: random.Random) -> Task:
    due, deferred = chance.choice(DUE_DATES), chance.choice(DUE_DATES)
    begun = NOW - timedelta(minutes=chance.randrange(1000))
    return Task(
        id=TaskId(IDS.new()),
        user_id=owner,
        title=chance.choice(TITLES),
        description=chance.choice(DESCRIPTIONS),
        completed_at=chance.choice((None, None, NOW)),
        priority=chance.choice((None, *Priority)),
        due_date=None if due is None else DueDate.parse(due),
        deferred_until=None if deferred is None else DueDate.parse(deferred),
        list_id=chance.choice((None, None, *LIST_IDS)),
        parent_id=chance.choice((None, None, *PARENT_IDS)),
        position=chance.choice(POSITIONS),
        tags=chance.choice(TAGS),
        created_at=begun,
        updated_at=begun + timedelta(microseconds=chance.randrange(4)),
    )


PRIORITY_SETS: tuple[frozenset[Priority | None], ...] = (
    frozenset(),
    frozenset({None}),
    frozenset({Priority.HIGH}),
    frozenset({None, Priority.LOW, Priority.MEDIUM}),
    frozenset({None, *Priority}),
)
BOUNDS: tuple[dict[str, date | datetime | DueOption], ...] = (
    {},
    {"due": DueOption.NONE},
    {"due": DueOption.TODAY},
    {"due": DueOption.OVERDUE},
    {"due_before": date(2026, 11, 1)},
    {"due_after": date(2026, 11, 1)},
    {"due_after": date(2026, 11, 1), "due_before": date(2026, 11, 2)},
    {"due_after": CLOCKS_BACK},
    {"due_before": CLOCKS_BACK},
    {"due": DueOption.TODAY, "due_after": CLOCKS_BACK},
    {"due": DueOption.OVERDUE, "due_after": date(2026, 11, 1)},
    {"due": DueOption.NONE, "due_before": date(2026, 11, 1)},
)
SEARCHES = (
    "",
    "milk",
    "MILK käse",
    "100%",
    "_",
    "\\",
    "strasse",
    "apfel",
    "istanbul",
    "fine",
    "étude",
    "milk zebra",
    "'",
)


PARTS: dict[str, tuple[Any, ...]] = {
    "lists": (frozenset(), frozenset({None}), frozenset({None, LIST_IDS[0]}), frozenset(LIST_IDS)),
    "parents": (frozenset(), frozenset({None}), frozenset({PARENT_IDS[1]})),
    "tags": (frozenset(), frozenset({"home"}), frozenset({"home", "arzte"})),
    "deferred": (None, False),
    "completed": (None, False),
}


def filters() -> Iterator[TaskFilter]:
    """Every combination of the parts of a query, seen from two zones, and what no query says but a filter can."""
    for completed, priorities, bounds in product((None, False, True), PRIORITY_SETS, BOUNDS):
        query = TaskQuery(completed=completed, priorities=priorities, **bounds)  # type: ignore[arg-type]
        yield query.at(CLOCKS_BACK, NEW_YORK)
    for bounds in BOUNDS:
        yield TaskQuery(**bounds).at(CLOCKS_BACK, ZoneInfo("Asia/Kathmandu"))  # type: ignore[arg-type]
    for text, completed in product(SEARCHES, (None, False)):
        yield TaskQuery(words=search_words(text), completed=completed).at(CLOCKS_BACK, UTC)
    for parts in product(*PARTS.values()):
        yield TaskQuery(**dict(zip(PARTS, parts, strict=True))).at(CLOCKS_BACK, NEW_YORK)
    for alone in single_filters().values():
        yield from alone
    yield TaskFilter(has_due_date=True, open_only=True, words=("milk",))


def single_filters() -> dict[str, list[TaskFilter]]:
    """By field, filters that restrict by this field alone. Raises KeyError for a field without values here."""
    bound = start_of(date(2026, 11, 1), NEW_YORK)
    now = moment(CLOCKS_BACK, NEW_YORK)
    values: dict[str, list[Any]] = {
        "completed": [False, True],
        "open_only": [True],
        "priorities": [*PRIORITY_SETS[1:4]],
        "has_due_date": [False, True],
        "due_from": [bound],
        "due_until": [bound],
        "words": [("milk",), ("apfel",)],
        "lists": [frozenset({None}), frozenset({LIST_IDS[0]}), frozenset({None, LIST_IDS[1]}), frozenset(LIST_IDS)],
        "parents": [frozenset({None}), frozenset({PARENT_IDS[0]}), frozenset({None, PARENT_IDS[1]})],
        "tags": [frozenset({"home"}), frozenset({"home", "arzte"}), frozenset({"a_b"}), frozenset({"strasse"})],
        "has_tags": [False, True],
        "deferred": [False, True],
    }
    own = [field.name for field in fields(TaskFilter) if field.name != "now"]
    return {
        name: [TaskFilter(**{name: value}, now=now if name == "deferred" else None) for value in values[name]]
        for name in own
    }
