"""The date popover: days by name, in a month and by keys, times, recurrence, and that nothing entered in it is lost."""

import re
from typing import Any

from playwright.async_api import Locator, expect

from tests.e2e.web.dates import Day
from tests.e2e.web.patience import until
from tests.e2e.web.screen import Screen
from tests.e2e.web.visits import PHONE, TOUCH, Visits
from tests.http.service import Person

RULE = "FREQ=MONTHLY;BYMONTHDAY=31;SKIP=BACKWARD"


class DatePopover:
    """The popover of the task that is open in the panel."""

    def __init__(self, screen: Screen) -> None:
        self.screen = screen
        self.root = screen.dialog("Date")

    @property
    def time(self) -> Locator:
        return self.root.get_by_label("Time", exact=True)

    @property
    def repeat(self) -> Locator:
        return self.root.get_by_label("Repeat", exact=True)

    def button(self, name: str) -> Locator:
        return self.root.get_by_role("button", name=name)

    def day(self, name: str) -> Locator:
        return self.root.get_by_role("gridcell", name=name, exact=True)

    @property
    def chip(self) -> Locator:
        """What opens it, and shows the due date."""
        return self.screen.panel.button(re.compile("^(Due|Date)"))

    async def open(self) -> None:
        await self.chip.click()
        await expect(self.root).to_be_visible()

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.screen.page.keyboard.press(key)


async def visited(
    visits: Visits, due: str | None, zone: str = "UTC", locale: str = "en-GB", **fields: Any
) -> tuple[DatePopover, Person]:
    """A page with the panel of a task open."""
    ada = await visits.person(zone=zone)
    task = await ada.add("Pay the rent", due_date=due, **fields)
    screen = await visits.visit(f"/inbox?task={task['id']}", ada, locale=locale)
    return DatePopover(screen), ada


async def saved(popover: DatePopover, person: Person, field: str = "due_date") -> Any:
    """A field of the only task, once the popover is closed and everything is saved."""
    await expect(popover.root).to_have_count(0)
    await popover.screen.page.wait_for_timeout(300)  # it saves when it is gone
    await popover.screen.all_is_saved()
    (task,) = (await person.get(person.tasks)).json()
    return task[field]


async def test_a_day_by_name_closes_the_popover_and_can_be_undone(visits: Visits) -> None:
    today = Day.somewhere_safe()
    popover, ada = await visited(visits, f"{today.plus(-3)}T17:00", zone=today.zone)
    await popover.open()
    await popover.button("Tomorrow").click()
    await expect(popover.root).to_have_count(0)
    await expect(popover.chip).to_have_text("Due Tomorrow 17:00")
    await expect(popover.chip).to_be_focused()
    assert await saved(popover, ada) == f"{today.plus(1)}T17:00"
    await expect(popover.screen.status("Scheduled “Pay the rent” for tomorrow 17:00")).to_be_visible()
    await popover.screen.button("Undo").click()
    await expect(popover.chip).to_contain_text("overdue")


async def test_a_day_is_chosen_in_the_month_with_keys_alone(visits: Visits) -> None:
    popover, ada = await visited(visits, "2099-01-31")
    await popover.chip.focus()
    await popover.press("Enter")
    await expect(popover.day("31 January")).to_be_focused()
    await expect(popover.day("31 January")).to_have_attribute("aria-selected", "true")
    await popover.press("PageDown")
    await expect(popover.day("28 February")).to_be_focused()
    await expect(popover.root.get_by_role("grid", name="February 2099")).to_be_visible()
    await popover.press("ArrowDown", "Home")
    await expect(popover.day("2 March")).to_be_focused()
    await popover.press("Enter")
    await expect(popover.chip).to_be_focused()
    assert await saved(popover, ada) == "2099-03-02"
    await popover.press("Enter", "Shift+Tab", "Shift+Tab", "Enter")  # from the month to the button before it
    await expect(popover.root.get_by_role("grid", name="February 2099")).to_be_visible()
    await popover.press("Escape")
    await expect(popover.chip).to_be_focused()
    assert await saved(popover, ada) == "2099-03-02"


async def test_a_time_is_typed_and_saved_by_whatever_closes_the_popover(visits: Visits) -> None:
    popover, ada = await visited(visits, "2099-12-24", locale="en-US")
    await popover.open()
    await expect(popover.root.get_by_role("columnheader").first).to_have_text("Su")
    await popover.time.fill("17:00")
    await popover.press("Escape")
    await expect(popover.chip).to_have_text("Due 24 Dec 2099 5 pm")
    assert await saved(popover, ada) == "2099-12-24T17:00"

    await popover.open()
    await popover.time.fill("18h30")
    await popover.screen.page.mouse.click(600, 700)
    await expect(popover.chip).to_have_text("Due 24 Dec 2099 6:30 pm")
    await popover.open()
    await popover.time.fill("soon")
    await popover.button("Done").click()
    await expect(popover.time).to_have_accessible_description("Write it like 17:00 or 5 pm.")
    await popover.press("Escape")
    assert await saved(popover, ada) == "2099-12-24T18:30"

    await popover.open()
    await popover.time.fill("7a")
    await popover.screen.page.reload()
    await expect(popover.chip).to_have_text("Due 24 Dec 2099 7 am")
    assert await saved(popover, ada) == "2099-12-24T07:00"


