"""Reads on SQLite outside the event loop: one thread for fast statements, others for slow ones.

Each statement starts on the quick thread, is interrupted there after QUICK_SECONDS, and starts again on a patient one.
For SLOW_SECONDS the same statement of the same owner then starts on a patient thread. So slow statements hardly delay
the fast ones of other owners.
"""

import sqlite3
from collections.abc import Callable, Hashable
from pathlib import Path
from time import monotonic
from typing import Final, TypeVar

from todo_adapters.sql.connection_limiter import ConnectionLimiter
from todo_adapters.sql.sqlite.connection import PATIENT, SqliteThread, TooSlow

T = TypeVar("T")
Read = Callable[[sqlite3.Connection], T]

QUICK_SECONDS: Final = 0.02
QUICK_AT_ONCE: Final = 4
"""Statements queued at the quick thread, so that it is not idle between two."""

PATIENT_THREADS: Final = 2
"""One owner uses at most one at a time."""

SLOW_SECONDS: Final = 10.0
"""How long a statement of an owner counts as slow."""

SLOW_MAX: Final = 1_000
"""Statements recorded as slow."""


class Readers:
    """The reading threads of one file. ``limit`` is the time limit of a statement in seconds."""

    def __init__(self, path: Path, wait: float, queue: int, limit: float) -> None:
        self._path = path
        self._quick = SqliteThread(min(QUICK_SECONDS, limit))
        self._idle = [SqliteThread(limit, background=True) for _ in range(PATIENT_THREADS)]
        self._patient = tuple(self._idle)
        self._slow_until: dict[Hashable, float] = {}
        self.limiters = (ConnectionLimiter(QUICK_AT_ONCE, queue, wait), ConnectionLimiter(PATIENT_THREADS, queue, wait))

    async def open(self) -> None:
        """Opens the quick thread's connection. Raises Unavailable."""
        await self._quick.open(self._path)

    async def run(self, owner: Hashable, statement: Hashable, read: Read[T]) -> T:
        """Runs the read and returns its result. Raises Unavailable, TooSlow after ``limit``."""
        which = (owner, statement)
        if self._slow_until.get(which, 0.0) < monotonic():
            limiter = self.limiters[0]
            await limiter.enter(owner)
            try:
                return await self._quick.run(read)
            except TooSlow:
                self._remember(which)
            finally:
                limiter.leave(owner)
        return await self._run_patiently(owner, read)

    async def close(self) -> None:
        """Closes all connections after the queued work."""
        for thread in (self._quick, *self._patient):
            await thread.close()

    def _remember(self, which: Hashable) -> None:
        self._slow_until.pop(which, None)
        self._slow_until[which] = monotonic() + SLOW_SECONDS
        if len(self._slow_until) > SLOW_MAX:
            del self._slow_until[next(iter(self._slow_until))]

    async def _run_patiently(self, owner: Hashable, read: Read[T]) -> T:
        limiter = self.limiters[1]
        await limiter.enter(owner)
        thread = self._idle.pop()
        try:
            await thread.open(self._path, PATIENT)
            return await thread.run(read)
        finally:
            self._idle.append(thread)
            limiter.leave(owner)
