"""Touch screens: swiping and dragging rows, and targets of sufficient size."""

import re

import pytest
from playwright.async_api import expect

from tests.e2e.web.dates import Day
from tests.e2e.web.fingers import Finger
from tests.e2e.web.visits import TOUCH, Visits

LEAST = 24
"""Pixels, by WCAG 2.2, 2.5.8."""

SMALL = """least => [...document.querySelectorAll('button, input, select, textarea, nav a')].filter(it => {
    const own = it.getBoundingClientRect(), box = (it.closest('label, .words') ?? it).getBoundingClientRect();
    const size = Math.max(Math.min(own.width, own.height), Math.min(box.width, box.height));
    const isThere = it.checkVisibility({visibilityProperty: true, opacityProperty: true}) && own.width > 1;
    return isThere && size < least && !it.matches('p .link');  // but for words in a sentence
}).map(it => it.outerHTML.slice(0, 100))"""


async def test_a_swipe_to_the_right_completes_and_one_to_the_left_schedules(visits: Visits) -> None:
    ada = await visits.person()
    for title in ("first", "second", "third"):
        await ada.add(title)
    screen = await visits.visit("/inbox", ada, **TOUCH)
    await screen.shows("first", "second", "third")
    finger = await Finger.on(screen.page)
    await finger.swipe(screen.row("second"), 60)
    await finger.up()  # not far enough
    await finger.swipe(screen.row("second"), 150)
    await expect(screen.row("second")).to_have_class(re.compile("swiped right far"))
    await finger.up()
    await screen.shows("first", "third")
    await finger.swipe(screen.row("third"), -150)
    await finger.up()
    await expect(screen.dialog("Date")).to_be_visible()
    today = screen.dialog("Date").get_by_role("button", name=re.compile("^Today"))
    await today.click()  # a tap would come too soon after the swipe
    await expect(screen.row("third")).to_contain_text("Today")
    await screen.all_is_saved()
    assert await ada.titles(status="completed") == ["second"]
    assert "task=" not in screen.page.url, "a swipe is no tap"


async def test_a_long_press_drags_a_row(visits: Visits) -> None:
    ada = await visits.person()
    for title in ("first", "second", "third"):
        await ada.add(title)
    screen = await visits.visit("/inbox", ada, **TOUCH)
    await screen.shows("first", "second", "third")
    finger = await Finger.on(screen.page)
    start, end = await screen.row("first").bounding_box(), await screen.row("third").bounding_box()
    assert start is not None
    assert end is not None
    await finger.down(100, start["y"] + 20)
    await expect(screen.row("first")).to_have_class(re.compile("dragged"))
    await finger.move(100, start["y"] + 40)
    await finger.move(100, end["y"] + end["height"] - 5)
    await expect(screen.page.locator(".drop-below")).to_have_count(1)
    await finger.up()
    await screen.shows("second", "third", "first")
    await screen.all_is_saved()
    assert await ada.titles(sort="position") == ["second", "third", "first"]


@pytest.mark.parametrize("view", ["inbox", "today", "upcoming", "search", "trash", "browse"])
async def test_targets_are_large_enough_for_fingers(visits: Visits, view: str) -> None:
    today = Day.somewhere_safe()
    ada = await visits.person(zone=today.zone)
    plan = await ada.add("Plan", due_date=today.plus(-1), tags=["home"], priority="high")
    await ada.add("Step", parent_id=plan["id"])
    old = await ada.add("Old")
    assert (await ada.ask("DELETE", ada.task(old))).status_code == 204
    screen = await visits.visit(f"/{view}?q=plan", ada, zone=today.zone, **TOUCH)
    await expect(screen.page.get_by_role("heading", level=1)).to_be_visible()
    if view in {"inbox", "today", "search"}:
        await expect(screen.box("Plan")).to_be_visible()
    assert await screen.page.evaluate(SMALL, LEAST) == []
