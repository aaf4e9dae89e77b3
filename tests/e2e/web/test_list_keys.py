"""The keys of a list: moving, ticking, selecting, and where the focus is when a task is gone."""

from collections.abc import Sequence

from playwright.async_api import expect

from tests.e2e.web.dates import Day
from tests.e2e.web.screen import Screen
from tests.e2e.web.visits import Visits

TITLES = ("first", "second", "third", "fourth")


async def with_list(visits: Visits, titles: Sequence[str] = TITLES) -> Screen:
    ada = await visits.person()
    for title in titles:
        await ada.add(title)
    screen = await visits.visit("/inbox", ada)
    await screen.shows(*titles)
    return screen


async def press(screen: Screen, *keys: str) -> None:
    for key in keys:
        await screen.page.keyboard.press(key)


async def focused(screen: Screen, title: str) -> None:
    await expect(screen.box(title)).to_be_focused()


async def test_arrows_move_space_ticks_and_enter_opens(visits: Visits) -> None:
    screen = await with_list(visits)
    await press(screen, "j")
    await focused(screen, "first")
    await press(screen, "ArrowDown", "j", "k", "ArrowDown")
    await focused(screen, "third")
    await press(screen, "Home")
    await focused(screen, "first")
    await press(screen, "End")
    await focused(screen, "fourth")
    await press(screen, "ArrowDown", "ArrowUp", "Space")
    await screen.shows("first", "second", "fourth")
    await focused(screen, "fourth")
    await press(screen, "Enter")
    await expect(screen.panel.field("Title")).to_have_value("fourth")
    await screen.panel.close()
    await focused(screen, "fourth")


async def test_the_keys_still_work_after_a_click_on_blank_space(visits: Visits) -> None:
    screen = await with_list(visits)
    await press(screen, "j", "j")
    await focused(screen, "second")
    await screen.page.mouse.click(1200, 700)
    await press(screen, "1")
    await expect(screen.box("second")).to_have_accessible_description("high priority")
    await screen.page.mouse.click(1200, 700)
    await press(screen, "Space")
    await screen.shows("first", "third", "fourth")
    await press(screen, "j")
    await focused(screen, "fourth")


async def test_a_deleted_task_leaves_the_focus_to_its_neighbour(visits: Visits) -> None:
    screen = await with_list(visits)
    await screen.box("second").focus()
    await press(screen, "Delete")
    await screen.shows("first", "third", "fourth")
    await focused(screen, "third")
    await press(screen, "Control+z")
    await screen.shows(*TITLES)
    await press(screen, "End", "Delete")
    await screen.shows("first", "second", "third")
    await focused(screen, "third")
    await press(screen, "Home", "Delete", "Delete", "Delete")
    await screen.shows()
    await expect(screen.page.locator("main:focus")).to_have_count(1)


async def test_shift_selects_ranges_by_keys_and_clicks(visits: Visits) -> None:
    screen = await with_list(visits)
    selected = screen.page.get_by_role("toolbar", name="Selected tasks")
    await screen.box("second").focus()
    await press(screen, "Shift+ArrowDown", "Shift+ArrowDown")
    await expect(selected).to_contain_text("3 selected")
    await press(screen, "Shift+ArrowUp")
    await expect(selected).to_contain_text("2 selected")
    await focused(screen, "third")
    await expect(screen.box("third")).to_have_accessible_description("Selected")
    await press(screen, "Escape")
    await screen.row("second").get_by_role("button", name="second", exact=True).click(modifiers=["Control"])
    await screen.row("fourth").get_by_role("button", name="fourth", exact=True).click(modifiers=["Shift"])
    await expect(selected).to_contain_text("3 selected")
    await press(screen, "3")
    await screen.all_is_saved()
    for title in ("second", "third", "fourth"):
        await expect(screen.box(title)).to_have_accessible_description("Selected , low priority")


async def test_the_list_is_one_stop_for_the_tab_key(visits: Visits) -> None:
    screen = await with_list(visits)
    stops = (
        "[...document.querySelectorAll('[role=list][aria-label=Tasks] input')].filter(it => it.tabIndex >= 0).length"
    )
    assert await screen.page.evaluate(stops) == 1
    await screen.box("first").focus()
    await press(screen, "ArrowDown")
    assert await screen.page.evaluate(stops) == 1
    await press(screen, "Shift+Tab", "Tab")
    await focused(screen, "second")


async def test_a_screen_reader_hears_due_date_and_priority_with_the_task(visits: Visits) -> None:
    today = Day.somewhere_safe()
    ada = await visits.person(zone=today.zone)
    work = await ada.add_list("Work")
    plan = await ada.add("Plan", due_date=today.plus(-1), priority="high", list_id=work["id"], tags=["home"])
    await ada.add("Step", parent_id=plan["id"], due_date=today.plus(0))
    screen = await visits.visit("/today", ada)
    described = "Overdue: Yesterday , high priority , subtasks: 0/1 , list: Work , #home"
    await expect(screen.box("Plan")).to_have_accessible_description(described)
    await expect(screen.box("Step")).to_have_accessible_description("Today , part of Plan , list: Work")
