"""Recurrence rules: the supported subset of RFC 5545 with SKIP of RFC 7529, in one canonical form."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from todo_core.model import recurrence_parts as parts
from todo_core.model.recurrence_parts import (
    COUNT_MAX,
    INTERVAL_MAX,
    ORDINAL_IN_MONTH,
    WEEKDAYS,
    Frequency,
    Skip,
    Until,
    WeekdayNumber,
    unsupported,
)

RULE_MAX: Final = 500
"""Characters of the text of a rule."""

SHORTEST: Final = (0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
"""Days that each month has in every year."""

PARTS: Final[Mapping[str, tuple[str, Callable[[str, str], Any]]]] = {
    "FREQ": ("frequency", lambda part, text: Frequency(parts.one_of(part, text, Frequency))),
    "INTERVAL": ("interval", partial(parts.number, most=INTERVAL_MAX)),
    "COUNT": ("count", partial(parts.number, most=COUNT_MAX)),
    "UNTIL": ("until", parts.until),
    "BYMONTH": ("by_month", parts.months),
    "BYMONTHDAY": ("by_month_day", parts.month_days),
    "BYDAY": ("by_day", parts.weekday_numbers),
    "BYSETPOS": ("by_position", parts.positions),
    "WKST": ("week_start", lambda part, text: WEEKDAYS.index(parts.one_of(part, text, WEEKDAYS))),
    "SKIP": ("skip", lambda part, text: Skip(parts.one_of(part, text, Skip))),
}
"""The field of each part and how its value is parsed, in canonical order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Which days a series has. Create with ``parse``; two rules are equal if their canonical texts are."""

    frequency: Frequency
    interval: int = 1
    count: int | None = None
    until: Until | None = None
    by_month: tuple[int, ...] = ()
    by_month_day: tuple[int, ...] = ()
    by_day: tuple[WeekdayNumber, ...] = ()
    by_position: tuple[int, ...] = ()
    week_start: int = 0
    skip: Skip | None = None
    """None if the rule has no day that any month lacks."""

    @staticmethod
    def parse(text: str) -> "Rule":
        """The rule of a text: the value of an RRULE property. Raises Broken, naming the part."""
        if len(text) > RULE_MAX:
            unsupported(f"The rule must be at most {RULE_MAX} characters.")
        if not (text.isascii() and text.isprintable()):
            unsupported("The rule must consist of parts such as FREQ=WEEKLY;BYDAY=MO.")
        fields: dict[str, Any] = {}
        for each in text.upper().split(";"):
            name, _, value = each.partition("=")
            if name not in PARTS:
                unsupported(f"The rule contains {name[:20] or 'an empty part'}; the parts are {', '.join(PARTS)}.")
            field, parsed = PARTS[name]
            if field in fields:
                unsupported(f"{name} must occur only once.")
            fields[field] = parsed(name, value)
        if "frequency" not in fields:
            unsupported("FREQ is required, as in FREQ=WEEKLY;BYDAY=MO.")
        _check(**fields)
        rule = Rule(**fields | {"skip": _skip(**fields), "week_start": _week_start(**fields)})
        if len(rule.text) > RULE_MAX:
            unsupported(f"The rule must be at most {RULE_MAX} characters in canonical form.")
        return rule

    @property
    def text(self) -> str:
        """The canonical form: parts in one order, values sorted, without what has no effect."""
        values = {
            "FREQ": self.frequency,
            "INTERVAL": self.interval if self.interval > 1 else "",
            "COUNT": self.count or "",
            "UNTIL": self.until.text if self.until else "",
            "BYMONTH": ",".join(map(str, self.by_month)),
            "BYMONTHDAY": ",".join(map(str, self.by_month_day)),
            "BYDAY": ",".join(each.text for each in self.by_day),
            "BYSETPOS": ",".join(map(str, self.by_position)),
            "WKST": WEEKDAYS[self.week_start] if self.week_start else "",
            "SKIP": self.skip or "",
        }
        return ";".join(f"{part}={value}" for part, value in values.items() if value)


def _check(
    *,
    frequency: Frequency,
    count: int | None = None,
    until: Until | None = None,
    by_month: tuple[int, ...] = (),
    by_month_day: tuple[int, ...] = (),
    by_day: tuple[WeekdayNumber, ...] = (),
    by_position: tuple[int, ...] = (),
    **_others: Any,
) -> None:
    """Refuses combinations that RFC 5545 forbids, and ordinals that no period has."""
    highest = max((abs(each.ordinal) for each in by_day), default=0)
    if count and until:
        unsupported("COUNT and UNTIL must not occur in the same rule.")
    if by_month_day and frequency is Frequency.WEEKLY:
        unsupported("BYMONTHDAY must not occur with FREQ=WEEKLY.")
    if highest and frequency in {Frequency.DAILY, Frequency.WEEKLY}:
        unsupported(f"BYDAY must not have ordinals with FREQ={frequency}.")
    if highest > ORDINAL_IN_MONTH and (frequency is Frequency.MONTHLY or by_month):
        unsupported(f"BYDAY must have ordinals of at most {ORDINAL_IN_MONTH} within a month.")
    if by_position and not (by_month or by_month_day or by_day):
        unsupported("BYSETPOS requires BYDAY, BYMONTHDAY or BYMONTH.")


def _skip(
    *,
    frequency: Frequency,
    by_month: tuple[int, ...] = (),
    by_month_day: tuple[int, ...] = (),
    by_day: tuple[WeekdayNumber, ...] = (),
    skip: Skip = Skip.BACKWARD,
    **_others: Any,
) -> Skip | None:
    """What to do with a day that a month lacks; None if every month of the rule has all of its days.

    A rule without BYMONTHDAY and BYDAY takes the day, and a yearly one without BYMONTH the month, from its start, so
    it may be any.
    """
    if frequency in {Frequency.DAILY, Frequency.WEEKLY} or (by_day and not by_month_day):
        return None
    latest = max(map(abs, by_month_day), default=31)
    return skip if any(latest > SHORTEST[month] for month in by_month or range(1, 13)) else None


def _week_start(
    *,
    frequency: Frequency,
    interval: int = 1,
    by_day: tuple[WeekdayNumber, ...] = (),
    by_position: tuple[int, ...] = (),
    week_start: int = 0,
    **_others: Any,
) -> int:
    """The first day of a week; Monday where it makes no difference."""
    return week_start if frequency is Frequency.WEEKLY and by_day and (interval > 1 or by_position) else 0
