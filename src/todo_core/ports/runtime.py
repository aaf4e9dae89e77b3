"""Time, ids and the event log."""

from datetime import datetime
from typing import Protocol
from uuid import UUID


class Clock(Protocol):
    """The only source of the current time."""

    def now(self) -> datetime:
        """The time in UTC, to the microsecond. It may step backwards."""


class IdSource(Protocol):
    """The only source of new ids."""

    def new(self) -> UUID:
        """A UUIDv7 (RFC 9562, section 5.7), greater than all previous ids of this source."""


class EventLog(Protocol):
    """The log of named events. Facts must not contain titles, passwords, tokens or addresses."""

    def record(self, event: str, **facts: object) -> None:
        """Logs an event under its stable name. Never raises, never blocks."""
