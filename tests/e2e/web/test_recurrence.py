"""Recurring tasks: the rule is chosen and shown in words, and dates are completed, skipped and taken back."""

from typing import Any

from playwright.async_api import expect

from tests.e2e.web.screen import EditForm, Screen
from tests.e2e.web.visits import Visits
from tests.http.service import Person

NEXT = "Sat 28 Feb 2099"
PREVIEW = "**/recurrence/preview"
RULE = "FREQ=MONTHLY;BYMONTHDAY=31;SKIP=BACKWARD"


async def due_of(person: Person) -> Any:
    """The due date and the state of the only task."""
    (task,) = (await person.get(person.tasks)).json()
    return task["due_date"], task["completed"]


async def rent(visits: Visits, **fields: Any) -> tuple[Screen, Person]:
    """A page with a task that is due on the last day of each month, far in the future."""
    ada = await visits.person()
    await ada.add("Pay the rent", **{"due_date": "2099-01-31", "recurrence": {"rule": RULE}} | fields)
    screen = await visits.visit("/", ada)
    await screen.shows("Pay the rent")
    return screen, ada


async def choose(form: EditForm, label: str) -> None:
    await form.field("Repeats").select_option(label=label)


async def test_a_rule_is_chosen_from_a_menu_and_told_in_words(visits: Visits) -> None:
    ada = await visits.person()
    await ada.add("Pay the rent")
    screen = await visits.visit("/", ada)
    form = await screen.edit("Pay the rent")
    await expect(form.field("Repeats")).to_be_disabled()
    await form.field("Due date").fill("2099-01-31")
    await choose(form, "Last day of the month")
    await expect(form.form).to_contain_text("Every month on the last day")
    dates = "Sat 28 Feb 2099, Tue 31 Mar 2099, Thu 30 Apr 2099, Sun 31 May 2099, Tue 30 Jun 2099"
    await expect(form.form).to_contain_text(f"Then {dates}")
    await form.save()
    await expect(screen.row("Pay the rent")).to_contain_text("Repeats: Every month on the last day")
    form = await screen.edit("Pay the rent")
    await expect(form.field("Repeats")).to_have_value("FREQ=MONTHLY;BYMONTHDAY=-1")
    await expect(form.form).to_contain_text(f"Then {dates}")
    await choose(form, "Never")
    await form.save()
    await expect(screen.row("Pay the rent").get_by_text("Repeats")).to_have_count(0)
    await screen.all_is_saved()
    (task,) = (await ada.get(ada.tasks)).json()
    assert task["recurrence"] is None


async def test_a_rule_of_ones_own_is_explained_while_it_is_typed(visits: Visits) -> None:
    visits.watch.expect("status of 400")
    screen, _ = await rent(visits)
    form = await screen.edit("Pay the rent")
    rule = form.field("Rule")
    await expect(rule).to_have_value(RULE)
    await rule.fill("FREQ=HOURLY")
    await expect(rule).to_have_accessible_description("FREQ must be DAILY, WEEKLY, MONTHLY or YEARLY.")
    await screen.page.route(PREVIEW, lambda route: None, times=1)
    async with screen.page.expect_request(PREVIEW):
        await rule.fill("FREQ=DAILY;INTERVAL=2")
    async with screen.page.expect_event("requestfailed"):  # because nobody waits for its response any more
        await rule.fill("FREQ=DAILY;INTERVAL=3")
    await expect(form.form).to_contain_text("Every 3 days")
    await expect(form.form).to_contain_text("Then Tue 3 Feb 2099, Fri 6 Feb 2099")
    await expect(rule).not_to_have_attribute("aria-invalid", "true")
    await rule.press("Enter")
    await expect(screen.row("Pay the rent")).to_contain_text("Repeats: Every 3 days")


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
    await expect(screen.status(f"“Pay the rent” is due on {NEXT} again")).to_be_visible()
    assert await due_of(ada) == ("2099-02-28", False)


async def test_a_date_is_skipped_with_keys_alone(visits: Visits) -> None:
    screen, ada = await rent(visits)
    await screen.box("Pay the rent").focus()
    await screen.page.keyboard.press("e")
    skip = screen.button("Skip this date")
    for _ in range(25):  # fields and buttons of the form before it
        await screen.page.keyboard.press("Tab")
        if await skip.evaluate("it => it === document.activeElement"):
            break
    await screen.page.keyboard.press("Enter")
    await expect(screen.status(f"Skipped “Pay the rent”; next on {NEXT}")).to_be_visible()
    await expect(screen.box("Pay the rent")).to_be_focused()
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
    await expect(screen.row("Pay the rent")).to_contain_text("Not saved yet")
    await expect(screen.button("Undo")).to_have_count(0)  # the message names the next date, which is not known yet
    await screen.page.context.set_offline(False)
    await expect(screen.row("Pay the rent")).to_contain_text("28 Feb 2099")
    await expect(box).not_to_be_checked()
    await screen.page.context.set_offline(True)
    await box.check()
    await box.uncheck()
    await screen.page.context.set_offline(False)
    await screen.all_is_saved()
    await expect(screen.row("Pay the rent")).to_contain_text("28 Feb 2099")
    assert await due_of(ada) == ("2099-02-28", False)


async def test_a_date_that_was_completed_on_another_device_is_not_completed_twice(visits: Visits) -> None:
    visits.watch.expect("status of 412")
    screen, ada = await rent(visits)
    (task,) = (await ada.get(ada.tasks)).json()
    await ada.ask("PATCH", f"{ada.task(task)}/complete", json={"completed": True})
    await screen.box("Pay the rent").click()
    await expect(screen.status("It was completed or moved on another device")).to_be_visible()
    await expect(screen.row("Pay the rent")).to_contain_text("28 Feb 2099")
    assert await due_of(ada) == ("2099-02-28", False)


async def test_a_title_changed_on_another_device_is_no_obstacle_to_completing_and_taking_back(visits: Visits) -> None:
    visits.watch.expect("status of 412")
    screen, ada = await rent(visits)
    (task,) = (await ada.get(ada.tasks)).json()
    await ada.ask("PATCH", ada.task(task), json={"title": "Pay for the flat"})
    await screen.box("Pay the rent").click()
    await expect(screen.row("Pay for the flat")).to_contain_text("28 Feb 2099")
    assert await due_of(ada) == ("2099-02-28", False)
    await ada.ask("PATCH", ada.task(task), json={"title": "Pay"})
    await screen.button("Undo").click()
    await expect(screen.row("Pay")).to_contain_text("31 Jan 2099")
    assert await due_of(ada) == ("2099-01-31", False)
