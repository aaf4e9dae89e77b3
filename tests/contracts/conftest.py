"""The fixture ``store``, with which a test runs on every storage adapter."""

from collections.abc import AsyncIterator

import pytest_asyncio

from todo_adapters.bootstrap import open_store
from todo_core.ports.storage import Store


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def store(storage_url: str) -> AsyncIterator[Store]:
    """An open store. It may hold other data: a test creates the accounts that it needs."""
    async with open_store(storage_url) as opened:
        yield opened
