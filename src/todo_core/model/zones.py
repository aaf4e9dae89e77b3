"""Time zones: which names count, and what a wall-clock time means in a zone (RFC 5545, section 3.3.5)."""

import re
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from todo_core.limits import TIME_ZONE_MAX
from todo_core.model.rules import Broken

NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*")
NOT_IANA: Final = ("localtime", "posixrules", "posix/", "right/", "Factory")


@lru_cache(maxsize=1024)
def zone(name: str) -> ZoneInfo:
    """The zone of an IANA name. Raises Broken for anything else, path-like names included."""
    if len(name) <= TIME_ZONE_MAX and NAME.fullmatch(name) and not name.startswith(NOT_IANA):
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            pass
    raise Broken("unknown-time-zone", "This must be a time zone name such as Europe/Berlin.")


def zone_name(name: str) -> str:
    """The name itself, when it is the name of a zone."""
    zone(name)
    return name


def instant_of(local: datetime, where: tzinfo) -> datetime:
    """The instant of a wall-clock time: in an overlap the first of the two, in a gap by the offset before it."""
    return local.replace(tzinfo=where, fold=0).astimezone(UTC)


def wall_clock(instant: datetime, where: tzinfo) -> datetime:
    """What clocks in a zone show at an instant, as a time without a zone. After the year 9999 they stand still."""
    try:
        return instant.astimezone(where).replace(tzinfo=None, fold=0)
    except OverflowError:
        return datetime.max  # noqa: DTZ901 - what a clock on the wall shows has no zone


def possible_offsets(local: datetime, where: tzinfo) -> frozenset[timedelta]:
    """The offsets from UTC that a wall-clock time may have: two in an overlap, else one."""
    first = local.replace(tzinfo=where, fold=0)
    second = local.replace(tzinfo=where, fold=1)
    before, after = first.utcoffset() or timedelta(), second.utcoffset() or timedelta()
    in_gap = before < after
    return frozenset({before} if in_gap else {before, after})
