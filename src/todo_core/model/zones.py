"""Time zones: valid names, and the meaning of wall-clock times (RFC 5545, section 3.3.5)."""

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
    """The zone with an IANA name. Raises Broken for any other name, including paths."""
    if len(name) <= TIME_ZONE_MAX and NAME.fullmatch(name) and not name.startswith(NOT_IANA):
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            pass
    raise Broken("unknown-time-zone", "This must be a time zone name such as Europe/Berlin.")


def zone_name(name: str) -> str:
    """The name, if a zone has it. Raises Broken."""
    zone(name)
    return name


def instant_of(local: datetime, where: tzinfo) -> datetime:
    """The instant of a wall-clock time: the first of two in an overlap, by the offset before it in a gap."""
    return local.replace(tzinfo=where, fold=0).astimezone(UTC)


def wall_clock(instant: datetime, where: tzinfo) -> datetime:
    """The local time in a zone at an instant, as a naive time; ``datetime.max`` after the year 9999."""
    try:
        return instant.astimezone(where).replace(tzinfo=None, fold=0)
    except OverflowError:
        return datetime.max  # noqa: DTZ901 - local times are naive


def possible_offsets(local: datetime, where: tzinfo) -> frozenset[timedelta]:
    """The UTC offsets that a wall-clock time may have: two in an overlap, otherwise one."""
    first = local.replace(tzinfo=where, fold=0)
    second = local.replace(tzinfo=where, fold=1)
    before, after = first.utcoffset() or timedelta(), second.utcoffset() or timedelta()
    in_gap = before < after
    return frozenset({before} if in_gap else {before, after})
