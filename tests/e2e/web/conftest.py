"""Fixtures for the tests of the web client: a browser, a server, and visits whose pages are watched for errors."""

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.e2e.web.visits import PATIENCE, Visits
from tests.support.browser import NoBrowser, find_browser, running
from tests.support.server import Server, serving

expect.set_options(timeout=PATIENCE)
browsers_key = pytest.StashKey[list[str]]()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(request: pytest.FixtureRequest) -> AsyncIterator[Browser]:
    """One browser for the whole run, started when the first test asks for it."""
    found = await find_browser()
    if isinstance(found, NoBrowser):
        tell(request.config, f"The web client was NOT tested in a browser: {found.reason}.")
        if os.environ.get("TODO_TEST_REQUIRE_BROWSER", "") not in ("", "0"):
            pytest.fail(f"A browser is required and not there: {found.reason}", pytrace=False)
        pytest.skip(f"no browser: {found.reason}")
    async with running(found) as browser:
        tell(request.config, f"Web client tested in {found} {browser.version}.")
        yield browser


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    """A server on SQLite that all tests share; each test has users of its own."""
    async with serving(tmp_path_factory.mktemp("web"), "--migrate") as server:
        yield server


@pytest_asyncio.fixture
async def visits(browser: Browser, server: Server) -> AsyncIterator[Visits]:
    """Opens pages for users; fails at the end if a page has reported an error."""
    async with AsyncExitStack() as closing:
        visits = Visits(browser, server.url, closing)
        yield visits
    visits.watch.check()


def tell(config: pytest.Config, line: str) -> None:
    """Has a line shown at the end of the run."""
    config.stash.setdefault(browsers_key, []).append(line)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say at the end in which browsers the client was tested, or why in none."""
    for told in config.stash.get(browsers_key, []):
        not_tested = "NOT" in told
        terminalreporter.write_line(told, yellow=not_tested, bold=not_tested)
