"""Limits how many requests of one caller run at once, and how many more wait for their turn."""

import asyncio
from collections import deque
from typing import Final

from todo_core.errors import TooManyRequests

WAIT_SECONDS: Final = 10.0
"""The longest wait for a turn."""

RETRY_AFTER: Final = 1

Turn = asyncio.Future[bool]


class Caller:
    """The requests of one caller at this moment."""

    __slots__ = ("running", "waiting")

    def __init__(self) -> None:
        self.running = 0
        self.waiting: deque[Turn] = deque()


class ConcurrencyLimit:
    """At most ``running`` requests of each caller at once; ``waiting`` more wait in the order of arrival.

    A request runs from ``enter`` until its response has been sent, when ``leave`` is called. With 0 ``running`` there
    is no limit. Callers without requests take no memory.
    """

    def __init__(self, running: int, waiting: int, wait_seconds: float = WAIT_SECONDS) -> None:
        self._running_max = running
        self._waiting_max = waiting
        self._wait_seconds = wait_seconds
        self._callers: dict[str, Caller] = {}

    def __len__(self) -> int:
        return len(self._callers)

    async def enter(self, name: str) -> None:
        """Raises TooManyRequests at once when too many requests of the caller wait, and after too long a wait."""
        caller = self._callers.get(name)
        if caller is None:
            caller = self._callers[name] = Caller()
        if caller.running < self._running_max or not self._running_max:
            caller.running += 1
        elif len(caller.waiting) >= self._waiting_max or not await self._turn(name, caller):
            raise TooManyRequests(RETRY_AFTER)

    def leave(self, name: str) -> None:
        """Gives the turn to the request of this caller that has waited longest."""
        caller = self._callers[name]
        while caller.waiting:
            turn = caller.waiting.popleft()
            if not turn.done():
                turn.set_result(True)
                return
        caller.running -= 1
        if not caller.running:
            del self._callers[name]

    async def _turn(self, name: str, caller: Caller) -> bool:
        """Waits; False when the turn did not come in time."""
        loop = asyncio.get_running_loop()
        turn: Turn = loop.create_future()
        caller.waiting.append(turn)
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
            if not came and turn in caller.waiting:
                caller.waiting.remove(turn)


def _give_up(turn: Turn) -> None:
    if not turn.done():
        turn.set_result(False)
