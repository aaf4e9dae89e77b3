"""The local copy: everything is there without a network, and nothing of it stays when the user leaves."""

import re
import subprocess
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, BrowserContext, expect

from tests.e2e.web.patience import until
from tests.e2e.web.screen import Screen
from tests.e2e.web.visits import Visits
from tests.support.server import SECRET, serving

API = re.compile(r"/api/")
DATABASES = "async () => (await indexedDB.databases()).map(({ name }) => name)"


async def offline_reload(context: BrowserContext, screen: Screen) -> None:
    """Loads the page again without a network: from the service worker and the local copy."""
    await screen.page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
    await screen.page.wait_for_function("navigator.serviceWorker.controller !== null")
    await context.set_offline(True)
    await screen.page.reload()


async def test_without_a_network_a_reload_shows_everything_and_all_of_it_can_be_changed(visits: Visits) -> None:
    visits.watch.expect("net::ERR_", "Failed to load", "Failed to fetch")
    ada = await visits.person()
    home = (await ada.ask("POST", f"/api/{ada.id}/lists", json={"name": "Home"})).json()
    for title in ("Tick me", "Edit me", "Move me", "Delete me"):
        await ada.add(title)
    await ada.add("At home", list_id=home["id"])
    context = await visits.context(ada, service_workers="allow")
    screen = await visits.tab(context, "/inbox")
    await screen.shows("Tick me", "Edit me", "Move me", "Delete me")
    await offline_reload(context, screen)
    await screen.shows("Tick me", "Edit me", "Move me", "Delete me")
    await screen.box("Tick me").click()
    await screen.delete("Delete me")
    panel = await screen.open("Edit me")
    await panel.write("Title", "Edited")
    await screen.box("Move me").focus()
    await screen.page.keyboard.press("Alt+ArrowUp")
    await screen.shows("Move me", "Edited")
    await screen.add("Add me")
    await screen.list_link("Home").click()
    await screen.shows("At home")
    await screen.page.reload()
    await screen.list_link("Home").click()
    await screen.shows("At home")
    await screen.view_link("Inbox").click()
    await screen.shows("Move me", "Edited", "Add me")
    await context.set_offline(False)
    await screen.all_is_saved()
    await screen.shows("Move me", "Edited", "Add me")
    tasks = (await ada.get(f"{ada.tasks}?list=inbox&status=pending&sort=position")).json()
    assert [task["title"] for task in tasks] == ["Move me", "Edited", "Add me"]


async def test_a_page_that_is_not_used_sends_nothing_but_its_stream(visits: Visits) -> None:
    ada = await visits.person()
    await ada.add("Buy milk")
    context = await visits.context(ada)
    await context.clock.install()
    asked: list[str] = []
    context.on("request", lambda it: asked.append(it.url))
    screen = await visits.tab(context, "/inbox")
    await screen.shows("Buy milk")

    async def streaming() -> bool:
        return any(url.endswith("/events") for url in asked)

    await until(streaming)
    asked.clear()
    for _ in range(20):
        await context.clock.run_for(1_000)
    for link in ("Today", "Upcoming", "Completed", "Inbox"):
        await screen.view_link(link).click()
        await expect(screen.heading(link)).to_be_visible()
    assert [url for url in asked if API.search(url)] == []


async def test_nothing_of_the_copy_stays_when_the_user_signs_out(visits: Visits) -> None:
    visits.watch.expect("status of 401")
    ada = await visits.person()
    await ada.add("Canary")
    context = await visits.context(ada)
    one, other = await visits.tab(context, "/inbox"), await visits.tab(context, "/inbox")
    await one.shows("Canary")
    await other.shows("Canary")
    assert await one.page.evaluate(DATABASES) == [f"todo.copy.{ada.id}"]
    await one.view_link("Settings").click()
    await one.button("Sign out").click()
    for tab in (one, other):
        await expect(tab.field("Email")).to_be_visible()

    async def gone() -> bool:
        return bool(await one.page.evaluate(DATABASES) == [])

    await until(gone)


