"""Row locks: held until a unit of work ends, granted in order of arrival, with deadlock detection."""

import asyncio
from collections import deque
from collections.abc import Hashable
from typing import TypeAlias

from todo_core.errors import Contention

Key: TypeAlias = tuple[str, Hashable]
"""The table and key of a row."""


class Locks:
    """The holders of all locked rows, and the queues for them."""

    def __init__(self) -> None:
        self.holders: dict[Key, Holding] = {}
        self._queues: dict[Key, deque[tuple[Holding, asyncio.Future[None]]]] = {}

    async def acquire(self, key: Key, holding: "Holding") -> None:
        """Waits for the row. Raises Contention if that would be a deadlock."""
        if key not in self.holders:
            self.holders[key] = holding
            return
        if self._would_deadlock(key, holding):
            raise Contention("Two units of work waited for each other.")
        turn = asyncio.get_running_loop().create_future()
        self._queues.setdefault(key, deque()).append((holding, turn))
        holding.wanted = key
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():  # granted at the moment of the cancellation
                self.release(key)
            holding.wanted = None
            raise

    def release(self, key: Key) -> None:
        """Unlocks the row, or grants it to the first in its queue."""
        queue = self._queues.get(key, deque())
        while queue:
            holding, turn = queue.popleft()
            if not turn.done():
                self.holders[key] = holding
                holding.wanted = None
                turn.set_result(None)
                return
        self._queues.pop(key, None)
        del self.holders[key]

    def _would_deadlock(self, key: Key, asking: "Holding") -> bool:
        holder = self.holders.get(key)
        while holder is not None and holder is not asking:
            holder = None if holder.wanted is None else self.holders.get(holder.wanted)
        return holder is asking


class Holding:
    """The rows locked by one unit of work."""

    def __init__(self, locks: Locks) -> None:
        self.wanted: Key | None = None
        self._locks = locks
        self._held: set[Key] = set()

    def __contains__(self, key: Key) -> bool:
        return key in self._held

    async def take(self, key: Key) -> None:
        """Locks the row, waiting if necessary. Raises Contention."""
        if key not in self._held:
            await self._locks.acquire(key, self)
            self._held.add(key)

    async def take_if_free(self, key: Key) -> bool:
        """Locks the row if it is free, without waiting. Returns whether it is locked by this unit of work."""
        if key not in self._held and key in self._locks.holders:
            return False
        await self.take(key)
        return True

    def give_back(self, key: Key) -> None:
        self._held.remove(key)
        self._locks.release(key)

    def release_all(self) -> None:
        while self._held:
            self._locks.release(self._held.pop())
