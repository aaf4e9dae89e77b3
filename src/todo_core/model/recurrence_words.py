"""Recurrence rules in English."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from todo_core.model.due import DueDate
from todo_core.model.recurrence_occurrences import Form
from todo_core.model.recurrence_parts import Frequency, Skip, Until, WeekdayNumber
from todo_core.model.recurrence_rule import SHORTEST, Rule
from todo_core.model.recurrence_series import Anchor

WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
UNITS: Final = dict(zip(Frequency, ("day", "week", "month", "year"), strict=True))
ORDINALS: Final = ("", "first", "second", "third", "fourth", "fifth")
LACKING: Final = {
    Skip.BACKWARD: ", or the last day of a shorter month",
    Skip.FORWARD: ", or the day after a shorter month",
    Skip.OMIT: ", in months that have it",
}
WORKING_DAYS: Final = tuple(WeekdayNumber(0, weekday) for weekday in range(5))


def in_words(rule: Rule, start: DueDate, anchor: Anchor = Anchor.SCHEDULE) -> str:
    """The rule as a phrase such as "Every 2 weeks on Monday and Thursday".

    Days that the rule takes from its start are named, unless they depend on the day of completion.
    """
    first = Form.of(start).wall if anchor is Anchor.SCHEDULE else None
    unit = UNITS[rule.frequency]
    phrase = f"Every {unit}" if rule.interval == 1 else f"Every {rule.interval} {unit}s"
    days = _days(rule, first)
    if days == "weekday":
        phrase = "Every weekday" if rule.interval == 1 else f"{phrase} on weekdays"
    elif days:
        phrase += f" on {days}"
    phrase += _months(rule, first, " of " if days else " in ") + _condition(rule) + _lacking(rule, first)
    if rule.week_start:
        phrase += f", with weeks that begin on {WEEKDAYS[rule.week_start]}"
    if anchor is Anchor.COMPLETION:
        phrase += ", counted from completion"
    return phrase + _end(rule.count, rule.until)


def _days(rule: Rule, first: datetime | None) -> str:
    """The days of a period; "weekday" for those from Monday to Friday."""
    weekdays, numbers = rule.by_day, rule.by_month_day
    if first and not (weekdays or numbers):
        weekdays = (WeekdayNumber(0, first.weekday()),) if rule.frequency is Frequency.WEEKLY else ()
        numbers = (first.day,) if rule.frequency in {Frequency.MONTHLY, Frequency.YEARLY} else ()
    dates = f"the {_joined(map(_day, numbers))}" if numbers else ""
    if numbers or not weekdays:
        return _placed(rule, dates)
    if rule.by_position and not any(each.ordinal for each in weekdays):
        names = _joined((WEEKDAYS[each.weekday] for each in weekdays), "or")
        return f"the {_positions(rule)} {'weekday' if weekdays == WORKING_DAYS else names}"
    by_week = rule.frequency in {Frequency.DAILY, Frequency.WEEKLY}
    if by_week and weekdays == WORKING_DAYS:
        return "weekday"
    return _placed(rule, _joined(_weekday(each, "" if by_week else "every ") for each in weekdays))


def _condition(rule: Rule) -> str:
    weekdays = (_weekday(each, "a ") for each in rule.by_day)
    return f" if it is {_joined(weekdays, 'or')}" if rule.by_day and rule.by_month_day else ""


def _placed(rule: Rule, days: str) -> str:
    return f"the {_positions(rule)} of {days}" if days and rule.by_position else days


def _positions(rule: Rule) -> str:
    return _joined(map(_ordinal, rule.by_position))


def _months(rule: Rule, first: datetime | None, joint: str) -> str:
    yearly = rule.frequency is Frequency.YEARLY
    if rule.by_month:
        return f"{joint if yearly else ' in '}{_joined(MONTHS[month - 1] for month in rule.by_month)}"
    if yearly and (rule.by_month_day or rule.by_day):
        return " of every month" if rule.by_month_day else " of the year"
    return f" of {MONTHS[first.month - 1]}" if yearly and first else ""


def _lacking(rule: Rule, first: datetime | None) -> str:
    if rule.skip is None or not (first or rule.by_month_day):
        return ""
    months: Sequence[int] = rule.by_month or range(1, 13)
    if first and rule.frequency is Frequency.YEARLY and not (rule.by_month or rule.by_month_day):
        months = (first.month,)
    latest = max(map(abs, rule.by_month_day), default=first.day if first else 0)
    return LACKING[rule.skip] if any(latest > SHORTEST[month] for month in months) else ""


def _end(count: int | None, until: Until | None) -> str:
    if count:
        return ", once" if count == 1 else f", {count} times"
    if not until:
        return ""
    last = until.last
    time = f" {last:%H:%M}" if "T" in until.text else ""
    return f", until {last.day} {MONTHS[last.month - 1]} {last.year}{time}{' UTC' if until.utc else ''}"


def _day(number: int) -> str:
    return _short(number) if number > 0 else f"{_ordinal(number)} day"


def _weekday(each: WeekdayNumber, article: str) -> str:
    name = WEEKDAYS[each.weekday]
    return f"the {_ordinal(each.ordinal)} {name}" if each.ordinal else article + name


def _ordinal(number: int) -> str:
    """A position in words: "first", "20th", "last", "second-to-last"."""
    if number == -1:
        return "last"
    place = ORDINALS[abs(number)] if abs(number) < len(ORDINALS) else _short(abs(number))
    return place if number > 0 else f"{place}-to-last"


def _short(number: int) -> str:
    """An ordinal in digits: "1st"."""
    teen = number // 10 % 10 == 1
    return f"{number}{'th' if teen else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def _joined(words: Iterable[str], last: str = "and") -> str:
    """The words as a list: "a, b and c"."""
    *firsts, final = words
    return f"{', '.join(firsts)} {last} {final}" if firsts else final
