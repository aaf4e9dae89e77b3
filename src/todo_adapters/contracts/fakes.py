"""Clocks that stand still, and ids that count: time and chance as a test decides them."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
"""A Friday."""


class FixedClock:
    """A Clock that moves only when it is told to."""

    def __init__(self, start: datetime = NOON) -> None:
        self._now = start

    def now(self) -> datetime:
        return self._now

    def advance(self, by: timedelta | None = None, /, *, seconds: float = 0) -> datetime:
        """The new time, ``by`` or ``seconds`` later; negative steps go back."""
        self._now += timedelta(seconds=seconds) if by is None else by
        return self._now


class CountingIds:
    """An IdSource that counts: valid UUIDv7 values, each greater than the last in its first 64 bits."""

    def __init__(self, start: datetime = NOON) -> None:
        self._start = int(start.timestamp() * 1000)
        self._made = 0

    def new(self) -> UUID:
        self._made += 1
        milliseconds, fraction = divmod(self._made, 4096)
        return UUID(int=(self._start + milliseconds) << 80 | 0x7 << 76 | fraction << 64 | 0b10 << 62 | self._made)
