"""The same tasks in two tabs or on two devices: changes are seen, and never overwritten unnoticed."""

import pytest
from playwright.async_api import expect

from tests.e2e.web.screen import Screen
from tests.e2e.web.visits import Visits
from tests.http.service import Person


async def test_what_is_done_in_one_tab_is_seen_in_the_other(visits: Visits) -> None:
    ada = await visits.person()
    await ada.add("Call Ada")
    context = await visits.context(ada)
    one, other = await visits.tab(context), await visits.tab(context)
    await one.shows("Call Ada")
    await other.shows("Call Ada")
    await one.add("Buy milk")
    await other.shows("Buy milk", "Call Ada")
    form = await other.edit("Buy milk")
    await form.field("Title").fill("Buy oat milk")
    await form.save()
    await one.shows("Buy oat milk", "Call Ada")
    await one.box("Call Ada").check()
    await other.shows("Buy oat milk")


async def test_who_comes_back_to_a_page_sees_what_was_done_on_another_device(visits: Visits) -> None:
    ada = await visits.person()
    context = await visits.context(ada)
    page = await context.new_page()
    await page.clock.install()
    await page.goto("/")
    screen = visits.on(page)
    await screen.is_home()
    await ada.add("Buy milk")
    await page.clock.fast_forward(70_000)
    await screen.shows("Buy milk")


async def edited_over(visits: Visits, ada: Person) -> Screen:
    """A page on which somebody has saved an edit of a task that has been changed elsewhere meanwhile."""
    visits.watch.expect("status of 412")
    task = await ada.add("Buy milk", priority="low")
    screen = await visits.visit("/", ada)
    form = await screen.edit("Buy milk")
    changed = await ada.ask("PATCH", ada.task(task), json={"title": "Buy rice milk", "description": "from elsewhere"})
    assert changed.status_code == 200
    await form.field("Title").fill("Buy oat milk")
    await form.save()
    return screen


@pytest.mark.parametrize(
    ("choice", "title", "description"),
    [("Keep mine", "Buy oat milk", "from elsewhere"), ("Take theirs", "Buy rice milk", "from elsewhere")],
)
async def test_a_change_made_elsewhere_is_shown_beside_ones_own_and_one_chooses(
    visits: Visits, choice: str, title: str, description: str
) -> None:
    ada = await visits.person()
    screen = await edited_over(visits, ada)
    dialog = screen.dialog("Changed elsewhere")
    await expect(dialog).to_contain_text("Buy oat milk")
    await expect(dialog).to_contain_text("Buy rice milk")
    await dialog.get_by_role("button", name=choice).click()
    await expect(dialog).to_have_count(0)
    await screen.all_is_saved()
    await screen.shows(title)
    (task,) = (await ada.get(ada.tasks)).json()
    assert (task["title"], task["description"], task["priority"]) == (title, description, "low")


async def test_a_tick_on_what_was_ticked_elsewhere_is_no_conflict(visits: Visits) -> None:
    visits.watch.expect("status of 412")
    ada = await visits.person()
    task = await ada.add("Buy milk")
    screen = await visits.visit("/", ada)
    await screen.shows("Buy milk")
    await ada.ask("PATCH", ada.task(task) + "/complete", json={"completed": True})
    await screen.box("Buy milk").check()
    await screen.shows()
    await screen.all_is_saved()
    await expect(screen.dialog("Changed elsewhere")).to_have_count(0)


async def test_a_change_to_what_was_deleted_elsewhere_is_told(visits: Visits) -> None:
    visits.watch.expect("status of 404", "status of 412")
    ada = await visits.person()
    task = await ada.add("Buy milk")
    screen = await visits.visit("/", ada)
    form = await screen.edit("Buy milk")
    assert (await ada.ask("DELETE", ada.task(task))).status_code == 204
    await form.field("Title").fill("Buy oat milk")
    await form.save()
    await expect(screen.page.get_by_role("alert").or_(screen.status("deleted")).first).to_be_visible()
    await screen.shows()
