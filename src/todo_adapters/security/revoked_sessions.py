"""Which login sessions have ended lately, on whichever replica: kept in memory, followed in the storage."""

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
"""Seconds between two looks, also while the storage does not answer."""

PATIENCE: Final = 2.0
"""Seconds after the last successful look from which on nobody can say whether a session still lives."""

STALL_SECONDS: Final = 1.0
"""How long the first look after the event loop stood still may take, before it counts as one that fails."""

PAGE: Final = 500
"""Ended sessions that are read at once."""

OVERLAP: Final = timedelta(seconds=60)
"""How far each look reaches back behind the last one: for commits that took long, and for clocks that differ."""

MARGIN: Final = timedelta(hours=1)
"""How much longer than two lifetimes of a token an ended session is kept, for clocks that are wrong."""

STARTING: Final = "The service is still starting."
BEHIND: Final = "It cannot be checked at this moment whether the login session has ended."


class FollowedRevokedSessions:
    """RevokedSessions that learns from the storage what other replicas have ended, within a second.

    Each look reads a page of the whole table, so that a table of one page is known completely whatever any clock
    says. Of a longer one it reads what has ended since the last look as well; and everything, at the start and when
    the wall clock has jumped.

    An ended session stays in here for two lifetimes of an access token and an hour, by the monotonic clock, and then
    until its row has been deleted: see ``outlived``. Run ``follow`` as a task.
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
        self._looked_at = monotonic()
        """When the last successful look began, or this was made if there was none."""

        self._current_until = -math.inf
        self._resting = False
        """True while ``follow`` waits for the time of the next look, and the last one succeeded."""

        self._began_at = math.inf
        """When the look under way began, if the last one succeeded."""

        self._learned: dict[SessionId, float] = {}
        """When this process learned that the session has ended, oldest first."""

        self._position: SessionId | None = None
        """Up to where the current round through the table has come."""

        self._read_at: datetime | None = None
        self._agreed: tuple[datetime, float] | None = None
        """Wall clock and monotonic clock when everything was last read."""

    @property
    def loaded(self) -> bool:
        """True once the storage has been read: before that nobody can say which sessions live."""
        return self._read_at is not None

    def numbers(self) -> dict[str, float]:
        """What metrics tell."""
        age = self._monotonic() - self._looked_at
        return {"todo_ended_sessions": len(self._learned), "todo_ended_sessions_age_seconds": age}

    def add(self, session_id: SessionId) -> None:
        self._learned.setdefault(session_id, self._monotonic())

    def __contains__(self, session_id: object) -> bool:
        """Raises Unavailable when the session is not known to have ended, and the last look is too long ago."""
        if session_id in self._learned:
            return True
        if self._monotonic() > self._current_until:
            self.require_current()
        return False

    def require_current(self) -> None:
        """Raises Unavailable when it cannot be said whether a session still lives."""
        if not self.loaded:
            raise Unavailable(STARTING, retry_after=1)
        now = self._monotonic()
        if now > self._current_until and not self._only_stalled(now):
            raise Unavailable(BEHIND, retry_after=1)

    def _only_stalled(self, now: float) -> bool:
        """True when a look is late only because this process stood still, and will end as soon as it goes on."""
        return self._resting or self._current_until < self._began_at <= now < self._began_at + STALL_SECONDS

    def outlived(self, most: int) -> Sequence[SessionId]:
        """So many of those that have been known for long enough, oldest first. Their rows may be deleted."""
        until = self._monotonic() - self._keep
        old = takewhile(lambda item: item[1] <= until, self._learned.items())
        return [session_id for session_id, _ in islice(old, most)]

    def drop(self, session_ids: Iterable[SessionId]) -> None:
        """Forgets sessions whose rows have been deleted."""
        for session_id in session_ids:
            self._learned.pop(session_id, None)

    async def follow(self, store: Store) -> None:
        """Looks again and again, until it is cancelled. While the storage fails, what is known stays known."""
        failing = False
        try:
            while True:
                failing = await self._look_noting_failures(store, failing)
                self._resting = not failing
                await asyncio.sleep(self._period)
                self._began_at = self._monotonic() if self._resting else math.inf
                self._resting = False
        finally:
            self._resting = False

    async def _look_noting_failures(self, store: Store, failing: bool) -> bool:
        """True when the look failed. ``failing`` says whether the last one did."""
        try:
            await self.look(store)
        # Whatever it was: without its follower a replica could not accept any token.
        except Exception as failure:
            if not failing:
                self._event_log.record("ended_sessions_unreachable", cause=type(failure).__name__)
            return True
        if failing:
            self._event_log.record("ended_sessions_reached")
        return False

    async def look(self, store: Store) -> None:
        """One look. Raises what the storage raises."""
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
        self._read_at, self._looked_at = now, ticks
        self._current_until = ticks + self._patience

    async def _read_page(self, reads: SessionReads) -> bool:
        """The next page of the round. True when it is the last one; then the next round begins."""
        page = await reads.revoked(self._position, PAGE)
        self._learn(page)
        self._position = page[-1] if len(page) == PAGE else None
        return self._position is None

    def _learn(self, session_ids: Iterable[SessionId]) -> None:
        ticks = self._monotonic()
        for session_id in session_ids:
            self._learned.setdefault(session_id, ticks)

    def _clocks_disagree(self, now: datetime, ticks: float) -> bool:
        """True when the wall clock has been set, by more than looks can bear, since everything was read."""
        if self._agreed is None:
            return True
        wall, monotonic = self._agreed
        return abs((now - wall).total_seconds() - (ticks - monotonic)) > OVERLAP.total_seconds() / 2
