"""The floor on asyncpg's pool as it comes: no order among those who wait, and a reset after each use."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from benchmarks.yardsticks import floor
from todo_http.app import TodoApp


@asynccontextmanager
async def plain() -> AsyncIterator[floor.Connect]:
    """Ten connections, as the service has."""
    async with asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=10, max_size=10) as pool:
        yield pool.acquire


def create_app() -> TodoApp:
    """The floor's application."""
    return floor.create_app(plain)
