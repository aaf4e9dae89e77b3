"""Work on many things in pieces, between which the event loop runs other tasks."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeVar

S = TypeVar("S")
T = TypeVar("T")

PIECE: Final = 1_000


async def in_pieces(items: Sequence[S], work: Callable[[Sequence[S]], Iterable[T]]) -> list[T]:
    """What the work makes of all items, of at most PIECE at a time."""
    found: list[T] = []
    for begin in range(0, len(items), PIECE):
        if begin:
            await asyncio.sleep(0)
        found += work(items[begin : begin + PIECE])
    return found


class Pace:
    """Lets other tasks run after so much work."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._done = 0

    async def work(self, amount: int) -> None:
        self._done += amount
        if self._done >= self._most:
            self._done = 0
            await asyncio.sleep(0)
