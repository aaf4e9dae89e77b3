"""Fixtures for all tests: a PostgreSQL server, databases on it, and every kind of storage."""

import gc
import os
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path
from typing import NoReturn

import pytest
import pytest_asyncio

from tests.support.postgres import create_database, drop_database, find_postgres, unique_database_name
from tests.support.postgres_pair import Pair, Server, lone_server, postgres_pair
from tests.support.postgres_server import PostgresServer, Unavailable
from todo_adapters import bootstrap
from todo_adapters.sql.migrate import upgrade
from todo_core.ports.storage import Store

pytest_plugins = ["todo_adapters.contracts.plugin"]  # also where the project is not installed

DATABASES = [pytest.param(kind, marks=pytest.mark.database) for kind in ("sqlite", "postgres")]

found_key = pytest.StashKey[PostgresServer | Unavailable]()


@pytest.fixture(scope="session")
def postgres_server(request: pytest.FixtureRequest) -> Iterator[PostgresServer]:
    """One server for the whole run, started when the first test asks for it."""
    found = find_postgres()
    request.config.stash[found_key] = found
    if isinstance(found, Unavailable):
        _do_without(found)
    try:
        yield found
    finally:
        found.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def postgres_url(request: pytest.FixtureRequest, postgres_server: PostgresServer) -> AsyncIterator[str]:
    """The address of an empty database that the tests of one module share."""
    name = unique_database_name(request.module.__name__)
    yield await create_database(postgres_server.url, name)
    await drop_database(postgres_server.url, name)


@pytest.fixture(params=DATABASES)
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database of either kind."""
    if request.param == "postgres":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite:///{tmp_path}/todo.db"


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the newest schema, to be copied."""
    file = tmp_path_factory.mktemp("migrated") / "todo.db"
    await upgrade(f"sqlite:///{file}")
    return file


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def migrated_database(postgres_server: PostgresServer) -> AsyncIterator[str]:
    """The name of a PostgreSQL database with the newest schema, to be copied."""
    name = unique_database_name("migrated")
    await upgrade(await create_database(postgres_server.url, name))
    yield name
    await drop_database(postgres_server.url, name)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def migrated_url(
    request: pytest.FixtureRequest, postgres_server: PostgresServer, migrated_database: str
) -> AsyncIterator[str]:
    """The address of a PostgreSQL database with the newest schema that the tests of one module share."""
    name = unique_database_name(request.module.__name__)
    yield await create_database(postgres_server.url, name, template=migrated_database)
    await drop_database(postgres_server.url, name)


@pytest.fixture(scope="module", params=["memory", *DATABASES])
def storage_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a storage of each kind, with the newest schema, which the tests of one module share."""
    if request.param == "memory":
        return "memory://"
    if request.param == "postgres":
        return str(request.getfixturevalue("migrated_url"))
    return f"sqlite:///{shutil.copy(request.getfixturevalue('migrated_file'), tmp_path_factory.mktemp('storage'))}"


@pytest.fixture(scope="module")
def open_store(storage_url: str) -> Callable[..., AbstractAsyncContextManager[Store]]:
    """Opens a storage of each kind, for the contract kit."""
    return partial(bootstrap.open_store, storage_url)


def pytest_configure() -> None:
    """Has the collector look less often through what is kept to the end, which takes a fifth of the time."""
    gc.set_threshold(20_000, 20, 50)


def pytest_collection_finish() -> None:
    gc.freeze()


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("parallel_writers") and "sqlite" in item.name:
        pytest.skip("one writer at a time")


@pytest.fixture(scope="module")
def own_server() -> Iterator[Server]:
    """A server that the tests of one module may stop and start again."""
    with lone_server() as found:
        if isinstance(found, Unavailable):
            _do_without(found)
        yield found


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def pair_of_servers() -> AsyncIterator[Pair]:
    """A primary and its standby, which the tests of one module may cut off and promote."""
    async with postgres_pair() as found:
        if isinstance(found, Unavailable):
            _do_without(found)
        yield found


@pytest_asyncio.fixture(loop_scope="session")
async def pair(pair_of_servers: Pair) -> Pair:
    """A primary with its standby in step, whatever the test before did with them."""
    await pair_of_servers.restore()
    return pair_of_servers


def _do_without(found: Unavailable) -> NoReturn:
    if os.environ.get("TODO_TEST_REQUIRE_POSTGRES", "") not in ("", "0"):
        pytest.fail(f"PostgreSQL is required and not there: {found.reason}", pytrace=False)
    pytest.skip(f"no PostgreSQL: {found.reason}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say at the end which PostgreSQL was tested, or why none was."""
    found = config.stash.get(found_key, None)
    if isinstance(found, PostgresServer):
        terminalreporter.write_line(f"Tested with {found.origin}.")
    elif isinstance(found, Unavailable):
        terminalreporter.write_line(f"PostgreSQL was NOT tested: {found.reason}.", yellow=True, bold=True)
