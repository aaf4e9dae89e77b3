"""The fixture ``store``: every test that asks for it runs on every adapter."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from todo_adapters.bootstrap import open_store
from todo_adapters.sql.migrate import upgrade
from todo_core.ports.storage import Store


@pytest.fixture(scope="module", params=["memory", "sqlite", "postgres"])
def storage_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a storage that the tests of one module share."""
    if request.param == "memory":
        return "memory://"
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path_factory.mktemp('sqlite')}/todo.db"
    return str(request.getfixturevalue("postgres_url"))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def store(storage_url: str) -> AsyncIterator[Store]:
    """An adapter, opened. It is not empty: a test makes the people that it needs."""
    if storage_url != "memory://":
        await upgrade(storage_url)
    async with open_store(storage_url) as opened:
        yield opened
