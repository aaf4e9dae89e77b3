"""Recurrence rules drawn by chance, as RFC 5545 permits them and within what the core supports."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

NAMES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
POSITIONS = (1, 2, 3, -1, -2, -3, 5, 10)
UNUSUAL_DAYS = (29, 30, 31, -1, -29, -30, -31)
HORIZON = {"DAILY": 150, "WEEKLY": 300, "MONTHLY": 600, "YEARLY": 1_500}
"""Days to look at, so that some tens of occurrences are among them."""


@dataclass(frozen=True)
class Drawn:
    """A rule, its start, and the last day to compare."""

    rule: str
    start: date

    @property
    def frequency(self) -> str:
        return self.rule.partition(";")[0].removeprefix("FREQ=")

    @property
    def last(self) -> date:
        return self.start + timedelta(days=HORIZON[self.frequency])


def drawn(seed: int, number: int) -> Iterator[Drawn]:
    """So many rules with their starts."""
    random = Random(seed)
    return (_drawn(random) for _ in range(number))


def _drawn(random: Random) -> Drawn:
    start = date.fromordinal(random.randint(date(1970, 1, 1).toordinal(), date(2100, 1, 1).toordinal()))
    if random.random() < 0.3:
        start = date(random.randint(1970, 2100), random.choice([1, 3, 8, 12]), random.choice([1, 29, 30, 31]))
    frequency = random.choice(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"])
    parts = {"FREQ": frequency}
    if random.random() < 0.5:
        parts["INTERVAL"] = str(random.choice([1, 2, 2, 3, 4, 5, 6, 7, 12, 13, 18]))
    if random.random() < 0.35:
        parts["BYMONTH"] = _some(random, range(1, 13), 4)
    if frequency != "WEEKLY" and random.random() < 0.45:
        parts["BYMONTHDAY"] = _some(random, [*range(1, 32), *range(-31, 0), *UNUSUAL_DAYS * 3], 6)
    if random.random() < 0.5:
        parts["BYDAY"] = _weekdays(random, frequency, within_month="BYMONTH" in parts or frequency == "MONTHLY")
    if len(parts.keys() & {"BYMONTH", "BYMONTHDAY", "BYDAY"}) and random.random() < 0.3:
        parts["BYSETPOS"] = _some(random, POSITIONS, 2)
    if random.random() < 0.3:
        parts["WKST"] = random.choice(NAMES)
    if random.random() < 0.3:
        parts["COUNT"] = str(random.randint(1, 20))
    parts["SKIP"] = random.choice(["OMIT", "OMIT", "BACKWARD", "FORWARD"])
    return Drawn(";".join(f"{name}={value}" for name, value in parts.items()), start)


def _weekdays(random: Random, frequency: str, *, within_month: bool) -> str:
    chosen = random.sample(NAMES, random.randint(1, 5))
    if frequency in {"DAILY", "WEEKLY"} or random.random() < 0.4:
        return ",".join(chosen)
    ordinals = [1, 2, 3, 4, 5, -1, -2, -5] if within_month else [1, 2, 10, 20, 52, 53, -1, -2, -53]
    return ",".join(f"{random.choice(ordinals)}{name}" for name in chosen)


def _some(random: Random, values: "range | list[int] | tuple[int, ...]", most: int) -> str:
    return ",".join(map(str, {random.choice(values) for _ in range(random.randint(1, most))}))
