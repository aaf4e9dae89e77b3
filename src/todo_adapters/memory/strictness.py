"""Programming errors that the memory store detects and a database might not."""

from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from todo_adapters.memory.locks import Holding
from todo_core.model.rules import UNSTORABLE


class Misuse(AssertionError):
    """The storage port was used incorrectly. Use cases must not catch this."""


class AbandonedWrite(Misuse):
    """A unit of work with writes was left without ``commit`` and without an exception."""

    def __init__(self) -> None:
        super().__init__("a unit of work was left with uncommitted writes")


class Unit:
    """A unit of work: left at the end of a ``with`` block, where its locks are released."""

    def __init__(self, holding: Holding) -> None:
        self._holding = holding
        self._over = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                self.refuse_abandoned()
        finally:
            self.close()

    @property
    def has_writes(self) -> bool:
        raise NotImplementedError

    def refuse_abandoned(self) -> None:
        """Raises AbandonedWrite when there are writes that nobody tried to commit."""
        if not self._over and self.has_writes:
            raise AbandonedWrite

    def close(self) -> None:
        self._over = True
        self._holding.release_all()

    def _refuse_when_over(self) -> None:
        if self._over:
            raise Misuse("this unit of work is over")


def check_storable(value: Any) -> None:
    """Raises Misuse for values that a database would change or reject: times not in UTC, text not valid in UTF-8."""
    if isinstance(value, datetime):
        if value.utcoffset() != timedelta(0):
            raise Misuse(f"{value!r} is not in UTC")
    elif isinstance(value, str):
        if UNSTORABLE.search(value):
            raise Misuse("a text contains NUL or an unpaired surrogate")
    elif isinstance(value, tuple):
        for part in value:
            check_storable(part)
    elif is_dataclass(value):
        for field in fields(value):
            check_storable(getattr(value, field.name))
