"""The server: Granian with our limits, and how it is told to stop.

SIGTERM, which comes from whoever runs the service, lets every process leave in order (todo_http/edge/shutdown.py).
SIGINT, which comes from a person at a terminal, stops without the pause. A second signal, whichever, forces.
SIGHUP replaces the workers one after the other (server.py).
"""

import os
import signal
import sys
from contextlib import ExitStack
from typing import Any, Final

from granian import Granian
from granian.constants import HTTPModes, Interfaces, Loops
from granian.http import HTTP1Settings
from granian.log import LogLevels

from todo_adapters.server.server import Server, serve
from todo_adapters.settings.declarations import Settings
from todo_adapters.telemetry.metrics_listener import listening

APPLICATION = "todo_http.asgi:create_app"

HEADERS_MILLISECONDS: Final = 5_000
"""How long a client may take to send its header fields, and how long a connection may be silent between requests."""

BUFFER_BYTES: Final = 65_536
"""The longest head of a request that is read at all. Ours to refuse politely is what is shorter than this."""

CONNECTIONS_MAX: Final = 4_096
"""Connections that one process serves at once; more wait in the kernel's queue, which is as long as BACKLOG."""

BACKLOG: Final = 2_048
FILES_SPARE: Final = 256
"""File descriptors for everything that is no client."""


REPLACEABLE: Final = sys.platform == "linux"
"""Elsewhere Granian listens in its own way, and workers cannot be replaced without losing connections."""

LOGGING: Final = {"loggers": {"_granian": {"handlers": [], "propagate": True}}}
"""What the server says is written like the events of all libraries (logs.py)."""


def run_server(settings: Settings) -> None:
    """Serves until it is told to stop."""
    server = (Server if REPLACEABLE else Granian)(
        APPLICATION,
        factory=True,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        workers=settings.workers,
        # Named, because the automatic choice prefers a loop on which asyncpg cannot connect.
        loop=Loops.uvloop if sys.platform != "win32" else Loops.asyncio,
        # In its automatic mode a connection that sends nothing is never closed.
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
    server.on_startup(lambda: _heed_signals(server))
    with ExitStack() as stack:
        if settings.metrics_port:
            stack.enter_context(listening(settings.metrics_host, settings.metrics_port, lambda: _pids(server)))
        server.serve(None if sys.platform == "win32" else serve)


def _heed_signals(server: Any) -> None:
    """Instead of Granian's own handlers, which know neither the difference between signals nor a second one."""
    mother = os.getpid()

    def heed(number: int, _: object) -> None:
        if os.getpid() != mother:
            os._exit(0)  # a process that has just been forked, and does not serve yet
        if server.interrupt_signal:
            for each in _workers(server):
                each.kill()
            return
        server.signal_handler_interrupt()
        for each in _workers(server):
            each.interrupt_by_parent = True  # if it leaves before Granian asks it to, that is no accident
            if sys.platform != "win32" and each.is_alive():
                os.kill(each.inner.pid, signal.SIGUSR1 if number == signal.SIGINT else signal.SIGUSR2)

    signal.signal(signal.SIGINT, heed)
    signal.signal(signal.SIGTERM, heed)


def _pids(server: Any) -> set[int]:
    return {each.inner.pid for each in _workers(server) if each.is_alive()}


def _workers(server: Any) -> list[Any]:
    return server.all_workers if isinstance(server, Server) else list(server.wrks)


def _connections() -> int:
    """How many connections a process may have, having raised the limit of open files as far as it takes and goes."""
    if sys.platform == "win32":
        return CONNECTIONS_MAX
    import resource  # noqa: PLC0415 - not on Windows

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS_MAX + FILES_SPARE
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return CONNECTIONS_MAX if soft == resource.RLIM_INFINITY else max(1, min(CONNECTIONS_MAX, soft - FILES_SPARE))
