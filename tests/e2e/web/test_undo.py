"""Every action is undone by the message and by keys, whether or not it has been sent, and done again."""

import asyncio
import re

import pytest
from playwright.async_api import Route, expect

from tests.e2e.web.screen import Screen
from tests.e2e.web.visits import Visits

WRITES = re.compile(r"/api/[0-9a-f-]{36}/(tasks|lists|batch|changes)")


async def undone(screen: Screen) -> None:
    await screen.heading("Inbox").click()
    await screen.page.keyboard.press("Control+z")


@pytest.mark.parametrize("action", ["Complete or reopen", "Due today", "High priority", "Delete"])
async def test_actions_on_a_task_are_undone_and_done_again(visits: Visits, action: str) -> None:
    ada = await visits.person()
    task = await ada.add("Buy milk")
    screen = await visits.visit("/inbox", ada)
    await screen.do("Buy milk", action)
    await screen.all_is_saved()
    after = (await ada.get(ada.task(task))).json()
    assert after.get("revision") != task["revision"]
    await undone(screen)
    await screen.shows("Buy milk")
    await screen.all_is_saved()
    before = (await ada.get(ada.task(task))).json()
    volatile = {"revision": 0, "updated_at": ""}
    assert before | volatile == task | volatile
    await screen.page.keyboard.press("Control+Shift+z")
    await screen.all_is_saved()
    again = (await ada.get(ada.task(task))).json()
    assert [again.get(it) for it in ("title", "completed", "priority")] == [
        after.get(it) for it in ("title", "completed", "priority")
    ]


async def test_an_added_task_and_what_was_typed_in_it_are_undone_step_by_step(visits: Visits) -> None:
    ada = await visits.person()
    screen = await visits.visit("/inbox", ada)
    await screen.add("Buy milk")
    panel = await screen.open("Buy milk")
    await panel.write("Title", "Buy oat milk")
    await panel.close()
    await screen.all_is_saved()
    await undone(screen)
    await screen.shows("Buy milk")
    await undone(screen)
    await screen.shows()
    await screen.all_is_saved()
    assert await ada.titles() == []
    await undone(screen)
    await expect(screen.status("Nothing to undo")).to_be_visible()


async def test_what_has_not_been_sent_is_withdrawn_and_never_sent(visits: Visits) -> None:
    visits.watch.expect("net::ERR_")
    ada = await visits.person()
    await ada.add("Buy milk")
    screen = await visits.visit("/inbox", ada)
    await screen.shows("Buy milk")
    held = asyncio.Event()
    sent: list[str] = []

    async def hold(route: Route) -> None:
        if route.request.method != "GET":
            sent.append(route.request.url.rsplit("/", 1)[1])
            await held.wait()
        await route.continue_()

    await screen.page.route(WRITES, hold)
    await screen.do("Buy milk", "High priority")
    await screen.do("Buy milk", "Delete")
    await screen.shows()
    await screen.button("Undo").last.click()
    await screen.shows("Buy milk")
    held.set()
    await screen.all_is_saved()
    assert len(sent) == 1
    ((task),) = (await ada.get(ada.tasks)).json()
    assert task["priority"] == "high"


async def test_an_undo_without_a_network_is_made_up_for(visits: Visits) -> None:
    visits.watch.expect("net::ERR_")
    ada = await visits.person()
    await ada.add("Buy milk")
    context = await visits.context(ada)
    screen = await visits.tab(context, "/inbox")
    await screen.do("Buy milk", "Complete or reopen")
    await screen.all_is_saved()
    await screen.all_is_loaded()
    await context.set_offline(True)
    await undone(screen)
    await screen.shows("Buy milk")
    await context.set_offline(False)
    await screen.all_is_saved()
    assert (await ada.get(ada.tasks)).json()[0]["completed"] is False


async def test_an_undo_that_is_refused_says_why_and_changes_nothing(visits: Visits) -> None:
    visits.watch.expect("status of 409")
    ada = await visits.person()
    task = await ada.add("Buy milk")
    screen = await visits.visit("/inbox", ada)
    await screen.do("Buy milk", "High priority")
    await screen.all_is_saved()
    await ada.ask("PATCH", ada.task(task), json={"priority": "low"})
    await expect(screen.box("Buy milk")).to_have_accessible_description(re.compile("low priority"))
    await undone(screen)
    await expect(screen.page.locator(".toast.error")).to_be_visible()
    await expect(screen.box("Buy milk")).to_have_accessible_description(re.compile("low priority"))
