"""Due dates: a day, a floating local time, or a time fixed to a zone; three kinds, never turned into one another."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Final

from todo_core.limits import DUE_DATE_MAX, YEAR_MAX, YEAR_MIN
from todo_core.model.rules import Broken
from todo_core.model.zones import instant_of, possible_offsets, wall_clock, zone

FORM: Final = re.compile(
    r"(?P<day>\d{4}-\d{2}-\d{2})"
    r"(?:[Tt](?P<time>\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)"
    r"(?:(?P<offset>[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)(?:\[!?(?P<zone>[^\[\]!]+)\])?)?)?",
    re.ASCII,
)
EARLIEST: Final = datetime(YEAR_MIN, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(YEAR_MAX, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)


class DueKind(StrEnum):
    """A whole day; a time on the wall wherever one is; an instant."""

    DAY = "day"
    FLOATING = "floating"
    FIXED = "fixed"


@dataclass(frozen=True, slots=True)
class DueDate:
    """When a task is due. ``text`` is what was sent and is given back unchanged; make it with ``parse``.

    What else there is to know follows from the text alone, never from the time zones that a machine knows.
    """

    text: str

    @property
    def kind(self) -> DueKind:
        if len(self.text) == len("2026-11-20"):
            return DueKind.DAY
        behind = self.text[len("2026-11-20T15:00") :]
        return DueKind.FIXED if any(mark in behind for mark in "Zz+-") else DueKind.FLOATING

    @property
    def at(self) -> datetime:
        """A point that puts all due dates in one order: the instant of a fixed time; for a day its first moment, and
        for a floating time its wall-clock time, both as if in UTC. So the order does not depend on who is looking.
        """
        wall = _wall(self.text)
        return wall.replace(tzinfo=UTC) if wall.tzinfo is None else wall.astimezone(UTC)

    @staticmethod
    def parse(text: str) -> "DueDate":
        """Reads the three forms of RFC 3339 and RFC 9557. Raises Broken."""
        found = FORM.fullmatch(text) if len(text) <= DUE_DATE_MAX else None
        if found is None:
            raise Broken(
                "invalid-date",
                "This must be a day (2026-11-20), a local time (2026-11-20T15:00) or a time with an offset and, "
                "if wanted, a zone (2026-11-20T15:00:00+01:00[Europe/Berlin]).",
            )
        due = DueDate(text)
        try:
            _check_zone(found)
            at = due.at
        except (ValueError, OverflowError) as error:
            if isinstance(error, Broken):
                raise
            raise Broken("invalid-date", "There is no such date or time.") from None
        if not EARLIEST <= at <= LATEST:
            raise Broken("out-of-range", f"This must be in the years {YEAR_MIN} to {YEAR_MAX}.")
        return due


def _wall(text: str) -> datetime:
    """The time as it is written, with its offset if it has one."""
    return datetime.fromisoformat(text.partition("[")[0].upper())


def _check_zone(found: re.Match[str]) -> None:
    """A zone must be known, and have the offset that is written beside it at that time; Z goes with any zone."""
    if not found["zone"]:
        return
    known = zone(found["zone"])
    if found["offset"] in "Zz":
        return
    wall = _wall(found[0])
    if wall.utcoffset() not in possible_offsets(wall.replace(tzinfo=None), known):
        raise Broken("offset-mismatch", "The offset is not the one that the time zone has at this time.")


@dataclass(frozen=True, slots=True)
class DueBound:
    """A point in time that due dates can be compared with: one comparand for each kind, in the terms of ``at``."""

    day: datetime
    floating: datetime
    fixed: datetime

    def is_after(self, due: DueDate) -> bool:
        """True when the due date lies before this bound."""
        return due.at < self.of(due.kind)

    def of(self, kind: DueKind) -> datetime:
        if kind is DueKind.DAY:
            return self.day
        return self.floating if kind is DueKind.FLOATING else self.fixed

    @property
    def lowest(self) -> datetime:
        return min(self.day, self.floating, self.fixed)

    @property
    def highest(self) -> datetime:
        return max(self.day, self.floating, self.fixed)

    def sooner(self, other: "DueBound | None") -> "DueBound":
        """The bound that leaves only what both leave, as upper bounds."""
        if other is None:
            return self
        return DueBound(min(self.day, other.day), min(self.floating, other.floating), min(self.fixed, other.fixed))

    def later(self, other: "DueBound | None") -> "DueBound":
        """The bound that leaves only what both leave, as lower bounds."""
        if other is None:
            return self
        return DueBound(max(self.day, other.day), max(self.floating, other.floating), max(self.fixed, other.fixed))


def start_of(day: date, where: tzinfo) -> DueBound:
    """The first moment of a day for somebody who lives in a zone."""
    midnight = datetime.combine(day, time())
    local = midnight.replace(tzinfo=UTC)
    return DueBound(day=local, floating=local, fixed=instant_of(midnight, where))


def moment(instant: datetime, where: tzinfo) -> DueBound:
    """An instant for somebody who lives in a zone: days and floating times are compared with their clock."""
    local = wall_clock(instant, where).replace(tzinfo=UTC)
    return DueBound(day=local, floating=local, fixed=instant)


def overdue_at(now: datetime, where: tzinfo) -> DueBound:
    """What lies before this is overdue: times that have passed, and days that are over."""
    local = wall_clock(now, where)
    today = datetime.combine(local.date(), time(), UTC)
    return DueBound(day=today, floating=local.replace(tzinfo=UTC), fixed=now)


def today_in(now: datetime, where: tzinfo) -> tuple[DueBound, DueBound]:
    """The first moment of today and the first moment of tomorrow."""
    today = wall_clock(now, where).date()
    return start_of(today, where), start_of(today + timedelta(days=1), where)
