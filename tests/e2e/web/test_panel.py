"""The panel with everything about a task: what is typed is saved, and nothing of it is lost."""

from playwright.async_api import expect

from tests.e2e.web.patience import until
from tests.e2e.web.visits import PHONE, Visits
from tests.http.service import Person


async def task_of(person: Person) -> dict[str, object]:
    """The only task of a person."""
    (task,) = (await person.get(person.tasks)).json()
    found: dict[str, object] = task
    return found


async def test_what_is_typed_is_saved_whatever_comes_next(visits: Visits) -> None:
    ada = await visits.person()
    await ada.add("Buy milk")
    screen = await visits.visit("/inbox", ada)
    panel = await screen.open("Buy milk")
    await panel.field("Title").fill("Buy oat milk")
    await screen.page.keyboard.press("Escape")
    await expect(panel.root).to_have_count(0)
    await screen.shows("Buy oat milk")
    panel = await screen.open("Buy oat milk")
    await panel.field("Notes").fill("Two litres")
    await screen.heading("Inbox").click()  # elsewhere
    await screen.all_is_saved()
    await panel.field("Notes").fill("Three litres")
    await screen.page.go_back()
    await expect(panel.root).to_have_count(0)
    await screen.all_is_saved()
    found = await task_of(ada)
    assert (found["title"], found["description"]) == ("Buy oat milk", "Three litres")


async def test_typing_is_saved_while_it_goes_on(visits: Visits) -> None:
    ada = await visits.person()
    task = await ada.add("Buy milk")
    screen = await visits.visit(f"/inbox?task={task['id']}", ada)
    await screen.panel.field("Notes").press_sequentially("Two litres")

    async def saved() -> bool:
        return (await task_of(ada))["description"] == "Two litres"

    await until(saved)


async def test_a_title_must_not_be_empty_or_too_long(visits: Visits) -> None:
    ada = await visits.person()
    await ada.add("Buy milk")
    screen = await visits.visit("/inbox", ada)
    panel = await screen.open("Buy milk")
    await panel.write("Title", "  ")
    await expect(panel.root.get_by_role("alert")).to_have_text("A task needs a title. Not saved.")
    await panel.write("Title", "😀" * 256)
    await expect(panel.root.get_by_role("alert")).to_have_text("1 characters too many. Not saved.")
    await panel.write("Title", "😀" * 255)
    await expect(panel.root.get_by_role("alert")).to_have_count(0)
    await screen.all_is_saved()
    assert (await task_of(ada))["title"] == "😀" * 255


async def test_addresses_in_notes_are_links_and_nothing_else_is(visits: Visits) -> None:
    ada = await visits.person()
    notes = "See https://example.org/a?b=1. <b>Not bold</b>, javascript:alert(1)"
    await ada.add("Read", description=notes)
    screen = await visits.visit("/inbox", ada)
    panel = await screen.open("Read")
    links = panel.root.locator(".notes a")
    await expect(links).to_have_count(1)
    await expect(links).to_have_attribute("href", "https://example.org/a?b=1")
    await expect(links).to_have_attribute("rel", "noopener noreferrer")
    await expect(panel.root.locator(".notes")).to_have_text(notes)
    await panel.button("Edit notes").click()
    await expect(panel.field("Notes")).to_be_focused()
    await expect(panel.field("Notes")).to_have_value(notes)


async def test_priority_list_and_tags_are_changed_by_chips(visits: Visits) -> None:
    ada = await visits.person()
    await ada.add("Buy milk", tags=["shop"])
    screen = await visits.visit("/inbox", ada)
    panel = await screen.open("Buy milk")
    await panel.button("Priority").click()
    await screen.page.get_by_role("menuitemradio", name="High").click()
    await expect(panel.button("High priority")).to_be_visible()
    await panel.button("List Inbox").click()
    await screen.dialog("Move to a list").get_by_role("combobox").fill("Home")
    await screen.page.keyboard.press("Enter")
    await expect(panel.button("List Home")).to_be_visible()
    await panel.button("Change … tags").click()
    await screen.dialog("Tags of “Buy milk”").get_by_role("combobox").fill("food")
    await screen.page.keyboard.press("Enter")
    await screen.page.keyboard.press("Escape")
    await panel.button("Remove the tag shop").click()
    await screen.all_is_saved()
    found = await task_of(ada)
    (home,) = (await ada.get(f"/api/{ada.id}/lists")).json()
    assert (found["priority"], found["list_id"], found["tags"]) == ("high", home["id"], ["food"])


