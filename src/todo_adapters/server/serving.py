"""Runs Granian with the limits of the service, and handles signals.

SIGTERM shuts every process down gracefully (todo_http/edge/shutdown.py). SIGINT does so without the drain pause. A
second signal of either kind kills the workers. SIGHUP replaces the workers one after the other (server.py).
"""

import os
import signal
import sys
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from typing import Any, Final

import structlog
from granian import Granian
from granian.constants import HTTPModes, Interfaces, Loops
from granian.http import HTTP1Settings
from granian.log import LogLevels

from todo_adapters.server.server import Server, serve
from todo_adapters.server.worker import Announcement
from todo_adapters.settings.declarations import Settings
from todo_adapters.telemetry.metrics_listener import listening

APPLICATION = "todo_http.asgi:create_app"

HEADERS_MILLISECONDS: Final = 5_000
"""Maximum time for the header fields of a request, and idle time between requests."""

BUFFER_BYTES: Final = 65_536
"""Longest request head that Granian reads; the service answers shorter ones itself."""

CONNECTIONS_MAX: Final = 8_192
"""Connections of one process; further ones wait in the queue of the kernel, up to BACKLOG."""

BACKLOG: Final = 2_048
FILES_SPARE: Final = 256
"""File descriptors for everything but clients."""


REPLACEABLE: Final = sys.platform == "linux"
"""Elsewhere Granian listens itself, and workers cannot be replaced without losing connections."""

LOGGING: Final = {"loggers": {"_granian": {"handlers": [], "propagate": True}}}
"""Granian's messages are logged like those of all libraries (logs.py)."""


def run_server(settings: Settings, announce: Callable[[], None]) -> None:
    """Serves until stopped by a signal. The first worker that is ready calls ``announce``."""
    for note in settings.notes:
        structlog.get_logger().info("settings_note", note=note)
    server = (Server if REPLACEABLE else Granian)(
        APPLICATION,
        factory=True,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        workers=settings.workers,
        # The automatic choice prefers a loop on which asyncpg cannot connect.
        loop=Loops.uvloop if sys.platform != "win32" else Loops.asyncio,
        # In automatic mode a connection that sends nothing is never closed.
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=HEADERS_MILLISECONDS, max_buffer_size=BUFFER_BYTES),
        websockets=False,
        backlog=BACKLOG,
        backpressure=_connections(),
        workers_kill_timeout=settings.stop_seconds,
        respawn_failed_workers=settings.workers > 1,
        log_level=LogLevels.warning,
        log_dictconfig=LOGGING,
    )
    server.on_startup(lambda: _handle_signals(server))
    with ExitStack() as stack:
        if settings.metrics_port:
            stack.enter_context(listening(settings.metrics_host, settings.metrics_port, lambda: _pids(server)))
        if sys.platform == "win32":  # its workers run Granian's own function
            server.on_startup(announce)
            server.serve()
        else:
            server.serve(partial(serve, Announcement(announce)))


def _handle_signals(server: Any) -> None:
    """Replaces Granian's handlers, which do not distinguish signals or handle a second one."""
    parent = os.getpid()

    def handle(number: int, _: object) -> None:
        if os.getpid() != parent:
            os._exit(0)  # a worker that was forked just now
        if server.interrupt_signal:
            for each in _workers(server):
                each.kill()
            return
        server.signal_handler_interrupt()
        for each in _workers(server):
            each.interrupt_by_parent = True  # an exit before Granian's request is not a crash
            if sys.platform != "win32" and each.is_alive():
                os.kill(each.inner.pid, signal.SIGUSR1 if number == signal.SIGINT else signal.SIGUSR2)

    signal.signal(signal.SIGINT, handle)
    signal.signal(signal.SIGTERM, handle)


def _pids(server: Any) -> set[int]:
    return {each.inner.pid for each in _workers(server) if each.is_alive()}


def _workers(server: Any) -> list[Any]:
    return server.all_workers if isinstance(server, Server) else list(server.wrks)


def _connections() -> int:
    """The maximum number of connections of a process. Raises the limit of open files as far as needed and allowed."""
    if sys.platform == "win32":
        return CONNECTIONS_MAX
    import resource  # noqa: PLC0415 - not on Windows

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS_MAX + FILES_SPARE
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return CONNECTIONS_MAX if soft == resource.RLIM_INFINITY else max(1, min(CONNECTIONS_MAX, soft - FILES_SPARE))
