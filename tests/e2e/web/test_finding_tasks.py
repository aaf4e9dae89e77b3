"""Finding tasks: the views and their addresses, search, what the View button sets, and long lists."""

import re

from playwright.async_api import expect

from tests.e2e.web.dates import Day
from tests.e2e.web.screen import Screen
from tests.e2e.web.visits import PHONE, Visits
from tests.http.service import Person

MANY = 600


async def with_tasks(visits: Visits) -> Person:
    """Somebody with a few tasks of every kind."""
    today = Day.somewhere_safe()
    ada = await visits.person(zone=today.zone)
    await ada.add("Water the plants", due_date=today.plus(0), priority="low")
    await ada.add("Pay the rent", due_date=today.plus(-2), priority="high")
    await ada.add("Café in Zürich", description="ask about the cake")
    await ada.add("Book a flight", due_date=today.plus(9), priority="medium", tags=["travel"])
    done = await ada.add("Buy milk", due_date=today.plus(-1), completed=True)
    assert done["completed"] is True
    return ada


async def test_each_view_shows_what_it_says_and_has_an_address(visits: Visits) -> None:
    screen = await visits.visit("/settings", await with_tasks(visits))
    views = {
        "Inbox": ["Water the plants", "Pay the rent", "Café in Zürich", "Book a flight"],
        "Today": ["Pay the rent", "Water the plants"],
        "Upcoming": ["Water the plants", "Book a flight"],  # what is overdue is folded away
        "Completed": ["Buy milk"],
    }
    for name, titles in views.items():
        await screen.view_link(name).click()
        await screen.shows(*titles)
        await expect(screen.view_link(name)).to_have_attribute("aria-current", "page")
        await expect(screen.page.get_by_role("heading", level=1)).to_have_text(name)
        await expect(screen.page).to_have_title(f"{name} · Todo")
    await screen.page.reload()
    await screen.shows("Buy milk")
    await screen.page.go_back()
    await screen.shows("Water the plants", "Book a flight")
    await screen.page.go_forward()
    await screen.shows("Buy milk")


async def test_the_view_button_sorts_groups_and_filters_and_the_address_keeps_it(visits: Visits) -> None:
    screen = await visits.visit("/inbox", await with_tasks(visits))
    await screen.shows("Water the plants", "Pay the rent", "Café in Zürich", "Book a flight")
    await screen.button("View").click()
    await screen.choice("Sort by").select_option(label="Title")
    await screen.shows("Book a flight", "Café in Zürich", "Pay the rent", "Water the plants")
    await screen.choice("Group by").select_option(label="Priority")
    await screen.choice("Date").select_option(label="With a date")
    await screen.shows("Pay the rent", "Book a flight", "Water the plants")
    await screen.page.reload()
    await screen.shows("Pay the rent", "Book a flight", "Water the plants")
    headings = screen.page.get_by_role("heading", level=2).filter(has_text="priority")
    await expect(headings).to_have_text(["High priority", "Medium priority", "Low priority"])
    await screen.button("View, changed").click()
    await screen.page.get_by_label("Show completed").check()
    await screen.shows("Pay the rent", "Book a flight", "Water the plants", "Buy milk")
    await screen.button("Reset").click()
    await screen.page.keyboard.press("Escape")
    await expect(screen.button("View")).to_be_focused()
    await screen.shows("Water the plants", "Pay the rent", "Café in Zürich", "Book a flight")
    assert screen.page.url.endswith("/inbox")


