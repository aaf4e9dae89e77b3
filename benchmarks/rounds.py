"""Side by side: every variant in turns, round by round, and each round again in which others used the machine."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from statistics import median
from time import monotonic
from typing import Any, Final, Protocol, TypeVar

from benchmarks.cpu import Reading
from benchmarks.load import Load

T = TypeVar("T")

NOISE_MAX: Final = 0.3
"""Processors that others may keep busy while something is measured."""

REPEATS_MAX: Final = 4
"""How often one measurement is tried again before the whole run is given up."""


class NotQuietError(Exception):
    """Others used the machine all the time: whatever was measured means nothing."""


class BadAnswersError(Exception):
    """Not every request was answered well: a variant that errs is no yardstick."""


class Contestant(Protocol):
    """Something that can be loaded with the requests of a case."""

    @property
    def name(self) -> str: ...

    @property
    def cases(self) -> Sequence[str]: ...

    def watched(self) -> dict[str, int]:
        """The processes whose time is told: `server` and `database`, as far as there are any."""

    def prepare(self, case: str) -> None:
        """What has to be done before it is loaded, and is not measured."""

    def run(self, case: str, seconds: int) -> Load:
        """Loads it."""


@dataclass(frozen=True)
class Round:
    """One variant under one load, with what it cost and how much others disturbed."""

    variant: str
    case: str
    number: int
    load: Load
    server_us: float
    database_us: float
    others: float

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"rate": round(self.load.rate, 1)}


@dataclass
class Rounds:
    """All that was measured side by side."""

    found: list[Round] = field(default_factory=list)
    repeated: int = 0

    def of(self, variant: str, case: str) -> list[Round]:
        return [one for one in self.found if (one.variant, one.case) == (variant, case)]

    def middle(self, variant: str, case: str, value: Callable[[Round], float]) -> float:
        """The median of something over the rounds."""
        return median(value(one) for one in self.of(variant, case))

    def ratios(self, variant: str, case: str, to: str, to_case: str = "") -> list[float]:
        """How many times as many requests the first answers, in each round; empty if one of both did not run."""
        mine = {one.number: one.load.rate for one in self.of(variant, case)}
        theirs = {one.number: one.load.rate for one in self.of(to, to_case or case)}
        return [mine[number] / theirs[number] for number in sorted(mine.keys() & theirs.keys())]


def quietly(
    measure: Callable[[], T],
    watched: dict[str, int],
    prepare: Callable[[], None] = lambda: None,
    take: Callable[[dict[str, int]], Reading] = Reading.take,
) -> tuple[T, Reading, float, int]:
    """What was measured, the time it took of whom, what others used, and how often it had to be repeated.

    Raises NotQuietError.
    """
    others = 0.0
    for attempt in range(REPEATS_MAX + 1):
        prepare()
        before, began = take(watched), monotonic()
        found = measure()
        took = monotonic() - began
        used = take(watched).since(before)
        others = used.others(took)
        if others <= NOISE_MAX:
            return found, used, others, attempt
    raise NotQuietError(f"other processes used {others:.2f} processors, {REPEATS_MAX + 1} times in a row")


def side_by_side(
    contestants: Sequence[Contestant], cases: Sequence[str], rounds: int, seconds: int, say: Callable[[str], None]
) -> Rounds:
    """Runs every case on every contestant in each round, in another order each time; round 0 only warms up."""
    found = Rounds()
    for number in range(rounds + 1):
        for case in cases if number else cases[:1]:
            turn = number % len(contestants)
            order = [one for one in (*contestants[turn:], *contestants[:turn]) if case in one.cases]
            for one in order:
                round_ = _round(one, case, number, seconds if number else 1, found)
                if number:
                    found.found.append(round_)
                    say(
                        f"  round {number}/{rounds}  {case:<9}{one.name:<9}{round_.load.rate:8,.0f} requests/s"
                        f"  p99 {round_.load.p99:7.1f} ms  {round_.server_us:6.0f} us"
                    )
    return found


def _round(one: Contestant, case: str, number: int, seconds: int, found: Rounds) -> Round:
    load, used, others, repeated = quietly(
        lambda: _load(one, case, seconds), one.watched(), prepare=lambda: one.prepare(case)
    )
    found.repeated += repeated
    each = {name: total / load.requests * 1e6 for name, total in used.watched.items()}
    return Round(one.name, case, number, load, each.get("server", 0.0), each.get("database", 0.0), others)


def _load(one: Contestant, case: str, seconds: int) -> Load:
    """Raises BadAnswersError, however noisy the machine is."""
    load = one.run(case, seconds)
    if load.refused or load.broken or not load.requests:
        raise BadAnswersError(f"{one.name}, {case}: {load.refused} refused and {load.broken} broken of {load.requests}")
    return load
