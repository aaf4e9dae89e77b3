"""Programming errors that the memory store detects and a database might not."""

from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from typing import Any

from todo_core.model.rules import UNSTORABLE


class Misuse(AssertionError):
    """The storage port was used incorrectly. Use cases must not catch this."""


class AbandonedWrite(Misuse):
    """A unit of work with writes was left without ``commit`` and without an exception."""

    def __init__(self) -> None:
        super().__init__("a unit of work was left with uncommitted writes")


def check_storable(value: Any) -> None:
    """Raises Misuse for values that a database would change or reject: times not in UTC, text not valid in UTF-8."""
    if isinstance(value, datetime):
        if value.utcoffset() != timedelta(0):
            raise Misuse(f"{value!r} is not in UTC")
    elif isinstance(value, str):
        if UNSTORABLE.search(value):
            raise Misuse("a text contains NUL or an unpaired surrogate")
    elif is_dataclass(value):
        for field in fields(value):
            check_storable(getattr(value, field.name))
