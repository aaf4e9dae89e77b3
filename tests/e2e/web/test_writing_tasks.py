"""Adding, ticking, editing and deleting tasks."""

import asyncio
import re
from typing import Any

from playwright.async_api import expect

from tests.e2e.web.dates import Day
from tests.e2e.web.patience import until
from tests.e2e.web.visits import Visits
from tests.http.service import Person

TOO_LONG = re.compile(r"This must be at most [0-9]+ characters\.")


async def tasks_of(person: Person) -> list[dict[str, Any]]:
    tasks: list[dict[str, Any]] = (await person.get(person.tasks)).json()
    return tasks


async def test_a_task_is_added_by_typing_and_enter_and_the_next_can_be_typed_at_once(visits: Visits) -> None:
    ada = await visits.person()
    screen = await visits.visit("/", ada)
    await screen.entry.focus()
    for title in ("Buy milk", "Call Ada", "Write a letter"):
        await screen.page.keyboard.type(title)
        await screen.page.keyboard.press("Enter")
    await screen.shows("Write a letter", "Call Ada", "Buy milk")
    await expect(screen.entry).to_have_value("")
    await expect(screen.entry).to_be_focused()
    await screen.all_is_saved()
    assert await ada.titles() == ["Buy milk", "Call Ada", "Write a letter"]


async def test_priority_and_due_date_are_read_from_the_line_and_shown_before_enter(visits: Visits) -> None:
    today = Day.somewhere_safe()
    ada = await visits.person(zone=today.zone)
    screen = await visits.visit("/", ada, zone=today.zone)
    await screen.entry.fill("Call the bank !high tomorrow 17:00")
    understood = screen.understood
    await expect(understood.filter(has_text="High priority")).to_be_visible()
    await expect(understood.filter(has_text="Tomorrow")).to_be_visible()
    await expect(understood.filter(has_text="17:00")).to_be_visible()
    await screen.entry.press("Enter")
    await expect(screen.row("Call the bank")).to_contain_text("Tomorrow 17:00")
    await expect(screen.row("Call the bank")).to_contain_text("High")
    await screen.all_is_saved()
    (task,) = await tasks_of(ada)
    assert (task["title"], task["priority"]) == ("Call the bank", "high")
    assert task["due_date"].startswith(f"{today.plus(1)}T17:00")


async def test_what_was_read_from_the_line_can_be_taken_back_into_the_title(visits: Visits) -> None:
    ada = await visits.person()
    screen = await visits.visit("/", ada)
    await screen.entry.fill("Read Tomorrow and tomorrow")
    await screen.understood.filter(has_text="Tomorrow").click()
    await expect(screen.understood).to_have_count(0)
    await screen.entry.press("Enter")
    await screen.all_is_saved()
    (task,) = await tasks_of(ada)
    assert (task["title"], task["due_date"]) == ("Read Tomorrow and tomorrow", None)


async def test_a_title_that_is_refused_comes_back_with_the_reason_beside_it(visits: Visits) -> None:
    visits.watch.expect("status of 400")
    screen = await visits.visit("/", await visits.person())
    await screen.add("x" * 256)
    await expect(screen.entry).to_have_attribute("aria-invalid", "true")
    await expect(screen.entry).to_have_accessible_description(TOO_LONG)
    await expect(screen.entry).to_have_value("x" * 256)
    await screen.shows()
    await screen.add("x" * 255)
    await screen.shows("x" * 255)
    await expect(screen.entry).not_to_have_attribute("aria-invalid", "true")


async def test_a_tick_completes_a_task_and_another_one_reopens_it(visits: Visits) -> None:
    ada = await visits.person()
    await ada.add("Buy milk")
    await ada.add("Call Ada")
    screen = await visits.visit("/", ada)
    await screen.box("Buy milk").check()
    await screen.shows("Call Ada")
    await screen.all_is_saved()
    assert await ada.titles(status="completed") == ["Buy milk"]
    await screen.link("Done").click()
    await screen.shows("Buy milk")
    await screen.box("Buy milk").uncheck()
    await screen.shows()
    await screen.all_is_saved()
    assert await ada.titles(status="completed") == []


