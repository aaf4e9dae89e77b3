"""The service on each storage that is in this process, and somebody with an account."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from tests.costs.hostile_requests import GRACE
from tests.http.service import OPTIONS, Api, Person, compose, serving
from todo_adapters.bootstrap import open_store
from todo_adapters.contracts.fakes import FixedClock
from todo_adapters.sql import migrate

PROXIED = replace(OPTIONS, trusted_proxies=("127.0.0.1",), cors_origins=("https://todo.example.org",))


@pytest_asyncio.fixture(scope="module", loop_scope="session", params=["memory", "sqlite"])
async def api(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Api]:
    url = "memory://"
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('costs')}/todo.db"
        await migrate.upgrade(url)
    async with open_store(url) as store:
        todo, hasher = compose(FixedClock(), store)
        async with serving(PROXIED, todo) as running:
            yield running
        hasher.close()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def ada(api: Api) -> Person:
    await api.person(email=GRACE)
    return await api.person()
