"""Due dates: a day, a floating local time, or a time fixed to a zone; three kinds, never turned into one another."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from enum import StrEnum
from typing import Final

from todo_core.limits import DUE_DATE_MAX, YEAR_MAX, YEAR_MIN
from todo_core.model.rules import Broken
from todo_core.model.zones import instant_of, possible_offsets, wall_clock, zone

FORM: Final = re.compile(
    r"(?P<day>\d{4}-\d{2}-\d{2})"
    r"(?:[Tt](?P<time>\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)"
    r"(?:(?P<offset>[Zz]|[+-]\d{2}:\d{2})(?:\[!?(?P<zone>[^\[\]!]+)\])?)?)?",
    re.ASCII,
)
EARLIEST: Final = datetime(YEAR_MIN, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(YEAR_MAX, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)


class DueKind(StrEnum):
    """A whole day; a time on the wall wherever one is; an instant."""

    DAY = "day"
    FLOATING = "floating"
    FIXED = "fixed"


@dataclass(frozen=True, slots=True, kw_only=True)
class DueDate:
    """When a task is due. ``text`` is what was sent and is given back unchanged.

    ``at`` puts all due dates in one order: the instant of a fixed time; for a day its first moment, and for
    a floating time its wall-clock time, both as if in UTC. So the order does not depend on who is looking.
    """

    text: str
    kind: DueKind
    at: datetime

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
        kind = DueKind.DAY if found["time"] is None else DueKind.FIXED if found["offset"] else DueKind.FLOATING
        try:
            at = _read(found)
        except (ValueError, OverflowError) as error:
            if isinstance(error, Broken):
                raise
            raise Broken("invalid-date", "There is no such date or time.") from None
        if not EARLIEST <= at <= LATEST:
            raise Broken("out-of-range", f"This must be in the years {YEAR_MIN} to {YEAR_MAX}.")
        return DueDate(text=text, kind=kind, at=at)


def _read(found: re.Match[str]) -> datetime:
    if found["time"] is None:
        return datetime.combine(date.fromisoformat(found["day"]), time(), UTC)
    local = datetime.fromisoformat(f"{found['day']}T{found['time']}")
    if found["offset"] is None:
        return local.replace(tzinfo=UTC)
    if found["offset"] in "Zz":
        if found["zone"]:
            zone(found["zone"])
        return local.replace(tzinfo=UTC)
    offset = _offset(found["offset"])
    if found["zone"] and offset not in possible_offsets(local, zone(found["zone"])):
        raise Broken("offset-mismatch", "The offset is not the one that the time zone has at this time.")
    return local.replace(tzinfo=timezone(offset)).astimezone(UTC)


def _offset(text: str) -> timedelta:
    hours, minutes = int(text[1:3]), int(text[4:6])
    if hours > 23 or minutes > 59:
        raise Broken("invalid-date", "There is no such offset.")
    size = timedelta(hours=hours, minutes=minutes)
    return -size if text[0] == "-" else size


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
