"""Reads on SQLite outside the event loop: a thread for what is quick, and others for what takes longer.

How long a statement takes is known only once it runs. So each begins on the quick thread, is interrupted there after
QUICK_SECONDS, and begins again on a patient one. Slow statements of some thus delay the quick ones of all others by
milliseconds only, however many there are.
"""

import sqlite3
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Final, TypeVar

from todo_adapters.sql.gate import Gate
from todo_adapters.sql.sqlite_connection import SqliteThread, TooSlow, connect_patient

T = TypeVar("T")
Read = Callable[[sqlite3.Connection], T]

QUICK_SECONDS: Final = 0.02
QUICK_PLACES: Final = 4
"""Statements handed to the quick thread at once, so that it is never idle between two."""

PATIENT_THREADS: Final = 2
"""One owner uses at most one of them at a time."""


class Readers:
    """The reading threads of one file. ``limit`` is the longest run of a statement in seconds."""

    def __init__(self, path: Path, wait: float, queue: int, limit: float) -> None:
        self._path = path
        self._quick = SqliteThread(min(QUICK_SECONDS, limit))
        self._idle = [SqliteThread(limit, background=True) for _ in range(PATIENT_THREADS)]
        self._patient = tuple(self._idle)
        self.gates = (Gate(QUICK_PLACES, queue, wait), Gate(PATIENT_THREADS, queue, wait))

    async def open(self) -> None:
        """Opens the quick thread's connection. Raises Unavailable."""
        await self._quick.open(self._path)

    async def run(self, owner: Hashable, read: Read[T]) -> T:
        """What the read leads to. Raises Unavailable, TooSlow when it takes longer than the limit."""
        gate = self.gates[0]
        await gate.enter(owner)
        try:
            return await self._quick.run(read)
        except TooSlow:
            pass
        finally:
            gate.leave(owner)
        return await self._run_patiently(owner, read)

    async def close(self) -> None:
        """Closes all connections, after the work that waits already."""
        for thread in (self._quick, *self._patient):
            await thread.close()

    async def _run_patiently(self, owner: Hashable, read: Read[T]) -> T:
        gate = self.gates[1]
        await gate.enter(owner)
        thread = self._idle.pop()
        try:
            await thread.open(self._path, connect_patient)
            return await thread.run(read)
        finally:
            self._idle.append(thread)
            gate.leave(owner)
