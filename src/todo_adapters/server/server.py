"""Granian with listening sockets that outlive its workers, so that these can be replaced. For Linux."""

import logging
import multiprocessing
import os
import signal
import socket
import sys
import threading
from functools import partial
from multiprocessing.connection import Connection, wait
from time import monotonic
from typing import Any, Final

import structlog
from granian._granian import SocketHolder
from granian.server.mp import MPServer

from todo_adapters.server.listening_socket import ListeningSocket, open_socket
from todo_adapters.server.worker import Worker, become
from todo_adapters.telemetry.log_writer import flush_all, replace_streams

START_SECONDS: Final = 60.0
"""How long a new worker may take until it can serve; after that the old one is kept."""

LOOK_SECONDS: Final = 0.1

SOCKET: Final = 3
"""Where the socket is among the arguments that Granian gives to a process."""

log = structlog.get_logger("todo")


class Server(MPServer):
    """The parent process. SIGHUP replaces all workers, one after the other, without losing a connection.

    Each worker has a listening socket, among which the kernel distributes connections. The parent has them too. So
    what waits in the socket of a worker that has ended is accepted by its successor.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.retired: list[Any] = []
        self._sockets: list[socket.socket] = []
        self._told, self._telling = multiprocessing.Pipe(duplex=False)

    @property
    def all_workers(self) -> list[Any]:
        """Also those that only finish what they have begun."""
        self.retired = [each for each in self.retired if each.is_alive()]
        return [*self.wrks, *self.retired]

    def _init_shared_socket(self) -> None:
        self._ssp = self._shd = None
        self._sockets = [open_socket(self.bind_addr, self.bind_port) for _ in range(self.workers)]
        # In this one connections wait from now on; in the others from when their workers can serve.
        self._sockets[0].listen(self.backlog)

    def _drop_shared_socket(self) -> None:
        for each in self._sockets:
            each.close()

    def _spawn_worker(self, idx: int, target: Any, callback_loader: Any) -> Any:  # type: ignore[override]
        while self._told.poll():  # by those who have started long ago
            self._told.recv()
        self._sso = self._sockets[idx]
        serve = partial(serve_on, self._telling, self.backlog, self._sockets)
        return super()._spawn_worker(idx, serve, callback_loader)

    def _reload(self, spawn_target: Any, target_loader: Any) -> None:
        self.reload_signal = False
        self.main_loop_interrupt.clear()
        for index in range(self.workers):
            if not self._replace(index, spawn_target, target_loader):
                return
        log.info("reloaded", workers=self.workers)

    def _replace(self, index: int, spawn_target: Any, target_loader: Any) -> bool:
        """Retires a worker as soon as its successor can serve. False when that fails or is not wanted any more."""
        new = self._spawn_worker(index, spawn_target, target_loader)
        new.interrupt_by_parent = True  # should it end now, the server goes on with the old one
        new.start()
        if not self._has_started(new):
            new.kill()
            if not self.interrupt_signal:
                log.error("reload_failed", worker=index + 1)
            return False
        old, self.wrks[index] = self.wrks[index], new
        new.interrupt_by_parent = False
        if not new.is_alive():  # in this very moment
            self.interrupt_children.append(index)
            self.main_loop_interrupt.set()
        self._retire(old)
        return True

    def _has_started(self, new: Any) -> bool:
        until = monotonic() + START_SECONDS
        while new.is_alive() and not self.interrupt_signal and monotonic() < until:
            if self._told.poll(LOOK_SECONDS) and self._told.recv() == new.inner.pid:
                return True
        return False

    def _retire(self, old: Any) -> None:
        """It accepts no more and leaves when its connections have ended; at the latest it is killed."""
        old.interrupt_by_parent = True
        if old.is_alive():
            os.kill(old.inner.pid, signal.SIGHUP)
            self.retired.append(old)
            killing = threading.Timer(float(self.workers_kill_timeout or 0), old.kill)
            killing.daemon = True
            killing.start()

    def _stop_workers(self) -> None:
        """Stops all workers, and kills those that take longer than ``workers_kill_timeout``.

        Granian asks ``is_alive``, which is wrong as long as one of its threads is collecting the same process.
        """
        workers = self.all_workers
        for each in workers:
            each.terminate()
        until = monotonic() + float(self.workers_kill_timeout or 0)
        for each in workers:
            if not wait([each.inner.sentinel], max(0.0, until - monotonic())):
                log.warning("worker_killed", worker=each.idx + 1)
                each.kill()
            each.join()
        self.wrks.clear()


def serve(*arguments: Any) -> None:
    """What a worker does: it serves as Granian does, until it is told to stop."""
    replace_streams()
    try:
        MPServer._spawn_asgi_lifespan_worker(*arguments)
    except Exception:
        logging.getLogger("todo").exception("A serving process has failed.")
        sys.exit(1)
    finally:
        flush_all()


def serve_on(parent: Connection, backlog: int, sockets: list[socket.socket], *arguments: Any) -> None:
    """The same on a socket of the parent's. The process has all of ``sockets``, and needs none of the others."""
    descriptor = arguments[SOCKET][1].detach()  # from here on it is the server's, which closes it
    for each in sockets:
        each.close()
    become(Worker(ListeningSocket(descriptor), parent))
    holder = SocketHolder(descriptor, False, backlog)  # type: ignore[call-arg]  # its stub has none
    serve(*arguments[:SOCKET], ((None, holder), None), *arguments[SOCKET + 1 :])
