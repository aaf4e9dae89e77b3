"""Bounds: what "today", "overdue", "before" and "after" mean for each kind of due date, in anybody's zone."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from todo_core.model.due import DueBound, DueDate, moment, overdue_at, start_of, today_in
from todo_core.model.zones import instant_of, possible_offsets, wall_clock

BERLIN, NEW_YORK, APIA, KATHMANDU, LORD_HOWE, SAO_PAULO = (
    ZoneInfo(name)
    for name in (
        "Europe/Berlin",
        "America/New_York",
        "Pacific/Apia",
        "Asia/Kathmandu",
        "Australia/Lord_Howe",
        "America/Sao_Paulo",
    )
)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def is_today(text: str, now: str, where: ZoneInfo) -> bool:
    today, tomorrow = today_in(utc(now), where)
    due = DueDate.parse(text)
    return not today.is_after(due) and tomorrow.is_after(due)


def is_overdue(text: str, now: str, where: ZoneInfo) -> bool:
    return overdue_at(utc(now), where).is_after(DueDate.parse(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-19", False),
        ("2026-11-20", True),
        ("2026-11-21", False),
        ("2026-11-19T23:59:59", False),
        ("2026-11-20T00:00", True),
        ("2026-11-20T23:59:59.999999", True),
        ("2026-11-21T00:00", False),
        ("2026-11-19T22:59:59Z", False),
        ("2026-11-19T23:00:00Z", True),
        ("2026-11-20T22:59:59Z", True),
        ("2026-11-20T23:00:00Z", False),
        ("2026-11-20T18:00:00-05:00[America/New_York]", False),
        ("2026-11-20T17:59:00-05:00[America/New_York]", True),
    ],
)
def test_today_is_the_day_that_clocks_in_the_zone_show(text: str, expected: bool) -> None:
    assert is_today(text, "2026-11-20T12:00", BERLIN) is expected


@pytest.mark.parametrize(
    ("where", "today"),
    [(APIA, "2026-11-21"), (KATHMANDU, "2026-11-21"), (BERLIN, "2026-11-20"), (NEW_YORK, "2026-11-20")],
)
def test_which_day_it_is_depends_on_where_one_lives(where: ZoneInfo, today: str) -> None:
    assert is_today(today, "2026-11-20T18:30", where)
    assert is_today(f"{today}T12:00", "2026-11-20T18:30", where)


@pytest.mark.parametrize(
    ("day", "where", "hours"),
    [
        ("2026-03-29", BERLIN, 23),
        ("2026-10-25", BERLIN, 25),
        ("2026-04-05", LORD_HOWE, 24.5),
        ("2026-10-04", LORD_HOWE, 23.5),
        ("2018-11-04", SAO_PAULO, 23),
        ("2026-11-20", BERLIN, 24),
    ],
)
def test_a_day_is_as_long_as_clocks_make_it(day: str, where: ZoneInfo, hours: float) -> None:
    first, last = start_of(date.fromisoformat(day), where), start_of(date.fromisoformat(day) + timedelta(1), where)
    assert last.fixed - first.fixed == timedelta(hours=hours)
    assert last.floating - first.floating == timedelta(days=1)


def test_a_day_that_begins_in_a_gap_begins_when_clocks_have_jumped() -> None:
    """In São Paulo there was no midnight on that day: 23:59:59 was followed by 01:00."""
    first = start_of(date(2018, 11, 4), SAO_PAULO)
    assert wall_clock(first.fixed, SAO_PAULO) == datetime.fromisoformat("2018-11-04T01:00")
    assert is_today("2018-11-04T03:00:00Z", "2018-11-04T12:00", SAO_PAULO)
    assert not is_today("2018-11-04T02:59:59Z", "2018-11-04T12:00", SAO_PAULO)


def test_a_day_that_a_country_left_out_is_nobodys_today() -> None:
    """Samoa went from 29 December 2011 to the 31st."""
    assert is_today("2011-12-29", "2011-12-30T09:59", APIA)
    assert is_today("2011-12-31", "2011-12-30T10:00", APIA)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-19", True),
        ("2026-11-20", False),
        ("2026-11-20T12:59:59", True),
        ("2026-11-20T13:00", False),
        ("2026-11-20T11:59:59.999999Z", True),
        ("2026-11-20T12:00:00Z", False),
        ("2026-11-21T05:00+18:00", True),
    ],
)
def test_a_time_is_overdue_when_it_has_passed_and_a_day_when_it_is_over(text: str, expected: bool) -> None:
    assert is_overdue(text, "2026-11-20T12:00", BERLIN) is expected


def test_overdue_follows_the_clock_through_the_hour_that_comes_twice() -> None:
    floating, fixed = "2026-10-25T02:30", "2026-10-25T02:30:00+01:00[Europe/Berlin]"
    assert not is_overdue(floating, "2026-10-25T00:29", BERLIN)
    assert is_overdue(floating, "2026-10-25T00:31", BERLIN)
    assert not is_overdue(fixed, "2026-10-25T01:29", BERLIN)
    assert is_overdue(fixed, "2026-10-25T01:31", BERLIN)


def test_an_instant_is_compared_with_days_and_floating_times_by_the_clock_on_the_wall() -> None:
    bound = moment(utc("2026-11-20T23:30"), KATHMANDU)
    assert bound.is_after(DueDate.parse("2026-11-21"))
    assert not bound.is_after(DueDate.parse("2026-11-21T05:15"))
    assert bound.is_after(DueDate.parse("2026-11-21T05:14:59"))
    assert not bound.is_after(DueDate.parse("2026-11-20T23:30Z"))
    assert bound.is_after(DueDate.parse("2026-11-20T23:29:59Z"))


def test_two_bounds_leave_what_both_leave() -> None:
    early, late = utc("2026-11-20"), utc("2026-11-21")
    one, other = DueBound(early, late, early), DueBound(late, early, early)
    assert one.sooner(other) == DueBound(early, early, early)
    assert one.later(other) == DueBound(late, late, early)
    assert one.sooner(None) == one.later(None) == one
    assert (one.lowest, one.highest) == (early, late)


local_times = st.datetimes(
    datetime.fromisoformat("1980-01-01"), datetime.fromisoformat("2037-12-31"), timezones=st.none()
)
places = st.sampled_from([BERLIN, NEW_YORK, APIA, KATHMANDU, LORD_HOWE, SAO_PAULO])


@given(local=local_times, where=places)
def test_there_and_back_is_the_same_time_except_where_clocks_skip_it(local: datetime, where: ZoneInfo) -> None:
    back = wall_clock(instant_of(local, where), where)
    in_gap = local.replace(tzinfo=where, fold=0).utcoffset() < local.replace(tzinfo=where, fold=1).utcoffset()  # type: ignore[operator]
    assert (back == local) is not in_gap


@given(local=local_times, where=places)
def test_the_instant_of_a_wall_clock_time_is_by_one_of_its_possible_offsets(local: datetime, where: ZoneInfo) -> None:
    offset = local.replace(tzinfo=UTC) - instant_of(local, where)
    assert offset in possible_offsets(local, where)


@given(now=local_times, where=places)
def test_now_is_always_today(now: datetime, where: ZoneInfo) -> None:
    instant = now.replace(tzinfo=UTC)
    today, tomorrow = today_in(instant, where)
    assert today.fixed <= instant < tomorrow.fixed
    assert timedelta(hours=22) < tomorrow.fixed - today.fixed < timedelta(hours=49)


def test_at_the_end_of_the_calendar_clocks_stand_still() -> None:
    last = DueDate.parse("9999-12-31T23:59:59.999999Z").at
    bound = moment(last, KATHMANDU)
    assert bound.is_after(DueDate.parse("9999-12-31T23:59:59"))
    assert start_of(date(9999, 12, 31), NEW_YORK).fixed == utc("9999-12-31T05:00")
