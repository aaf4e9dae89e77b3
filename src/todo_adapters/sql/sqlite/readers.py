"""Reads on SQLite outside the event loop: a thread for what is quick, and others for what takes longer.

How long a statement takes is known only once it runs. So each begins on the quick thread, is interrupted there after
QUICK_SECONDS, and begins again on a patient one. The same statement of the same owner goes to a patient one at once
for a while. Slow statements of some thus hardly delay the quick ones of others, however many there are.
"""

import sqlite3
from collections.abc import Callable, Hashable
from pathlib import Path
from time import monotonic
from typing import Final, TypeVar

from todo_adapters.sql.connection_limiter import ConnectionLimiter
from todo_adapters.sql.sqlite.connection import SqliteThread, TooSlow, connect_patient

T = TypeVar("T")
Read = Callable[[sqlite3.Connection], T]

QUICK_SECONDS: Final = 0.02
QUICK_PLACES: Final = 4
"""Statements handed to the quick thread at once, so that it is never idle between two."""

PATIENT_THREADS: Final = 2
"""One owner uses at most one of them at a time."""

SLOW_SECONDS: Final = 10.0
"""How long a statement of an owner counts as slow after it was."""

SLOW_MAX: Final = 1_000
"""Statements that are remembered as slow."""


class Readers:
    """The reading threads of one file. ``limit`` is the longest run of a statement in seconds."""

    def __init__(self, path: Path, wait: float, queue: int, limit: float) -> None:
        self._path = path
        self._quick = SqliteThread(min(QUICK_SECONDS, limit))
        self._idle = [SqliteThread(limit, background=True) for _ in range(PATIENT_THREADS)]
        self._patient = tuple(self._idle)
        self._slow_until: dict[Hashable, float] = {}
        self.limiters = (ConnectionLimiter(QUICK_PLACES, queue, wait), ConnectionLimiter(PATIENT_THREADS, queue, wait))

    async def open(self) -> None:
        """Opens the quick thread's connection. Raises Unavailable."""
        await self._quick.open(self._path)

    async def run(self, owner: Hashable, statement: Hashable, read: Read[T]) -> T:
        """What the read leads to. Raises Unavailable, TooSlow when it takes longer than the limit."""
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
        """Closes all connections, after the work that waits already."""
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
            await thread.open(self._path, connect_patient)
            return await thread.run(read)
        finally:
            self._idle.append(thread)
            limiter.leave(owner)
