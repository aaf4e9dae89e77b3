"""Recurring tasks: dates are completed, skipped and taken back, on one device and on two."""

from typing import Any

from playwright.async_api import expect

from tests.e2e.web.screen import Screen
from tests.e2e.web.visits import Visits
from tests.http.service import Person

NEXT = "Sat 28 Feb 2099"
RULE = "FREQ=MONTHLY;BYMONTHDAY=31;SKIP=BACKWARD"


async def due_of(person: Person) -> Any:
    """The due date and the state of the only task."""
    (task,) = (await person.get(person.tasks)).json()
    return task["due_date"], task["completed"]


async def rent(visits: Visits, **fields: Any) -> tuple[Screen, Person]:
    """A page with a task that is due on the last day of each month, far in the future."""
    ada = await visits.person()
    await ada.add("Pay the rent", **{"due_date": "2099-01-31", "recurrence": {"rule": RULE}} | fields)
    screen = await visits.visit("/inbox", ada)
    await screen.shows("Pay the rent")
    return screen, ada


async def test_a_task_that_is_completed_stays_with_its_next_date_until_it_is_taken_back(visits: Visits) -> None:
    screen, ada = await rent(visits)
    box = screen.box("Pay the rent")
    await box.focus()
    await screen.page.keyboard.press("Space")
    await expect(screen.status(f"Completed “Pay the rent”; next on {NEXT}")).to_be_visible()
    await expect(screen.row("Pay the rent")).to_contain_text("28 Feb 2099")
    await expect(box).not_to_be_checked()
    await expect(box).to_be_focused()
    await screen.page.keyboard.press("Space")
    await expect(screen.row("Pay the rent")).to_contain_text("31 Mar 2099")
    await screen.page.keyboard.press("z")
    await expect(screen.row("Pay the rent")).to_contain_text("28 Feb 2099")
    await screen.all_is_saved()
    assert await due_of(ada) == ("2099-02-28", False)


async def test_a_date_is_skipped_without_a_completion(visits: Visits) -> None:
    screen, ada = await rent(visits)
    await screen.do("Pay the rent", "Skip this date")
    await expect(screen.status(f"Skipped “Pay the rent”; next on {NEXT}")).to_be_visible()
    (done,) = (await ada.get(f"/api/{ada.id}/completions")).json()
    assert (done["occurrence"], done["skipped"]) == ("2099-01-31", True)
    await screen.button("Undo").click()
    await expect(screen.row("Pay the rent")).to_contain_text("31 Jan 2099")


async def test_the_last_date_completes_the_task(visits: Visits) -> None:
    screen, ada = await rent(visits, recurrence={"rule": "FREQ=DAILY;COUNT=1"})
    await screen.box("Pay the rent").check()
    await expect(screen.status("Completed “Pay the rent”; that was the last date")).to_be_visible()
    await screen.shows()
    await screen.button("Undo").click()
    await screen.shows("Pay the rent")
    await screen.all_is_saved()
    assert await due_of(ada) == ("2099-01-31", False)


async def test_without_a_network_a_date_is_completed_once_and_can_be_taken_back(visits: Visits) -> None:
    visits.watch.expect("net::ERR_")
    screen, ada = await rent(visits)
    box = screen.box("Pay the rent")
    await screen.page.context.set_offline(True)
    await box.check()
    await expect(box).to_be_checked()
    await screen.page.context.set_offline(False)
    await expect(screen.row("Pay the rent")).to_contain_text("28 Feb 2099")
    await expect(box).not_to_be_checked()
    await screen.page.context.set_offline(True)
    await box.check()
    await screen.button("Undo").last.click()
    await expect(box).not_to_be_checked()
    await screen.page.context.set_offline(False)
    await screen.all_is_saved()
    await expect(screen.row("Pay the rent")).to_contain_text("28 Feb 2099")
    assert await due_of(ada) == ("2099-02-28", False)


async def test_a_date_that_was_completed_on_another_device_is_not_completed_twice(visits: Visits) -> None:
    visits.watch.expect("net::ERR_", "status of 412")
    screen, ada = await rent(visits)
    (task,) = (await ada.get(ada.tasks)).json()
    await screen.page.context.set_offline(True)
    await screen.box("Pay the rent").check()
    await ada.ask("PATCH", f"{ada.task(task)}/complete", json={"completed": True})
    await screen.page.context.set_offline(False)
    await expect(screen.status("It was completed or moved on another device")).to_be_visible()
    await expect(screen.row("Pay the rent")).to_contain_text("28 Feb 2099")
    assert await due_of(ada) == ("2099-02-28", False)


async def test_a_title_changed_on_another_device_is_no_obstacle_to_completing_and_taking_back(visits: Visits) -> None:
    visits.watch.expect("net::ERR_", "status of 412")
    screen, ada = await rent(visits)
    (task,) = (await ada.get(ada.tasks)).json()
    await screen.page.context.set_offline(True)
    await screen.box("Pay the rent").check()
    await ada.ask("PATCH", ada.task(task), json={"title": "Pay for the flat"})
    await screen.page.context.set_offline(False)
    await expect(screen.row("Pay for the flat")).to_contain_text("28 Feb 2099")
    assert await due_of(ada) == ("2099-02-28", False)
    await ada.ask("PATCH", ada.task(task), json={"title": "Pay"})
    await screen.shows("Pay")
    await screen.button("Undo").click()
    await expect(screen.row("Pay")).to_contain_text("31 Jan 2099")
    assert await due_of(ada) == ("2099-01-31", False)
