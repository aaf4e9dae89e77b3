"""Recurrence rules drawn by chance have the days that other implementations give them.

``TODO_RECURRENCE_CASES`` draws more of them, ``TODO_RECURRENCE_SEED`` others. libical is asked where it is installed.
"""

import os
from collections.abc import Iterator
from ctypes import CDLL, c_char_p, c_int, c_long
from ctypes.util import find_library
from datetime import UTC, date, datetime, time
from itertools import islice

import pytest
from dateutil.rrule import rrulestr

from tests.model.recurrence_drawn import Drawn, drawn
from tests.model.recurrence_walk import Walk
from todo_core.model.due import DueDate
from todo_core.model.recurrence_occurrences import occurrences
from todo_core.model.recurrence_parts import Skip
from todo_core.model.recurrence_rule import Rule

CASES = int(os.environ.get("TODO_RECURRENCE_CASES", "200"))
SEED = int(os.environ.get("TODO_RECURRENCE_SEED", "20261122"))
SOON = date(2400, 1, 1)
"""The other implementations search slowly, and without an end where there is nothing."""

COMPARED = 12


def days(rule: str, start: date) -> Iterator[date]:
    return (date.fromisoformat(due.text) for due in occurrences(Rule.parse(rule), DueDate(start.isoformat())))


def without(rule: str, *names: str) -> str:
    return ";".join(part for part in rule.split(";") if not part.startswith(names))


def test_rules_have_the_days_of_a_walk_from_day_to_day() -> None:
    fired = 0
    for case in drawn(SEED, CASES):
        expected = Walk(case.rule, case.start).days(case.last)
        found = list(islice(days(case.rule, case.start), len(expected) + 1))
        assert [day for day in found if day <= case.last] == expected, case
        fired += len(expected) > 1
    assert fired > CASES / 2, "the rules drawn are worth comparing"


def test_rules_have_the_days_of_dateutil() -> None:
    compared = 0
    for case in drawn(SEED + 1, 2 * CASES):
        rule = Rule.parse(case.rule)
        if rule.skip not in {None, Skip.OMIT} or _begins_within_a_week_of_positions(case):
            continue
        text = without(case.rule, "COUNT", "SKIP")
        found = list(islice(days(f"{text};SKIP=OMIT", case.start), COMPARED + 1))
        if len(found) <= COMPARED or found[-1] > SOON:
            continue
        theirs = rrulestr(text, dtstart=datetime.combine(case.start, time()))
        later = (moment.date() for moment in theirs if moment.date() > case.start)
        assert found == [case.start, *islice(later, COMPARED)], case
        compared += 1
    assert compared > CASES / 2, "the rules drawn are worth comparing"


def _begins_within_a_week_of_positions(case: Drawn) -> bool:
    """dateutil counts the positions of the first week from the start."""
    return case.frequency == "WEEKLY" and "BYSETPOS" in case.rule


LIBICAL = os.environ.get("TODO_TEST_LIBICAL") or find_library("ical")


@pytest.mark.skipif(not LIBICAL, reason="libical is not installed")
def test_rules_that_move_days_have_those_of_libical() -> None:
    expand = CDLL(LIBICAL).icalrecur_expand_recurrence
    expand.argtypes = [c_char_p, c_long, c_int, c_long * (8 * COMPARED)]
    expand.restype = c_int
    compared = 0
    for case in drawn(SEED + 2, 2 * CASES):
        if not _libical_has(case):
            continue
        text = without(case.rule, "COUNT")
        found = [day for day in islice(days(text, case.start), COMPARED) if day.year < 2037]
        if len(found) < 3:
            continue
        moments = (c_long * (8 * COMPARED))()
        begin = int(datetime.combine(case.start, time(), UTC).timestamp())
        expand(f"RSCALE=GREGORIAN;{text}".encode(), begin, len(moments), moments)
        theirs = {datetime.fromtimestamp(moment, UTC).date() for moment in moments if moment > begin}
        assert found == [case.start, *sorted(theirs)[: len(found) - 1]], case
        compared += 1
    assert compared > CASES / 10, "the rules drawn are worth comparing"


def _libical_has(case: Drawn) -> bool:
    """True for rules in which libical follows the standards; docs/recurrence.md tells where it does not."""
    if case.start.year > 2030:
        return False
    numbers = "BYMONTHDAY=" in case.rule
    if case.frequency == "MONTHLY":
        return "BYMONTH=" not in case.rule and "BYDAY=" not in case.rule and "BYSETPOS=" not in case.rule
    if case.frequency == "YEARLY":
        return "BYMONTH=" in case.rule and "BYDAY=" not in case.rule and "BYSETPOS=" not in case.rule
    if case.frequency == "WEEKLY" and "INTERVAL=" in case.rule:
        return False
    return not numbers and "BYSETPOS=" not in case.rule and "BYMONTH=" not in case.rule
