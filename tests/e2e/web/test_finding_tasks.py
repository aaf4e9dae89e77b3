"""Finding tasks: filters, search, sorting, and virtual scrolling through thousands of rows."""

import asyncio
import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.async_api import Error, Request, Route, expect

from tests.e2e.web.screen import Screen
from tests.e2e.web.visits import Visits
from tests.http.service import Person

MANY = 5_000
BATCH = 100


def day(days: int) -> str:
    """A date so many days from today."""
    return (datetime.now(UTC).date() + timedelta(days=days)).isoformat()


async def with_tasks(visits: Visits) -> Person:
    """Somebody with a few tasks of every kind."""
    ada = await visits.person()
    await ada.add("Water the plants", due_date=day(0), priority="low")
    await ada.add("Pay the rent", due_date=day(-2), priority="high")
    await ada.add("Café in Zürich", description="ask about the cake")
    await ada.add("Book a flight", due_date=day(9), priority="medium")
    done = await ada.add("Buy milk", due_date=day(-1), completed=True)
    assert done["completed"] is True
    return ada


@pytest.mark.parametrize(
    ("view", "titles"),
    [
        ("Open", ["Book a flight", "Café in Zürich", "Pay the rent", "Water the plants"]),
        ("Today", ["Water the plants"]),
        ("Overdue", ["Pay the rent"]),
        ("Done", ["Buy milk"]),
        ("All", ["Buy milk", "Book a flight", "Café in Zürich", "Pay the rent", "Water the plants"]),
    ],
)
async def test_each_view_shows_what_it_says_and_has_an_address(visits: Visits, view: str, titles: list[str]) -> None:
    screen = await visits.visit("/settings", await with_tasks(visits))
    link = screen.page.get_by_role("navigation", name="Views").get_by_role("link", name=view, exact=True)
    await link.click()
    await screen.shows(*titles)
    await expect(link).to_have_attribute("aria-current", "page")
    await expect(screen.page.get_by_role("heading", level=1)).to_have_count(1)
    await expect(screen.page).to_have_title(re.compile(view))
    await screen.page.reload()
    await screen.shows(*titles)


async def test_back_and_forward_lead_through_the_views(visits: Visits) -> None:
    screen = await visits.visit("/", await with_tasks(visits))
    await screen.link("Today").click()
    await screen.shows("Water the plants")
    await screen.link("Done").click()
    await screen.shows("Buy milk")
    await screen.page.go_back()
    await screen.shows("Water the plants")
    await screen.page.go_forward()
    await screen.shows("Buy milk")


async def test_tasks_can_be_filtered_by_priority_and_the_address_keeps_it(visits: Visits) -> None:
    screen = await visits.visit("/", await with_tasks(visits))
    await screen.choice("Priority filter").select_option(label="High")
    await screen.shows("Pay the rent")
    await screen.page.reload()
    await screen.shows("Pay the rent")
    await screen.choice("Priority filter").select_option(label="No priority")
    await screen.shows("Café in Zürich")


@pytest.mark.parametrize(
    ("order", "titles"),
    [
        ("Oldest first", ["Water the plants", "Pay the rent", "Café in Zürich", "Book a flight"]),
        ("Due date", ["Pay the rent", "Water the plants", "Book a flight", "Café in Zürich"]),
        ("Priority", ["Pay the rent", "Book a flight", "Water the plants", "Café in Zürich"]),
        ("Title", ["Book a flight", "Café in Zürich", "Pay the rent", "Water the plants"]),
    ],
)
async def test_tasks_can_be_put_in_another_order(visits: Visits, order: str, titles: list[str]) -> None:
    screen = await visits.visit("/", await with_tasks(visits))
    await screen.choice("Sort by").select_option(label=order)
    await screen.shows(*titles)


async def test_words_find_tasks_while_they_are_typed_and_only_the_last_question_counts(visits: Visits) -> None:
    screen = await visits.visit("/", await with_tasks(visits))
    await screen.shows("Book a flight", "Café in Zürich", "Pay the rent", "Water the plants")
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.extend(parse_qs(urlsplit(request.url).query).get("q", []))

    screen.page.on("request", note)
    await screen.page.get_by_role("searchbox", name="Search").press_sequentially("zurich CAKE", delay=20)
    await screen.shows("Café in Zürich")
    assert asked[-1] == "zurich CAKE"
    assert len(asked) <= 3, "not every letter is a question"
    await expect(screen.page.get_by_text("1 task found")).to_be_visible()
    await screen.page.get_by_role("searchbox", name="Search").fill("nothing like it")
    await expect(screen.page.get_by_text(re.compile("no(thing| tasks)", re.IGNORECASE)).first).to_be_visible()
    await screen.shows()


async def test_an_answer_that_comes_late_does_not_replace_a_newer_one(visits: Visits) -> None:
    screen = await visits.visit("/", await with_tasks(visits))
    await screen.shows("Book a flight", "Café in Zürich", "Pay the rent", "Water the plants")
    asked, released, answered = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def late(route: Route) -> None:
        asked.set()
        await released.wait()
        with suppress(Error):  # the page has aborted the request
            await route.continue_()
        answered.set()

    await screen.page.route(re.compile("q=rent"), late)
    search = screen.page.get_by_role("searchbox", name="Search")
    await search.fill("rent")
    await asked.wait()
    await search.fill("flight")
    await screen.shows("Book a flight")
    released.set()
    await answered.wait()
    await asyncio.sleep(0.3)  # for the page to do something with it
    await screen.shows("Book a flight")


async def test_five_thousand_tasks_are_there_but_only_the_rows_in_sight(visits: Visits) -> None:
    screen = await visits.visit("/?sort=created_at", await with_many(visits))
    await expect(screen.box("task 0000")).to_be_visible()
    await expect(screen.rows.first).to_have_attribute("aria-posinset", "1")
    seen = await scroll_to_the_end(screen)
    await expect(screen.box(f"task {MANY - 1}")).to_be_visible()
    assert seen < 120, "rows at once"
    await screen.page.keyboard.press("Control+Home")


async def with_many(visits: Visits) -> Person:
    ada = await visits.person()
    for start in range(0, MANY, BATCH):
        adds = [{"op": "add", "task": {"title": f"task {start + n:04}"}} for n in range(BATCH)]
        answer = await ada.ask("POST", f"/api/{ada.id}/batch", json={"operations": adds})
        assert answer.status_code == 200, answer.text
    return ada


async def scroll_to_the_end(screen: Screen) -> int:
    """Page by page, as fast as pages come; the most rows that were there at once."""
    most = 0
    async with asyncio.timeout(30):
        while not await screen.box(f"task {MANY - 1}").count():
            await screen.page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
            most = max(most, await screen.rows.count())
            await asyncio.sleep(0.05)
    return most
