"""The view of what was completed, day by day, older than the local copy too."""

import re

from playwright.async_api import expect

from tests.e2e.web.dates import Day
from tests.e2e.web.visits import Visits


async def test_completed_tasks_and_occurrences_are_shown_by_day_and_reopened(visits: Visits) -> None:
    today = Day.somewhere_safe()
    ada = await visits.person(zone=today.zone)
    await ada.add("Buy milk", completed=True)
    plants = await ada.add("Water the plants", due_date=today.plus(0), recurrence={"rule": "FREQ=DAILY"})
    assert (await ada.ask("PATCH", ada.task(plants), json={"completed": True})).status_code == 200
    screen = await visits.visit("/completed", ada)
    await expect(screen.rows).to_have_text([re.compile("Water the plants"), re.compile("Buy milk")])
    await expect(screen.page.get_by_role("main").get_by_role("heading", level=2)).to_have_text(re.compile("^Today · "))
    await expect(screen.rows.get_by_role("checkbox")).to_have_count(1)  # an occurrence is not reopened here
    await screen.rows.filter(has_text="Water the plants").get_by_role("button").first.click()
    await expect(screen.panel.field("Title")).to_have_value("Water the plants")
    await screen.panel.close()
    await screen.box("Buy milk").click()
    await expect(screen.rows).to_have_count(1)
    await screen.all_is_saved()
    assert sorted(await ada.titles(status="pending")) == ["Buy milk", "Water the plants"]


async def test_what_is_older_than_the_local_copy_is_read_on_demand(visits: Visits) -> None:
    ada = await visits.person()
    for start in range(0, 600, 100):
        adds = [{"op": "add", "task": {"title": f"task {start + n:03}", "completed": True}} for n in range(100)]
        assert (await ada.ask("POST", f"/api/{ada.id}/batch", json={"operations": adds})).status_code == 200
    screen = await visits.visit("/completed", ada)
    await expect(screen.rows.first).to_be_visible()
    await screen.page.evaluate("dispatchEvent(new Event('beforeprint'))")  # renders all rows
    before = await screen.rows.count()
    assert 500 <= before < 600
    await screen.button("Show older").click()
    await expect(screen.rows).to_have_count(600)
    await expect(screen.button("Show older")).to_have_count(0)
