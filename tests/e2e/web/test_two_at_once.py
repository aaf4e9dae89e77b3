"""The same tasks in two tabs or on two devices: changes are seen at once, merged, and never overwritten unnoticed."""

import re

import pytest
from playwright.async_api import expect

from tests.e2e.web.visits import Visits


async def test_what_is_done_on_one_device_is_seen_on_the_other(visits: Visits) -> None:
    visits.watch.expect("status of 404")
    ada = await visits.person()
    await ada.add("Call Ada")
    one, other = await visits.visit("/inbox", ada), await visits.visit("/inbox", ada)
    await one.shows("Call Ada")
    await other.shows("Call Ada")
    await one.add("Buy milk")
    await other.shows("Call Ada", "Buy milk")
    panel = await other.open("Buy milk")
    await panel.write("Title", "Buy oat milk")
    await one.shows("Call Ada", "Buy oat milk")
    await one.box("Call Ada").click()
    await other.shows("Buy oat milk")
    await one.delete("Buy oat milk")
    await expect(panel.root).to_contain_text("This task does not exist")


async def test_two_tabs_share_one_stream_and_one_takes_over_from_the_other(visits: Visits) -> None:
    ada = await visits.person()
    context = await visits.context(ada)
    streams: list[str] = []
    context.on("request", lambda it: streams.append(it.url) if it.url.endswith("/api/events") else None)
    one, other = await visits.tab(context, "/inbox"), await visits.tab(context, "/inbox")
    await one.is_home()
    await other.is_home()
    await ada.add("Buy milk")
    await one.shows("Buy milk")
    await other.shows("Buy milk")
    assert len(streams) == 1
    await one.page.close()
    await ada.add("Call Ada")
    await other.shows("Buy milk", "Call Ada")
    assert len(streams) == 2


@pytest.mark.parametrize("sending", ["at once", "later"])
async def test_changes_of_different_fields_are_merged_without_a_question(visits: Visits, sending: str) -> None:
    visits.watch.expect("status of 412", "net::ERR_")
    ada = await visits.person()
    task = await ada.add("Buy milk", priority="low")
    context = await visits.context(ada)
    screen = await visits.tab(context, "/inbox")
    panel = await screen.open("Buy milk")
    if sending == "later":
        await screen.all_is_loaded()
        await context.set_offline(True)
    await panel.field("Title").fill("Buy oat milk")
    changed = await ada.ask("PATCH", ada.task(task), json={"description": "from elsewhere"})
    assert changed.status_code == 200
    await panel.field("Title").blur()
    await context.set_offline(False)
    await screen.all_is_saved()
    found = (await ada.get(ada.task(task))).json()
    assert (found["title"], found["description"], found["priority"]) == ("Buy oat milk", "from elsewhere", "low")
    await expect(panel.field("Notes")).to_have_value("from elsewhere")
    await expect(screen.page.get_by_role("dialog")).to_have_count(0)


@pytest.mark.parametrize(("choice", "title"), [("Keep mine", "Buy oat milk"), ("Take theirs", "Buy rice milk")])
async def test_of_two_values_of_the_same_field_one_is_chosen(visits: Visits, choice: str, title: str) -> None:
    visits.watch.expect("status of 412", "net::ERR_")
    ada = await visits.person()
    task = await ada.add("Buy milk")
    context = await visits.context(ada)
    screen = await visits.tab(context, "/inbox")
    panel = await screen.open("Buy milk")
    await screen.all_is_loaded()
    await context.set_offline(True)
    await panel.write("Title", "Buy oat milk")
    changed = await ada.ask("PATCH", ada.task(task), json={"title": "Buy rice milk", "description": "from elsewhere"})
    assert changed.status_code == 200
    await context.set_offline(False)
    dialog = screen.dialog("Changed elsewhere")
    await expect(dialog).to_contain_text(re.compile("Title.*Buy oat milk.*Buy rice milk", re.S))
    await expect(dialog).not_to_contain_text("Notes")
    await dialog.get_by_role("button", name=choice).click()
    await screen.shows(title)
    await screen.all_is_saved()
    found = (await ada.get(ada.task(task))).json()
    assert (found["title"], found["description"]) == (title, "from elsewhere")


async def test_the_same_change_on_two_devices_is_no_conflict(visits: Visits) -> None:
    visits.watch.expect("status of 412", "net::ERR_")
    ada = await visits.person()
    task = await ada.add("Buy milk")
    context = await visits.context(ada)
    screen = await visits.tab(context, "/inbox")
    panel = await screen.open("Buy milk")
    await screen.all_is_loaded()
    await context.set_offline(True)
    await panel.write("Title", "Buy oat milk")
    await ada.ask("PATCH", ada.task(task), json={"title": "Buy oat milk"})
    await context.set_offline(False)
    await screen.all_is_saved()
    await expect(screen.page.get_by_role("dialog")).to_have_count(0)
    await screen.shows("Buy oat milk")
