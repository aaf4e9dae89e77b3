"""Touch screens: everything can be done by touch, on targets of sufficient size."""

import pytest
from playwright.async_api import expect

from tests.e2e.web.scenes import enter
from tests.e2e.web.visits import TOUCH, Visits

LEAST = 24
"""Pixels, by WCAG 2.2, 2.5.8."""

SMALL = """least => [...document.querySelectorAll('button, input, select, textarea, nav a')].filter(it => {
    const own = it.getBoundingClientRect(), box = (it.closest('label') ?? it).getBoundingClientRect();
    const size = Math.max(Math.min(own.width, own.height), Math.min(box.width, box.height));
    const isThere = it.checkVisibility({visibilityProperty: true, opacityProperty: true}) && own.width > 1;
    return isThere && size < least && !it.matches('p .link');  // but for words in a sentence
}).map(it => it.outerHTML.slice(0, 100))"""


async def test_everything_is_done_with_a_finger(visits: Visits) -> None:
    ada = await visits.person()
    await ada.add("Call Ada")
    screen = await visits.visit("/", ada, **TOUCH)
    await screen.entry.tap()
    await screen.entry.fill("Buy milk !low")
    await screen.button("Add").tap()
    await screen.shows("Buy milk", "Call Ada")
    await screen.row("Buy milk").get_by_text("Buy milk").tap()
    await screen.page.get_by_label("Title", exact=True).fill("Buy oat milk")
    await screen.button("Save").tap()
    await screen.shows("Buy oat milk", "Call Ada")
    await screen.box("Call Ada").tap()
    await screen.shows("Buy oat milk")
    await screen.button("Delete Buy oat milk").tap()
    await screen.shows()
    await screen.button("Undo").last.tap()
    await screen.shows("Buy oat milk")
    await screen.link("Done").tap()
    await screen.shows("Call Ada")
    await screen.all_is_saved()
    assert await ada.titles(priority="low") == ["Buy oat milk"]


@pytest.mark.parametrize("scene", ["tasks", "understood", "editing", "undoing", "settings"])
async def test_targets_are_large_enough_for_fingers(visits: Visits, scene: str) -> None:
    screen = await enter(visits, scene, **TOUCH)
    assert await screen.page.evaluate(SMALL, LEAST) == []


async def test_the_form_is_in_sight_when_a_task_is_touched(visits: Visits) -> None:
    ada = await visits.person()
    for number in range(12):
        await ada.add(f"task {number}")
    screen = await visits.visit("/", ada, **TOUCH)
    await screen.row("task 6").get_by_text("task 6").tap()
    for name in ("Title", "Due date"):
        await expect(screen.page.get_by_label(name, exact=True)).to_be_in_viewport(ratio=1)
    await expect(screen.button("Save")).to_be_in_viewport(ratio=1)