async def test_subtasks_are_added_ticked_and_opened(visits: Visits) -> None:
    ada = await visits.person()
    await ada.add("Plan a trip")
    screen = await visits.visit("/inbox", ada)
    panel = await screen.open("Plan a trip")
    for title in ("Book a room", "Buy tickets"):
        await panel.field("Add a subtask").fill(title)
        await panel.field("Add a subtask").press("Enter")
    await panel.root.get_by_role("checkbox", name="Complete Book a room").check()
    await expect(panel.root.get_by_role("heading", name="Subtasks")).to_have_text("Subtasks 1 of 2")
    await panel.button("Buy tickets").click()
    await expect(panel.field("Title")).to_have_value("Buy tickets")
    await panel.button("Plan a trip").click()
    await expect(panel.field("Title")).to_have_value("Plan a trip")
    await screen.all_is_saved()
    assert sorted(await ada.titles()) == ["Book a room", "Buy tickets", "Plan a trip"]


async def test_several_pasted_lines_become_several_subtasks(visits: Visits) -> None:
    ada = await visits.person()
    task = await ada.add("Plan a trip")
    screen = await visits.visit(f"/inbox?task={task['id']}", ada)
    field = screen.panel.field("Add a subtask")
    await field.evaluate(
        """field => {
            const clipboardData = new DataTransfer();
            clipboardData.setData("text/plain", "- Book a room\\n- [ ] Buy tickets\\n\\n* Pack");
            field.dispatchEvent(new ClipboardEvent("paste", {clipboardData, bubbles: true}));
        }"""
    )
    await screen.panel.button("Add 3 subtasks").click()
    await screen.all_is_saved()
    assert sorted(await ada.titles()) == ["Book a room", "Buy tickets", "Pack", "Plan a trip"]


async def test_the_history_tells_what_happened_in_words(visits: Visits) -> None:
    ada = await visits.person()
    task = await ada.add("Buy milk")
    await ada.ask("PATCH", ada.task(task), json={"priority": "high"})
    screen = await visits.visit(f"/inbox?task={task['id']}", ada)
    await screen.panel.root.get_by_text("History").click()
    entries = screen.panel.root.locator(".history li")
    await expect(entries).to_have_count(2)
    await expect(entries.first).to_contain_text("Priority: none → high")
    await expect(entries.last).to_contain_text("Created")


async def test_a_task_that_is_deleted_while_it_is_open_says_so_with_its_texts(visits: Visits) -> None:
    visits.watch.expect("status of 404")
    ada = await visits.person()
    task = await ada.add("Buy milk", description="Two litres")
    screen = await visits.visit(f"/inbox?task={task['id']}", ada)
    await expect(screen.panel.field("Title")).to_have_value("Buy milk")
    await ada.ask("DELETE", ada.task(task))
    await expect(screen.panel.root).to_contain_text("This task does not exist")
    await expect(screen.panel.root).to_contain_text("Two litres")


async def test_a_completed_task_that_is_not_in_the_local_copy_is_read(visits: Visits) -> None:
    visits.watch.expect("status of 404")
    ada = await visits.person()
    screen = await visits.visit("/inbox?task=01a2027b-910a-7c74-9481-64568581cb8d", ada)
    await expect(screen.panel.root).to_contain_text("This task does not exist")
    await screen.panel.close()
    assert "task=" not in screen.page.url


async def test_a_task_is_duplicated_with_its_subtasks(visits: Visits) -> None:
    ada = await visits.person()
    parent = await ada.add("Plan a trip", priority="low")
    await ada.add("Book a room", parent_id=parent["id"])
    screen = await visits.visit(f"/inbox?task={parent['id']}", ada)
    await screen.panel.choose("Duplicate")
    await screen.all_is_saved()
    assert sorted(await ada.titles()) == ["Book a room", "Book a room", "Plan a trip", "Plan a trip"]


async def test_on_a_phone_the_panel_covers_the_page_and_back_closes_it(visits: Visits) -> None:
    ada = await visits.person()
    await ada.add("Buy milk")
    context = await visits.context(ada, PHONE, is_mobile=True, has_touch=True)
    screen = await visits.tab(context, "/inbox")
    panel = await screen.open("Buy milk")
    box = await panel.root.bounding_box()
    assert box is not None
    assert box["width"] >= PHONE[0] - 1
    await screen.page.go_back()
    await expect(panel.root).to_have_count(0)
    await expect(screen.row("Buy milk")).to_be_visible()
