"""The worker process, as the application sees it when it was started by ``todo serve``."""

import os
from collections.abc import Callable
from multiprocessing import Pipe
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


class Announcement:
    """Something that one of several processes does, the first that gets to it."""

    def __init__(self, announce: Callable[[], None]) -> None:
        self._announce = announce
        self._turns, turns = Pipe(duplex=False)
        os.write(turns.fileno(), b"1")  # for one reader; the others find the end of the pipe
        turns.close()

    def make(self) -> None:
        """Does it, unless another process has."""
        if os.read(self._turns.fileno(), 1):
            self._announce()


_current: list[Worker] = []
_announcements: list[Announcement] = []


def become(worker: Worker) -> None:
    _current[:] = [worker]


def current() -> Worker | None:
    return _current[0] if _current else None


def expect(announcement: Announcement) -> None:
    """The announcement to make when this process is ready."""
    _announcements[:] = [announcement]


def announce() -> None:
    """Says that the service is ready, where it was started by ``todo serve``."""
    for announcement in _announcements:
        announcement.make()
