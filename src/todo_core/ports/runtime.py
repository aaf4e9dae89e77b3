"""Time, ids and the event log: what a pure domain may not make for itself."""

from datetime import datetime
from typing import Protocol
from uuid import UUID


class Clock(Protocol):
    """The only source of the present."""

    def now(self) -> datetime:
        """The time in UTC, to the microsecond. It may step backwards; nothing may rely on its order."""


class IdSource(Protocol):
    """The only source of new ids."""

    def new(self) -> UUID:
        """A UUIDv7 (RFC 9562, section 5.7), greater than every id this source has made before."""


class EventLog(Protocol):
    """Where events worth a log line go. Never a title, a password, a token or an address."""

    def record(self, event: str, **facts: object) -> None:
        """Notes an event by its stable name. Never raises, never waits."""
