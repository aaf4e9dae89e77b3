"""Hashes passwords on one thread, one at a time, with a bounded queue."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Callable
from typing import Any, Final, TypeVar

from todo_adapters.threads import worker
from todo_core.errors import Unavailable

T = TypeVar("T")

WAITING_MAX: Final = 64
"""Length of the queue; with hashes of 20 ms the last caller waits about a second and a half."""

SHARE_MAX: Final = 8
"""Callers in the queue from one network, so that it cannot fill the queue."""


class PasswordWorker:
    """Serves callers in order, off the event loop. Belongs to one event loop."""

    def __init__(
        self,
        hash_password: Callable[[str], str],
        matches: Callable[[str | None, str], bool],
        waiting_max: int = WAITING_MAX,
        share_max: int = SHARE_MAX,
    ) -> None:
        self.hash_password = hash_password
        self.matches = matches
        self._waiting_max = waiting_max
        self._share_max = share_max
        self._waiting_from: Counter[str] = Counter()
        self.waiting = 0
        self.refused = 0
        self._idle = asyncio.Semaphore(1)
        self.thread = worker("passwords", background=True)

    @contextlib.asynccontextmanager
    async def turn(self, network: str = "") -> AsyncIterator["Turn"]:
        """Waits for the worker. Raises Unavailable at once when the queue, or this network's share of it, is full."""
        if self._idle.locked():
            self._refuse_if_full(network)
        self.waiting += 1
        self._waiting_from[network] += 1
        try:
            await self._idle.acquire()
        finally:
            self.waiting -= 1
            self._waiting_from[network] -= 1
            if not self._waiting_from[network]:
                del self._waiting_from[network]
        turn = Turn(self)
        try:
            yield turn
        finally:
            turn.when_idle(self._idle.release)

    def _refuse_if_full(self, network: str) -> None:
        reason = ""
        if self.waiting >= self._waiting_max:
            reason = "Too many people are logging in at this moment."
        elif network and self._waiting_from[network] >= self._share_max:
            reason = "Too many people are logging in from your network at this moment."
        if reason:
            self.refused += 1
            raise Unavailable(reason, retry_after=1)

    def close(self) -> None:
        """Ends the thread after its current work. Later callers get Unavailable."""
        self.thread.shutdown(wait=False)


class Turn:
    """Exclusive use of the worker."""

    def __init__(self, worker: PasswordWorker) -> None:
        self._worker = worker
        self._work: asyncio.Future[Any] | None = None

    async def hash(self, password: str) -> str:
        return await self._do(lambda: self._worker.hash_password(password))

    async def matches(self, stored: str | None, password: str) -> bool:
        return await self._do(lambda: self._worker.matches(stored, password))

    def when_idle(self, then: Callable[[], None]) -> None:
        """Calls ``then`` when the thread has finished this caller's work: at once, or after a cancelled caller."""
        if self._work is None or self._work.done():
            then()
        else:
            self._work.add_done_callback(lambda _: then())

    async def _do(self, work: Callable[[], T]) -> T:
        try:
            running = asyncio.get_running_loop().run_in_executor(self._worker.thread, work)
        except RuntimeError:
            raise Unavailable("The service is stopping.", retry_after=1) from None
        # A thread cannot be stopped: the turn lasts until the work is done, even when the caller has gone.
        self._work = running
        return await asyncio.shield(running)
