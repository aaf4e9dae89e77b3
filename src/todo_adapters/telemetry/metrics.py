"""The metrics of one process: requests, events and queues, under the names that Prometheus reads.

Labels come from closed sets (methods, route templates, classes of status, names of events), so the number of series is
bounded. Each process writes its own file, and the listener (metrics_listener.py) adds them up. prometheus-client would
cost 4 us or more for each request instead of 1 (decision record 24).
"""

import asyncio
import os
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from itertools import accumulate
from pathlib import Path
from typing import Final

import msgspec

from todo_adapters.private_files import private_opener
from todo_core.ports.runtime import EventLog

FOLDER: Final = "_TODO_METRICS_FOLDER"
"""The variable in which the parent process passes the folder of the files to its workers."""

PERIOD: Final = 1.0
BUCKETS: Final = (0.005, 0.025, 0.1, 0.5, 2.5)
EVENTS_MAX: Final = 100

Series = dict[str, float]
Gauges = Callable[[], Mapping[str, float]]


class ProcessMetrics:
    """Counts what happens in this process."""

    def __init__(self) -> None:
        self.in_flight = 0
        self.waiting = 0
        self._responses: Counter[tuple[str, str, str]] = Counter()
        self._seconds: dict[tuple[str, str], list[float]] = {}
        self._events: Counter[str] = Counter()
        self._watched: list[Gauges] = []

    def begun(self) -> None:
        self.in_flight += 1

    def ended(self, method: str, route: str, status: int, seconds: float) -> None:
        """Counts a request. ``route`` is a template, never a path; ``status`` is 0 if the client left before."""
        self.in_flight -= 1
        self._responses[method, route, f"{status // 100}xx" if status else "gone"] += 1
        times = self._seconds.get((method, route))
        if times is None:
            times = self._seconds[method, route] = [0.0] * (len(BUCKETS) + 2)
        times[bisect_left(BUCKETS, seconds)] += 1
        times[-1] += seconds

    def set_aside(self, requests: int) -> None:
        """Counts streams and requests that wait for changes, which are not in flight."""
        self.in_flight -= requests
        self.waiting += requests

    def happened(self, event: str) -> None:
        if event in self._events or len(self._events) < EVENTS_MAX:
            self._events[event] += 1

    def watch(self, gauges: Gauges) -> None:
        """Includes these numbers from now on."""
        self._watched.append(gauges)

    def series(self) -> Series:
        """All current numbers by the names of their series."""
        found: Series = {"todo_requests_in_flight": self.in_flight, "todo_streams": self.waiting}
        for (method, route, status), times in self._responses.items():
            found[f'todo_requests_total{{method="{method}",route="{route}",status="{status}"}}'] = times
        for (method, route), (*counts, seconds) in self._seconds.items():
            labels = f'method="{method}",route="{route}"'
            for bound, total in zip((*BUCKETS, "+Inf"), accumulate(counts), strict=True):
                found[f'todo_request_seconds_bucket{{{labels},le="{bound}"}}'] = total
            found[f"todo_request_seconds_count{{{labels}}}"] = sum(counts)
            found[f"todo_request_seconds_sum{{{labels}}}"] = seconds
        for event, times in self._events.items():
            found[f'todo_events_total{{event="{event}"}}'] = times
        for gauges in self._watched:
            found.update(gauges())
        return found

    async def keep_writing(self, folder: Path) -> None:
        """Writes the file of this process every second and when cancelled."""
        try:
            while True:
                self.write(folder)
                await asyncio.sleep(PERIOD)
        finally:
            self.write(folder)

    def write(self, folder: Path) -> None:
        """Writes the file of this process atomically. Errors are ignored: the folder may be gone."""
        file = folder / f"{os.getpid()}.json"
        with suppress(OSError):
            with open(file.with_suffix(".new"), "wb", opener=private_opener) as writing:
                writing.write(msgspec.json.encode(self.series()))
            file.with_suffix(".new").replace(file)


class CountingEventLog:
    """An event log that counts what it passes on to another one."""

    def __init__(self, event_log: EventLog, metrics: ProcessMetrics) -> None:
        self._event_log = event_log
        self._metrics = metrics

    def record(self, event: str, **facts: object) -> None:
        self._metrics.happened(event)
        self._event_log.record(event, **facts)
