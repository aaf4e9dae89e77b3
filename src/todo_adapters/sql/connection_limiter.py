"""Limits how many statements use a database at once and how many wait, with a fair turn for each owner."""

import asyncio
from collections import deque
from collections.abc import Hashable
from typing import Final

from todo_core.errors import Unavailable

FULL: Final = "Too many requests wait for the database at this moment."
LATE: Final = "All connections to the database are in use."

Turn = asyncio.Future[bool]


class ConnectionLimiter:
    """Each ``enter`` needs one ``leave`` for the same owner. Durations are in seconds.

    Owners wait in lanes of their own, which are served in rotation, each in the order of arrival. One owner holds at
    most half of the places (rounded up), so that slow statements of one leave room for all others. ``None`` stands for
    what has no owner: it is one lane in the rotation and may hold every place.

    Beyond ``waiting_max`` a refusal comes at once: under overload a long queue would only delay everybody.
    """

    __slots__ = ("_held", "_lanes", "_patience", "_share", "_waiting_max", "inside", "places", "refused", "waiting")

    def __init__(self, places: int, waiting_max: int, patience: float) -> None:
        self._lanes: dict[Hashable, deque[Turn]] = {}  # the first lane is served next
        self._held: dict[Hashable, int] = {}
        self._share = (places + 1) // 2
        self._waiting_max = waiting_max
        self._patience = patience
        self.places = places
        self.inside = 0
        self.waiting = 0
        self.refused = 0

    async def enter(self, owner: Hashable = None, late: Unavailable | None = None) -> None:
        """Raises Unavailable at once when too many wait already, and ``late`` after too long a wait."""
        if self.inside < self.places:
            held = self._held.get(owner, 0)
            if held < self._share or owner is None:
                self.inside += 1
                self._held[owner] = held + 1
                return
        if self.waiting >= self._waiting_max:
            self.refused += 1
            raise Unavailable(FULL)
        if not await self._wait(owner):
            self.refused += 1
            raise late or Unavailable(LATE)

    def leave(self, owner: Hashable = None) -> None:
        """Gives the place to the next lane that may have it."""
        self.inside -= 1
        held = self._held[owner] - 1
        if held:
            self._held[owner] = held
        else:
            del self._held[owner]
        if self._lanes:
            self._hand_over()

    def _hand_over(self) -> None:
        """Admits from lane after lane. Only lanes of owners with a full share are passed over, so at most two are."""
        while self.inside < self.places:
            for owner in self._lanes:
                held = self._held.get(owner, 0)
                if held < self._share or owner is None:
                    break
            else:
                return
            lane = self._lanes.pop(owner)
            turn = lane.popleft()
            if lane:
                self._lanes[owner] = lane  # at the end of the rotation
            self.waiting -= 1
            if not turn.done():
                self.inside += 1
                self._held[owner] = held + 1
                turn.set_result(True)

    async def _wait(self, owner: Hashable) -> bool:
        """Waits for a place; False when it did not come in time."""
        loop = asyncio.get_running_loop()
        turn: Turn = loop.create_future()
        self._lanes.setdefault(owner, deque()).append(turn)
        self.waiting += 1
        timer = loop.call_later(self._patience, _give_up, turn)
        came = False
        try:
            came = await turn
            return came
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.result():
                came = True
                self.leave(owner)  # the place came in the moment of the cancellation
            raise
        finally:
            timer.cancel()
            if not came:
                self._remove(owner, turn)

    def _remove(self, owner: Hashable, turn: Turn) -> None:
        """Takes a turn that was given up out of its lane, unless ``_hand_over`` has passed over it already."""
        lane = self._lanes.get(owner, deque())
        if turn in lane:
            lane.remove(turn)
            self.waiting -= 1
            if not lane:
                del self._lanes[owner]


def _give_up(turn: Turn) -> None:
    if not turn.done():
        turn.set_result(False)


def numbers_of(*limiters: ConnectionLimiter) -> dict[str, float]:
    """What metrics tell about the limiters of one database."""
    return {
        "todo_pool_size": sum(limiter.places for limiter in limiters),
        "todo_pool_in_use": sum(limiter.inside for limiter in limiters),
        "todo_pool_waiting": sum(limiter.waiting for limiter in limiters),
        "todo_pool_refused_total": sum(limiter.refused for limiter in limiters),
    }
