"""The view of the coming days."""

import re

from playwright.async_api import expect

from tests.e2e.web.dates import Day
from tests.e2e.web.visits import Visits


async def test_days_with_tasks_are_shown_and_a_day_of_the_week_is_jumped_to(visits: Visits) -> None:
    today = Day.somewhere_safe()
    ada = await visits.person(zone=today.zone)
    await ada.add("Late", due_date=today.plus(-3))
    await ada.add("Soon", due_date=f"{today.plus(1)}T09:30")
    for number in range(20):
        await ada.add(f"Far {number:02}", due_date=today.plus(5))
    await ada.add("Undated")
    screen = await visits.visit("/upcoming", ada)
    week = screen.page.get_by_role("list", name="Next seven days").get_by_role("button")
    await expect(week).to_have_text([re.compile(r"0 tasks$"), re.compile(r"1 task$"), *[re.compile("0 tasks$")] * 3,
                                     re.compile("20 tasks$"), re.compile("0 tasks$")])  # fmt: skip
    headings = screen.page.get_by_role("main").get_by_role("heading", level=2)
    await expect(headings.nth(0)).to_have_text("Overdue")
    await expect(headings.nth(1)).to_have_text(re.compile("^Tomorrow · "))
    await expect(screen.row("Soon")).to_contain_text("09:30")
    await expect(screen.box("Late")).to_have_count(0)
    await week.nth(5).click()
    await expect(screen.box("Far 00")).to_be_focused()
    await screen.page.get_by_role("button", name="Overdue").click()
    await expect(screen.box("Late")).to_be_visible()


async def test_a_task_that_gets_another_date_moves_to_that_day(visits: Visits) -> None:
    today = Day.somewhere_safe()
    ada = await visits.person(zone=today.zone)
    await ada.add("Call Ada", due_date=today.plus(3))
    screen = await visits.visit("/upcoming", ada)
    await screen.box("Call Ada").focus()
    await screen.page.keyboard.press("m")
    await expect(screen.page.get_by_role("main").get_by_role("heading", level=2)).to_have_text(re.compile("^Tomorrow"))
    await expect(screen.box("Call Ada")).to_be_focused()
