"""How the parent process stops its workers."""

import sys
from collections.abc import Callable
from multiprocessing import get_context
from time import sleep
from typing import Any, cast

import pytest
from structlog.testing import capture_logs

from todo_adapters.server.server import Server

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="for Linux")


class WatchedWorker:
    """A process that another thread is collecting just now, so that it always looks alive."""

    idx = 0

    def __init__(self, work: Callable[..., None], *arguments: Any) -> None:
        self.inner = get_context("spawn").Process(target=work, args=arguments)
        self.inner.start()
        self.killed = False

    def is_alive(self) -> bool:
        return True

    def terminate(self) -> None:
        """These workers end, or do not, by themselves."""

    def kill(self) -> None:
        self.killed = True
        self.inner.kill()

    def join(self, timeout: float | None = None) -> None:
        self.inner.join(timeout)


def stop(worker: WatchedWorker, seconds: float) -> list[Any]:
    """What is logged while a server with this worker stops."""
    server = Server.__new__(Server)
    server.wrks, server.retired, server.workers_kill_timeout = [cast(Any, worker)], [], seconds  # type: ignore[assignment]
    with capture_logs() as logged:
        server._stop_workers()
    return logged


def test_a_worker_that_has_ended_is_not_killed() -> None:
    worker = WatchedWorker(sleep, 0.1)
    assert stop(worker, 30) == []
    assert not worker.killed


def test_a_worker_that_does_not_end_in_time_is_killed_and_that_is_told() -> None:
    worker = WatchedWorker(sleep, 600)
    assert [event["event"] for event in stop(worker, 0.2)] == ["worker_killed"]
    assert worker.killed
    assert worker.inner.exitcode == -9
