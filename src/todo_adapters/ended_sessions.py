"""Which login sessions have ended lately, on whichever replica: kept in memory, followed in the storage."""

import asyncio
from datetime import datetime, timedelta
from typing import Final

from todo_core.errors import Unavailable
from todo_core.ids import SessionId
from todo_core.ports.runtime import Clock, Journal
from todo_core.ports.storage import Store

PERIOD: Final = 0.5
"""Seconds between two looks, also while the storage does not answer."""

OVERLAP: Final = timedelta(seconds=60)
"""How far each look reaches back behind the last one: for commits that took long, and for clocks that differ."""


class FollowedEndedSessions:
    """EndedSessions that learns from the storage what other replicas have ended, within a second.

    An ended session is remembered for twice the lifetime of an access token. Run ``follow`` as a task.
    """

    def __init__(self, clock: Clock, lifetime: timedelta, journal: Journal, *, period: float = PERIOD) -> None:
        self._clock = clock
        self._memory = 2 * lifetime
        self._journal = journal
        self._period = period
        self._ended: dict[object, datetime] = {}
        self._read_at: datetime | None = None

    @property
    def loaded(self) -> bool:
        """True once the storage has been read: before that nobody can say which sessions have ended."""
        return self._read_at is not None

    def numbers(self) -> dict[str, float]:
        """What metrics tell."""
        return {"todo_ended_sessions": len(self._ended)}

    def add(self, session_id: SessionId, ended_at: datetime) -> None:
        self._ended[session_id] = ended_at

    def __contains__(self, session_id: object) -> bool:
        """Raises Unavailable until the storage has been read for the first time."""
        if self._read_at is None:
            raise Unavailable("The service is still starting.", retry_after=1)
        return session_id in self._ended

    async def follow(self, store: Store) -> None:
        """Looks again and again, until it is cancelled. While the storage fails, what is known stays known."""
        failing = False
        while True:
            try:
                await self.look(store)
            # Whatever it was: without its follower a replica would honour tokens of ended sessions.
            except Exception as failure:
                if not failing:
                    self._journal.record("ended_sessions_unreachable", cause=type(failure).__name__)
                failing = True
            else:
                if failing:
                    self._journal.record("ended_sessions_reached")
                failing = False
            await asyncio.sleep(self._period)

    async def look(self, store: Store) -> None:
        """One look. Raises what the storage raises."""
        now = self._clock.now()
        # A clock that was set back has made this replica forget too early; so it reads everything again.
        incremental = self._read_at is not None and self._read_at <= now
        moment = self._read_at - OVERLAP if incremental and self._read_at else now - self._memory
        self._ended.update(await store.accounts().sessions.ended_since(moment))
        self._ended = {session: ended_at for session, ended_at in self._ended.items() if ended_at >= now - self._memory}
        self._read_at = now
