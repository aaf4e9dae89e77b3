"""What the service has set itself: each figure with what it must reach and what it aims at."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

Verdict = Literal["aim", "must", "missed"]


@dataclass(frozen=True)
class Target:
    """One figure. ``falls`` when less is better."""

    name: str
    key: str
    must: float
    aim: float
    falls: bool = False
    unit: str = ""

    def verdict(self, value: float) -> Verdict:
        """Which of the two a value reaches."""
        sign = -1 if self.falls else 1
        return "aim" if sign * value >= sign * self.aim else "must" if sign * value >= sign * self.must else "missed"


@dataclass(frozen=True)
class Figure:
    """What was measured for a target, and between what the rounds lay."""

    value: float
    low: float
    high: float


def _over(variant: str, case: str, must: float, aim: float) -> Target:
    return Target(f"{case} / {variant}", f"{case}/{variant}", must, aim)


TARGETS: Final[Sequence[Target]] = (
    _over("floor", "get", 0.80, 0.93),
    _over("floor", "list", 0.80, 0.95),
    Target("create with feed and key / floor's bare insert", "create/floor", 0.60, 0.75),
    _over("fastapi", "get", 5, 8),
    _over("fastapi", "list", 4, 6),
    _over("fastapi", "create", 5, 7),
    _over("fastapi", "complete", 6, 8),
    _over("orm", "get", 4, 5),
    _over("orm", "list", 3, 4),
    _over("fastify", "get", 0.85, 1.0),
    _over("fastify", "list", 1.2, 1.5),
    _over("fastify", "create", 0.65, 0.85),
    _over("fastify", "complete", 0.75, 0.95),
    Target("page 1,000 of the heavy user / page 1", "deep", 2, 1.2, falls=True),
    Target("get: time at 1,000,000 tasks / at 10,000", "get/small", 1.3, 1.1, falls=True),
    Target("list: time at 1,000,000 tasks / at 10,000", "list/small", 1.3, 1.1, falls=True),
    Target("1,000 clients: errors", "crowd errors", 0, 0, falls=True),
    Target("1,000 clients: p95", "crowd p95", 500, 300, falls=True, unit="ms"),
    Target("1,000 clients: p99 / p50", "crowd tail", 2, 1.5, falls=True),
    Target("401 at p99 meanwhile", "crowd 401", 100, 25, falls=True, unit="ms"),
    Target("get at p99 while 50 logins queue / without", "logins", 4, 2.5, falls=True),
    Target("embedded SQLite / PostgreSQL: get", "sqlite get", 0.7, 1.1),
    Target("embedded SQLite / PostgreSQL: list", "sqlite list", 0.6, 0.85),
    Target("embedded SQLite / PostgreSQL: create", "sqlite create", 0.7, 1.2),
    Target("server CPU per get", "cpu", 120, 85, falls=True, unit="us"),
    Target("second start to ready", "start", 2, 1, falls=True, unit="s"),
    Target("resident memory of one worker", "memory", 140, 110, falls=True, unit="MB"),
)
