"""What this process has done, counted: requests, events and queues, as series that Prometheus understands.

Labels come from closed sets only (methods, route templates, classes of status, names of events), so the number of
series is bounded whatever clients send. Each process counts for itself and leaves its numbers in a folder, where
the listener (metrics_listener.py) adds them up.
"""

import asyncio
import os
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

import msgspec

from todo_adapters.private_files import private_opener
from todo_core.ports.runtime import EventLog

FOLDER: Final = "_TODO_METRICS_FOLDER"
"""The variable by which the process that listens tells those that serve where to leave their numbers."""

PERIOD: Final = 1.0
BUCKETS: Final = (0.005, 0.025, 0.1, 0.5, 2.5)
EVENTS_MAX: Final = 100

Series = dict[str, float]
Gauges = Callable[[], Mapping[str, float]]


class Meter:
    """The numbers of one process."""

    def __init__(self) -> None:
        self.in_flight = 0
        self._answers: Counter[tuple[str, str, str]] = Counter()
        self._seconds: dict[tuple[str, str], list[float]] = {}
        self._events: Counter[str] = Counter()
        self._watched: list[Gauges] = []

    def begun(self) -> None:
        self.in_flight += 1

    def ended(self, method: str, route: str, status: int, seconds: float) -> None:
        """A request is over. ``route`` is a template, never a path; status 0: the client left before the answer."""
        self.in_flight -= 1
        self._answers[method, route, f"{status // 100}xx" if status else "gone"] += 1
        times = self._seconds.get((method, route))
        if times is None:
            times = self._seconds[method, route] = [0.0] * (len(BUCKETS) + 2)
        times[bisect_left(BUCKETS, seconds)] += 1
        times[-1] += seconds

    def happened(self, event: str) -> None:
        if event in self._events or len(self._events) < EVENTS_MAX:
            self._events[event] += 1

    def watch(self, gauges: Gauges) -> None:
        """From now on what these say is among the numbers."""
        self._watched.append(gauges)

    def series(self) -> Series:
        """All numbers of this moment, under the names that Prometheus shall see."""
        found: Series = {"todo_requests_in_flight": self.in_flight}
        for (method, route, status), times in self._answers.items():
            found[f'todo_requests_total{{method="{method}",route="{route}",status="{status}"}}'] = times
        for (method, route), counts in self._seconds.items():
            found.update(_histogram("todo_request_seconds", f'method="{method}",route="{route}"', counts))
        for event, times in self._events.items():
            found[f'todo_events_total{{event="{event}"}}'] = times
        for gauges in self._watched:
            found.update(gauges())
        return found

    async def keep_writing(self, folder: Path) -> None:
        """Leaves the numbers in the folder, once a second and at the end, until it is cancelled."""
        try:
            while True:
                self.write(folder)
                await asyncio.sleep(PERIOD)
        finally:
            self.write(folder)

    def write(self, folder: Path) -> None:
        """Whole or not at all: readers never see half a file. That the folder is gone is no reason to fail."""
        file = folder / f"{os.getpid()}.json"
        try:
            with open(file.with_suffix(".new"), "wb", opener=private_opener) as writing:
                writing.write(msgspec.json.encode(self.series()))
            file.with_suffix(".new").replace(file)
        except OSError:
            return


class CountingEventLog:
    """A EventLog that counts what another one records."""

    def __init__(self, event_log: EventLog, meter: Meter) -> None:
        self._event_log = event_log
        self._meter = meter

    def record(self, event: str, **facts: object) -> None:
        self._meter.happened(event)
        self._event_log.record(event, **facts)


def _histogram(name: str, labels: str, counts: list[float]) -> Iterator[tuple[str, float]]:
    total = 0.0
    for bound, count in zip((*BUCKETS, "+Inf"), counts, strict=False):
        total += count
        yield f'{name}_bucket{{{labels},le="{bound}"}}', total
    yield f"{name}_count{{{labels}}}", total
    yield f"{name}_sum{{{labels}}}", counts[-1]
