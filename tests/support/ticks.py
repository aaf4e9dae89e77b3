"""A monotonic clock for tests."""

from datetime import timedelta


class Ticks:
    """A monotonic clock that moves only when it is told to. Call it for its seconds."""

    def __init__(self) -> None:
        self._seconds = 1_000.0

    def __call__(self) -> float:
        return self._seconds

    def advance(self, by: timedelta | None = None, /, *, seconds: float = 0) -> None:
        """So much later, whatever other clocks say."""
        self._seconds += seconds if by is None else by.total_seconds()