async def test_a_fixed_time_stays_fixed_until_it_is_made_floating(visits: Visits) -> None:
    popover, ada = await visited(visits, "2099-12-24T10:00:00-05:00[America/New_York]", zone="Europe/Berlin")
    await popover.open()
    await expect(popover.time).to_have_value("16:00")
    basis = popover.root.get_by_label("Time is", exact=True)
    await expect(basis).to_have_accessible_description("10:00 in New York")
    await popover.day("25 December").click()
    assert await saved(popover, ada) == "2099-12-25T10:00:00-05:00[America/New_York]"
    await popover.open()
    await basis.select_option(label="Fixed in Berlin")
    await popover.button("Done").click()
    assert await saved(popover, ada) == "2099-12-25T16:00:00+01:00[Europe/Berlin]"
    await popover.open()
    await basis.select_option(label="Wherever I am")
    await popover.button("Done").click()
    assert await saved(popover, ada) == "2099-12-25T16:00"
    await popover.open()
    await popover.button("No date").click()
    await expect(popover.chip).to_have_text("Date")
    assert await saved(popover, ada) is None


async def test_a_recurrence_is_chosen_and_told_in_words_with_its_next_dates(visits: Visits) -> None:
    popover, ada = await visited(visits, "2099-01-31")
    await popover.open()
    await popover.repeat.select_option(label="Last day of the month")
    await expect(popover.root).to_contain_text("Every month on the last day")
    dates = "Sat 28 Feb 2099, Tue 31 Mar 2099, Thu 30 Apr 2099, Sun 31 May 2099, Tue 30 Jun 2099"
    await expect(popover.root).to_contain_text(f"Then {dates}")
    await popover.root.get_by_label("Next date").select_option(label="After completion")
    await popover.button("Done").click()
    recurrence = await saved(popover, ada, "recurrence")
    assert (recurrence["rule"], recurrence["anchor"]) == ("FREQ=MONTHLY;BYMONTHDAY=-1", "completion")

    await popover.open()
    await expect(popover.repeat.locator("option:checked")).to_have_text("Last day of the month")
    await popover.repeat.select_option(label="Custom…")
    await popover.root.get_by_label("Every", exact=True).fill("3")
    await popover.root.get_by_role("button", name="Monday").click()
    await expect(popover.root).to_contain_text("Every 3 weeks on Monday and Saturday")
    await popover.press("Escape")
    assert (await saved(popover, ada, "recurrence"))["rule"] == "FREQ=WEEKLY;INTERVAL=3;BYDAY=MO,SA"

    await popover.open()
    await popover.repeat.select_option(label="Never")
    await popover.button("Done").click()
    assert await saved(popover, ada, "recurrence") is None
    assert await saved(popover, ada) == "2099-01-31"


async def test_a_rule_is_explained_while_it_is_typed_and_not_sent_once_it_was_refused(visits: Visits) -> None:
    visits.watch.expect("status of 400")
    popover, ada = await visited(visits, "2099-01-31", recurrence={"rule": RULE})
    await popover.open()
    rule = popover.root.get_by_label("Rule", exact=True)
    await expect(rule).to_have_value(RULE)
    await rule.fill("FREQ=HOURLY")
    await expect(rule).to_have_accessible_description("FREQ must be DAILY, WEEKLY, MONTHLY or YEARLY.")
    await popover.button("Done").click()
    await expect(rule).to_be_focused()
    await popover.time.fill("9")
    await popover.press("Escape")
    assert await saved(popover, ada) == "2099-01-31T09:00"
    assert (await saved(popover, ada, "recurrence"))["rule"] == RULE

    await popover.open()
    await rule.fill("freq=daily;interval=2")
    await expect(popover.root).to_contain_text("Every 2 days")
    await expect(popover.root).to_contain_text("Then Mon 2 Feb 2099 09:00, Wed 4 Feb 2099 09:00")
    await rule.press("Enter")

    async def changed() -> bool:
        return bool((await saved(popover, ada, "recurrence"))["rule"] == "FREQ=DAILY;INTERVAL=2")

    await until(changed)


async def test_on_a_phone_it_is_a_sheet_at_the_bottom(visits: Visits) -> None:
    ada = await visits.person()
    task = await ada.add("Pay the rent", due_date="2099-12-24")
    popover = DatePopover(await visits.visit(f"/inbox?task={task['id']}", ada, **TOUCH))
    await popover.chip.tap()
    await popover.root.evaluate("it => Promise.all(it.getAnimations().map(({finished}) => finished))")
    box = await popover.root.bounding_box()
    assert box
    assert (box["x"], box["width"], box["y"] + box["height"]) == (0, *PHONE)
    cell = await popover.day("1 December").bounding_box()
    assert cell
    assert cell["height"] >= 44
    await popover.screen.page.touchscreen.tap(100, 20)
    await expect(popover.root).to_have_count(0)
    await expect(popover.chip).to_be_visible()


async def test_selected_tasks_are_scheduled_at_once_and_keep_their_times(visits: Visits) -> None:
    today = Day.somewhere_safe()
    ada = await visits.person(zone=today.zone)
    for title, due in (("One", None), ("Two", "2099-12-24T17:00"), ("Three", None)):
        await ada.add(title, due_date=due)
    screen = await visits.visit("/inbox", ada)
    popover = DatePopover(screen)
    await screen.box("One").focus()
    await popover.press("x", "ArrowDown", "x", "d")
    await popover.button("Tomorrow").click()
    await expect(screen.status("Scheduled 2 tasks for tomorrow")).to_be_visible()
    await screen.all_is_saved()
    tomorrow = today.plus(1)
    assert [task["due_date"] for task in (await ada.get(ada.tasks)).json()] == [tomorrow, f"{tomorrow}T17:00", None]
    await popover.press("d")
    await popover.button("No date").click()

    async def cleared() -> bool:
        return [task["due_date"] for task in (await ada.get(ada.tasks)).json()] == [None, None, None]

    await until(cleared)
