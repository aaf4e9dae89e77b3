"""The gate in front of a database: so many at once, so many behind them for so long, and nobody else."""

import asyncio

from todo_core.errors import Unavailable

FULL = "Too many requests wait for the database at this moment."
LATE = "All connections to the database are in use."


class Gate:
    """First come, first served. Whoever enters must leave.

    Overload must not become a queue whose end has long been given up by those who stand there: beyond
    ``waiting_max`` the refusal comes at once, which costs next to nothing.
    """

    __slots__ = ("_free", "_patience", "_waiting_max", "places", "refused", "waiting")

    def __init__(self, places: int, waiting_max: int, patience: float) -> None:
        # A semaphore is fair; the queues of connection pools let newcomers overtake.
        self._free = asyncio.Semaphore(places)
        self._waiting_max = waiting_max
        self._patience = patience
        self.places = places
        self.waiting = 0
        self.refused = 0

    @property
    def inside(self) -> int:
        """How many have entered and not left."""
        return self.places - self._free._value

    async def enter(self, late: Unavailable | None = None) -> None:
        """Raises Unavailable at once when too many wait already, and ``late`` after too long a wait."""
        if not self._free.locked():
            await self._free.acquire()
            return
        if self.waiting >= self._waiting_max:
            self.refused += 1
            raise Unavailable(FULL)
        self.waiting += 1
        try:
            async with asyncio.timeout(self._patience):
                await self._free.acquire()
        except TimeoutError:
            self.refused += 1
            raise late or Unavailable(LATE) from None
        finally:
            self.waiting -= 1

    def leave(self) -> None:
        self._free.release()


def numbers_of(*gates: Gate) -> dict[str, float]:
    """What metrics tell about the gates of one database."""
    return {
        "todo_pool_size": sum(gate.places for gate in gates),
        "todo_pool_in_use": sum(gate.inside for gate in gates),
        "todo_pool_waiting": sum(gate.waiting for gate in gates),
        "todo_pool_refused_total": sum(gate.refused for gate in gates),
    }
