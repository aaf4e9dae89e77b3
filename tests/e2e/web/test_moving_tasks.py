"""The manual order: changed by keys and by dragging, seen elsewhere, kept while offline."""

import re
from typing import Any

from playwright.async_api import Route, expect

from tests.e2e.web.screen import Screen
from tests.e2e.web.visits import Visits
from tests.http.service import Person


async def ordered(visits: Visits, **how: Any) -> tuple[Screen, Person]:
    """A page with a list in manual order, one task of which has subtasks."""
    ada = await visits.person()
    await ada.add("first")
    await ada.add("second")
    third = await ada.add("third")
    for title in ("x", "y"):
        await ada.add(title, parent_id=third["id"])
    screen = await visits.visit("/inbox", ada, **how)
    await screen.shows_tree("first", "second", "third", "-x", "-y")
    return screen, ada


async def press(screen: Screen, *keys: str) -> None:
    for key in keys:
        await screen.page.keyboard.press(key)


async def drag(screen: Screen, title: str, target: str, *, below: bool) -> None:
    """Drags a row to the upper or lower half of another one."""
    await screen.row(title).hover()
    place = await screen.row(target).bounding_box()
    assert place is not None
    mouse = screen.page.mouse
    await mouse.down()
    height = place["y"] + place["height"] * (0.8 if below else 0.2)
    await mouse.move(place["x"] + 50, height, steps=4)
    await expect(screen.page.locator(".drop-above, .drop-below")).to_have_count(1)
    await mouse.up()


async def on_the_server(person: Person) -> list[str]:
    return await person.titles(sort="position", parent="none")


async def test_keys_move_a_task_and_its_place_is_announced(visits: Visits) -> None:
    screen, ada = await ordered(visits)
    await screen.box("first").focus()
    await press(screen, "Alt+ArrowDown")
    await screen.shows_tree("second", "first", "third", "-x", "-y")
    await expect(screen.status("“first” is 2 of 3")).to_have_count(1)
    await expect(screen.box("first")).to_be_focused()
    await press(screen, "Alt+ArrowDown")
    await screen.shows_tree("second", "third", "-x", "-y", "first")
    await expect(screen.status("“first” is 3 of 3")).to_have_count(1)
    await press(screen, "Alt+ArrowDown")
    await expect(screen.status("“first” cannot be moved further")).to_have_count(1)
    await press(screen, "Alt+ArrowUp")
    await screen.all_is_saved()
    await expect(screen.box("first")).to_be_focused()
    assert await on_the_server(ada) == ["second", "first", "third"]
    await screen.page.reload()
    await screen.shows_tree("second", "first", "third", "-x", "-y")


async def test_keys_make_a_task_a_subtask_and_back(visits: Visits) -> None:
    screen, ada = await ordered(visits)
    await screen.box("second").focus()
    await press(screen, "Alt+Shift+ArrowRight")
    await screen.shows_tree("first", "-second", "third", "-x", "-y")
    await expect(screen.status("“second” is 1 of 1 below “first”")).to_have_count(1)
    await press(screen, "Alt+Shift+ArrowLeft")
    await screen.shows_tree("first", "second", "third", "-x", "-y")
    await screen.all_is_saved()
    assert await on_the_server(ada) == ["first", "second", "third"]


async def test_a_row_is_dragged_before_and_behind_others(visits: Visits) -> None:
    screen, ada = await ordered(visits)
    await drag(screen, "third", "first", below=False)
    await expect(screen.box("third")).to_be_focused()
    await screen.shows_tree("third", "-x", "-y", "first", "second")
    await drag(screen, "first", "second", below=True)
    await screen.shows_tree("third", "-x", "-y", "second", "first")
    await drag(screen, "second", "x", below=True)
    await screen.shows_tree("third", "-x", "-second", "-y", "first")
    await screen.all_is_saved()
    assert await on_the_server(ada) == ["third", "first"]


async def test_escape_and_a_row_of_its_own_tree_leave_a_dragged_row_where_it_is(visits: Visits) -> None:
    screen, ada = await ordered(visits)
    before = (await ada.get(ada.tasks)).json()
    await screen.row("third").hover()
    await screen.page.mouse.down()
    await screen.row("x").hover()
    await expect(screen.page.locator(".drop-above, .drop-below")).to_have_count(0)
    await screen.row("first").hover()
    await expect(screen.page.locator(".drop-above, .drop-below")).to_have_count(1)
    await press(screen, "Escape")
    await expect(screen.page.locator(".drop-above, .drop-below")).to_have_count(0)
    await screen.page.mouse.up()
    await screen.shows_tree("first", "second", "third", "-x", "-y")
    await screen.all_is_saved()
    assert (await ada.get(ada.tasks)).json() == before
    assert "task=" not in screen.page.url, "dragging is no click"


async def test_a_row_is_dropped_onto_a_list_of_the_navigation(visits: Visits) -> None:
    screen, ada = await ordered(visits)
    work = await ada.add_list("Work")
    await screen.row("third").hover()
    await screen.page.mouse.down()
    await screen.page.mouse.move(400, 300, steps=2)
    await screen.list_link("Work").hover()
    await screen.page.mouse.up()
    await screen.shows("first", "second")
    await screen.list_link("Work").click()
    await screen.shows_tree("third", "-x", "-y")
    await screen.all_is_saved()
    assert sorted(await ada.titles(list=work["id"])) == ["third", "x", "y"]


async def test_moves_made_offline_are_kept_over_a_reload_of_the_network(visits: Visits) -> None:
    visits.watch.expect("net::ERR_")
    screen, ada = await ordered(visits)
    await screen.page.context.set_offline(True)
    await screen.box("second").focus()
    await press(screen, "Alt+ArrowUp")
    await screen.add("fourth")
    await screen.box("fourth").focus()
    await press(screen, "Alt+ArrowUp", "Alt+ArrowUp")
    await screen.shows_tree("second", "fourth", "first", "third", "-x", "-y")
    await screen.page.context.set_offline(False)
    await screen.all_is_saved()
    await screen.shows_tree("second", "fourth", "first", "third", "-x", "-y")
    assert await on_the_server(ada) == ["second", "fourth", "first", "third"]


async def test_a_move_of_what_is_being_changed_elsewhere_is_no_conflict(visits: Visits) -> None:
    screen, ada = await ordered(visits)
    first = next(task for task in (await ada.get(ada.tasks)).json() if task["title"] == "first")

    async def after_a_change(route: Route) -> None:
        await ada.ask("PATCH", ada.task(first), json={"title": "changed"})
        await route.continue_()

    await screen.page.route(re.compile("/move$"), after_a_change)
    await screen.box("first").focus()
    await press(screen, "Alt+ArrowDown")
    await screen.shows_tree("second", "changed", "third", "-x", "-y")
    await screen.all_is_saved()
    await expect(screen.dialog("Changed elsewhere")).to_have_count(0)
    assert await on_the_server(ada) == ["second", "changed", "third"]


async def test_other_orders_cannot_be_rearranged(visits: Visits) -> None:
    screen, ada = await ordered(visits)
    await screen.page.goto("/inbox?sort=title")
    await screen.shows_tree("first", "second", "third", "-x", "-y")
    await screen.box("first").focus()
    await press(screen, "Alt+ArrowDown")
    await expect(screen.status("manual order")).to_have_count(1)
    assert await on_the_server(ada) == ["first", "second", "third"]
