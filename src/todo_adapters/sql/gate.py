"""The gate in front of a database: so many at once, so many behind them for so long, and nobody else."""

import asyncio
from collections import deque
from contextlib import suppress

from todo_core.errors import Unavailable

FULL = "Too many requests wait for the database at this moment."
LATE = "All connections to the database are in use."


class Gate:
    """First come, first served. Whoever enters must leave.

    Overload must not become a queue whose end has long been given up by those who stand there: beyond
    ``waiting_max`` the refusal comes at once, which costs next to nothing.
    """

    __slots__ = ("_patience", "_queue", "_waiting_max", "inside", "places", "refused")

    def __init__(self, places: int, waiting_max: int, patience: float) -> None:
        # A queue of its own: a place is handed to whoever has waited longest, and one timer is all that waiting costs.
        self._queue: deque[asyncio.Future[bool]] = deque()
        self._waiting_max = waiting_max
        self._patience = patience
        self.places = places
        self.inside = 0
        self.refused = 0

    @property
    def waiting(self) -> int:
        """How many wait for a place."""
        return len(self._queue)

    async def enter(self, late: Unavailable | None = None) -> None:
        """Raises Unavailable at once when too many wait already, and ``late`` after too long a wait."""
        if self.inside < self.places:
            self.inside += 1
            return
        if len(self._queue) >= self._waiting_max:
            self.refused += 1
            raise Unavailable(FULL)
        if not await self._turn():
            self.refused += 1
            raise late or Unavailable(LATE)

    def leave(self) -> None:
        """Hands the place to whoever has waited longest."""
        while self._queue:
            turn = self._queue.popleft()
            if not turn.done():
                turn.set_result(True)
                return
        self.inside -= 1

    async def _turn(self) -> bool:
        """Waits for a place; False when it did not come in time."""
        loop = asyncio.get_running_loop()
        turn: asyncio.Future[bool] = loop.create_future()
        self._queue.append(turn)
        timer = loop.call_later(self._patience, _lose_patience, turn)
        came = False
        try:
            came = await turn
            return came
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.result():
                self.leave()  # the place came in the very moment of giving up
            raise
        finally:
            timer.cancel()
            if not came:
                with suppress(ValueError):  # taken out already, if a place fell to nobody
                    self._queue.remove(turn)


def _lose_patience(turn: "asyncio.Future[bool]") -> None:
    if not turn.done():
        turn.set_result(False)


def numbers_of(*gates: Gate) -> dict[str, float]:
    """What metrics tell about the gates of one database."""
    return {
        "todo_pool_size": sum(gate.places for gate in gates),
        "todo_pool_in_use": sum(gate.inside for gate in gates),
        "todo_pool_waiting": sum(gate.waiting for gate in gates),
        "todo_pool_refused_total": sum(gate.refused for gate in gates),
    }