async def test_tasks_that_are_stored_together_are_changed_one_by_one(visits: Visits) -> None:
    visits.watch.expect("net::ERR_", "Failed to load", "Failed to fetch")
    ada = await visits.person()
    ids = [f"01936f4e-7a2b-7c3d-8e4f-5a6b7c8d{number}00f" for number in (1, 2, 3)]
    tasks = [await ada.add(title, id=id) for title, id in zip(("One", "Two", "Three"), ids, strict=True)]
    context = await visits.context(ada, service_workers="allow")
    screen = await visits.tab(context, "/inbox")
    await screen.shows("One", "Two", "Three")
    await ada.ask("PATCH", ada.task(tasks[0]), json={"title": "First"})
    await ada.ask("DELETE", ada.task(tasks[1]))
    await screen.shows("First", "Three")
    await offline_reload(context, screen)
    await screen.shows("First", "Three")


async def test_a_damaged_copy_is_replaced(visits: Visits) -> None:
    ada = await visits.person()
    await ada.add("Buy milk")
    context = await visits.context(ada)
    screen = await visits.tab(context, "/inbox")
    await screen.shows("Buy milk")
    await screen.page.evaluate(
        """async (name) => {
            const { result } = await new Promise(done => {
                const opening = indexedDB.open(name);
                opening.onsuccess = () => done(opening);
            });
            const transaction = result.transaction(["task", "meta"], "readwrite");
            transaction.objectStore("task").clear();
            transaction.objectStore("meta").put("no-cursor", "position");
            await new Promise(done => (transaction.oncomplete = done));
        }""",
        f"todo.copy.{ada.id}",
    )
    visits.watch.expect("status of 4(00|10)")
    await screen.page.reload()
    await screen.shows("Buy milk")


async def test_without_indexeddb_tasks_are_shown_and_changed(visits: Visits) -> None:
    ada = await visits.person()
    await ada.add("Buy milk")
    context = await visits.context(ada)
    await context.add_init_script(
        "IDBFactory.prototype.open = () => { throw new DOMException('no', 'InvalidStateError') }"
    )
    screen = await visits.tab(context, "/inbox")
    await screen.shows("Buy milk")
    await screen.add("Call Ada")
    await screen.shows("Buy milk", "Call Ada")
    await screen.all_is_saved()


async def test_after_the_feed_was_restored_the_copy_is_made_anew(browser: Browser, tmp_path: Path) -> None:
    settings: dict[str, Any] = {"DATABASE_URL": f"sqlite:///{tmp_path / 'todo.db'}", "BETTER_AUTH_SECRET": SECRET}
    async with AsyncExitStack() as closing:
        server = await closing.enter_async_context(serving(tmp_path, "--migrate", **settings))
        visits = Visits(browser, server.url, closing)
        visits.watch.expect("status of 410", "net::ERR_")
        ada = await visits.person()
        await ada.add("Buy milk")
        screen = await visits.visit("/inbox", ada)
        await screen.shows("Buy milk")
        todo = str(Path(sys.executable).parent / "todo")
        done = subprocess.run(
            [todo, "feed", "renew-epoch"], env=settings, cwd=tmp_path, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr
        await ada.add("Call Ada")
        await screen.shows("Buy milk", "Call Ada")
        await screen.page.reload()
        await screen.shows("Buy milk", "Call Ada")
        visits.watch.check()


async def test_unsent_changes_that_the_browser_cannot_store_are_told(visits: Visits) -> None:
    ada = await visits.person()
    context = await visits.context(ada)
    screen = await visits.tab(context, "/inbox")
    await screen.is_home()
    await context.route(re.compile("/tasks"), lambda route: None)
    await screen.page.evaluate(
        "() => { Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); }; }"
    )
    await screen.add("Buy milk")
    await expect(screen.page.locator(".toast.error")).to_contain_text("Keep this page open")
    await screen.shows("Buy milk")
