"""The occurrences of a rule: due dates in the form of the first one, computed in wall-clock time."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from itertools import islice
from typing import Final, NamedTuple

from todo_core.model.due import DueDate, DueKind
from todo_core.model.recurrence_days import days
from todo_core.model.recurrence_parts import Until
from todo_core.model.recurrence_rule import Rule
from todo_core.model.zones import instant_of, wall_clock, zone

LONGEST_GAP: Final = timedelta(days=1)
"""The longest time by which clocks were put forward since 1970: Samoa skipped a day."""


class Place(NamedTuple):
    """An occurrence before it is written: its place in the order of due dates, and its wall-clock time."""

    at: datetime
    wall: datetime


@dataclass(frozen=True, slots=True)
class Form:
    """What all occurrences share with the first one: kind, time of day, precision, and offset or time zone."""

    kind: DueKind
    wall: datetime
    clock: tzinfo
    """The time zone; the offset if no zone is named; UTC for days and floating times."""

    behind: str
    """The text behind the day; without offset and zone if a zone is named."""

    zone: str
    """The name of the time zone in its brackets, or nothing."""

    @staticmethod
    def of(due: DueDate) -> "Form":
        text, bracket, name = due.text.partition("[")
        written = datetime.fromisoformat(text.upper())
        behind = text[len("2026-11-20") :]
        if not name:
            return Form(due.kind, written.replace(tzinfo=None), written.tzinfo or UTC, behind, "")
        clock = zone(name.strip("!]"))
        if behind[-1] in "Zz":
            return Form(due.kind, wall_clock(written, clock), clock, behind[:-1], bracket + name)
        return Form(due.kind, written.replace(tzinfo=None), clock, behind[: -len("+01:00")], bracket + name)

    def day_at(self, at: datetime) -> date:
        """The day on the calendar of this form at a place in the order of due dates."""
        return wall_clock(at, self.clock).date()

    def on(self, day: date) -> Place:
        """The occurrence on a day. Raises OverflowError if its instant is after the year 9999."""
        wall = datetime.combine(day, self.wall.time())
        if not self.zone:
            return Place(wall.replace(tzinfo=self.clock).astimezone(UTC), wall)
        at = instant_of(wall, self.clock)
        return Place(at, wall_clock(at, self.clock))

    def written(self, place: Place) -> DueDate:
        """The due date at a place."""
        if not self.zone:
            return DueDate(place.wall.date().isoformat() + self.behind)
        offset = place.wall.replace(tzinfo=UTC) - place.at
        if offset.seconds % 60:  # which cannot be written
            return DueDate(f"{self._text(place.at)}Z{self.zone}")
        return DueDate(f"{self._text(place.wall)}{_text_of(offset)}{self.zone}")

    def _text(self, moment: datetime) -> str:
        """A time with the precision of the first occurrence, or a higher one if it is needed."""
        moment = moment.replace(tzinfo=None)
        text = moment.isoformat(self.behind[0], "microseconds")
        length = len("2026-11-20") + len(self.behind)
        return moment.isoformat(self.behind[0]) if text[length:].strip(":.0") else text[:length]


def occurrences(rule: Rule, start: DueDate, after: datetime | None = None) -> Iterator[DueDate]:
    """The occurrences of a rule, strictly increasing. The start is the first one, whether or not it fits the rule.

    Only those after ``after``, a place in the order of due dates (``DueDate.at``), if it is given.
    """
    form, beyond = Form.of(start), start.at
    since = nearest = form.wall.toordinal() + 1
    if after and after >= beyond:
        beyond, nearest = after, max(since, (form.day_at(after) - LONGEST_GAP).toordinal())
    else:
        yield start
    if rule.count:
        counted = islice(days(rule, form.wall.date(), since), rule.count - 1)
        later: Iterable[int] = (day for day in counted if day >= nearest)
    else:
        later = days(rule, form.wall.date(), nearest)
    yield from map(form.written, places(later, form, rule.until, beyond))


def places(days: Iterable[int], form: Form, until: Until | None, beyond: datetime | None = None) -> Iterator[Place]:
    """The occurrences on days, given as ordinals, that are after ``beyond``. Two at the same moment are one."""
    for day in days:
        try:
            place = form.on(date.fromordinal(day))
        except OverflowError:
            return
        if until and (place.at > until.last.replace(tzinfo=UTC) if until.utc else place.wall > until.last):
            return
        if not beyond or place.at > beyond:
            yield place
            beyond = place.at


def moved(due: DueDate, by: int) -> DueDate:
    """The due date so many days later, at the same time of day. Raises OverflowError after the year 9999."""
    form = Form.of(due)
    return form.written(form.on(form.wall.date() + timedelta(days=by)))


def days_between(first: DueDate, second: DueDate) -> int:
    """How many days the second due date is after the first one, each on its own calendar."""
    return (Form.of(second).wall.date() - Form.of(first).wall.date()).days


def _text_of(offset: timedelta) -> str:
    return datetime.min.replace(tzinfo=timezone(offset)).isoformat()[len("0001-01-01T00:00:00") :]
