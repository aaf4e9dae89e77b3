"""Days as people write them at a terminal: today, tomorrow, +3d."""

from datetime import date, timedelta
from typing import Final

AHEAD_MAX: Final = 5
"""Digits of a number of days."""


def due_text(text: str, today: date) -> str:
    """The due date in the words of a person, as the text of a due date; other texts as they are."""
    ahead = {"today": 0, "tomorrow": 1}.get(text.lower(), _days(text))
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
