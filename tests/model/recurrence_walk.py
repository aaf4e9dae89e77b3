"""Recurrence rules by brute force: walks day by day and asks of each whether RFC 5545 and RFC 7529 have it.

Shares no code with the product, not even the parser, and is as slow as it is simple.
"""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from itertools import groupby

ONE = timedelta(days=1)
LONGEST = {"DAILY": 1, "WEEKLY": 7, "MONTHLY": 31, "YEARLY": 366}
NAMES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


class Walk:
    """The days of a rule, given as text, from its start to a last day."""

    def __init__(self, text: str, start: date) -> None:
        parts = dict(part.split("=") for part in text.split(";"))
        self.frequency = parts["FREQ"]
        self.interval = int(parts.get("INTERVAL", "1"))
        self.count = int(parts.get("COUNT", "0"))
        self.months, self.numbers, self.positions = (
            [int(each) for each in parts.get(name, "").split(",") if each]
            for name in ("BYMONTH", "BYMONTHDAY", "BYSETPOS")
        )
        self.weekdays = [each for each in parts.get("BYDAY", "").split(",") if each]
        self.week_start = NAMES.index(parts.get("WKST", "MO"))
        self.skip = parts.get("SKIP", "BACKWARD")
        self.start = start
        if self.frequency == "WEEKLY":
            self.weekdays = self.weekdays or [NAMES[start.weekday()]]
        elif self.frequency != "DAILY" and not self.weekdays and not self.numbers:
            if self.frequency == "YEARLY":
                self.months = self.months or [start.month]
            self.numbers = [start.day]

    def days(self, last: date) -> list[date]:
        """The start, and all days that the rule has behind it."""
        # Two periods further, so that the last one is complete and the one behind it can move a day back.
        first, end = self._begin(self.start), last + 2 * LONGEST[self.frequency] * ONE
        found = {
            day
            for index, period in groupby(_walk(first, end), self.period)
            if (index - self.period(self.start)) % self.interval == 0
            for day in self.positioned(sorted(set(self.candidates(list(period)))))
        }
        series = [self.start, *sorted(day for day in found if self.start < day)]
        return [day for day in series[: self.count or None] if day <= last]

    def _begin(self, day: date) -> date:
        while self.period(day - ONE) == self.period(self.start):
            day -= ONE
        return day

    def period(self, day: date) -> int:
        """The number of the period that a day is in."""
        match self.frequency:
            case "DAILY":
                return day.toordinal()
            case "WEEKLY":
                return (day.toordinal() - 1 - self.week_start) // 7
            case "MONTHLY":
                return 12 * day.year + day.month
            case _:
                return day.year

    def candidates(self, period: list[date]) -> Iterator[date]:
        """The days of a period before BYSETPOS."""
        expanded = self.frequency in {"MONTHLY", "YEARLY"}
        for day in period:
            if self.months and day.month not in self.months:
                continue
            if (not self.numbers or _has_number(day, self.numbers)) and self.on_weekday(day):
                yield day
            if expanded and day.day == 1:
                moved = (self.moved(day, number) for number in self.numbers)
                yield from (each for each in moved if each and self.on_weekday(each))

    def moved(self, first: date, number: int) -> date | None:
        """The day that takes the place of one that the month of ``first`` lacks."""
        length = _length(first.year, first.month)
        if abs(number) <= length or self.skip == "OMIT":
            return None
        if number > 0:
            return first + (length - 1) * ONE if self.skip == "BACKWARD" else first + length * ONE
        return first - ONE if self.skip == "BACKWARD" else first

    def on_weekday(self, day: date) -> bool:
        """True if BYDAY has the day."""
        if not self.weekdays:
            return True
        if self.frequency == "YEARLY" and not self.months:
            place, places = day.timetuple().tm_yday, date(day.year, 12, 31).timetuple().tm_yday
        else:
            place, places = day.day, _length(day.year, day.month)
        name = NAMES[day.weekday()]
        return not {name, f"{(place - 1) // 7 + 1}{name}", f"{-((places - place) // 7 + 1)}{name}"}.isdisjoint(
            self.weekdays
        )

    def positioned(self, days: list[date]) -> list[date]:
        """The days that BYSETPOS leaves."""
        if not self.positions:
            return days
        return [
            day for place, day in enumerate(days) if place + 1 in self.positions or place - len(days) in self.positions
        ]


def _walk(first: date, last: date) -> Iterator[date]:
    return (first + days * ONE for days in range((last - first).days + 1))


@cache
def _length(year: int, month: int) -> int:
    return monthrange(year, month)[1]


def _has_number(day: date, numbers: list[int]) -> bool:
    return day.day in numbers or day.day - _length(day.year, day.month) - 1 in numbers
