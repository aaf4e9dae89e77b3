"""The line in which tasks are typed, as far as it understands phrases."""

from playwright.async_api import expect

from tests.e2e.web.dates import Day
from tests.e2e.web.visits import Visits


async def test_phrases_become_fields_of_the_task_unless_they_are_taken_back(visits: Visits) -> None:
    today = Day.somewhere_safe()
    ada = await visits.person(zone=today.zone)
    screen = await visits.visit("/inbox", ada)
    told = screen.status("Tomorrow")
    await screen.entry.press_sequentially("Read Tomorrow")
    await expect(told).to_be_visible()
    await screen.entry.press("Backspace")
    await expect(told).to_have_count(0)
    await screen.entry.press_sequentially(" every 2 weeks #Books @quiet p2 in 3 days at 5pm")
    await expect(screen.status(", 17:00 · every 2 weeks · Medium · #Books · @quiet")).to_be_visible()
    await screen.entry.press("Enter")
    await expect(screen.list_link("Books")).to_be_visible()
    await screen.all_is_saved()
    [task] = (await ada.get(ada.tasks)).json()
    [books] = (await ada.get(f"/api/{ada.id}/lists")).json()
    assert (task["title"], task["due_date"]) == ("Read Tomorrow", f"{today.plus(3)}T17:00")
    assert (task["list_id"], task["tags"], task["priority"]) == (books["id"], ["quiet"], "medium")
    assert task["recurrence"]["rule"] == "FREQ=WEEKLY;INTERVAL=2"
