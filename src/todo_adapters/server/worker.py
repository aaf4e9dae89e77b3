"""A process that serves, and what the application can ask of it where ``todo serve`` has started it."""

import os
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from todo_adapters.server.listening_socket import ListeningSocket


class Worker:
    """A process with a listening socket, and with a parent that waits until it can serve."""

    def __init__(self, listening: "ListeningSocket", parent: Connection) -> None:
        self.hold = listening.hold
        self.leave = listening.leave
        self.queued = listening.queued
        self.unheard = listening.unheard
        self.connections = listening.connections
        self._parent = parent

    def started(self) -> None:
        """Tells the parent that this process can serve."""
        self._parent.send(os.getpid())


_current: list[Worker] = []


def become(worker: Worker) -> None:
    """Says what this process is."""
    _current[:] = [worker]


def current() -> Worker | None:
    """What this process is, if it is a worker."""
    return _current[0] if _current else None