async def test_words_find_tasks_while_they_are_typed_without_a_request(visits: Visits) -> None:
    screen = await visits.visit("/search", await with_tasks(visits))
    field = screen.page.get_by_role("searchbox", name="Search")
    await expect(field).to_be_focused()
    asked: list[str] = []
    screen.page.on("request", lambda request: asked.append(request.url) if "/tasks" in request.url else None)
    await field.press_sequentially("zurich CAKE")
    await screen.shows("Café in Zürich")
    await expect(screen.page.get_by_text("1 task found")).to_be_visible()
    await field.fill("b")
    await screen.shows("Book a flight", "Café in Zürich", "Buy milk", in_order=False)
    await expect(screen.page.get_by_role("list", name="Completed: Tasks").get_by_role("listitem")).to_have_count(1)
    await expect(screen.page).to_have_url(re.compile(r"\?q=b$"))
    assert asked == []
    await screen.page.reload()
    await screen.shows("Book a flight", "Café in Zürich", "Buy milk", in_order=False)
    await field.fill("nothing like it")
    await expect(screen.page.get_by_text("Nothing found")).to_be_visible()
    await field.fill("flight")
    await field.press("Enter")
    await expect(screen.box("Book a flight")).to_be_focused()


async def test_what_is_added_during_a_search_goes_to_the_inbox_and_that_is_told(visits: Visits) -> None:
    ada = await with_tasks(visits)
    screen = await visits.visit("/search?q=flight", ada)
    await screen.shows("Book a flight")
    await screen.add("Pack")
    await expect(screen.status("Inbox")).to_be_visible()
    await screen.shows("Book a flight")
    await screen.view_link("Inbox").click()
    await expect(screen.box("Pack")).to_be_visible()


async def test_the_first_task_is_near_the_top(visits: Visits) -> None:
    ada = await with_tasks(visits)
    for size, most in (((1280, 800), 150), (PHONE, 110)):
        screen = await visits.visit("/inbox", ada, size=size)
        for view in ("inbox", "today"):
            await screen.page.goto(f"/{view}")
            await expect(screen.rows.first).to_be_visible()
            top = await screen.rows.first.evaluate("it => it.getBoundingClientRect().top")
            assert top <= most, f"{view} at {size}: {top}"


async def test_of_a_long_list_only_what_is_in_sight_is_rendered_and_on_paper_everything(visits: Visits) -> None:
    ada = await visits.person()
    for start in range(0, MANY, 100):
        adds = [{"op": "add", "task": {"title": f"task {number:03}"}} for number in range(start, start + 100)]
        answer = await ada.ask("POST", f"/api/{ada.id}/batch", json={"operations": adds})
        assert answer.status_code == 200, answer.text
    screen = await visits.visit("/inbox", ada)
    await expect(screen.rows.first).to_have_attribute("aria-setsize", str(MANY))
    await expect(screen.box("task 000")).to_be_visible()
    assert await screen.rows.count() < 100
    await screen.box("task 000").focus()
    await screen.page.keyboard.press("End")
    await expect(screen.box(f"task {MANY - 1}")).to_be_focused()
    await expect(screen.box(f"task {MANY - 1}")).to_be_in_viewport(ratio=1)
    assert await screen.rows.count() < 100
    await screen.page.emulate_media(media="print")
    await screen.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    await expect(screen.rows).to_have_count(MANY)
    assert await laid_out(screen), "no row covers another one"
    for name in ("Add a task", "View"):
        await expect(screen.field(name)).not_to_be_visible()
    await screen.page.evaluate("dispatchEvent(new Event('afterprint'))")
    await expect(screen.rows).not_to_have_count(MANY)


async def laid_out(screen: Screen) -> bool:
    """Whether each row begins where the one before ends, or below."""
    follows = "(box, at, all) => !at || box.top >= all[at - 1].bottom - 1"
    tops = f"rows => rows.map(row => row.getBoundingClientRect()).every({follows})"
    return bool(await screen.rows.evaluate_all(tops))


async def test_a_search_follows_the_address(visits: Visits) -> None:
    screen = await visits.visit("/search?q=flight", await with_tasks(visits))
    await screen.shows("Book a flight")
    await screen.page.evaluate("history.pushState(null, '', '/search?q=rent'); dispatchEvent(new Event('popstate'))")
    await screen.shows("Pay the rent")
    await screen.page.go_back()
    await screen.shows("Book a flight")
    await expect(screen.page.get_by_role("searchbox", name="Search")).to_have_value("flight")
