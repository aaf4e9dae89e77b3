"""Serves the metrics of all worker processes together, in the text format of Prometheus."""

import os
import shutil
import tempfile
import threading
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final

import msgspec

from todo_adapters.telemetry.metrics import FOLDER, Series

MEDIA_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
TIMEOUT: Final = 5.0

FAMILIES: Final[dict[str, tuple[str, str]]] = {
    "todo_requests_total": ("counter", "Requests by method, route template and class of status."),
    "todo_request_seconds": ("histogram", "Duration of requests."),
    "todo_requests_in_flight": ("gauge", "Requests in progress."),
    "todo_streams": ("gauge", "Event streams, and requests that wait for changes."),
    "todo_events_total": ("counter", "Events of the event log, such as login_failed, replayed or refresh_reused."),
    "todo_pool_size": ("gauge", "Maximum number of database connections in use."),
    "todo_pool_in_use": ("gauge", "Database connections in use."),
    "todo_pool_waiting": ("gauge", "Requests that wait for a database connection."),
    "todo_pool_refused_total": ("counter", "Requests refused because too many waited, or too long."),
    "todo_hashes_waiting": ("gauge", "Logins that wait for the password worker."),
    "todo_hashes_refused_total": ("counter", "Logins refused because too many waited."),
    "todo_ended_sessions": ("gauge", "Revoked login sessions in memory; the maximum of all processes."),
    "todo_log_lines_dropped_total": ("counter", "Log lines dropped because they were not read in time."),
    "todo_ended_sessions_age_seconds": (
        "gauge",
        "Seconds since revoked login sessions were read; the maximum of all processes.",
    ),
    "todo_workers": ("gauge", "Running worker processes."),
    "todo_worker_starts_total": ("counter", "Worker processes started."),
}
MAXIMA: Final = {"todo_ended_sessions", "todo_ended_sessions_age_seconds"}
"""Gauges of which the maximum of all processes is reported instead of the sum."""

Living = Callable[[], Collection[int]]


@contextmanager
def listening(host: str, port: int, living: Living) -> Iterator[None]:
    """Serves GET /metrics on a thread, for the processes that are started inside the context.

    ``living`` returns those that are running. Raises OSError when the port is taken.
    """
    folder = Path(tempfile.mkdtemp(prefix="todo-metrics-"))
    os.environ[FOLDER] = str(folder)
    try:
        server = ThreadingHTTPServer((host, port), _handler(folder, living))
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.05,), name="metrics", daemon=True).start()
        try:
            yield
        finally:
            server.shutdown()
            server.server_close()
    finally:
        del os.environ[FOLDER]
        shutil.rmtree(folder, ignore_errors=True)


def exposition(folder: Path, living: Collection[int]) -> str:
    """The sum of the files in the text format of Prometheus."""
    total: Series = defaultdict(float)
    files = list(folder.glob("*.json"))
    for file in files:
        numbers = msgspec.json.decode(file.read_bytes(), type=dict[str, float])
        for name, value in numbers.items():
            if FAMILIES[_family(name)][0] != "gauge":  # counts outlive their process
                total[name] += value
            elif int(file.stem) in living:
                total[name] = max(total[name], value) if name in MAXIMA else total[name] + value
    total["todo_workers"] = len(living)
    total["todo_worker_starts_total"] = len(files)
    return "".join(_lines(total))


def _lines(total: Series) -> Iterator[str]:
    for family, (kind, description) in FAMILIES.items():
        names = [name for name in total if _family(name) == family]
        if names:
            yield f"# HELP {family} {description}\n# TYPE {family} {kind}\n"
            yield from (f"{name} {total[name]:.15g}\n" for name in names)


def _family(name: str) -> str:
    base = name.partition("{")[0]
    return base if base in FAMILIES else base.rpartition("_")[0]


def _handler(folder: Path, living: Living) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = TIMEOUT

        def do_GET(self) -> None:
            found = self.path.partition("?")[0] == "/metrics"
            body = exposition(folder, living()).encode() if found else b"Not found. Metrics are at /metrics.\n"
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", MEDIA_TYPE)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Does not log scrapes."""

    return Handler
