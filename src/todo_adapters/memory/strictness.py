"""What a memory store refuses although a database might let it pass: mistakes of the program, not of people."""

from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from typing import Any

from todo_core.model.rules import UNSTORABLE


class Misuse(AssertionError):
    """The storage port was used against its rules. No use case should catch this."""


class AbandonedWrite(Misuse):
    """A unit of work was left with writes in it, without ``commit`` and without an exception."""

    def __init__(self) -> None:
        super().__init__("a unit of work was left with writes that were never committed")


def check_storable(value: Any) -> None:
    """Refuses what some database would change or reject: times that are not in UTC, and text that has no bytes."""
    if isinstance(value, datetime):
        if value.utcoffset() != timedelta(0):
            raise Misuse(f"{value!r} is not a time in UTC")
    elif isinstance(value, str):
        if UNSTORABLE.search(value):
            raise Misuse("a text contains NUL or an unpaired surrogate")
    elif is_dataclass(value):
        for field in fields(value):
            check_storable(getattr(value, field.name))
