"""Slow, lossy and missing networks: a change is shown at once, and takes effect exactly once."""

import asyncio
import re
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, Request, Response, Route, expect

from tests.e2e.test_kills import kill
from tests.e2e.web.screen import Screen
from tests.e2e.web.visits import Visits
from tests.http.service import Person
from tests.support.server import SECRET, Server, free_port, serving

WRITES = re.compile(r"/api/[0-9a-f-]{36}/tasks")
LOST = "net::ERR_"


class Writes:
    """The writes of a page: their keys, and which answers were given from memory."""

    def __init__(self, page: Page) -> None:
        self.keys: list[str] = []
        self.replayed: list[bool] = []
        page.on("request", self._request)
        page.on("response", self._response)

    def _request(self, request: Request) -> None:
        if request.method != "GET" and WRITES.search(request.url):
            self.keys.append(request.headers["idempotency-key"])

    def _response(self, response: Response) -> None:
        if response.request.method != "GET" and WRITES.search(response.url):
            self.replayed.append("idempotency-replayed" in response.headers)


async def all_of(person: Person) -> list[dict[str, Any]]:
    tasks: list[dict[str, Any]] = (await person.get(person.tasks)).json()
    return tasks


async def test_on_a_slow_network_every_change_is_on_the_screen_at_once(visits: Visits) -> None:
    ada = await visits.person()
    await ada.add("Call Ada")
    await ada.add("Write a letter")
    screen = await visits.visit("/inbox", ada)
    await screen.shows("Call Ada", "Write a letter")
    held = asyncio.Event()

    async def slowly(route: Route) -> None:
        await held.wait()
        await route.continue_()

    await screen.page.route(WRITES, slowly)
    await screen.add("Buy milk")
    await screen.shows("Call Ada", "Write a letter", "Buy milk")
    panel = await screen.open("Call Ada")
    await panel.write("Title", "Call Grace")
    await screen.shows("Call Grace", "Write a letter", "Buy milk")
    await screen.box("Write a letter").click()
    await screen.shows("Call Grace", "Buy milk")
    assert [(task["title"], task["completed"]) for task in await all_of(ada)] == [
        ("Call Ada", False),
        ("Write a letter", False),
    ], "the server knows nothing of it yet"
    held.set()
    await screen.all_is_saved()
    await screen.shows("Call Grace", "Buy milk")
    assert [(task["title"], task["completed"]) for task in await all_of(ada)] == [
        ("Call Grace", False),
        ("Write a letter", True),
        ("Buy milk", False),
    ]


@pytest.mark.parametrize("way", ["cut", "unknown", "timeout"])
async def test_a_lost_answer_is_asked_for_again_under_the_same_key_and_happens_once(visits: Visits, way: str) -> None:
    visits.watch.expect(LOST, "status of 503", "status of 504")
    ada = await visits.person()
    screen = await visits.visit("/inbox", ada)
    writes, losses = Writes(screen.page), iter((True, True))

    async def lose(route: Route) -> None:
        if route.request.method == "GET" or not next(losses, False):
            await route.continue_()
            return
        await route.fetch()  # the server has done it
        if way == "cut":
            await route.abort("connectionreset")
        elif way == "timeout":  # of a proxy in between
            await route.fulfill(status=504, content_type="text/html", body="<h1>Gateway Timeout</h1>")
        else:
            problem = {"type": "/problems/outcome-unknown", "title": "?", "status": 503, "detail": "?", "instance": "?"}
            await route.fulfill(status=503, content_type="application/problem+json", json=problem)

    await screen.page.route(WRITES, lose)
    await screen.add("Buy milk")
    await screen.shows("Buy milk")
    await screen.all_is_saved()
    assert await ada.titles() == ["Buy milk"]
    assert len(writes.keys) == 3
    assert len(set(writes.keys)) == 1
    assert writes.replayed[-1]


async def test_a_new_wish_has_a_new_key(visits: Visits) -> None:
    ada = await visits.person()
    screen = await visits.visit("/inbox", ada)
    writes = Writes(screen.page)
    await screen.add("Buy milk")
    await screen.add("Buy milk")
    await screen.all_is_saved()
    assert len(set(writes.keys)) == 2
    assert await ada.titles() == ["Buy milk", "Buy milk"]


