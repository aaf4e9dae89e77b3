"""Two replicas over each kind of storage, for tests that attack from both sides."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.attacks.replicas import Replica, two_replicas


@pytest_asyncio.fixture
async def pair(storage_url: str) -> AsyncIterator[tuple[Replica, Replica]]:
    """Two replicas with a clock that stands still."""
    async with two_replicas(storage_url) as made:
        yield made
