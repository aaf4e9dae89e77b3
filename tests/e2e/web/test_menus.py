"""Menus: worked by keys alone, and closed by all that closes a popover."""

from playwright.async_api import expect

from tests.e2e.web.visits import Visits


async def test_a_menu_is_worked_by_keys_and_returns_the_focus(visits: Visits) -> None:
    ada = await visits.person()
    task = await ada.add("Pay the rent", due_date="2099-01-31")
    screen = await visits.visit(f"/inbox?task={task['id']}", ada)
    panel = screen.page.get_by_role("complementary", name="Task")
    menu = screen.page.get_by_role("menu")
    more = panel.get_by_role("button", name="Priority")
    keys = screen.page.keyboard
    await more.focus()
    await keys.press("Enter")
    choices = menu.get_by_role("group", name="Priority").get_by_role("menuitemradio")
    await expect(choices).to_have_text(["High", "Medium", "Low", "None"])
    await expect(choices.nth(0)).to_be_focused()
    await expect(choices.nth(3)).to_be_checked()
    for key, place in (("ArrowUp", 3), ("ArrowDown", 0), ("End", 3), ("m", 1)):
        await keys.press(key)
        await expect(choices.nth(place)).to_be_focused()
    await keys.press("Escape")
    await expect(menu).to_have_count(0)
    await expect(more).to_be_focused()  # and the panel is still there
    await keys.press("Enter")
    await expect(choices.nth(0)).to_be_focused()
    await keys.press("h")
    await keys.press("Enter")
    await expect(panel.get_by_role("button", name="High priority")).to_be_focused()


async def test_a_menu_is_closed_by_clicks_elsewhere_and_on_what_opened_it_and_by_the_tab_key(visits: Visits) -> None:
    ada = await visits.person()
    task = await ada.add("Pay the rent")
    screen = await visits.visit(f"/inbox?task={task['id']}", ada)
    panel = screen.page.get_by_role("complementary", name="Task")
    priority = panel.get_by_role("button", name="Priority")
    menu = screen.page.get_by_role("menu")
    await priority.click()
    await expect(menu).to_be_visible()
    await priority.click()
    await expect(menu).to_have_count(0)
    await priority.click()
    await screen.page.keyboard.press("Tab")
    await expect(menu).to_have_count(0)
    await expect(panel.get_by_role("button", name="List Inbox")).to_be_focused()
    await priority.click()
    await screen.page.mouse.click(500, 700)
    await expect(menu).to_have_count(0)
    await expect(panel).to_be_visible()
