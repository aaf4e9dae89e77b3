"""Limits how many requests of one caller run at once, and how many more wait for their turn."""

import asyncio
from collections import deque
from typing import Final

from todo_core.errors import TooManyRequests

WAIT_SECONDS: Final = 10.0
"""The longest wait for a turn."""

Turn = asyncio.Future[bool]


class ConcurrencyLimit:
    """At most ``running`` requests of each caller at once; ``waiting`` more wait in the order of arrival.

    A request runs from its turn until its response has been sent, when ``leave`` is called. With 0 ``running`` there
    is no limit. Callers without requests take no memory.
    """

    def __init__(self, running: int, waiting: int, wait_seconds: float = WAIT_SECONDS) -> None:
        self._running_max = running
        self._waiting_max = waiting
        self._wait_seconds = wait_seconds
        self._running: dict[str, int] = {}
        self._waiting: dict[str, deque[Turn]] = {}

    def __len__(self) -> int:
        return len(self._running)

    def enters(self, name: str) -> bool:
        """True when a request of the caller runs from now on; otherwise it has to ``wait``."""
        running = self._running.get(name, 0)
        if running >= self._running_max and self._running_max:
            return False
        self._running[name] = running + 1
        return True

    async def wait(self, name: str) -> None:
        """Waits for a turn. Raises TooManyRequests at once when too many others wait, and after too long a wait."""
        waiting = self._waiting.setdefault(name, deque())
        try:
            if len(waiting) >= self._waiting_max or not await self._turn(name, waiting):
                raise TooManyRequests(retry_after=1)
        finally:
            if not waiting:
                self._waiting.pop(name, None)

    def leave(self, name: str) -> None:
        """Gives the turn to the request of this caller that has waited longest."""
        waiting = self._waiting.get(name)
        while waiting:
            turn = waiting.popleft()
            if not turn.done():
                turn.set_result(True)
                return
        running = self._running[name] - 1
        if running:
            self._running[name] = running
        else:
            del self._running[name]

    async def _turn(self, name: str, waiting: deque[Turn]) -> bool:
        """False when the turn did not come in time."""
        loop = asyncio.get_running_loop()
        turn: Turn = loop.create_future()
        waiting.append(turn)
        timer = loop.call_later(self._wait_seconds, _give_up, turn)
        came = False
        try:
            came = await turn
            return came
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.result():
                came = True
                self.leave(name)  # the turn came in the moment of the cancellation
            raise
        finally:
            timer.cancel()
            if not came and turn in waiting:
                waiting.remove(turn)


def _give_up(turn: Turn) -> None:
    if not turn.done():
        turn.set_result(False)
