"""Due dates: three kinds, told apart by their form, kept as written, and refused when there is no such time."""

from datetime import UTC, datetime

import pytest

from todo_core.model.due import DueDate, DueKind
from todo_core.model.rules import Broken


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def refusal(text: str) -> str:
    """The code with which a text is refused."""
    with pytest.raises(Broken) as refused:
        DueDate.parse(text)
    return refused.value.code


@pytest.mark.parametrize(
    ("text", "kind", "at"),
    [
        ("2026-11-20", DueKind.DAY, "2026-11-20T00:00"),
        ("2026-11-20T15:00", DueKind.FLOATING, "2026-11-20T15:00"),
        ("2026-11-20T15:00:59.123456", DueKind.FLOATING, "2026-11-20T15:00:59.123456"),
        ("2026-11-20T15:00:00Z", DueKind.FIXED, "2026-11-20T15:00"),
        ("2026-11-20t15:00z", DueKind.FIXED, "2026-11-20T15:00"),
        ("2026-11-20T15:00+05:45", DueKind.FIXED, "2026-11-20T09:15"),
        ("2026-11-20T15:00:00-03:30", DueKind.FIXED, "2026-11-20T18:30"),
        ("2026-11-20T15:00:00+01:00[Europe/Berlin]", DueKind.FIXED, "2026-11-20T14:00"),
        ("2026-11-20T15:00:00+01:00[!Europe/Berlin]", DueKind.FIXED, "2026-11-20T14:00"),
        ("2026-11-20T15:00:00Z[Europe/Berlin]", DueKind.FIXED, "2026-11-20T15:00"),
        ("2028-02-29", DueKind.DAY, "2028-02-29T00:00"),
    ],
)
def test_a_form_tells_its_kind_and_its_place_in_the_order(text: str, kind: DueKind, at: str) -> None:
    due = DueDate.parse(text)
    assert (due.kind, due.at) == (kind, utc(at))
    assert due.text == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tomorrow",
        "2026-1-1",
        "20261120",
        "2026-11-20T15",
        "2026-11-20 15:00",
        "2026-11-20T15:00:00.",
        "2026-11-20T15:00:00,5",
        "2026-11-20T15:00:00.1234567",
        "2026-11-20T15:00:00." + "1" * 300,
        "2026-11-20T15:00[Europe/Berlin]",
        "2026-11-20[Europe/Berlin]",
        "2026-11-20T15:00:00+01:00[]",
        "2026-11-20T15:00:00+01:00[Europe/Berlin][u-ca=hebrew]",
        "2026-11-20T15:00:00+0100",
        "2026-11-20T15:00:00+24:00",
        "2026-11-20T15:00:00+01:60",
        "2026-W47-5",
        " 2026-11-20",
        "2026-11-20\n",
        "٢٠٢٦-11-20",
        "+2026-11-20",
        "12026-11-20",
    ],
)
def test_any_other_form_is_refused(text: str) -> None:
    assert refusal(text) == "invalid-date"


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-29",
        "2026-02-30",
        "2026-04-31",
        "2026-13-01",
        "2026-00-10",
        "0000-01-01",
        "2026-11-20T24:00",
        "2026-11-20T15:60",
        "2026-12-31T23:59:60Z",
        "2026-12-31T23:59:60",
    ],
)
def test_what_is_not_in_the_calendar_is_refused_leap_seconds_included(text: str) -> None:
    assert refusal(text) == "invalid-date"


@pytest.mark.parametrize(
    "text",
    [
        "1970-01-01",
        "1970-01-01T00:00",
        "1970-01-01T00:00:00Z",
        "1970-01-01T01:00:00+01:00",
        "9999-12-31",
        "9999-12-31T23:59:59",
        "9999-12-31T23:59:59Z",
    ],
)
def test_the_first_and_the_last_moment_are_accepted(text: str) -> None:
    assert DueDate.parse(text).text == text


@pytest.mark.parametrize(
    "text",
    ["1969-12-31", "1969-12-31T23:59:59.999999", "1970-01-01T00:59:59+01:00", "0001-01-01", "0001-01-01T00:00+01:00"],
)
def test_what_lies_before_1970_is_refused(text: str) -> None:
    assert refusal(text) in {"out-of-range", "invalid-date"}


@pytest.mark.parametrize("text", ["9999-12-31T23:59:59-01:00", "9999-12-31T23:59:59-23:59"])
def test_what_lies_behind_9999_is_refused(text: str) -> None:
    assert refusal(text) in {"out-of-range", "invalid-date"}


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "/etc/localtime",
        "Europe/../Europe/Berlin",
        "Nowhere/Town",
        "localtime",
        "posix/UTC",
        "a" * 70,
    ],
)
def test_names_that_are_no_zone_are_refused_paths_above_all(name: str) -> None:
    assert refusal(f"2026-11-20T15:00:00+01:00[{name}]") == "unknown-time-zone"
    assert refusal(f"2026-11-20T15:00:00Z[{name}]") == "unknown-time-zone"


@pytest.mark.parametrize("offset", ["+00:00", "+02:00", "-01:00", "+01:01"])
def test_an_offset_that_the_zone_does_not_have_then_is_refused(offset: str) -> None:
    assert refusal(f"2026-11-20T15:00:00{offset}[Europe/Berlin]") == "offset-mismatch"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("2026-07-20T15:00:00+01:00[Europe/Berlin]", "Europe/Berlin is at +02:00 then."),
        ("2026-11-20T15:00:00+02:00[Europe/Berlin]", "Europe/Berlin is at +01:00 then."),
        ("2026-10-25T02:30:00+03:00[Europe/Berlin]", "Europe/Berlin is at +01:00 or +02:00 then."),
        ("2026-03-29T02:30:00+02:00[Europe/Berlin]", "Europe/Berlin is at +01:00 then."),
        ("2026-11-20T15:00:00+03:00[America/St_Johns]", "America/St_Johns is at -03:30 then."),
        ("1970-06-01T15:00:00-01:00[Africa/Monrovia]", "Africa/Monrovia is at -00:44:30 then."),
    ],
)
def test_a_wrong_offset_is_answered_with_the_right_one(text: str, told: str) -> None:
    with pytest.raises(Broken) as refused:
        DueDate.parse(text)
    assert refused.value.detail == f"The offset must be that of the time zone: {told}"


@pytest.mark.parametrize(("offset", "at"), [("+02:00", "2026-10-25T00:30"), ("+01:00", "2026-10-25T01:30")])
def test_an_hour_that_comes_twice_is_told_apart_by_its_offset(offset: str, at: str) -> None:
    assert DueDate.parse(f"2026-10-25T02:30:00{offset}[Europe/Berlin]").at == utc(at)


def test_an_hour_that_is_skipped_counts_by_the_offset_before_it() -> None:
    """RFC 5545, section 3.3.5: 02:30 on that day is 03:30 in summer time."""
    assert DueDate.parse("2026-03-29T02:30:00+01:00[Europe/Berlin]").at == utc("2026-03-29T01:30")
    assert refusal("2026-03-29T02:30:00+02:00[Europe/Berlin]") == "offset-mismatch"


def test_the_order_does_not_depend_on_who_looks() -> None:
    texts = ["2026-11-20", "2026-11-20T00:00:00.000001Z", "2026-11-20T09:00", "2026-11-20T12:00+02:00", "2026-11-21"]
    due = [DueDate.parse(text) for text in texts]
    assert sorted(due, key=lambda one: one.at) == due
