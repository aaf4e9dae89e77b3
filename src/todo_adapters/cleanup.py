"""Deletes expired rows, and none of them too early when the wall clock of a replica is wrong for a while.

Otherwise a clock that is ahead could make a revoked token valid again, reset the count of password guesses or empty the
trash. So revoked sessions are deleted by the monotonic clock of this process, the others by a ConservativeClock.
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
from todo_core.usecases.cleanup import (
    forget_expired_attempts,
    forget_expired_receipts,
    prune_feeds,
    purge_expired_trash,
)

SPAN: Final = timedelta(hours=1)
"""How long a wall clock that jumped ahead is ignored: as long as any count blocks."""

PRUNE_EVERY: Final = timedelta(hours=6)
"""Between two walks of one process through all feeds."""


class ConservativeClock:
    """The earliest time that it can be now, by the readings of the wall clock within the last hour.

    Each reading plus the monotonic time since then is one estimate; the earliest is used. So a clock that jumps ahead
    is ignored for an hour, and one that is set back is used at once.
    """

    def __init__(self, clock: Clock, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._monotonic = monotonic
        self._readings: deque[tuple[float, datetime]] = deque()

    def moment(self) -> datetime | None:
        """None in the first hour. To be called every few minutes."""
        ticks = self._monotonic()
        self._readings.append((ticks, self._clock.now()))
        since = ticks - SPAN.total_seconds()
        while len(self._readings) > 1 and self._readings[1][0] <= since:
            self._readings.popleft()
        if self._readings[0][0] > since:
            return None
        return min(reading + timedelta(seconds=ticks - at) for at, reading in self._readings)


class Cleanup:
    """Deletes in small units of work, so that no statement runs long."""

    def __init__(
        self,
        todo: Todo,
        revoked: FollowedRevokedSessions,
        passed: ConservativeClock,
        trash_kept: timedelta,
        feed_kept: timedelta,
    ) -> None:
        self._todo = todo
        self._trash_kept = trash_kept
        self._feed_kept = feed_kept
        self._pruned_at: datetime | None = None
        self._revoked = revoked
        self._passed = passed
        self._at_start: datetime | None = None

    async def sweep(self) -> None:
        """Deletes everything that has expired. Raises what the storage raises, after part of the work."""
        sessions = self._todo.sessions
        while outlived := self._revoked.outlived(FORGOTTEN_AT_ONCE):
            await sessions.forget_revoked(outlived)
            self._revoked.drop(outlived)
        run, passed = self._todo.run, self._passed.moment()
        if passed is not None:
            await forget_expired_attempts(run, passed - sessions.passwords.policy.window)
            await purge_expired_trash(run, passed - self._trash_kept)
        if until := passed or await self._passed_at_start():
            await forget_expired_receipts(run, until)
        if passed is not None and not self._pruned_lately(passed) and await prune_feeds(run, passed - self._feed_kept):
            self._pruned_at = passed

    def _pruned_lately(self, now: datetime) -> bool:
        """False also when the clock has been set back."""
        return self._pruned_at is not None and self._pruned_at <= now < self._pruned_at + PRUNE_EVERY

    async def _passed_at_start(self) -> datetime | None:
        """The time of the newest receipt at the first call: it has passed, however wrong the clock is."""
        if self._at_start is None:
            newest = await self._todo.run.store.accounts().newest_receipt()
            self._at_start = newest and min(newest, self._todo.run.clock.now())
        return self._at_start
