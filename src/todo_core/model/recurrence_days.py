"""The days of a recurrence rule, period by period, as ordinals of the Gregorian calendar.

The work per period is bounded, and so is the number of periods without a day before a rule is known to have no more:
the calendar repeats itself after 400 years, which are 4,800 months, 20,871 weeks or 146,097 days.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import MAXYEAR, date
from math import gcd
from typing import Final

from todo_core.model.recurrence_parts import Frequency
from todo_core.model.recurrence_pattern import Pattern, positioned
from todo_core.model.recurrence_rule import Rule

YEARS: Final = 400
MONTHS: Final = 12 * YEARS
DAYS: Final = 146_097
WEEKS: Final = DAYS // 7
"""After so many of each the calendar repeats itself."""

LAST_DAY: Final = date.max.toordinal()

Period = Sequence[int]
"""The days of one period, in order."""


def days(rule: Rule, start: date, since: int) -> Iterator[int]:
    """The days of the rule from ``since`` to the year 9999, strictly increasing. The start need not be one of them."""
    last = since - 1
    for period in _periods(rule, start, since):
        for day in period:
            if day > LAST_DAY:
                return
            if day > last:
                yield day
                last = day


def _periods(rule: Rule, start: date, since: int) -> Iterator[Period]:
    """The periods of the rule, beginning at least one before that of ``since``, to which SKIP may move a day."""
    match rule.frequency:
        case Frequency.DAILY:
            return _years_of_days(rule, start, since)
        case Frequency.WEEKLY:
            return _until_dry(_weeks(rule, start, since), WEEKS // gcd(WEEKS, rule.interval))
        case Frequency.MONTHLY:
            return _until_dry(_months(rule, start, since), MONTHS // gcd(MONTHS, rule.interval))
        case Frequency.YEARLY:
            return _until_dry(_years(rule, start, since), YEARS // gcd(YEARS, rule.interval))


def _until_dry(periods: Iterable[Period], cycle: int) -> Iterator[Period]:
    """The periods; ends after as many empty ones in a row as the calendar needs to repeat itself."""
    empty = 0
    for period in periods:
        empty = 0 if period else empty + 1
        if empty >= cycle:
            return
        yield period


def _years(rule: Rule, start: date, since: int) -> Iterator[Period]:
    pattern = Pattern(rule, start)
    for year in _stride(start.year, date.fromordinal(since).year, rule.interval, MAXYEAR):
        first = date(year, 1, 1).toordinal()
        yield [first + offset for offset in pattern.year(year)]


def _months(rule: Rule, start: date, since: int) -> Iterator[Period]:
    pattern, wanted, nearest = Pattern(rule, start), set(rule.by_month), date.fromordinal(since)
    begin, at_least = 12 * start.year + start.month - 1, 12 * nearest.year + nearest.month - 1
    for index in _stride(begin, at_least, rule.interval, 12 * MAXYEAR + 11):
        year, month = index // 12, index % 12 + 1
        if wanted and month not in wanted:
            yield ()
            continue
        first = date(year, 1, 1).toordinal()
        yield [first + offset for offset in pattern.month(year, month)]


def _weeks(rule: Rule, start: date, since: int) -> Iterator[Period]:
    weekdays = {(each.weekday - rule.week_start) % 7 for each in rule.by_day}
    weekdays = weekdays or {(start.weekday() - rule.week_start) % 7}
    if rule.by_position and min(map(abs, rule.by_position)) > len(weekdays):
        return  # no week has as many days
    begin = start.toordinal() - (start.weekday() - rule.week_start) % 7
    offsets, wanted = sorted(weekdays), set(rule.by_month)
    for first in _stride(begin, since, 7 * rule.interval, LAST_DAY):
        week = [first + offset for offset in offsets]
        if wanted:
            # The same day 400 years ago, because the week that ends the year 9999 goes on after it.
            week = [day for day in week if date.fromordinal(day - DAYS).month in wanted]
        yield positioned(week, rule.by_position)


def _years_of_days(rule: Rule, start: date, since: int) -> Iterator[Period]:
    """The days of a daily rule, a year at a time: every n-th day, as far as it is in the pattern of the year."""
    if rule.by_position and not {1, -1} & set(rule.by_position):
        return iter(())  # the only day of a day is its first and its last
    if not (rule.by_month or rule.by_month_day or rule.by_day):
        return iter([_stride(start.toordinal(), since, rule.interval, LAST_DAY)])
    if rule.by_day and rule.interval % 7 == 0 and start.weekday() not in {each.weekday for each in rule.by_day}:
        return iter(())  # every n-th day is the same weekday
    rule = replace(rule, by_position=())
    return _until_dry(_filtered_years(rule, start, since), YEARS * rule.interval // gcd(DAYS, rule.interval))


def _filtered_years(rule: Rule, start: date, since: int) -> Iterator[Period]:
    pattern, begin, interval = Pattern(rule, start), start.toordinal(), rule.interval
    for year in range(date.fromordinal(since).year, MAXYEAR + 1):
        first = date(year, 1, 1).toordinal()
        phase, offsets = (begin - first) % interval, pattern.year(year)
        yield [first + offset for offset in offsets if (offset - phase) % interval == 0]


def _stride(begin: int, at_least: int, step: int, last: int) -> range:
    """Every ``step``-th number from ``begin`` to ``last``, without those that are two or more steps too early."""
    return range(begin + max((at_least - begin) // step - 1, 0) * step, last + 1, step)
