"""Recurrence rules: what holds for all of them."""

from datetime import UTC, date, datetime, timedelta
from itertools import islice, pairwise, takewhile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.model.recurrence_drawn import drawn
from todo_core.model.due import DueDate, moment
from todo_core.model.recurrence_days import days
from todo_core.model.recurrence_occurrences import occurrences
from todo_core.model.recurrence_rule import RULE_MAX, Rule
from todo_core.model.recurrence_series import Anchor, Series
from todo_core.model.rules import Broken
from todo_core.model.zones import wall_clock, zone

ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "America/Sao_Paulo", "Asia/Tehran")


PIECES = (
    "FREQ=",
    "DAILY",
    "MONTHLY",
    "BYDAY=",
    "MO",
    "-1FR",
    "UNTIL=20260101",
    "COUNT",
    "SKIP=",
    "=",
    ";",
    ",",
    "31",
    "-",
    "é",
)


@settings(derandomize=True, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join) | st.text(max_size=20))
def test_any_text_is_a_rule_or_refused(text: str) -> None:
    try:
        rule = Rule.parse(text)
    except Broken:
        return
    assert Rule.parse(rule.text) == rule


def test_the_canonical_text_of_a_rule_is_that_rule() -> None:
    for case in drawn(1, 300):
        rule = Rule.parse(case.rule)
        assert Rule.parse(rule.text) == rule, case
        assert Rule.parse(rule.text).text == rule.text, case


def test_equal_canonical_texts_are_equal_rules() -> None:
    assert Rule.parse("BYDAY=TU,MO;FREQ=WEEKLY;INTERVAL=1") == Rule.parse("FREQ=WEEKLY;BYDAY=MO,TU;WKST=SU")


def test_a_rule_that_would_be_too_long_in_canonical_form_is_refused() -> None:
    days = ",".join(f"-{day}" for day in range(1, 32))
    weekdays = ",".join(
        f"-{number}{day}" for number in range(1, 6) for day in ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
    )
    text = f"FREQ=MONTHLY;BYMONTHDAY={days};BYDAY={weekdays};BYSETPOS="
    text += ",".join(map(str, range(100, 100 + (RULE_MAX - len(text)) // 4)))
    assert RULE_MAX - 5 < len(text) <= RULE_MAX
    with pytest.raises(Broken, match="canonical"):
        Rule.parse(text)


@settings(derandomize=True, deadline=None)
@given(
    st.integers(0, 10_000),
    st.integers(86_400, 4 * 10**9),
    st.sampled_from(ZONES),
)
def test_occurrences_increase_and_keep_the_clock_of_their_zone(seed: int, second: int, name: str) -> None:
    [case] = drawn(seed, 1)
    at = datetime.fromtimestamp(second, UTC)
    start, wall = DueDate.parse(f"{at.replace(tzinfo=None).isoformat()}Z[{name}]"), wall_clock(at, zone(name))
    found = list(islice(occurrences(Rule.parse(case.rule), start), 20))
    assert all(one.at < other.at for one, other in pairwise(found))
    for due in found[1:]:
        local = wall_clock(due.at, zone(name))
        assert local.time() == wall.time() or _is_in_a_gap(local.date(), wall, name)


def _is_in_a_gap(day: date, wall: datetime, name: str) -> bool:
    """True if the clocks of that day, or of one before, had no such time."""
    nominal = [datetime.combine(day - timedelta(days=back), wall.time()) for back in (0, 1)]
    return any(wall_clock(each.replace(tzinfo=zone(name)).astimezone(UTC), zone(name)) != each for each in nominal)


@settings(derandomize=True, deadline=None)
@given(st.integers(0, 10_000), st.integers(-40, 1_500))
def test_what_comes_after_a_day_is_what_the_whole_series_has_after_it(seed: int, later: int) -> None:
    [case] = drawn(seed, 1)
    rule, start = Rule.parse(case.rule), DueDate(case.start.isoformat())
    after = start.at + timedelta(days=later, hours=later % 3)

    def soon(due: DueDate) -> bool:
        return due.at < after + timedelta(days=400)

    whole = list(takewhile(soon, occurrences(rule, start)))
    assert list(takewhile(soon, occurrences(rule, start, after))) == [due for due in whole if due.at > after]


def test_days_from_one_of_them_on_begin_with_it() -> None:
    for case in drawn(3, 200):
        rule = Rule.parse(case.rule)
        for day in islice(days(rule, case.start, case.start.toordinal()), 12):
            assert next(days(rule, case.start, day)) == day, case


MOMENTS = st.integers(0, 253_402_300_799) | st.integers(253_402_000_000, 253_402_300_799) | st.integers(0, 200_000)
"""Seconds from the beginning of 1970 to the end of 9999, at both ends in particular."""

FORMS = ("%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%SZ[{zone}]", "%Y-%m-%dT12:00:00.5+05:45")


@settings(derandomize=True, deadline=None, max_examples=120)
@given(st.integers(0, 10_000), MOMENTS, MOMENTS, st.sampled_from(FORMS), st.sampled_from((*ZONES, "Africa/Monrovia")))
def test_all_that_follows_is_a_due_date(seed: int, second: int, now: int, form: str, name: str) -> None:
    [case] = drawn(seed, 1)
    start = DueDate.parse(f"{datetime.fromtimestamp(second, UTC):{form}}".format(zone=name))
    at = moment(datetime.fromtimestamp(now, UTC), zone(name))
    for anchor in Anchor:
        series = Series(rule=Rule.parse(case.rule), start=start, anchor=anchor)
        following = [series.next_after(start, 1, at), *islice(series.upcoming(start, 1, at), 3)]
        following += islice(occurrences(series.rule, start, at.of(start.kind)), 3)
        for due in following:
            assert due is None or (DueDate.parse(due.text), due.kind) == (due, start.kind)
