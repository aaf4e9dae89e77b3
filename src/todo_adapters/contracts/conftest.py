"""The fixtures ``store`` and ``kind``: a test that asks for them runs with every kind."""

from collections.abc import AsyncIterator, Generator
from typing import Any

import pytest
import pytest_asyncio

from todo_adapters.contracts.plugin import OpenStore
from todo_core.model.kinds import Kind
from todo_core.model.quota import Quota
from todo_core.model.registry import KINDS
from todo_core.ports.storage import Store


@pytest.hookimpl(wrapper=True)
def pytest_pycollect_makemodule() -> Generator[None, pytest.Module, pytest.Module]:
    """The tests run in one event loop, with that of the store, whatever the mode of pytest-asyncio."""
    module = yield
    module.add_marker(pytest.mark.asyncio(loop_scope="session"))
    return module


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def store(open_store: OpenStore) -> AsyncIterator[Store]:
    """An open store. It may hold other data: a test creates the accounts that it needs."""
    async with open_store(quota=Quota()) as opened:
        yield opened


@pytest.fixture(scope="module", params=KINDS.values(), ids=list(KINDS))
def kind(request: pytest.FixtureRequest) -> Kind[Any]:
    """Each kind of things that is stored."""
    found: Kind[Any] = request.param
    return found
