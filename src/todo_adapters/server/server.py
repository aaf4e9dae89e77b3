"""Granian with listening sockets that outlive the workers, so that workers can be replaced. Linux only."""

import logging
import multiprocessing
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from functools import partial
from multiprocessing.connection import Connection, wait
from time import monotonic
from typing import Any, Final

import structlog
from granian._granian import SocketHolder
from granian.server.mp import MPServer

from todo_adapters.server.listening_socket import ListeningSocket, open_socket
from todo_adapters.server.worker import Announcement, Worker, become, expect
from todo_adapters.telemetry.log_writer import flush_all, replace_streams

START_SECONDS: Final = 60.0
"""Maximum start time of a new worker; after that the old one is kept."""

POLL_SECONDS: Final = 0.1

SOCKET: Final = 3
"""The position of the socket among the arguments of Granian's worker function."""

log = structlog.get_logger("todo")


class Server(MPServer):
    """The parent process. SIGHUP replaces all workers one after the other without losing a connection.

    Each worker has its own listening socket; the kernel distributes connections among them. The parent keeps them
    open, so connections waiting in the socket of a worker that ended are accepted by its successor.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.retired: list[Any] = []
        self._sockets: list[socket.socket] = []
        self._started, self._starting = multiprocessing.Pipe(duplex=False)

    @property
    def all_workers(self) -> list[Any]:
        """Includes retired workers that are finishing their requests."""
        self.retired = [each for each in self.retired if each.is_alive()]
        return [*self.wrks, *self.retired]

    def _init_shared_socket(self) -> None:
        self._ssp = self._shd = None
        self._sockets = [open_socket(self.bind_addr, self.bind_port) for _ in range(self.workers)]
        # The first one accepts connections from now on, the others when their workers are ready.
        self._sockets[0].listen(self.backlog)

    def _drop_shared_socket(self) -> None:
        for each in self._sockets:
            each.close()

    def _spawn_worker(self, idx: int, target: Any, callback_loader: Any) -> Any:  # type: ignore[override]
        while self._started.poll():  # messages of earlier workers
            self._started.recv()
        self._sso = self._sockets[idx]
        serve = partial(serve_on, target, self._starting, self.backlog, self._sockets)
        return super()._spawn_worker(idx, serve, callback_loader)

    def _reload(self, spawn_target: Any, target_loader: Any) -> None:
        self.reload_signal = False
        self.main_loop_interrupt.clear()
        for index in range(self.workers):
            if not self._replace(index, spawn_target, target_loader):
                return
        log.info("reloaded", workers=self.workers)

    def _replace(self, index: int, spawn_target: Any, target_loader: Any) -> bool:
        """Retires a worker once its successor is ready. False on failure or shutdown."""
        new = self._spawn_worker(index, spawn_target, target_loader)
        new.interrupt_by_parent = True  # if it ends now, the old worker stays
        new.start()
        if not self._has_started(new):
            new.kill()
            if not self.interrupt_signal:
                log.error("reload_failed", worker=index + 1)
            return False
        old, self.wrks[index] = self.wrks[index], new
        new.interrupt_by_parent = False
        if not new.is_alive():  # ended meanwhile
            self.interrupt_children.append(index)
            self.main_loop_interrupt.set()
        self._retire(old)
        return True

    def _has_started(self, new: Any) -> bool:
        until = monotonic() + START_SECONDS
        while new.is_alive() and not self.interrupt_signal and monotonic() < until:
            if self._started.poll(POLL_SECONDS) and self._started.recv() == new.inner.pid:
                return True
        return False

    def _retire(self, old: Any) -> None:
        """Stops accepting; the worker exits when its connections have ended, or is killed after the limit."""
        old.interrupt_by_parent = True
        if old.is_alive():
            os.kill(old.inner.pid, signal.SIGHUP)
            self.retired.append(old)
            killing = threading.Timer(float(self.workers_kill_timeout or 0), old.kill)
            killing.daemon = True
            killing.start()

    def _stop_workers(self) -> None:
        """Stops all workers and kills those that take longer than ``workers_kill_timeout``.

        Granian's own version polls ``is_alive``, which is wrong while a thread is joining the same process.
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


def serve(announcement: Announcement, *arguments: Any) -> None:
    """The main function of a worker."""
    replace_streams()
    expect(announcement)
    try:
        MPServer._spawn_asgi_lifespan_worker(*arguments)
    except Exception:
        logging.getLogger("todo").exception("A worker has failed.")
        sys.exit(1)
    finally:
        flush_all()


def serve_on(
    serve: Callable[..., None], parent: Connection, backlog: int, sockets: list[socket.socket], *arguments: Any
) -> None:
    """The main function of a worker on a socket of the parent. Closes the inherited ``sockets`` of others."""
    descriptor = arguments[SOCKET][1].detach()  # now owned by the server, which closes it
    for each in sockets:
        each.close()
    become(Worker(ListeningSocket(descriptor), parent))
    holder = SocketHolder(descriptor, False, backlog)  # type: ignore[call-arg]  # its stub has none
    serve(*arguments[:SOCKET], ((None, holder), None), *arguments[SOCKET + 1 :])
