"""The parts of a recurrence rule: their values, and how each is parsed (RFC 5545, section 3.3.10; RFC 7529)."""

from collections.abc import Callable, Iterable
from datetime import datetime, time
from enum import StrEnum
from typing import Final, NamedTuple, NoReturn, TypeVar

from todo_core.limits import YEAR_MAX, YEAR_MIN
from todo_core.model.rules import Broken

WEEKDAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
"""The weekdays by their number; Monday is 0, as in ``datetime``."""

INTERVAL_MAX: Final = 999
COUNT_MAX: Final = 9_999
POSITION_MAX: Final = 366
LIST_MAX: Final = 64
"""Values of one part."""

ORDINAL_IN_MONTH: Final = 5
ORDINAL_IN_YEAR: Final = 53

Value = TypeVar("Value")


class Frequency(StrEnum):
    """The period that a rule repeats."""

    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"
    YEARLY = "YEARLY"


class Skip(StrEnum):
    """What becomes of a day that a month lacks."""

    OMIT = "OMIT"
    BACKWARD = "BACKWARD"
    FORWARD = "FORWARD"


class WeekdayNumber(NamedTuple):
    """A weekday; with an ordinal the first, second ... or, if negative, the last ... of the month or year."""

    ordinal: int
    weekday: int

    @property
    def text(self) -> str:
        return f"{self.ordinal or ''}{WEEKDAYS[self.weekday]}"


class Until(NamedTuple):
    """The last moment of a series: a day, a local time, or a time in UTC. ``last`` is naive."""

    text: str
    last: datetime
    utc: bool


def unsupported(detail: str) -> NoReturn:
    """Refuses a rule; the detail names the part."""
    raise Broken("unsupported-rule", detail)


def number(part: str, text: str, most: int) -> int:
    """A whole number from 1."""
    if len(text) <= len(str(most)) and text.isdigit() and 1 <= int(text) <= most:
        return int(text)
    unsupported(f"{part} must be a whole number from 1 to {most:,}.")


def one_of(part: str, text: str, known: Iterable[str]) -> str:
    """One of the known words."""
    words = list(known)
    if text in words:
        return text
    unsupported(f"{part} must be {', '.join(words[:-1])} or {words[-1]}.")


def listed(part: str, text: str, value: Callable[[str, str], Value]) -> tuple[Value, ...]:
    """The values of a list, without repetitions."""
    texts = text.split(",")
    if len(texts) > LIST_MAX:
        unsupported(f"{part} must have at most {LIST_MAX} values.")
    return tuple(dict.fromkeys(value(part, each) for each in texts))


def months(part: str, text: str) -> tuple[int, ...]:
    return tuple(sorted(listed(part, text, lambda part, each: _signed(part, each, 12, negative=False))))


def month_days(part: str, text: str) -> tuple[int, ...]:
    return tuple(sorted(listed(part, text, lambda part, each: _signed(part, each, 31)), key=_from_the_end_last))


def positions(part: str, text: str) -> tuple[int, ...]:
    found = listed(part, text, lambda part, each: _signed(part, each, POSITION_MAX))
    return tuple(sorted(found, key=_from_the_end_last))


def weekday_numbers(part: str, text: str) -> tuple[WeekdayNumber, ...]:
    found = listed(part, text, _weekday_number)
    return tuple(sorted(found, key=lambda each: (_from_the_end_last(each.ordinal), each.weekday)))


def until(part: str, text: str) -> Until:
    """A day (20261224), a local time (20261224T180000) or a time in UTC (20261224T180000Z)."""
    day, mark, clock = text.removesuffix("Z").partition("T")
    utc = text.endswith("Z")
    formed = len(day) == 8 and day.isdigit() and (len(clock) == 6 and clock.isdigit() if mark else not utc)
    try:
        last = datetime.fromisoformat(day + mark + clock) if formed else None
    except ValueError:
        last = None
    if last is None or not YEAR_MIN <= last.year <= YEAR_MAX:
        unsupported(
            f"{part} must be a day (20261224), a local time (20261224T180000) or a time in UTC (20261224T180000Z) "
            f"of the years {YEAR_MIN} to {YEAR_MAX}."
        )
    return Until(text, last if mark else datetime.combine(last, time.max), utc)


def _weekday_number(part: str, text: str) -> WeekdayNumber:
    ordinal, weekday = text[:-2], text[-2:]
    if weekday not in WEEKDAYS:
        unsupported(f"{part} must be a list of weekdays such as MO, 1MO or -1FR.")
    return WeekdayNumber(_signed(part, ordinal, ORDINAL_IN_YEAR) if ordinal else 0, WEEKDAYS.index(weekday))


def _signed(part: str, text: str, most: int, *, negative: bool = True) -> int:
    """A whole number from 1 or, with a minus sign, from the end."""
    digits = text[1:] if negative and text[:1] in {"+", "-"} else text
    if len(digits) <= len(str(most)) and digits.isdigit() and 1 <= int(digits) <= most:
        return -int(digits) if text[0] == "-" else int(digits)
    unsupported(f"{part} must contain numbers from 1 to {most}{f' or -1 to -{most}' if negative else ''}.")


def _from_the_end_last(value: int) -> tuple[bool, int]:
    return value < 0, value
