"""Due dates: a day, a floating local time or a fixed time. The three types are never converted to one another."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from enum import StrEnum
from typing import Final, NamedTuple

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
    """A whole day; a local time in any zone (RFC 5545); an instant."""

    DAY = "day"
    FLOATING = "floating"
    FIXED = "fixed"


@dataclass(frozen=True, slots=True)
class DueDate:
    """When a task is due. ``text`` is stored and returned as it was sent. Create with ``parse``.

    All other properties depend on the text alone, not on the time zone data of the machine.
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
        """The sort key: the instant of a fixed time; the midnight of a day and the wall-clock time of a floating time
        as if in UTC. So the order does not depend on the reader's time zone.
        """
        wall = _wall(self.text)
        return wall.replace(tzinfo=UTC) if wall.tzinfo is None else wall.astimezone(UTC)

    @staticmethod
    def parse(text: str) -> "DueDate":
        """Parses the forms of RFC 3339 and RFC 9557. Raises Broken."""
        found = FORM.fullmatch(text) if len(text) <= DUE_DATE_MAX else None
        if found is None:
            raise Broken(
                "invalid-date",
                "This must be a day (2026-11-20), a local time (2026-11-20T15:00) or a time with an offset and, "
                "optionally, a time zone (2026-11-20T15:00:00+01:00[Europe/Berlin]).",
            )
        due = DueDate(text)
        try:
            _check_zone(found)
            at = due.at
        except Broken:
            raise
        except (ValueError, OverflowError):
            raise Broken("invalid-date", "This date or time does not exist.") from None
        if not EARLIEST <= at <= LATEST:
            raise Broken("out-of-range", f"The year must be between {YEAR_MIN} and {YEAR_MAX}.")
        return due


def _wall(text: str) -> datetime:
    """The time with its offset, if any, without its zone."""
    return datetime.fromisoformat(text.partition("[")[0].upper())


def _check_zone(found: re.Match[str]) -> None:
    """Raises Broken unless the zone exists and has the given offset at that time. Z is valid in every zone."""
    if not found["zone"]:
        return
    known = zone(found["zone"])
    if found["offset"] in "Zz":
        return
    wall = _wall(found[0])
    possible = possible_offsets(wall.replace(tzinfo=None), known)
    if wall.utcoffset() not in possible:
        right = " or ".join(_written(offset) for offset in sorted(possible))
        raise Broken("offset-mismatch", f"The offset must be that of the time zone: {known.key} is at {right} then.")


def _written(offset: timedelta) -> str:
    """An offset as it stands behind a time: ``+01:00``."""
    return time(tzinfo=timezone(offset)).isoformat()[len("00:00:00") :]


class DueBound(NamedTuple):
    """A point in time with a comparand for each type of due date, on the scale of ``DueDate.at``."""

    day: datetime
    floating: datetime
    fixed: datetime

    def is_after(self, due: DueDate) -> bool:
        """True if the due date is before this bound."""
        return due.at < self.of(due.kind)

    def of(self, kind: DueKind) -> datetime:
        """The comparand for due dates of this type."""
        if kind is DueKind.DAY:
            return self.day
        return self.floating if kind is DueKind.FLOATING else self.fixed

    @property
    def lowest(self) -> datetime:
        return min(self)

    @property
    def highest(self) -> datetime:
        return max(self)

    def sooner(self, other: "DueBound | None") -> "DueBound":
        """The stricter of two upper bounds, for each type."""
        return self if other is None else DueBound(*map(min, zip(self, other, strict=True)))

    def later(self, other: "DueBound | None") -> "DueBound":
        """The stricter of two lower bounds, for each type."""
        return self if other is None else DueBound(*map(max, zip(self, other, strict=True)))


def start_of(day: date, where: tzinfo) -> DueBound:
    """The start of a day in a time zone."""
    midnight = datetime.combine(day, time())
    local = midnight.replace(tzinfo=UTC)
    return DueBound(day=local, floating=local, fixed=instant_of(midnight, where))


def moment(instant: datetime, where: tzinfo) -> DueBound:
    """An instant in a time zone; days and floating times are compared with its local time there."""
    local = wall_clock(instant, where).replace(tzinfo=UTC)
    return DueBound(day=local, floating=local, fixed=instant)


def overdue_at(now: datetime, where: tzinfo) -> DueBound:
    """The upper bound of overdue dates: times that have passed and days that are over."""
    local = wall_clock(now, where)
    today = datetime.combine(local.date(), time(), UTC)
    return DueBound(day=today, floating=local.replace(tzinfo=UTC), fixed=now)


def today_in(now: datetime, where: tzinfo) -> tuple[DueBound, DueBound]:
    """The start of today and of tomorrow."""
    today = wall_clock(now, where).date()
    return start_of(today, where), start_of(today + timedelta(days=1), where)
