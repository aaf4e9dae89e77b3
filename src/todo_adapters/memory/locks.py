"""Row locks: held until a unit of work is over, granted in order of arrival, never waited for in a circle."""

import asyncio
from collections import deque
from collections.abc import Hashable
from typing import TypeAlias

from todo_core.errors import Contention

Key: TypeAlias = tuple[str, Hashable]
"""A kind of row and which one."""


class Locks:
    """Who holds which row, and who waits for it."""

    def __init__(self) -> None:
        self._holders: dict[Key, Holding] = {}
        self._queues: dict[Key, deque[tuple[Holding, asyncio.Future[None]]]] = {}

    async def acquire(self, key: Key, holding: "Holding") -> None:
        """Waits for the row. Raises Contention when its holder waits, perhaps through others, for this one."""
        if key not in self._holders:
            self._holders[key] = holding
            return
        if self._closes_circle(key, holding):
            raise Contention("Two units of work waited for each other.")
        turn = asyncio.get_running_loop().create_future()
        self._queues.setdefault(key, deque()).append((holding, turn))
        holding.wanted = key
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():  # the row was handed over in the same moment
                self.release(key)
            holding.wanted = None
            raise

    def held(self, key: Key) -> bool:
        """True when somebody holds the row."""
        return key in self._holders

    def release(self, key: Key) -> None:
        """Hands the row to whoever has waited longest."""
        queue = self._queues.get(key, deque())
        while queue:
            holding, turn = queue.popleft()
            if not turn.done():
                self._holders[key] = holding
                holding.wanted = None
                turn.set_result(None)
                return
        self._queues.pop(key, None)
        del self._holders[key]

    def _closes_circle(self, key: Key, asking: "Holding") -> bool:
        holder = self._holders.get(key)
        while holder is not None and holder is not asking:
            holder = None if holder.wanted is None else self._holders.get(holder.wanted)
        return holder is asking


class Holding:
    """The rows that one unit of work holds."""

    def __init__(self, locks: Locks) -> None:
        self.wanted: Key | None = None
        self._locks = locks
        self._held: set[Key] = set()

    def __contains__(self, key: Key) -> bool:
        return key in self._held

    async def take(self, key: Key) -> None:
        """Waits until the row is ours."""
        if key not in self._held:
            await self._locks.acquire(key, self)
            self._held.add(key)

    async def take_if_free(self, key: Key) -> bool:
        """True when the row is ours now; it is not waited for."""
        if key not in self._held and self._locks.held(key):
            return False
        await self.take(key)
        return True

    def give_back(self, key: Key) -> None:
        """Lets go of one row before the unit of work is over."""
        self._held.remove(key)
        self._locks.release(key)

    def release_all(self) -> None:
        """Lets go of everything."""
        while self._held:
            self._locks.release(self._held.pop())
