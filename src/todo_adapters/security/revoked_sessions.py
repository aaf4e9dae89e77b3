"""The recently revoked login sessions of all replicas, kept in memory and read from the storage."""

import asyncio
import math
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from itertools import islice, takewhile
from typing import Final

from todo_core.errors import Unavailable
from todo_core.ids import SessionId
from todo_core.ports.accounts import SessionReads
from todo_core.ports.runtime import Clock, EventLog
from todo_core.ports.storage import Store

PERIOD: Final = 0.5
"""Seconds between two reads, also while the storage does not answer."""

PATIENCE: Final = 2.0
"""Seconds after the last successful read during which sessions can be checked."""

STALL_SECONDS: Final = 1.0
"""Maximum time of the first read after the event loop was blocked, before it counts as failed."""

PAGE: Final = 500
"""Revoked sessions in one read."""

OVERLAP: Final = timedelta(seconds=60)
"""How far each read overlaps the last one, for slow commits and clocks that differ."""

MARGIN: Final = timedelta(hours=1)
"""Time beyond two token lifetimes for which a revoked session is kept, for wrong clocks."""

STARTING: Final = "The service is still starting."
BEHIND: Final = "The state of the login session cannot be checked at the moment."


class FollowedRevokedSessions:
    """RevokedSessions that follows the revocations of other replicas in the storage, within a second.

    Each read gets a page of the table, so that a table of one page is always known completely, whatever the clocks
    say. With a longer table it also gets the sessions revoked since the last read, and everything at the start and
    when the wall clock has jumped.

    A revoked session is kept for two lifetimes of an access token and an hour, by the monotonic clock, and then until
    its row has been deleted: see ``outlived``. Run ``follow`` as a task.
    """

    def __init__(
        self,
        clock: Clock,
        lifetime: timedelta,
        event_log: EventLog,
        *,
        period: float = PERIOD,
        patience: float = PATIENCE,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._keep = (2 * lifetime + MARGIN).total_seconds()
        self._event_log = event_log
        self._period = period
        self._patience = patience
        self._monotonic = monotonic
        self._updated_at = monotonic()
        """When the last successful read began; at first, the time of creation."""

        self._current_until = -math.inf
        self._resting = False
        """True while ``follow`` sleeps after a successful read."""

        self._began_at = math.inf
        """When the current read began, if the last one succeeded."""

        self._learned: dict[SessionId, float] = {}
        """When this process learned of each revocation, oldest first."""

        self._position: SessionId | None = None
        """The end of the last page of the current round through the table."""

        self._read_at: datetime | None = None
        self._agreed: tuple[datetime, float] | None = None
        """Wall clock and monotonic clock at the last complete read."""

    @property
    def loaded(self) -> bool:
        return self._read_at is not None

    def numbers(self) -> dict[str, float]:
        age = self._monotonic() - self._updated_at
        return {"todo_ended_sessions": len(self._learned), "todo_ended_sessions_age_seconds": age}

    def add(self, session_id: SessionId) -> None:
        self._learned.setdefault(session_id, self._monotonic())

    def __contains__(self, session_id: object) -> bool:
        """Raises Unavailable for other sessions when the last read is too long ago."""
        if session_id in self._learned:
            return True
        if self._monotonic() > self._current_until:
            self.require_current()
        return False

    def require_current(self) -> None:
        """Raises Unavailable when sessions cannot be checked."""
        if not self.loaded:
            raise Unavailable(STARTING, retry_after=1)
        now = self._monotonic()
        if now > self._current_until and not self._only_stalled(now):
            raise Unavailable(BEHIND, retry_after=1)

    def _only_stalled(self, now: float) -> bool:
        """True when a read is late only because the event loop was blocked."""
        return self._resting or self._current_until < self._began_at <= now < self._began_at + STALL_SECONDS

    def outlived(self, most: int) -> Sequence[SessionId]:
        """Up to ``most`` sessions that were kept for long enough, oldest first. Their rows may be deleted."""
        until = self._monotonic() - self._keep
        old = takewhile(lambda item: item[1] <= until, self._learned.items())
        return [session_id for session_id, _ in islice(old, most)]

    def drop(self, session_ids: Iterable[SessionId]) -> None:
        """Removes sessions whose rows have been deleted."""
        for session_id in session_ids:
            self._learned.pop(session_id, None)

    async def follow(self, store: Store) -> None:
        """Reads periodically until cancelled. Keeps what is known while the storage fails."""
        failing = False
        try:
            while True:
                failing = await self._try_read(store, failing)
                self._resting = not failing
                await asyncio.sleep(self._period)
                self._began_at = self._monotonic() if self._resting else math.inf
                self._resting = False
        finally:
            self._resting = False

    async def _try_read(self, store: Store, failing: bool) -> bool:
        """Returns whether the read failed. ``failing`` is the result of the last call."""
        try:
            await self.read(store)
        # Whatever it was: without this task a replica could accept no token.
        except Exception as failure:
            if not failing:
                self._event_log.record("ended_sessions_unreachable", cause=type(failure).__name__)
            return True
        if failing:
            self._event_log.record("ended_sessions_reached")
        return False

    async def read(self, store: Store) -> None:
        """Reads the storage once. Raises what the storage raises."""
        now, ticks = self._clock.now(), self._monotonic()
        reads = store.accounts().sessions
        if self._read_at is None or self._clocks_disagree(now, ticks):
            self._position = None
            while not await self._read_page(reads):
                pass
            self._agreed = now, ticks
        else:
            from_the_start = self._position is None
            to_the_end = await self._read_page(reads)
            if not (from_the_start and to_the_end):
                self._learn(session_id for session_id, _ in await reads.revoked_since(self._read_at - OVERLAP))
        self._read_at, self._updated_at = now, ticks
        self._current_until = ticks + self._patience

    async def _read_page(self, reads: SessionReads) -> bool:
        """Reads the next page of the round. True for the last one, after which a new round begins."""
        page = await reads.revoked(self._position, PAGE)
        self._learn(page)
        self._position = page[-1] if len(page) == PAGE else None
        return self._position is None

    def _learn(self, session_ids: Iterable[SessionId]) -> None:
        ticks = self._monotonic()
        for session_id in session_ids:
            self._learned.setdefault(session_id, ticks)

    def _clocks_disagree(self, now: datetime, ticks: float) -> bool:
        """True when the wall clock has jumped, by more than reads tolerate, since the last complete read."""
        if self._agreed is None:
            return True
        wall, monotonic = self._agreed
        return abs((now - wall).total_seconds() - (ticks - monotonic)) > OVERLAP.total_seconds() / 2
