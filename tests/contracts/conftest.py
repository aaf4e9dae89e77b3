"""The fixtures ``store`` and ``kind``: a test that asks for them runs on every adapter, with every kind."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from todo_adapters.bootstrap import open_store
from todo_adapters.sql.registry import KIND_TABLES
from todo_core.model.kinds import Kind
from todo_core.ports.storage import Store


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def store(storage_url: str) -> AsyncIterator[Store]:
    """An open store. It may hold other data: a test creates the accounts that it needs."""
    async with open_store(storage_url) as opened:
        yield opened


@pytest.fixture(scope="module", params=[each.kind for each in KIND_TABLES.values()], ids=lambda kind: kind.name)
def kind(request: pytest.FixtureRequest) -> Kind[Any]:
    """Each kind of things that is stored."""
    found: Kind[Any] = request.param
    return found
