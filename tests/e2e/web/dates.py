"""Dates in a time zone where midnight is far away while a test runs."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

ZONES = ("Europe/Berlin", "Pacific/Auckland", "America/Los_Angeles")
"""So far apart that in one of them it is always daytime."""


@dataclass(frozen=True)
class Day:
    """A day in a zone."""

    zone: str
    date: date

    @staticmethod
    def somewhere_safe() -> "Day":
        """Today in a zone where it is daytime."""
        now = datetime.now(UTC)
        there = {zone: now.astimezone(ZoneInfo(zone)) for zone in ZONES}
        zone, local = next((zone, local) for zone, local in there.items() if 5 <= local.hour < 20)
        return Day(zone, local.date())

    def plus(self, days: int) -> str:
        """The date so many days later, as the API formats it."""
        return (self.date + timedelta(days=days)).isoformat()

    def at(self, hours: float, days: int = 0) -> datetime:
        """The instant of an hour in this zone, so many days later."""
        midnight = datetime.combine(self.date + timedelta(days=days), datetime.min.time(), ZoneInfo(self.zone))
        return midnight + timedelta(hours=hours)
