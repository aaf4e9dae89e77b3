"""The days of a rule within a year or month, which depend only on whether the year is a leap year and how it begins.

So there are 14 kinds of years. Days are offsets from 1 January.
"""

from calendar import isleap, weekday
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from itertools import accumulate
from typing import Final

from todo_core.model.recurrence_parts import Frequency, Skip, WeekdayNumber
from todo_core.model.recurrence_rule import Rule

COMMON: Final = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
LEAP: Final = (31, 29, *COMMON[2:])
FIRSTS: Final = ((*accumulate(COMMON, initial=0),), (*accumulate(LEAP, initial=0),))
"""The offset of the first day of each month and of the next year, in common and in leap years."""

MONTHS: Final = range(1, 13)

KINDS: Final = tuple(7 * isleap(year) + weekday(year, 1, 1) for year in range(2000, 2400))
"""The kind of each of the 400 years after which the calendar repeats itself: leap or not, and its first weekday."""


class Pattern:
    """The days of one rule by year and by month, computed once for each kind of year."""

    def __init__(self, rule: Rule, start: date) -> None:
        self._rule, self._start = rule, start
        self._within_year = rule.frequency is Frequency.YEARLY and not rule.by_month
        self._positions = rule.by_position if rule.frequency is not Frequency.DAILY else ()
        self._years: dict[int, Collection[int]] = {}
        self._months: dict[int, Collection[int]] = {}
        self._weekdays: dict[tuple[int, int], frozenset[int]] = {}

    def year(self, year: int) -> Collection[int]:
        """The days of a year."""
        kind = KINDS[year % 400]
        found = self._years.get(kind)
        if found is None:
            found = self._years[kind] = positioned(self._year(kind), self._positions)
        return found

    def month(self, year: int, month: int) -> Collection[int]:
        """The days of a month."""
        key = 13 * KINDS[year % 400] + month
        found = self._months.get(key)
        if found is None:
            wanted = not self._rule.by_month or month in self._rule.by_month
            days = self._month(KINDS[year % 400], month) if wanted else ()
            found = self._months[key] = positioned(days, self._positions)
        return found

    def _year(self, kind: int) -> Iterable[int]:
        rule = self._rule
        if rule.by_day and self._within_year:
            weekdays = weekdays_within(365 + kind // 7, kind % 7, rule.by_day)
            return weekdays.intersection(self._every_month(kind)) if rule.by_month_day else weekdays
        if self._within_year and not rule.by_month_day:
            return self._month(kind, self._start.month)
        return self._every_month(kind)

    def _every_month(self, kind: int) -> Iterable[int]:
        return (day for month in self._rule.by_month or MONTHS for day in self._month(kind, month))

    def _month(self, kind: int, month: int) -> Iterable[int]:
        rule = self._rule
        first, end = FIRSTS[kind // 7][month - 1 : month + 1]
        if rule.by_month_day:
            found = self._month_days(first, end, rule.by_month_day)
            limited = rule.by_day and not self._within_year
            return (day for day in found if self._fits_weekday(kind, day)) if limited else found
        if rule.by_day:
            return (first + day for day in self._weekdays_of(kind, first, end))
        if rule.frequency is Frequency.DAILY:
            return range(first, end)
        return self._month_days(first, end, (self._start.day,))

    def _month_days(self, first: int, end: int, numbers: Iterable[int]) -> Iterable[int]:
        """The days with these numbers. What a month lacks lies behind its end or, counted from there, before it."""
        for number in numbers:
            day = first + number - 1 if number > 0 else end + number
            if first <= day < end:
                yield day
            elif self._rule.skip is Skip.BACKWARD:
                yield end - 1 if number > 0 else first - 1
            elif self._rule.skip is Skip.FORWARD:
                yield end if number > 0 else first

    def _fits_weekday(self, kind: int, day: int) -> bool:
        """True if a day is one of BYDAY in its own month, which SKIP may have changed."""
        firsts = FIRSTS[kind // 7]
        month = next(month for month in MONTHS if day < firsts[month])
        return day - firsts[month - 1] in self._weekdays_of(kind, firsts[month - 1], firsts[month])

    def _weekdays_of(self, kind: int, first: int, end: int) -> frozenset[int]:
        """The days of BYDAY in a month, as offsets from its first day."""
        shape = (end - first, (kind + first) % 7)
        if shape not in self._weekdays:
            self._weekdays[shape] = weekdays_within(*shape, self._rule.by_day)
        return self._weekdays[shape]


def weekdays_within(length: int, weekday: int, wanted: Iterable[WeekdayNumber]) -> frozenset[int]:
    """The offsets of weekdays in a span of days that begins with ``weekday``."""
    found: set[int] = set()
    for ordinal, day in wanted:
        same = range((day - weekday) % 7, length, 7)
        if not ordinal:
            found.update(same)
        elif abs(ordinal) <= len(same):
            found.add(same[ordinal - 1 if ordinal > 0 else ordinal])
    return frozenset(found)


def positioned(days: Iterable[int], positions: Sequence[int]) -> Collection[int]:
    """The days in order; with positions only those at the first, second ... or, if negative, last ... place.

    They are the keys of a dictionary, which keeps their order and is quick to look into.
    """
    ordered = sorted(set(days))
    if not positions:
        return dict.fromkeys(ordered)
    chosen = {place - 1 if place > 0 else len(ordered) + place for place in positions}
    return dict.fromkeys(day for place, day in enumerate(ordered) if place in chosen)
