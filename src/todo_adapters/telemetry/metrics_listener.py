"""The listener for metrics: adds up what the serving processes have counted, and tells it in Prometheus' format."""

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
PATIENCE: Final = 5.0

FAMILIES: Final[dict[str, tuple[str, str]]] = {
    "todo_requests_total": ("counter", "Requests by method, route template and class of status."),
    "todo_request_seconds": ("histogram", "How long answers took."),
    "todo_requests_in_flight": ("gauge", "Requests that are being answered."),
    "todo_events_total": ("counter", "Events of the event log, such as login_failed, replayed or refresh_reused."),
    "todo_pool_size": ("gauge", "Connections to the database that may be in use at once."),
    "todo_pool_in_use": ("gauge", "Connections to the database that are in use."),
    "todo_pool_waiting": ("gauge", "Requests that wait for a connection to the database."),
    "todo_pool_refused_total": ("counter", "Requests refused because too many waited, or too long."),
    "todo_hashes_waiting": ("gauge", "Logins that wait for their password to be hashed."),
    "todo_hashes_refused_total": ("counter", "Logins refused because too many waited."),
    "todo_ended_sessions": ("gauge", "Ended login sessions that are remembered; the most that a process knows."),
    "todo_log_lines_dropped_total": ("counter", "Log lines dropped because nobody read them in time."),
    "todo_ended_sessions_age_seconds": (
        "gauge",
        "Seconds since ended sessions were read, where that is longest ago.",
    ),
    "todo_workers": ("gauge", "Processes that serve."),
    "todo_worker_starts_total": ("counter", "Processes that have started to serve."),
}
GREATEST: Final = {"todo_ended_sessions", "todo_ended_sessions_age_seconds"}
"""Of these the greatest of all processes is told; they are not added up."""

Living = Callable[[], Collection[int]]


@contextmanager
def listening(host: str, port: int, living: Living) -> Iterator[None]:
    """Answers GET /metrics on a thread of its own, with the numbers of the processes started meanwhile.

    ``living`` tells which of them run now. Raises OSError when the port is taken.
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
    """The text that Prometheus reads."""
    total: Series = defaultdict(float)
    files = list(folder.glob("*.json"))
    for file in files:
        numbers = msgspec.json.decode(file.read_bytes(), type=dict[str, float])
        for name, value in numbers.items():
            if FAMILIES[_family(name)][0] != "gauge":  # what somebody who has died had counted still counts
                total[name] += value
            elif int(file.stem) in living:
                total[name] = max(total[name], value) if name in GREATEST else total[name] + value
    total["todo_workers"] = len(living)
    total["todo_worker_starts_total"] = len(files)
    return "".join(_told(total))


def _told(total: Series) -> Iterator[str]:
    for family, (kind, meaning) in FAMILIES.items():
        names = [name for name in total if _family(name) == family]
        if names:
            yield f"# HELP {family} {meaning}\n# TYPE {family} {kind}\n"
            yield from (f"{name} {total[name]:.15g}\n" for name in names)


def _family(name: str) -> str:
    base = name.partition("{")[0]
    return base if base in FAMILIES else base.rpartition("_")[0]


def _handler(folder: Path, living: Living) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = PATIENCE

        def do_GET(self) -> None:
            found = self.path.partition("?")[0] == "/metrics"
            body = exposition(folder, living()).encode() if found else b"There is only /metrics here.\n"
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", MEDIA_TYPE)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Scrapes are not worth a line."""

    return Handler
