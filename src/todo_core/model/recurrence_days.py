"""The days of a recurrence rule, in order, as ordinals of the Gregorian calendar.

A rule that has no more days is found out in bounded time: the calendar repeats itself after 400 years, which are 4,800
months or 146,097 days, so after as many years or months without a day there will be none.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import MAXYEAR, date
from math import gcd
from typing import Final

from todo_core.model.recurrence_parts import Frequency
from todo_core.model.recurrence_pattern import KINDS, Pattern, positioned
from todo_core.model.recurrence_rule import Rule

YEARS: Final = 400
MONTHS: Final = 12 * YEARS
DAYS: Final = 146_097
"""The numbers of each after which the calendar repeats itself."""

LAST_DAY: Final = date.max.toordinal()


def days(rule: Rule, start: date, since: int) -> Iterator[int]:
    """The days of the rule from ``since`` to the year 9999, strictly increasing. The start need not be one of them."""
    if since > LAST_DAY:
        return
    last = since - 1
    for day in _days(rule, start, since):
        if day > LAST_DAY:
            return
        if day > last:
            yield day
            last = day


def _days(rule: Rule, start: date, since: int) -> Iterator[int]:
    """The days from at least one period before ``since`` on, because SKIP may move a day to the next period.

    They never decrease. Two periods may have the same day.
    """
    match rule.frequency:
        case Frequency.DAILY:
            return _every_so_many_days(rule, start, since)
        case Frequency.WEEKLY:
            return _weeks(rule, start, since)
        case Frequency.MONTHLY:
            return _months(rule, start, date.fromordinal(since))
        case Frequency.YEARLY:
            return _years(rule, start, date.fromordinal(since))


def _years(rule: Rule, start: date, since: date) -> Iterator[int]:
    pattern = Pattern(rule, start)
    years = _stride(start.year, since.year, rule.interval, MAXYEAR)
    return _spread(((year, pattern.year(year)) for year in years), YEARS // gcd(YEARS, rule.interval))


def _months(rule: Rule, start: date, since: date) -> Iterator[int]:
    pattern = Pattern(rule, start)
    begin, nearest = (12 * day.year + day.month - 1 for day in (start, since))
    months = _stride(begin, nearest, rule.interval, 12 * MAXYEAR + 11)
    days_of = ((number // 12, pattern.month(number // 12, number % 12 + 1)) for number in months)
    return _spread(days_of, MONTHS // gcd(MONTHS, rule.interval))


def _spread(periods: Iterable[tuple[int, Collection[int]]], cycle: int) -> Iterator[int]:
    """The days of periods, each given by its year and offsets. Ends after ``cycle`` empty ones in a row."""
    empty = 0
    for year, offsets in periods:
        if offsets:
            empty = 0
            first = date(year, 1, 1).toordinal()
            for offset in offsets:
                yield first + offset
        else:
            empty += 1
            if empty == cycle:
                return


def _weeks(rule: Rule, start: date, since: int) -> Iterator[int]:
    weekdays = {(each.weekday - rule.week_start) % 7 for each in rule.by_day}
    weekdays = weekdays or {(start.weekday() - rule.week_start) % 7}
    if rule.by_position and min(map(abs, rule.by_position)) > len(weekdays):
        return  # no week has so many days
    offsets, wanted = sorted(weekdays), frozenset(rule.by_month)
    begin = start.toordinal() - (start.weekday() - rule.week_start) % 7
    for first in _stride(begin, since, 7 * rule.interval, LAST_DAY):
        week = [first + offset for offset in offsets]
        if wanted:
            # The same day 400 years ago, because the last week of the year 9999 ends after it.
            week = [day for day in week if date.fromordinal(day - DAYS).month in wanted]
        yield from positioned(week, rule.by_position)


def _every_so_many_days(rule: Rule, start: date, since: int) -> Iterator[int]:
    begin, interval = start.toordinal(), rule.interval
    if rule.by_position and not {1, -1}.intersection(rule.by_position):
        return iter(())  # a day is the first and the last of its period
    if not (rule.by_month or rule.by_month_day or rule.by_day):
        return iter(_stride(begin, since, interval, LAST_DAY))
    if rule.by_day and interval % 7 == 0 and start.weekday() not in {each.weekday for each in rule.by_day}:
        return iter(())  # all days have the weekday of the start
    return _filtered_days(rule, start, date.fromordinal(since).year)


def _filtered_days(rule: Rule, start: date, since: int) -> Iterator[int]:
    pattern, begin, interval = Pattern(rule, start), start.toordinal(), rule.interval
    last_found, cycle = since, YEARS * interval // gcd(DAYS, interval)
    first = date(since, 1, 1).toordinal()
    for year in range(since, MAXYEAR + 1):
        phase = (begin - first) % interval
        if phase < 366 and (offsets := pattern.year(year)):
            if len(offsets) * interval < 366:
                found = [offset for offset in offsets if offset % interval == phase]
            else:
                found = [offset for offset in range(phase, 366, interval) if offset in offsets]
            for offset in found:
                last_found = year
                yield first + offset
        if year - last_found > cycle:
            return
        first += 365 + KINDS[year % YEARS] // 7


def _stride(begin: int, at_least: int, step: int, last: int) -> range:
    """Every ``step``-th number from ``begin`` to ``last``, without those that are two or more steps too early."""
    return range(begin + max((at_least - begin) // step - 1, 0) * step, last + 1, step)
