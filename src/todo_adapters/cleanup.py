"""Deletes expired rows, by clocks that cannot delete anything early.

A wall clock that is an hour or a year ahead for a while, on one replica, must not revive a token or let guesses
through. So the rows of ended sessions go when this process has known them for long enough by its monotonic clock, and
counts of attempts by a time that has certainly passed.
"""

import time
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from todo_adapters.security.revoked_sessions import FollowedRevokedSessions
from todo_core.ports.accounts import FORGOTTEN_AT_ONCE
from todo_core.ports.runtime import Clock
from todo_core.todo import Todo
from todo_core.usecases.cleanup import forget_expired_attempts, forget_expired_receipts

SPAN: Final = timedelta(hours=1)
"""For how long a wall clock has to be the same amount ahead before it is believed: longer than any count blocks."""


class PassedTime:
    """The latest moment that has certainly passed, by the wall clock's readings within the last hour.

    Each reading, and the monotonic time since it, is one opinion of what time it is now. The earliest counts. So a
    clock that jumps ahead is ignored for an hour, and one that is set back is believed at once.
    """

    def __init__(self, clock: Clock, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._monotonic = monotonic
        self._readings: deque[tuple[float, datetime]] = deque()

    def moment(self) -> datetime | None:
        """None while the readings do not reach back far enough, as in the first hour. Ask every few minutes."""
        ticks = self._monotonic()
        self._readings.append((ticks, self._clock.now()))
        since = ticks - SPAN.total_seconds()
        while len(self._readings) > 1 and self._readings[1][0] <= since:
            self._readings.popleft()
        if self._readings[0][0] > since:
            return None
        return min(reading + timedelta(seconds=ticks - at) for at, reading in self._readings)


class Cleanup:
    """Deletes in pieces, each a unit of work of its own, so that no statement runs long."""

    def __init__(self, todo: Todo, revoked: FollowedRevokedSessions, passed: PassedTime) -> None:
        self._todo = todo
        self._revoked = revoked
        self._passed = passed
        self._at_start: datetime | None = None

    async def sweep(self) -> None:
        """Everything that can go by now. Raises what the storage raises; what is done by then stays done."""
        sessions = self._todo.sessions
        while outlived := self._revoked.outlived(FORGOTTEN_AT_ONCE):
            await sessions.forget_revoked(outlived)
            self._revoked.drop(outlived)
        run, passed = self._todo.run, self._passed.moment()
        if passed is not None:
            await forget_expired_attempts(run, passed - sessions.passwords.policy.window)
        if until := passed or await self._passed_at_start():
            await forget_expired_receipts(run, until)

    async def _passed_at_start(self) -> datetime | None:
        """A moment that had passed when this process began, however wrong its clock is: that of the newest receipt."""
        if self._at_start is None:
            newest = await self._todo.run.store.accounts().newest_receipt()
            self._at_start = newest and min(newest, self._todo.run.clock.now())
        return self._at_start