async def test_a_task_is_edited_in_its_place(visits: Visits) -> None:
    ada = await visits.person()
    for title in ("Buy milk", "Call Ada"):
        await ada.add(title)
    screen = await visits.visit("/", ada)
    form = await screen.edit("Buy milk")
    await form.field("Title").fill("Buy oat milk")
    await form.field("Description").fill("two litres")
    await form.field("Priority").select_option(label="Medium")
    await form.save()
    await screen.shows("Call Ada", "Buy oat milk")
    await expect(screen.row("Buy oat milk")).to_contain_text("Medium")
    await screen.all_is_saved()
    task = (await tasks_of(ada))[0]
    assert (task["title"], task["description"], task["priority"]) == ("Buy oat milk", "two litres", "medium")
    form = await screen.edit("Buy oat milk")
    await expect(form.field("Description")).to_have_value("two litres")
    await form.field("Title").fill("something else")
    await form.cancel()
    await screen.shows("Call Ada", "Buy oat milk")


async def test_an_edit_that_is_refused_is_there_again_with_the_reason_beside_the_field(visits: Visits) -> None:
    visits.watch.expect("status of 400")
    ada = await visits.person()
    await ada.add("Buy milk")
    screen = await visits.visit("/", ada)
    form = await screen.edit("Buy milk")
    await form.field("Description").fill("x" * 10_001)
    await form.save()
    await expect(form.field("Description")).to_have_attribute("aria-invalid", "true")
    await expect(form.field("Description")).to_have_accessible_description(TOO_LONG)
    await form.field("Description").fill("two litres")
    await form.save()
    await screen.all_is_saved()
    assert (await tasks_of(ada))[0]["description"] == "two litres"


async def test_a_deleted_task_can_be_had_back_with_everything_in_it(visits: Visits) -> None:
    ada = await visits.person()
    before = await ada.add("Buy milk", description="two litres", priority="low")
    screen = await visits.visit("/", ada)
    await screen.delete("Buy milk")
    await screen.shows()
    await screen.button("Undo").click()
    await screen.shows("Buy milk")
    await asyncio.sleep(0.5)
    assert await tasks_of(ada) == [before], "nothing has happened to it at all"


async def test_a_deleted_task_is_gone_when_nobody_objects(visits: Visits) -> None:
    ada = await visits.person()
    await ada.add("Buy milk")
    context = await visits.context(ada)
    page = await context.new_page()
    await page.clock.install()
    await page.goto("/")
    screen = visits.on(page)
    await screen.delete("Buy milk")
    await expect(screen.button("Undo")).to_be_visible()
    await asyncio.sleep(0.5)  # its time begins a frame after it is seen
    await page.clock.fast_forward(10_000)
    await expect(screen.button("Undo")).to_have_count(0)
    await screen.all_is_saved()
    assert await tasks_of(ada) == []


async def test_a_deleted_task_is_gone_when_the_page_is_closed_at_once(visits: Visits) -> None:
    ada = await visits.person()
    await ada.add("Buy milk")
    context = await visits.context(ada)
    screen = await visits.tab(context)
    await screen.delete("Buy milk")
    await screen.shows()
    await screen.page.goto("about:blank")

    async def gone() -> bool:
        return not await tasks_of(ada)

    await until(gone)


async def test_one_task_has_a_page_of_its_own(visits: Visits) -> None:
    ada = await visits.person()
    task = await ada.add("Buy milk", description="two litres")
    visits.watch.expect("status of 404")
    screen = await visits.visit(f"/tasks/{task['id']}", ada)
    await expect(screen.page.get_by_role("heading", level=1, name="Buy milk")).to_be_visible()
    await expect(screen.field("Description")).to_have_value("two litres")
    await screen.field("Title").fill("Buy oat milk")
    await screen.button("Save").click()
    await screen.shows("Buy oat milk")
    await screen.all_is_saved()
    assert await ada.titles() == ["Buy oat milk"]
    await screen.page.goto("/tasks/01936f4e-7a2b-7c3d-8e4f-5a6b7c8d9e0f")
    await expect(screen.page.get_by_role("heading", level=1)).to_be_visible()
    await expect(screen.page.get_by_text("Buy oat milk")).to_have_count(0)
