"""The bench at which passwords are hashed: one thread, one place, a bounded queue in front of it."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeVar

from todo_adapters.threads import worker
from todo_core.errors import Unavailable

T = TypeVar("T")

WAITING_MAX: Final = 64
"""Callers in the queue; the last of them waits about a second and a half for hashes of 20 ms."""

SHARE_MAX: Final = 8
"""Of these at most so many from one network, so that it cannot take all of them."""

NICENESS: Final = 10
"""How far the thread steps back behind the event loop, so that requests stay quick while people log in."""


class PasswordWorker:
    """Does slow work in turn, first come, first served, off the event loop. Belongs to one event loop."""

    def __init__(
        self,
        hash_password: Callable[[str], str],
        matches: Callable[[str | None, str], bool],
        waiting_max: int = WAITING_MAX,
        share_max: int = SHARE_MAX,
    ) -> None:
        self._hash_password = hash_password
        self._matches = matches
        self._waiting_max = waiting_max
        self._share_max = share_max
        self._waiting_from: Counter[str] = Counter()
        self.waiting = 0
        self.refused = 0
        self._place = asyncio.Semaphore(1)
        self._worker = worker("passwords", background=True)  # requests stay quick while people log in

    @contextlib.asynccontextmanager
    async def turn(self, place: str = "") -> AsyncIterator["Turn"]:
        """The place at the bench. Raises Unavailable at once when the queue, or this network's share of it, is full."""
        if self._place.locked():
            self._refuse_if_full(place)
        self.waiting += 1
        self._waiting_from[place] += 1
        try:
            await self._place.acquire()
        finally:
            self.waiting -= 1
            self._waiting_from[place] -= 1
            if not self._waiting_from[place]:
                del self._waiting_from[place]
        turn = Turn(self._worker, self._hash_password, self._matches)
        try:
            yield turn
        finally:
            turn.when_idle(self._place.release)

    def _refuse_if_full(self, place: str) -> None:
        reason = ""
        if self.waiting >= self._waiting_max:
            reason = "Too many people are logging in at this moment."
        elif place and self._waiting_from[place] >= self._share_max:
            reason = "Too many people are logging in from your network at this moment."
        if reason:
            self.refused += 1
            raise Unavailable(reason, retry_after=1)

    def close(self) -> None:
        """Lets the thread go once it has finished what it is doing. Whoever comes later finds it unavailable."""
        self._worker.shutdown(wait=False)


class Turn:
    """One caller's place at the bench."""

    def __init__(
        self,
        worker: ThreadPoolExecutor,
        hash_password: Callable[[str], str],
        matches: Callable[[str | None, str], bool],
    ) -> None:
        self._worker = worker
        self._hash_password = hash_password
        self._matches = matches
        self._work: asyncio.Future[Any] | None = None

    async def hash(self, password: str) -> str:
        return await self._do(lambda: self._hash_password(password))

    async def matches(self, stored: str | None, password: str) -> bool:
        return await self._do(lambda: self._matches(stored, password))

    def when_idle(self, then: Callable[[], None]) -> None:
        """Calls ``then`` when the thread has finished this caller's work: at once, or after a cancelled caller."""
        if self._work is None or self._work.done():
            then()
        else:
            self._work.add_done_callback(lambda _: then())

    async def _do(self, work: Callable[[], T]) -> T:
        try:
            running = asyncio.get_running_loop().run_in_executor(self._worker, work)
        except RuntimeError:
            raise Unavailable("The service is stopping.", retry_after=1) from None
        # A thread cannot be stopped. The caller may leave; the place stays taken as long as the work goes on.
        self._work = running
        return await asyncio.shield(running)
