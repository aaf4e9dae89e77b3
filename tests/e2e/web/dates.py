"""Days as somebody sees them, in a zone where no midnight comes while a test runs."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

ZONES = ("Europe/Berlin", "Pacific/Auckland", "America/Los_Angeles")
"""So far apart that in one of them it is always between morning and evening."""


@dataclass(frozen=True)
class Day:
    """A day in a zone."""

    zone: str
    date: date

    @staticmethod
    def somewhere_safe() -> "Day":
        """Today where it is neither early nor late."""
        now = datetime.now(UTC)
        there = {zone: now.astimezone(ZoneInfo(zone)) for zone in ZONES}
        zone, local = next((zone, local) for zone, local in there.items() if 5 <= local.hour < 20)
        return Day(zone, local.date())

    def plus(self, days: int) -> str:
        """The day so many days later, as the API writes it."""
        return (self.date + timedelta(days=days)).isoformat()

    def at(self, hours: float, days: int = 0) -> datetime:
        """The instant at which clocks in this zone show so many hours on the day so many days later."""
        midnight = datetime.combine(self.date + timedelta(days=days), datetime.min.time(), ZoneInfo(self.zone))
        return midnight + timedelta(hours=hours)
