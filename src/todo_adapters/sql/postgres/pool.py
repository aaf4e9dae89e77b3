"""A pool of connections to PostgreSQL, used in fair turns.

There are never more connections than the limiter admits: one is opened only by an admitted user, and only if none is
idle.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from contextlib import suppress
from typing import Any, Final
from uuid import UUID

from todo_adapters.sql.connection_limiter import ConnectionLimiter
from todo_adapters.sql.failures import CLOSED
from todo_adapters.sql.postgres.connection import PostgresConnection
from todo_core.errors import Unavailable

GRACE_SECONDS: Final = 5.0
"""How long a statement may run after its caller gave up, or the pool is closing; then its connection is aborted."""


class Pool:
    """Every ``take`` requires one ``give_back``. Times are in seconds.

    A connection older than ``age_max`` is closed when it is given back, so that all find a new primary behind the same
    host name. One that was idle for ``idle_max`` is closed soon after, because a firewall may have dropped it.
    """

    def __init__(
        self, connect: Callable[[], Awaitable[Any]], limiter: ConnectionLimiter, age_max: float, idle_max: float
    ) -> None:
        self._connect = connect
        self._limiter = limiter
        self._age_max = age_max
        self._idle_max = idle_max
        self._idle: list[PostgresConnection] = []  # last in, first out, so that surplus connections remain idle
        self._connections: set[PostgresConnection] = set()
        self._settling: set[asyncio.Task[None]] = set()
        self._sweeper: asyncio.TimerHandle | None = None
        self._closed = False
        self._all_left = asyncio.Event()

    async def take(self, owner: UUID | None = None) -> PostgresConnection:
        """Raises Unavailable if too many are waiting, after too long a wait, or if no connection can be opened."""
        self._refuse_if_closed()
        number = None if owner is None else owner.int  # UUIDs compute their hashes in Python
        await self._limiter.enter(number)
        try:
            connection = self._idle_connection() or await self._open()
        except BaseException:
            self._leave(number)
            raise
        connection.owner = number
        return connection

    async def renew(self, closed: PostgresConnection) -> PostgresConnection:
        """Replaces a closed connection. Raises as ``take``; the caller must then give back the closed one."""
        self._close(closed)
        connection = await self._open()
        connection.owner = closed.owner
        return connection

    def give_back(self, connection: PostgresConnection) -> None:
        """Does not wait. An unsettled connection remains in use until it is settled."""
        if connection.unsettled:
            task = asyncio.create_task(self._settle(connection))
            self._settling.add(task)
            task.add_done_callback(self._settling.discard)
        else:
            self._put_back(connection)
            self._leave(connection.owner)

    async def close(self) -> None:
        """Closes the pool. Waits up to GRACE_SECONDS for connections in use, then aborts them."""
        self._closed = True
        if self._sweeper:
            self._sweeper.cancel()
        while self._idle:
            self._close(self._idle.pop())
        try:
            if self._limiter.inside:
                with suppress(TimeoutError):
                    async with asyncio.timeout(GRACE_SECONDS):
                        await self._all_left.wait()
        finally:
            for connection in list(self._connections):
                self._close(connection)

    def _refuse_if_closed(self) -> None:
        if self._closed:
            raise Unavailable(CLOSED)

    def _idle_connection(self) -> PostgresConnection | None:
        while self._idle:
            connection = self._idle.pop()
            if not connection.closed:
                return connection
            self._close(connection)
        return None

    async def _open(self) -> PostgresConnection:
        self._refuse_if_closed()  # closed while waiting
        connection = PostgresConnection(await self._connect(), asyncio.get_running_loop().time())
        try:
            self._refuse_if_closed()  # closed while connecting
        except Unavailable:
            connection.abort()
            raise
        self._connections.add(connection)
        self._sweeper = self._sweeper or self._sweep_later()
        return connection

    async def _settle(self, connection: PostgresConnection) -> None:
        try:
            with suppress(Exception):  # then it is closed, and replaced on demand
                await connection.settle(GRACE_SECONDS)
        finally:
            self._put_back(connection)
            self._leave(connection.owner)

    def _put_back(self, connection: PostgresConnection) -> None:
        connection.idle_since = asyncio.get_running_loop().time()
        if self._closed or connection.idle_since - connection.made_at > self._age_max:
            self._close(connection)
        else:
            self._idle.append(connection)

    def _leave(self, owner: Hashable) -> None:
        self._limiter.leave(owner)
        if self._closed and not self._limiter.inside:
            self._all_left.set()

    def _close(self, connection: PostgresConnection) -> None:
        self._connections.discard(connection)
        connection.abort()

    def _sweep_later(self) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_later(self._idle_max / 2, self._sweep)

    def _sweep(self) -> None:
        """Closes connections that were idle for too long. Repeats itself while there are connections."""
        since = asyncio.get_running_loop().time() - self._idle_max
        while self._idle and self._idle[0].idle_since < since:
            self._close(self._idle.pop(0))
        self._sweeper = self._sweep_later() if self._connections else None