async def test_offline_it_says_so_and_everything_is_done_in_order_when_the_network_is_back(visits: Visits) -> None:
    visits.watch.expect(LOST)
    ada = await visits.person()
    await ada.add("Call Ada")
    context = await visits.context(ada)
    screen = await visits.tab(context, "/inbox")
    await screen.shows("Call Ada")
    await screen.all_is_loaded()
    await context.set_offline(True)
    await screen.add("Buy milk")
    await expect(screen.status("Offline")).to_be_visible()
    await screen.box("Call Ada").click()
    await screen.shows("Buy milk")
    panel = await screen.open("Buy milk")
    await panel.write("Title", "Buy oat milk")
    await expect(screen.status("Offline")).to_contain_text("3 changes wait")
    assert await ada.titles() == ["Call Ada"]
    await context.set_offline(False)
    await expect(screen.status("Offline")).to_have_count(0)
    await screen.all_is_saved()
    await screen.shows("Buy oat milk")
    assert [(task["title"], task["completed"]) for task in await all_of(ada)] == [
        ("Call Ada", True),
        ("Buy oat milk", False),
    ]


async def test_what_waits_survives_a_reload_and_the_end_of_the_tab(visits: Visits) -> None:
    visits.watch.expect(LOST)
    ada = await visits.person()
    context = await visits.context(ada)
    screen = await visits.tab(context, "/inbox")
    await screen.is_home()
    await context.route(WRITES, lambda route: route.abort())
    await screen.add("Buy milk")
    await expect(screen.status("Offline")).to_be_visible()
    await screen.page.close()
    await context.unroute(WRITES)
    again = await visits.tab(context, "/inbox")
    await again.shows("Buy milk")
    await again.all_is_saved()
    assert await ada.titles() == ["Buy milk"]


async def killed_before_it_is_done(server: Server, screen: Screen, database: Path) -> None:
    """The write waits for somebody who holds the database, and so it is not done when the server dies."""
    lock = sqlite3.connect(database, isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    async with screen.page.expect_request(WRITES):
        await screen.add("Buy milk")
    await asyncio.sleep(0.2)
    kill(server)
    lock.close()


async def killed_after_it_is_done(server: Server, screen: Screen, database: Path) -> None:
    """The write is done, and the server dies with the answer in its hand."""

    async def kill_before_the_answer(route: Route) -> None:
        await route.fetch()
        kill(server)
        await route.abort("connectionreset")

    await screen.page.route(WRITES, kill_before_the_answer, times=1)
    await screen.add("Buy milk")


@pytest.mark.parametrize("end", [killed_before_it_is_done, killed_after_it_is_done])
async def test_a_server_killed_in_the_middle_of_a_write_and_started_again_has_done_it_once(
    browser: Browser, tmp_path: Path, end: Callable[[Server, Screen, Path], Awaitable[None]]
) -> None:
    database = tmp_path / "todo.db"
    settings = {"DATABASE_URL": f"sqlite:///{database}", "BETTER_AUTH_SECRET": SECRET, "TODO_PORT": str(free_port())}
    async with AsyncExitStack() as closing:
        async with serving(tmp_path, "--migrate", **settings) as server:
            visits = Visits(browser, server.url, closing)
            visits.watch.expect(LOST)
            ada = await visits.person()
            screen = await visits.visit("/inbox", ada)
            await screen.is_home()
            writes = Writes(screen.page)
            await end(server, screen, database)
            await server.process.wait()
            await expect(screen.status("Offline")).to_be_visible()
            await screen.shows("Buy milk")
        async with serving(tmp_path, **settings):
            await expect(screen.status("Offline")).to_have_count(0)
            await screen.all_is_saved()
            await screen.shows("Buy milk")
            assert await ada.titles() == ["Buy milk"]
            assert len(set(writes.keys)) == 1
            assert writes.replayed[-1] == (end is killed_after_it_is_done)
            visits.watch.check()
