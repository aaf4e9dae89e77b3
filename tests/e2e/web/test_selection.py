"""Several tasks are selected and changed together, in one request and as one action."""

from playwright.async_api import expect

from tests.e2e.web.screen import Screen
from tests.e2e.web.visits import Visits
from tests.http.service import Person


async def three(visits: Visits) -> tuple[Person, Screen]:
    """A page with three tasks of which the first two are selected by keys."""
    ada = await visits.person()
    for title in ("One", "Two", "Three"):
        await ada.add(title)
    screen = await visits.visit("/inbox", ada)
    await screen.shows("One", "Two", "Three")
    await screen.box("One").focus()
    for key in ("x", "ArrowDown", "x"):
        await screen.page.keyboard.press(key)
    await expect(screen.page.get_by_role("toolbar", name="Selected tasks")).to_contain_text("2 selected")
    return ada, screen


async def test_selected_tasks_are_changed_in_one_request_and_undone_as_one(visits: Visits) -> None:
    ada, screen = await three(visits)
    writes: list[str] = []
    screen.page.on("request", lambda it: writes.append(it.url) if it.method != "GET" else None)
    await screen.page.keyboard.press("2")
    await screen.all_is_saved()
    assert [url.rsplit("/", 1)[1] for url in writes] == ["batch"]
    assert [it["priority"] for it in (await ada.get(ada.tasks)).json()] == ["medium", "medium", None]
    await screen.page.keyboard.press("Control+z")
    await screen.all_is_saved()
    assert [it["priority"] for it in (await ada.get(ada.tasks)).json()] == [None, None, None]


async def test_the_bar_completes_moves_and_deletes_what_is_selected(visits: Visits) -> None:
    ada, screen = await three(visits)
    bar = screen.page.get_by_role("toolbar", name="Selected tasks")
    await bar.get_by_role("button", name="Move to a list …").click()
    await screen.dialog("Move to a list").get_by_role("combobox").fill("Home")
    await screen.page.keyboard.press("Enter")
    await screen.shows("Three")
    await expect(bar).to_have_count(0)  # what is not in the list is not selected
    await screen.list_link("Home").click()
    await screen.shows("One", "Two")
    await screen.box("One").focus()
    for key in ("x", "ArrowDown", "x"):
        await screen.page.keyboard.press(key)
    await bar.get_by_role("button", name="Delete").click()
    await screen.shows()
    await screen.all_is_saved()
    assert await ada.titles() == ["Three"]


async def test_escape_clears_the_selection(visits: Visits) -> None:
    _, screen = await three(visits)
    await screen.page.keyboard.press("Escape")
    await expect(screen.page.get_by_role("toolbar", name="Selected tasks")).to_have_count(0)
