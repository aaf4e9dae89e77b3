"""Two replicas over each kind of storage, for tests that attack from both sides."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.attacks.replicas import Replica, two_replicas
from todo_adapters.sql.migrate import upgrade


@pytest.fixture(scope="module", params=["memory", "sqlite", "postgres"])
def empty_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of an empty storage."""
    if request.param == "memory":
        return "memory://"
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path_factory.mktemp('sqlite')}/todo.db"
    return str(request.getfixturevalue("postgres_url"))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def storage_url(empty_url: str) -> str:
    """The address of a storage that the tests of one module share."""
    if empty_url != "memory://":
        await upgrade(empty_url)
    return empty_url


@pytest_asyncio.fixture
async def pair(storage_url: str) -> AsyncIterator[tuple[Replica, Replica]]:
    """Two replicas with a clock that stands still."""
    async with two_replicas(storage_url) as made:
        yield made
