"""Days as people write them at a terminal: today, tomorrow, +3d."""

from datetime import date, timedelta
from typing import Final

import click

AHEAD_MAX: Final = 5
"""Digits of a number of days."""

UNKNOWN: Final = (
    "--due must be today, tomorrow, +3d, a day (2026-11-30), a local time (2026-11-30T15:00) or a time with an offset."
)


def due_text(text: str, today: date) -> str:
    """The due date in the words of a person, as the text of a due date; other texts with digits as they are.

    Raises ClickException for other words.
    """
    ahead = {"today": 0, "tomorrow": 1}.get(text.lower(), _days(text))
    if ahead is None and not any(map(str.isdigit, text)):
        raise click.ClickException(UNKNOWN)
    if ahead is None:
        return text
    try:
        return (today + timedelta(days=ahead)).isoformat()
    except OverflowError:
        return text


def _days(text: str) -> int | None:
    """The days in a text such as +3d."""
    number = text[1:-1]
    if text[:1] == "+" and text[-1:] == "d" and number.isascii() and number.isdigit() and len(number) <= AHEAD_MAX:
        return int(number)
    return None
