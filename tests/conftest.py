"""What every test may ask for: a PostgreSQL server, and a database of its own on it."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import NoReturn

import pytest
import pytest_asyncio

from tests.support.postgres import (
    PostgresServer,
    Unavailable,
    create_database,
    drop_database,
    find_postgres,
    unique_database_name,
)
from tests.support.postgres_pair import Pair, Server, lone_server, postgres_pair

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


@pytest.fixture(params=["sqlite", "postgres"])
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database of either kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/todo.db"
    return str(request.getfixturevalue("postgres_url"))


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
