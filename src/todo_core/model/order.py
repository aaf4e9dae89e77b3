"""Manual order: each thing has a position, a short text, and texts compared by code point give the order.

A position is a fraction in base 62 (fractional indexing), so that there is always one between two others and a move
changes no other thing. Its last digit is never 0: nothing would lie between "a" and "a0".
"""

from collections.abc import Sequence
from itertools import count
from typing import Final
from uuid import UUID

DIGITS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
BASE: Final = len(DIGITS)
VALUES: Final = {digit: value for value, digit in enumerate(DIGITS)}
END: Final = DIGITS[BASE // 2]

COARSE: Final = 8
"""Digits of the steps in which things are put before the first and after the last one."""

FINE: Final = 10
"""Digits of the positions of ``spread``: room for any number of things."""


def newest(fresh: UUID) -> str:
    """The position of a new thing: the time in an id that was made just now, so that it goes last.

    ``fresh`` is a UUIDv7, whose first 64 bits grow from id to id.
    """
    return fresh.hex[:16] + END


def between(low: str, high: str) -> str:
    """A position behind ``low`` and before ``high``. "" is before all. Raises ValueError unless ``low < high``."""
    if not low < high:
        raise ValueError("there is nothing between these positions")
    found, bounded = "", True
    for place in count():
        least = VALUES[low[place]] if place < len(low) else 0
        most = VALUES[high[place]] if bounded and place < len(high) else BASE
        if most - least > 1:
            return found + DIGITS[(least + most) // 2]
        found += DIGITS[least]
        bounded = bounded and most == least
    raise AssertionError  # count() does not end


def before(first: str) -> str:
    """A position before the first one, which stays short however often this happens."""
    step = _number(first[:COARSE].ljust(COARSE, DIGITS[0])) - 1
    return _text(step, COARSE) if step > 0 else between("", first)


def after(last: str, fresh: UUID) -> str:
    """A position behind the last one: that of a new thing, unless a clock is wrong."""
    position = newest(fresh)
    if position > last:
        return position
    step = _number(last[:COARSE].ljust(COARSE, DIGITS[0])) + 1
    return _text(step, COARSE) if step < BASE**COARSE else last + END


def spread(things: int, fresh: UUID) -> Sequence[str]:
    """Evenly spaced positions in order, all before those of new things."""
    top = _number(newest(fresh)[:FINE])
    return [_text(top * number // (things + 1), FINE) for number in range(1, things + 1)]


def _number(text: str) -> int:
    number = 0
    for digit in text:
        number = number * BASE + VALUES[digit]
    return number


def _text(number: int, width: int) -> str:
    digits = ""
    for _ in range(width):
        number, value = divmod(number, BASE)
        digits = DIGITS[value] + digits
    return digits + END
