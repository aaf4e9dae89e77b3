"""The load: clients that keep their connections and send the next request as soon as they are answered."""

import asyncio
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from time import perf_counter
from typing import Final

from benchmarks.asks import KEY
from tests.support.raw import line_to

SCRIPT: Final = Path(__file__).with_name("load.lua")
runs = count(1)


@dataclass(frozen=True)
class Load:
    """What the clients saw. Times of answers are in milliseconds."""

    requests: int
    seconds: float
    p50: float
    p95: float
    p99: float
    worst: float
    refused: int
    """Answers of 400 and above."""
    broken: int
    """Connections that failed, and requests that were never answered."""

    @property
    def rate(self) -> float:
        """Good answers a second."""
        return (self.requests - self.refused) / self.seconds


def name() -> str:
    """Which program makes the load."""
    return "wrk" if shutil.which("wrk") else "benchmarks/load.py"


def put_load(url: str, asks: Sequence[bytes], clients: int, seconds: int) -> Load:
    """Loads a server for so many seconds."""
    run = f"k{os.getpid()}-{next(runs)}-"
    if shutil.which("wrk") is None:
        return asyncio.run(by_hand(url, asks, clients, seconds, run))
    with tempfile.NamedTemporaryFile() as file:
        file.write(b"".join(ask + b"\0" for ask in asks))
        file.flush()
        options = ["-t1", f"-c{clients}", f"-d{seconds}s", "--timeout", "10s", "-s", str(SCRIPT)]
        done = subprocess.run(["wrk", *options, url, "--", file.name, run], check=True, capture_output=True)
    return Load(**json.loads(done.stdout.splitlines()[-1]))


async def by_hand(url: str, asks: Sequence[bytes], clients: int, seconds: float, run: str) -> Load:
    """The same from this process, where wrk is not installed. It takes more of the machine than wrk does."""
    times: list[float] = []
    refused = broken = 0
    turns = count()
    until = perf_counter() + seconds

    async def client() -> None:
        nonlocal refused, broken
        async with line_to(url) as line:
            while perf_counter() < until:
                turn = next(turns)
                ask = asks[turn % len(asks)].replace(KEY.encode(), f"{run}{turn}".encode(), 1)
                started = perf_counter()
                await line.say(ask)
                answer = await line.hear(10)
                if answer is None:
                    broken += 1
                    return
                times.append((perf_counter() - started) * 1000)
                refused += answer.status >= 400

    began = perf_counter()
    await asyncio.gather(*[client() for _ in range(clients)])
    took = perf_counter() - began
    return Load(len(times), took, *percentiles(times), refused, broken)


def percentiles(times: Sequence[float]) -> tuple[float, float, float, float]:
    """p50, p95, p99 and the worst; zeros of nothing."""
    ranked = sorted(times) or [0.0]
    p50, p95, p99 = (ranked[min(int(len(ranked) * share), len(ranked) - 1)] for share in (0.5, 0.95, 0.99))
    return p50, p95, p99, ranked[-1]
