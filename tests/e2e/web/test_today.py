"""The view of today: what is overdue comes first and can be rescheduled at once."""

from playwright.async_api import expect

from tests.e2e.web.dates import Day
from tests.e2e.web.screen import Screen
from tests.e2e.web.visits import Visits
from tests.http.service import Person


async def busy(visits: Visits) -> tuple[Screen, Person, Day]:
    """The view of somebody with overdue tasks, and a subtask that is due today."""
    today = Day.somewhere_safe()
    ada = await visits.person(zone=today.zone)
    await ada.add("Pay the rent", due_date=today.plus(-2))
    await ada.add("Get up", due_date=f"{today.plus(-1)}T00:01")
    trip = await ada.add("Plan the trip")
    await ada.add("Book the train", due_date=today.plus(0), parent_id=trip["id"])
    await ada.add("Later", due_date=today.plus(1))
    return await visits.visit("/today", ada), ada, today


async def test_overdue_tasks_come_first_and_subtasks_name_their_parent(visits: Visits) -> None:
    screen, _, _ = await busy(visits)
    await screen.shows("Pay the rent", "Get up", "Book the train")
    await expect(screen.page.get_by_role("list", name="Overdue: Tasks").get_by_role("listitem")).to_have_count(2)
    await expect(screen.row("Book the train")).to_contain_text("Plan the trip")
    await expect(screen.row("Pay the rent").get_by_text("Overdue")).to_have_count(1)
    await screen.page.get_by_role("button", name="Overdue").click()
    await screen.shows("Book the train")
    await screen.page.reload()
    await screen.shows("Book the train")


async def test_all_that_is_overdue_is_rescheduled_at_once_and_as_one_action(visits: Visits) -> None:
    screen, ada, today = await busy(visits)
    await screen.button("Reschedule all").click()
    await screen.shows("Book the train", "Get up", "Pay the rent", in_order=False)
    await expect(screen.button("Reschedule all")).to_have_count(0)
    await screen.all_is_saved()
    dues = {task["title"]: task["due_date"] for task in (await ada.get(ada.tasks)).json()}
    assert [dues["Pay the rent"], dues["Get up"]] == [today.plus(0)] * 2, "a time that has passed is dropped"
    await screen.page.keyboard.press("Control+z")
    await screen.shows("Pay the rent", "Get up", "Book the train")


async def test_what_is_added_is_due_today(visits: Visits) -> None:
    screen, ada, today = await busy(visits)
    await screen.add("Buy milk")
    await expect(screen.box("Buy milk")).to_be_visible()
    await screen.all_is_saved()
    tasks = (await ada.get(ada.tasks)).json()
    assert next(task["due_date"] for task in tasks if task["title"] == "Buy milk") == today.plus(0)


async def test_a_recurring_task_goes_on_to_its_next_date(visits: Visits) -> None:
    today = Day.somewhere_safe()
    ada = await visits.person(zone=today.zone)
    await ada.add("Water the plants", due_date=today.plus(0), recurrence={"rule": "FREQ=DAILY"})
    screen = await visits.visit("/today", ada)
    await screen.box("Water the plants").click()
    await screen.shows()
    await screen.view_link("Upcoming").click()
    await screen.shows("Water the plants")
    await expect(screen.page.get_by_role("list", name="Tomorrow")).to_have_count(1)
    await screen.view_link("Completed").click()
    await expect(screen.rows).to_contain_text("Water the plants")
