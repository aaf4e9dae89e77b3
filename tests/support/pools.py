"""A pool of connections to a real server, and somebody at that server who sees and ends its connections."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from sqlalchemy import text

from todo_adapters.sql.connection_limiter import ConnectionLimiter
from todo_adapters.sql.postgres.address import read
from todo_adapters.sql.postgres.connecting import Connector
from todo_adapters.sql.postgres.connection import PostgresConnection
from todo_adapters.sql.postgres.pool import Pool
from todo_adapters.sql.statements import Statement

PID = Statement(text("SELECT pg_backend_pid()"))
NAP = Statement(text("SELECT pg_sleep(30)"))


class Watched:
    """A pool whose connections bear a name of their own, by which the server tells about them."""

    def __init__(self, url: str, admin: Any, limiter: ConnectionLimiter, age_max: float, idle_max: float) -> None:
        self.url = url
        self.limiter = limiter
        self.pool = Pool(self._connect, limiter, age_max, idle_max)
        self.connect_seconds = 0.0
        self.statement_seconds = 30.0
        self.made = 0
        self._admin = admin
        self._asking = asyncio.Lock()
        self._name = f"pool {uuid.uuid4()}"

    async def _connect(self) -> Any:
        self.made += 1
        await asyncio.sleep(self.connect_seconds)
        settings = {"application_name": self._name}
        return await Connector(read(self.url)).connect(settings, cached=True, command_timeout=self.statement_seconds)

    async def at_the_server(self, state: str = "%") -> set[int]:
        """The process ids of the server's ends of the connections that are in such a state."""
        query = "SELECT pid FROM pg_stat_activity WHERE application_name = $1 AND coalesce(state, '') LIKE $2"
        async with self._asking:
            return {row[0] for row in await self._admin.fetch(query, self._name, state)}

    async def until(self, count: int, state: str = "%") -> set[int]:
        """Waits until the server has so many connections in such a state."""
        found: set[int] = set()
        for _ in range(3_000):
            if len(found := await self.at_the_server(state)) == count:
                break
            await asyncio.sleep(0.01)
        assert len(found) == count
        return found

    async def kill(self, pid: int) -> None:
        """Ends a connection from the server's side."""
        async with self._asking:
            await self._admin.execute("SELECT pg_terminate_backend($1, 5000)", pid)
        await asyncio.sleep(0.01)  # the news travels

    async def visit(self, seconds: float = 0) -> int:
        """Takes a connection for a while; tells which."""
        link = await self.pool.take()
        try:
            await asyncio.sleep(seconds)
            return await pid_of(link)
        finally:
            self.pool.give_back(link)


@asynccontextmanager
async def watched_pool(
    url: str, size: int = 2, queue: int = 100, patience: float = 5.0, age_max: float = 60.0, idle_max: float = 60.0
) -> AsyncIterator[Watched]:
    """A pool that is closed in the end, and then has left nothing behind."""
    admin = await asyncpg.connect(url)
    watched = Watched(url, admin, ConnectionLimiter(size, queue, patience), age_max, idle_max)
    try:
        yield watched
        await watched.pool.close()
        await watched.until(0)
        assert (watched.limiter.inside, watched.limiter.waiting) == (0, 0)
    finally:
        await watched.pool.close()
        await admin.close()


async def pid_of(link: PostgresConnection) -> int:
    """Which connection it is."""
    return int((await link.rows(PID, {}))[0][0])
