"""One running service for the tests of each module; whoever needs another starts it with ``serving``."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.http.service import Api, Person, serving


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def api() -> AsyncIterator[Api]:
    async with serving() as running:
        yield running


@pytest_asyncio.fixture
async def ada(api: Api) -> Person:
    """Somebody who has just registered."""
    return await api.person()
