"""Limits concurrency, queue length and waiting time of a database, with fair turns for owners."""

import asyncio
from collections import deque
from collections.abc import Hashable
from typing import Final

from todo_core.errors import Unavailable

FULL: Final = "Too many requests are waiting for the database."
LATE: Final = "All connections to the database are in use."

Turn = asyncio.Future[bool]


class ConnectionLimiter:
    """Admits at most ``capacity`` at once. Each ``enter`` requires one ``leave`` for the same owner. Times in seconds.

    Each owner has a lane, served in the order of arrival; lanes are served in rotation. One owner may use half of the
    capacity (rounded up), so slow statements of one leave room for others. ``None`` stands for work without an
    owner: it has one lane and may use the whole capacity.

    If ``waiting_max`` are waiting, ``enter`` fails at once: under overload a longer queue would only add delay.
    """

    __slots__ = ("_held", "_lanes", "_patience", "_share", "_waiting_max", "capacity", "inside", "refused", "waiting")

    def __init__(self, capacity: int, waiting_max: int, patience: float) -> None:
        self._lanes: dict[Hashable, deque[Turn]] = {}  # the first lane is served next
        self._held: dict[Hashable, int] = {}
        self._share = (capacity + 1) // 2
        self._waiting_max = waiting_max
        self._patience = patience
        self.capacity = capacity
        self.inside = 0
        self.waiting = 0
        self.refused = 0

    async def enter(self, owner: Hashable = None, late: Unavailable | None = None) -> None:
        """Waits for a turn. Raises Unavailable at once if too many are waiting, ``late`` after ``patience``."""
        if self.inside < self.capacity:
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
        """Ends a turn and admits the next lane."""
        self.inside -= 1
        held = self._held[owner] - 1
        if held:
            self._held[owner] = held
        else:
            del self._held[owner]
        if self._lanes:
            self._hand_over()

    def _hand_over(self) -> None:
        """Admits from lane after lane. Skips only owners with a full share, of which there are at most two."""
        while self.inside < self.capacity:
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
        """Waits for a turn. Returns False if it did not come in time."""
        loop = asyncio.get_running_loop()
        turn: Turn = loop.create_future()
        self._lanes.setdefault(owner, deque()).append(turn)
        self.waiting += 1
        timer = loop.call_later(self._patience, _give_up, turn)
        admitted = False
        try:
            admitted = await turn
            return admitted
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.result():
                admitted = True
                self.leave(owner)  # admitted at the moment of the cancellation
            raise
        finally:
            timer.cancel()
            if not admitted:
                self._remove(owner, turn)

    def _remove(self, owner: Hashable, turn: Turn) -> None:
        """Removes a turn that was given up from its lane, unless ``_hand_over`` has done so."""
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
    return {
        "todo_pool_size": sum(limiter.capacity for limiter in limiters),
        "todo_pool_in_use": sum(limiter.inside for limiter in limiters),
        "todo_pool_waiting": sum(limiter.waiting for limiter in limiters),
        "todo_pool_refused_total": sum(limiter.refused for limiter in limiters),
    }
