"""The interface through which the edge counts requests."""

from typing import Protocol


class RequestMetrics(Protocol):
    """Counts requests. Called on every request: must be fast, and must not raise."""

    def begun(self) -> None:
        """A request has begun."""

    def ended(self, method: str, route: str, status: int, seconds: float) -> None:
        """A request has ended. ``route`` is the path template or ``-``; ``method`` is a known method or ``?``.

        ``seconds`` are those in which it was in progress.

        ``status`` is 0 if it was cancelled before there was a response.
        """

    def set_aside(self, requests: int) -> None:
        """So many more requests are streams or wait for changes, and so many fewer are in progress."""


class NoRequestMetrics:
    """Counts nothing."""

    def begun(self) -> None: ...

    def ended(self, method: str, route: str, status: int, seconds: float) -> None: ...

    def set_aside(self, requests: int) -> None: ...
