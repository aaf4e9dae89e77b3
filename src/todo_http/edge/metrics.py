"""What the edge tells whoever counts requests."""

from typing import Protocol


class Meter(Protocol):
    """Counts requests. Must be quick, and must not raise: it is asked on every one."""

    def begun(self) -> None:
        """A request has come in."""

    def ended(self, method: str, route: str, status: int, seconds: float) -> None:
        """It is over. ``route`` is the template or ``-``; ``method`` is one that we know or ``?``.

        ``status`` is 0 when the client left before there was an answer.
        """


class Uncounted:
    """Counts nothing."""

    def begun(self) -> None: ...

    def ended(self, method: str, route: str, status: int, seconds: float) -> None: ...
