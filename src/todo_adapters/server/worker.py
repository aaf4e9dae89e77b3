"""The worker process, as the application sees it when it was started by ``todo serve``."""

import os
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from todo_adapters.server.listening_socket import ListeningSocket


class Worker:
    """A process with a listening socket, and a parent that waits until it is ready."""

    def __init__(self, listening: "ListeningSocket", parent: Connection) -> None:
        self.hold = listening.hold
        self.leave = listening.leave
        self.queued = listening.queued
        self.unheard = listening.unheard
        self.connections = listening.connections
        self._parent = parent

    def started(self) -> None:
        """Tells the parent that this process is ready."""
        self._parent.send(os.getpid())


_current: list[Worker] = []


def become(worker: Worker) -> None:
    _current[:] = [worker]


def current() -> Worker | None:
    return _current[0] if _current else None
