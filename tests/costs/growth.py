"""Measures how the processor time of a function grows with its input, and says whether that is about linear."""

import gc
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from time import thread_time
from typing import Any

from todo_core.errors import TodoError
from todo_core.model.rules import Broken

STEPS = (1, 2, 4, 8)
TOLERANCE = 3.5
"""How much steeper than linear eight times the size may look on a busy machine; quadratic is 8."""

FLOOR = 100e-6
"""Seconds below which times are noise."""

LOOP_MAX = 0.05
"""Seconds for which no single call may hold the event loop, on a machine that takes CALIBRATED for ``slowness``."""

CALIBRATED = 0.0031
NAMES = json.dumps(dict.fromkeys(map(str, range(20_000)), 1))

ENOUGH = 0.002
"""Seconds of measuring one size; the shortest run counts."""

ROUNDS = 5
HOPELESS = 10 * LOOP_MAX
"""Seconds that no other work on the machine explains: they are not measured again."""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A function that sees input from outside.

    ``hostile`` makes inputs of a given length, by name; ``longest`` is the greatest length that can reach it.
    """

    name: str
    run: Callable[[Any], object]
    hostile: Mapping[str, Callable[[int], Any]]
    longest: int


def slowness() -> float:
    """How many times as long as usual a piece of work takes, on this machine beside all other work; at least 1.

    The longest of several: the work that is judged ran a moment ago and may have met with more than this does.
    """
    longest = 0.0
    for _ in range(7):
        began = thread_time()
        json.loads(NAMES)
        longest = max(longest, thread_time() - began)
    return max(1.0, longest / CALIBRATED)


def holds_the_loop(seconds: float) -> bool:
    """True when other callbacks would have to wait too long for one that takes so many seconds."""
    return seconds > LOOP_MAX and seconds > LOOP_MAX * slowness()


@dataclass(frozen=True)
class Figures:
    """The seconds that inputs of 1, 2, 4 and 8 times the smallest size took."""

    subject: str
    hostile: str
    longest: int
    seconds: tuple[float, ...]
    floor: float = FLOOR

    @property
    def growth(self) -> float:
        """How many times as long eight times as much takes; 8 is linear."""
        return self.seconds[-1] / max(self.seconds[0], self.floor)

    @property
    def fault(self) -> str:
        """What is wrong with them; empty when nothing is."""
        if self.growth > STEPS[-1] * TOLERANCE:
            return f"grows faster than its input: {self}"
        if holds_the_loop(self.seconds[-1]):
            return f"would hold the event loop: {self}"
        return ""

    def faster(self, other: "Figures") -> "Figures":
        return replace(self, seconds=tuple(map(min, self.seconds, other.seconds)))

    def __str__(self) -> str:
        first, last = self.seconds[0] * 1000, self.seconds[-1] * 1000
        row = f"{self.subject:<34} {self.hostile:<28} {self.longest:>7} {first:>9.3f} {last:>9.3f}"
        return f"{row} {self.growth:>6.1f}"


HEADING = f"{'function':<34} {'hostile input':<28} {'size':>7} {'ms at 1x':>9} {'ms at 8x':>9} {'growth':>6}"


def measured(subject: Subject, hostile: str) -> Figures:
    """The figures of one hostile input; measured again where they look wrong, since other work only adds time."""
    figures = _round(subject, hostile)
    for _ in range(ROUNDS - 1):
        if not figures.fault or figures.seconds[-1] > HOPELESS:
            break
        figures = figures.faster(_round(subject, hostile))
    return figures


def _round(subject: Subject, hostile: str) -> Figures:
    make = subject.hostile[hostile]
    inputs = [make(subject.longest * step // STEPS[-1]) for step in STEPS]
    with _no_collection():
        return Figures(subject.name, hostile, subject.longest, tuple(_shortest(subject.run, each) for each in inputs))


def _shortest(run: Callable[[Any], object], given: Any) -> float:
    spent, shortest = 0.0, float("inf")
    while spent < ENOUGH:
        began = thread_time()
        with suppress(Broken, TodoError):
            run(given)
        took = thread_time() - began
        spent += took + 1e-6
        shortest = min(shortest, took)
    return shortest


@contextmanager
def _no_collection() -> Iterator[None]:
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
