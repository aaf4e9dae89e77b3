"""Keyboard use: everything works without a pointer, and the focus is always on a visible element."""

from collections.abc import Sequence

from playwright.async_api import Locator, expect

from tests.e2e.web.screen import Screen
from tests.e2e.web.visits import Visits
from tests.http.service import PASSWORD

TITLES = ("first", "second", "third", "fourth")

STOP = """() => {
    const it = document.activeElement, box = it.getBoundingClientRect();
    if (it === document.body) return {name: 'BODY'};
    const isRinged = one => {
        const its = getComputedStyle(one);
        return its.outlineStyle !== 'none' && its.outlineWidth !== '0px' || its.boxShadow !== 'none';
    };
    return {
        name: it.tagName + (it.ariaLabel ?? it.innerText ?? it.name),
        ringed: [it, it.parentElement, it.parentElement.parentElement].some(isRinged),  // itself, or what it fills
        inside: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    };
}"""
"""Where the focus is, and whether one can see that."""

INSIDE = "it => it.contains(document.activeElement) || document.activeElement === document.body"


async def with_list(visits: Visits, titles: Sequence[str] = TITLES, address: str = "/inbox") -> Screen:
    ada = await visits.person()
    for title in titles:
        await ada.add(title)
    screen = await visits.visit(address, ada)
    await screen.shows(*titles)
    return screen


async def press(screen: Screen, *keys: str) -> None:
    for key in keys:
        await screen.page.keyboard.press(key)


async def into_the_list(screen: Screen, title: str = "first") -> None:
    await screen.box(title).focus()


async def focused(where: Locator) -> None:
    await expect(where).to_be_focused()


async def test_one_signs_in_and_adds_a_task_without_a_pointer(visits: Visits) -> None:
    ada = await visits.person()
    screen = await visits.visit("/sign-in")
    await screen.field("Email").focus()
    await screen.page.keyboard.type(ada.email)
    await screen.field("Password").focus()
    await screen.page.keyboard.type(PASSWORD)
    await press(screen, "Enter")
    await screen.is_home()
    await screen.all_is_loaded()
    await press(screen, "n")
    await screen.page.keyboard.type("Buy milk")
    await press(screen, "Enter")
    await screen.shows("Buy milk")
    await screen.all_is_saved()
    assert await ada.titles() == ["Buy milk"]


async def test_question_mark_shows_the_keys_and_escape_leads_back(visits: Visits) -> None:
    screen = await with_list(visits)
    await into_the_list(screen)
    await press(screen, "?")
    dialog = screen.dialog("Keyboard shortcuts")
    await expect(dialog).to_be_visible()
    for _ in range(4):  # round through the dialog, and through the browser's own controls, but nothing behind it
        await press(screen, "Tab")
        assert await dialog.evaluate(INSIDE)
    await press(screen, "Escape")
    await expect(dialog).to_have_count(0)
    await focused(screen.box("first"))


async def test_slash_searches_and_n_adds(visits: Visits) -> None:
    screen = await with_list(visits)
    await press(screen, "/")
    await focused(screen.page.get_by_role("searchbox", name="Search"))
    await screen.view_link("Inbox").click()
    await press(screen, "n")
    await focused(screen.entry)
    await screen.page.keyboard.type("n/?jk")
    await expect(screen.entry).to_have_value("n/?jk")


async def test_when_the_last_task_goes_the_focus_is_still_on_something(visits: Visits) -> None:
    screen = await with_list(visits, ["only"])
    await into_the_list(screen, "only")
    await press(screen, "Delete")
    await screen.shows()
    assert await screen.page.evaluate("document.activeElement !== document.body")
    assert await screen.page.evaluate("document.activeElement.checkVisibility()")


async def test_another_view_is_reached_by_keys_and_takes_the_focus_along(visits: Visits) -> None:
    screen = await with_list(visits)
    await screen.view_link("Today").focus()
    await press(screen, "Enter")
    await expect(screen.page.get_by_role("heading", level=1)).to_contain_text("Today")
    assert await screen.page.evaluate("document.activeElement !== document.body")


async def test_every_stop_of_the_tab_key_can_be_seen(visits: Visits) -> None:
    screen = await with_list(visits)
    await screen.page.evaluate("document.activeElement.blur()")
    seen = set()
    for _ in range(40):
        await press(screen, "Tab")
        stop = await screen.page.evaluate(STOP)
        if stop["name"] == "BODY":
            break
        assert stop["ringed"], stop
        assert stop["inside"], stop
        seen.add(stop["name"])
    assert len(seen) > 8


async def test_single_keys_can_be_switched_off(visits: Visits) -> None:
    screen = await with_list(visits)
    await screen.view_link("Settings").click()
    await screen.field("Single-key shortcuts").uncheck()
    await screen.view_link("Inbox").click()
    await into_the_list(screen)
    await press(screen, "d", "n", "1")
    await screen.shows(*TITLES)
    await focused(screen.box("first"))
    await press(screen, "Control+k")
    await expect(screen.dialog("Go to or do")).to_be_visible()
