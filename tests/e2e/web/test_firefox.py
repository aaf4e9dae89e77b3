"""The web client in Firefox: what every day needs. The other tests of this folder run in Chromium."""

import itertools
import os
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.e2e.web.conftest import tell
from tests.e2e.web.patience import until
from tests.http.service import PASSWORD, Person
from tests.support.bidi import Session, Tab
from tests.support.firefox import NAMES, find_firefox, running_firefox
from tests.support.server import Server

numbers = itertools.count(1)
ENTRY = ("textbox", "Add a task")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def firefox(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Session]:
    """One Firefox for the module, started when the first test asks for it."""
    program = find_firefox()
    if program is None:
        missing = f"none of {', '.join(NAMES)} is on PATH"
        tell(request.config, f"The web client was NOT tested in Firefox: {missing}.")
        if os.environ.get("TODO_TEST_REQUIRE_FIREFOX", "") not in ("", "0"):
            pytest.fail(f"Firefox is required and not there: {missing}", pytrace=False)
        pytest.skip(f"no Firefox: {missing}")
    async with running_firefox(program, tmp_path_factory.mktemp("firefox")) as session:
        tell(request.config, f"Web client tested in {program} {session.version}.")
        yield session


@pytest_asyncio.fixture
async def ada(server: Server) -> AsyncIterator[Person]:
    async with server.client() as client:
        wish = {"email": f"firefox{next(numbers)}@example.org", "password": PASSWORD, "name": "Ada"}
        answer = await client.post("/api/auth/register", json=wish)
        assert answer.status_code == 201, answer.text
        yield Person(client, answer.json())


@pytest_asyncio.fixture
async def tab(firefox: Session, server: Server, ada: Person) -> AsyncIterator[Tab]:
    """A tab in which Ada has signed in; it has reported no error at the end."""
    async with firefox.tab() as tab:
        await tab.go(server.url + "/sign-in")
        await tab.fill("textbox", "Email", ada.email)
        await tab.press("Tab")  # fields for passwords have no role by which to find them
        await tab.type(PASSWORD)
        await tab.press("Enter")
        await tab.shows(*ENTRY)
        yield tab
        assert firefox.errors == []


async def add(tab: Tab, title: str) -> None:
    await tab.fill(*ENTRY, title)
    await tab.press("Enter")
    await tab.shows("checkbox", f"Complete {title}")


async def saved(ada: Person, **fields: Any) -> None:
    """Waits until the service has one task, with these fields."""

    async def holds() -> bool:
        tasks = (await ada.get(ada.tasks)).json()
        return [{name: task[name] for name in fields} for task in tasks] == [fields]

    await until(holds)


async def test_a_task_is_added_edited_and_ticked(tab: Tab, ada: Person) -> None:
    await add(tab, "Buy milk")
    await saved(ada, title="Buy milk")
    await tab.click("button", "Buy milk")
    await tab.fill("textbox", "Title", "Buy oat milk")
    await tab.click("button", "Close the task")
    await tab.shows("checkbox", "Complete Buy oat milk")
    await saved(ada, title="Buy oat milk", completed=False)
    await tab.click("checkbox", "Complete Buy oat milk")
    await tab.shows("checkbox", "Complete Buy oat milk", count=0)
    await saved(ada, title="Buy oat milk", completed=True)


async def test_what_is_written_offline_survives_a_reload_and_is_sent_later(tab: Tab, ada: Person) -> None:
    await tab.evaluate("navigator.serviceWorker.ready")
    await tab.offline(True)
    await add(tab, "Write a letter")
    await tab.reload()
    await tab.shows("checkbox", "Complete Write a letter")
    assert (await ada.get(ada.tasks)).json() == []
    await tab.offline(False)
    await saved(ada, title="Write a letter")
