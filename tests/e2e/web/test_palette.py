"""The palette goes anywhere and does anything, and the help page lists the keys; both know the same actions."""

import re

from playwright.async_api import expect

from tests.e2e.web.visits import Visits


async def test_the_palette_finds_views_lists_tags_and_tasks(visits: Visits) -> None:
    ada = await visits.person()
    home = (await ada.ask("POST", f"/api/{ada.id}/lists", json={"name": "Household"})).json()
    await ada.add("Buy hazelnuts", tags=["härtetest"], list_id=home["id"])
    screen = await visits.visit("/inbox", ada)
    await screen.is_home()
    for typed, address in (
        ("upc", "/upcoming"),
        ("househ", f"/list/{home['id']}"),
        ("hartet", "/tag/h%C3%A4rtetest"),
        ("hazel", f"/tag/h%C3%A4rtetest?task={next(iter((await ada.get(ada.tasks)).json()))['id']}"),
    ):
        await screen.page.keyboard.press("Control+k")
        await screen.dialog("Go to or do").get_by_role("combobox").fill(typed)
        await screen.page.keyboard.press("Enter")
        await expect(screen.page).to_have_url(re.compile(re.escape(address) + "$"))
    await expect(screen.panel.field("Title")).to_have_value("Buy hazelnuts")


async def test_the_palette_does_things_with_the_active_task(visits: Visits) -> None:
    ada = await visits.person()
    await ada.add("Buy milk")
    screen = await visits.visit("/inbox", ada)
    await screen.box("Buy milk").focus()
    await screen.page.keyboard.press("Control+k")
    combobox = screen.dialog("Go to or do").get_by_role("combobox")
    await combobox.fill("high pri")
    await expect(combobox).to_have_attribute("aria-activedescendant", re.compile("-0$"))
    await screen.page.keyboard.press("Enter")
    await expect(screen.box("Buy milk")).to_have_accessible_description(re.compile("high priority"))
    await expect(screen.box("Buy milk")).to_be_focused()


async def test_what_is_not_there_is_not_found_and_escape_closes_the_palette(visits: Visits) -> None:
    screen = await visits.visit("/inbox", await visits.person())
    await screen.is_home()
    await screen.page.keyboard.press("Control+k")
    palette = screen.dialog("Go to or do")
    await palette.get_by_role("combobox").fill("zzzz")
    await expect(palette.get_by_text("Nothing found.")).to_be_visible()
    await screen.page.keyboard.press("Enter")
    await expect(palette).to_be_visible()
    await screen.page.keyboard.press("Escape")
    await expect(palette).to_have_count(0)


async def test_the_help_page_lists_the_keys_of_all_actions(visits: Visits) -> None:
    screen = await visits.visit("/inbox", await visits.person())
    await screen.is_home()
    await screen.page.keyboard.press("?")
    help_page = screen.dialog("Keyboard shortcuts")
    for label in ("Add a task", "Go to or do", "Undo", "Inbox", "Due today", "High priority", "Delete"):
        await expect(help_page.locator("dd").get_by_text(label, exact=True)).to_be_visible()
    await help_page.get_by_role("button", name="Close").click()
    await expect(help_page).to_have_count(0)


async def test_keys_work_after_a_click_on_blank_space(visits: Visits) -> None:
    ada = await visits.person()
    await ada.add("Buy milk")
    screen = await visits.visit("/inbox", ada)
    await screen.box("Buy milk").focus()
    await screen.page.mouse.click(700, 700)
    await screen.page.keyboard.press("1")
    await expect(screen.box("Buy milk")).to_have_accessible_description(re.compile("high priority"))
    await screen.page.keyboard.press("g")
    await screen.page.keyboard.press("t")
    await expect(screen.heading("Today")).to_be_visible()
