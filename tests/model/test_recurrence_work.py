"""No rule takes long: the lines of code that run are counted, which does not depend on the machine.

So many lines take less than five milliseconds on the machine that docs/performance.md describes.
"""

import sys
from collections.abc import Callable
from functools import partial
from itertools import islice
from random import Random
from types import FrameType
from typing import Any

import pytest

from tests.model.recurrence_drawn import drawn
from todo_core.model.due import DueDate
from todo_core.model.recurrence_occurrences import occurrences
from todo_core.model.recurrence_rule import RULE_MAX, Rule
from todo_core.model.rules import Broken

MOST = 120_000
MONTH_DAYS = ",".join(str(day) for day in (*range(1, 32), *range(-31, 0)))
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
ORDINALS = ",".join(f"{number}{day}" for number in (1, 2, 3, 4, -1, -2, -3, -4, 5) for day in WEEKDAYS)

NEVER = [
    "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=DAILY;INTERVAL=7;BYDAY=MO",
    "FREQ=DAILY;INTERVAL=487;BYMONTH=2;BYMONTHDAY=29",
    "FREQ=DAILY;INTERVAL=27;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO",
    "FREQ=DAILY;BYDAY=MO;BYSETPOS=2",
    "FREQ=WEEKLY;BYDAY=MO,TU;BYSETPOS=3",
    "FREQ=WEEKLY;INTERVAL=773;BYMONTH=2;BYDAY=MO",
    "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30;SKIP=OMIT",
    "FREQ=MONTHLY;INTERVAL=12;BYMONTH=2",
    "FREQ=MONTHLY;INTERVAL=7;BYMONTHDAY=31;BYMONTH=2,4,6,9,11;SKIP=OMIT",
    f"FREQ=MONTHLY;BYMONTHDAY={MONTH_DAYS};BYSETPOS=300",
    f"FREQ=MONTHLY;BYDAY={ORDINALS};BYSETPOS=300",
    f"FREQ=MONTHLY;BYMONTHDAY=13,14,15;BYDAY={ORDINALS};BYSETPOS=31",
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;SKIP=OMIT",
    f"FREQ=YEARLY;BYMONTHDAY={MONTH_DAYS};BYDAY=MO,TU;BYSETPOS=366",
    "FREQ=YEARLY;INTERVAL=999;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO;SKIP=OMIT",
]


def lines(work: Callable[[], object]) -> int:
    """How many lines of Python run in a piece of work."""
    count = 0

    def trace(_frame: FrameType, event: str, _argument: Any) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


def all_of(rule: str, start: str = "1970-01-02", most: int = 100) -> list[DueDate]:
    return list(islice(occurrences(Rule.parse(rule), DueDate.parse(start)), most))


@pytest.mark.parametrize("rule", NEVER)
def test_a_rule_with_few_occurrences_or_none_ends_after_bounded_work(rule: str) -> None:
    assert lines(lambda: all_of(rule)) < MOST


def test_rules_with_rare_days_and_long_intervals_take_bounded_work() -> None:
    random = Random(14)
    for case in drawn(14, 40):
        text = ";".join(part for part in case.rule.split(";") if not part.startswith(("INTERVAL", "COUNT")))
        text += f";INTERVAL={random.randint(100, 999)}"
        assert lines(partial(all_of, text, case.start.isoformat())) < MOST, text


@pytest.mark.parametrize("start", ["2026-01-31", "2026-01-31T09:00:00+01:00[Europe/Berlin]"])
@pytest.mark.parametrize("frequency", ["DAILY", "WEEKLY", "MONTHLY", "YEARLY"])
def test_a_hundred_occurrences_take_bounded_work(frequency: str, start: str) -> None:
    rule = f"FREQ={frequency};BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1"
    assert lines(lambda: all_of(rule, start)) < 15_000
    assert len(all_of(rule, start)) == 100


@pytest.mark.parametrize("frequency", ["DAILY", "WEEKLY", "MONTHLY", "YEARLY"])
def test_the_occurrence_after_many_is_found_without_walking_to_it(frequency: str) -> None:
    rule, start = Rule.parse(f"FREQ={frequency};BYDAY=MO"), DueDate("1970-01-05")
    far = DueDate("9000-01-01").at
    assert lines(lambda: next(occurrences(rule, start, far))) < 2_000


def test_an_occurrence_after_thousands_that_count_takes_bounded_work() -> None:
    rule = Rule.parse("FREQ=WEEKLY;COUNT=9999")
    start, far = DueDate.parse("1970-01-02T09:00:00-05:00[America/New_York]"), DueDate("2160-01-01").at
    assert lines(lambda: next(occurrences(rule, start, far))) < 150_000


@pytest.mark.parametrize("text", ["X" * 10**6, "FREQ=DAILY;BYDAY=" + "MO," * 10**5, ";" * RULE_MAX, "9" * RULE_MAX])
def test_a_hostile_text_is_refused_at_once(text: str) -> None:
    def refuse() -> None:
        with pytest.raises(Broken):
            Rule.parse(text)

    assert lines(refuse) < 500
