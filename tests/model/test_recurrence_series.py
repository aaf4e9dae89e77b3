"""Series over two years: a household that completes, skips, forgets and takes back, on a clock of its own."""

from datetime import UTC, datetime, timedelta
from itertools import islice, takewhile
from random import Random

import pytest

from todo_core.model.due import DueBound, DueDate, moment
from todo_core.model.recurrence_occurrences import occurrences
from todo_core.model.recurrence_rule import Rule
from todo_core.model.recurrence_series import Anchor, CatchUp, Series
from todo_core.model.zones import zone

BERLIN = zone("Europe/Berlin")
BEGIN, DAYS = datetime(2026, 1, 1, 19, 0, tzinfo=UTC), 730
STARTS = (
    "2026-01-01",
    "2026-01-31",
    "2026-01-02T07:30",
    "2026-01-04T02:30:00+01:00[Europe/Berlin]",
    "2026-01-05T09:00Z",
)
RULES = (
    *("FREQ=DAILY", "FREQ=DAILY;INTERVAL=3", "FREQ=WEEKLY;BYDAY=MO,TH", "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU;WKST=SU"),
    *("FREQ=MONTHLY", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "FREQ=YEARLY;BYMONTH=3,10;BYDAY=-1SU"),
    *("FREQ=MONTHLY;COUNT=12", "FREQ=WEEKLY;UNTIL=20270601", "FREQ=MONTHLY;BYMONTHDAY=1,31;SKIP=FORWARD"),
)
HOUSEHOLD = [
    Series(rule=Rule.parse(rule), start=DueDate.parse(start), anchor=anchor, catch_up=catch_up)
    for number, rule in enumerate(RULES)
    for start in (STARTS[number % 5],)
    for anchor, catch_up in (
        (Anchor.SCHEDULE, CatchUp.NEXT),
        (Anchor.SCHEDULE, CatchUp.ALL),
        (Anchor.COMPLETION, CatchUp.NEXT),
    )
]


def evenings() -> list[DueBound]:
    return [moment(BEGIN + timedelta(days=day), BERLIN) for day in range(DAYS)]


def lived(series: Series, random: Random) -> list[DueDate]:
    """The occurrences that were current, one after the other."""
    current: list[DueDate] = [series.start]
    for now in evenings():
        while now.is_after(current[-1]) and random.random() < 0.6:
            following = series.next_after(current[-1], len(current), now)
            if following is None:
                return current
            current.append(following)
            if random.random() < 0.05:
                current.pop()  # taken back
    return current


@pytest.mark.parametrize("number", range(len(HOUSEHOLD)))
def test_two_years_of_a_household(number: int) -> None:
    series = HOUSEHOLD[number]
    current = lived(series, Random(number))
    assert len(current) > 2
    assert len({due.text for due in current}) == len(current) or series.anchor is Anchor.COMPLETION
    if series.anchor is Anchor.SCHEDULE:
        scheduled = list(takewhile(lambda due: due.at <= current[-1].at, occurrences(series.rule, series.start)))
        assert [due for due in scheduled if due in current] == current, "in order, and only what is scheduled"
        if series.catch_up is CatchUp.ALL:
            assert scheduled == current, "none is left out"
    if series.rule.count:
        assert len(current) <= series.rule.count


@pytest.mark.parametrize("number", range(len(HOUSEHOLD)))
def test_what_is_upcoming_is_what_comes_when_each_is_completed_in_time(number: int) -> None:
    series, early = HOUSEHOLD[number], moment(datetime(2025, 12, 1, tzinfo=UTC), BERLIN)
    upcoming = list(islice(series.upcoming(series.start, 1, early), 20))
    current = [series.start]
    while len(current) < 20:
        on_its_day = DueBound(*(current[-1].at for _ in range(3)))
        following = series.next_after(current[-1], len(current), on_its_day)
        if following is None:
            break
        current.append(following)
    assert current == upcoming


def test_what_is_upcoming_begins_now_when_the_current_occurrence_is_late() -> None:
    now = moment(datetime(2026, 3, 10, 12, tzinfo=UTC), BERLIN)
    start, rule = DueDate("2026-01-05"), Rule.parse("FREQ=WEEKLY")
    for anchor, catch_up, second in (
        (Anchor.SCHEDULE, CatchUp.NEXT, "2026-03-16"),
        (Anchor.SCHEDULE, CatchUp.ALL, "2026-01-12"),
        (Anchor.COMPLETION, CatchUp.NEXT, "2026-03-17"),
    ):
        series = Series(rule=rule, start=start, anchor=anchor, catch_up=catch_up)
        assert [due.text for due in islice(series.upcoming(start, 1, now), 2)] == [start.text, second]
