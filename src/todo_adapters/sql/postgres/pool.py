"""Connections to PostgreSQL, lent in turn: whoever is done hands the place, with a clean connection, to the next.

There are never more connections than places at the limiter: one is made only by somebody who has a place and finds
none idle.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from contextlib import suppress
from typing import Any, Final
from uuid import UUID

from todo_adapters.sql.connection_limiter import ConnectionLimiter
from todo_adapters.sql.database import CLOSED
from todo_adapters.sql.postgres.connection import Link, refusal_to_connect
from todo_core.errors import Unavailable

GRACE_SECONDS: Final = 5.0
"""How long a statement may take to end once its caller gave up, or the pool is closing; then its connection is cut."""


class Pool:
    """Whoever takes a connection must give it back. Times are in seconds.

    A connection older than ``age_max`` ends when it comes back, so that all find a new primary behind an old name;
    one that nobody needed for ``idle_max``, which a firewall may have forgotten, ends soon after.
    """

    def __init__(
        self, connect: Callable[[], Awaitable[Any]], limiter: ConnectionLimiter, age_max: float, idle_max: float
    ) -> None:
        self._connect = connect
        self._limiter = limiter
        self._age_max = age_max
        self._idle_max = idle_max
        self._idle: list[Link] = []  # the last to come back is the first to go, so that those too many fall idle
        self._links: set[Link] = set()
        self._settling: set[asyncio.Task[None]] = set()
        self._sweeper: asyncio.TimerHandle | None = None
        self._closed = False
        self._all_left = asyncio.Event()

    async def take(self, owner: UUID | None = None) -> Link:
        """Raises Unavailable when too many wait, after too long a wait, or when no connection can be made."""
        self._refuse_if_closed()
        number = None if owner is None else owner.int  # UUIDs compute their hashes in Python
        await self._limiter.enter(number)
        try:
            link = self._idle_link() or await self._make()
        except BaseException:
            self._leave(number)
            raise
        link.owner = number
        return link

    async def renew(self, lost: Link) -> Link:
        """A new connection in place of a lost one, which has to be given back if this raises, as ``take`` does."""
        self._end(lost)
        link = await self._make()
        link.owner = lost.owner
        return link

    def give_back(self, link: Link) -> None:
        """Takes no time. A connection that was left unsettled keeps its place until it is settled."""
        if link.unsettled:
            task = asyncio.create_task(self._settle(link))
            self._settling.add(task)
            task.add_done_callback(self._settling.discard)
        else:
            self._put_by(link)
            self._leave(link.owner)

    async def close(self) -> None:
        """For good. Waits a little for those who are using a connection, then takes it from them."""
        self._closed = True
        if self._sweeper:
            self._sweeper.cancel()
        while self._idle:
            self._end(self._idle.pop())
        try:
            if self._limiter.inside:
                with suppress(TimeoutError):
                    async with asyncio.timeout(GRACE_SECONDS):
                        await self._all_left.wait()
        finally:
            for link in list(self._links):
                self._end(link)

    def _refuse_if_closed(self) -> None:
        if self._closed:
            raise Unavailable(CLOSED)

    def _idle_link(self) -> Link | None:
        while self._idle:
            link = self._idle.pop()
            if not link.lost:
                return link
            self._end(link)
        return None

    async def _make(self) -> Link:
        self._refuse_if_closed()  # while one waited
        try:
            link = Link(await self._connect(), asyncio.get_running_loop().time())
        except Exception as error:
            raise refusal_to_connect(error) from error
        try:
            self._refuse_if_closed()  # while it was being made
        except Unavailable:
            link.cut()
            raise
        self._links.add(link)
        self._sweeper = self._sweeper or self._sweep_later()
        return link

    async def _settle(self, link: Link) -> None:
        try:
            with suppress(Exception):  # then it is cut, and the next who finds it makes another one
                await link.settle(GRACE_SECONDS)
        finally:
            self._put_by(link)
            self._leave(link.owner)

    def _put_by(self, link: Link) -> None:
        link.idle_since = asyncio.get_running_loop().time()
        if self._closed or link.idle_since - link.made_at > self._age_max:
            self._end(link)
        else:
            self._idle.append(link)

    def _leave(self, owner: Hashable) -> None:
        self._limiter.leave(owner)
        if self._closed and not self._limiter.inside:
            self._all_left.set()

    def _end(self, link: Link) -> None:
        self._links.discard(link)
        link.cut()

    def _sweep_later(self) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_later(self._idle_max / 2, self._sweep)

    def _sweep(self) -> None:
        """Ends what is idle for too long. Goes on for as long as there are connections."""
        since = asyncio.get_running_loop().time() - self._idle_max
        while self._idle and self._idle[0].idle_since < since:
            self._end(self._idle.pop(0))
        self._sweeper = self._sweep_later() if self._links else None
