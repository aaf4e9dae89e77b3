"""Getting about: the sidebar, the bar of phones, lists and tags, addresses, focus, the state of the connection."""

import re

from playwright.async_api import Route, expect

from tests.e2e.web.dates import Day
from tests.e2e.web.screen import Screen
from tests.e2e.web.visits import PHONE, TOUCH, Visits
from tests.http.service import Person

LOST = "net::ERR_"
ARABIC = "قائمة التسوق"


async def names(person: Person) -> list[str]:
    """The lists of a person in their order, as the server has them."""
    return [found["name"] for found in (await person.get(f"/api/{person.id}/lists")).json()]


async def lists_are(screen: Screen, *wanted: str) -> None:
    """The navigation shows these lists in this order."""
    links = screen.page.get_by_role("navigation", name="Lists").get_by_role("link")
    await expect(links).to_have_text([re.compile(f"^{name}") for name in wanted])


async def choose(screen: Screen, name: str, action: str) -> None:
    """Chooses from the menu of a list."""
    await screen.list_link(name).hover()
    await screen.button(f"Actions for {name}").click()
    await screen.page.get_by_role("menuitem", name=action).click()


async def test_the_navigation_counts_what_is_open_and_tells_what_is_overdue(visits: Visits) -> None:
    day = Day.somewhere_safe()
    ada = await visits.person(zone=day.zone)
    work = await ada.add_list("Work")
    await ada.add("Buy milk")
    await ada.add("Pay the rent", due_date=day.plus(-1))
    await ada.add("Write a letter", list_id=work["id"], due_date=day.plus(0), tags=["Post"])
    await ada.add("Later", deferred_until=day.plus(2))
    screen = await visits.visit("/inbox", ada, zone=day.zone)
    await expect(screen.view_link("Inbox")).to_have_accessible_name("Inbox, 2 tasks")
    await expect(screen.view_link("Today")).to_have_accessible_name("Today, 2 tasks, 1 overdue")
    await expect(screen.list_link("Work")).to_have_accessible_name("Work, 1 task")
    await expect(screen.view_link("Inbox")).to_have_attribute("aria-current", "page")
    await screen.box("Pay the rent").click()
    await expect(screen.view_link("Today")).to_have_accessible_name("Today, 1 task")
    await screen.list_link("Post").click()
    await expect(screen.heading("#Post")).to_be_visible()
    await expect(screen.page).to_have_title("#Post · Todo")


async def test_a_list_is_made_with_a_colour_and_changed(visits: Visits) -> None:
    ada = await visits.person()
    screen = await visits.visit("/inbox", ada)
    await screen.button("New list").click()
    await screen.button("Create").click()
    await expect(screen.field("Name")).to_have_accessible_description("Enter a name.")
    await screen.field("Name").fill("Garden")
    await screen.page.get_by_role("radio", name="Green").check()
    await screen.button("Create").click()
    await expect(screen.heading("Garden")).to_be_visible()
    await choose(screen, "Garden", "Edit …")
    await screen.field("Name").fill("Balcony")
    await screen.field("Name").press("Enter")
    await expect(screen.heading("Balcony")).to_be_visible()
    await screen.all_is_saved()
    [saved] = (await ada.get(f"/api/{ada.id}/lists")).json()
    assert (saved["name"], saved["color"]) == ("Balcony", "#3f9142")


async def test_lists_are_ordered_by_keys_dragging_and_their_menu(visits: Visits) -> None:
    ada = await visits.person()
    for name in ("Home", "Holidays", "Work"):
        await ada.add_list(name)
    screen = await visits.visit("/inbox", ada)
    await screen.list_link("Home").focus()
    await screen.page.keyboard.press("Alt+ArrowDown")
    await lists_are(screen, "Holidays", "Home", "Work")
    await expect(screen.list_link("Home")).to_be_focused()
    await screen.list_link("Work").drag_to(screen.list_link("Holidays"), target_position={"x": 60, "y": 4})
    await lists_are(screen, "Work", "Holidays", "Home")
    await choose(screen, "Work", "Move down")
    await lists_are(screen, "Holidays", "Work", "Home")
    await screen.button("Undo").last.click()
    await lists_are(screen, "Work", "Holidays", "Home")
    await screen.all_is_saved()
    assert await names(ada) == ["Work", "Holidays", "Home"]


async def test_a_list_is_archived_and_deleted_and_its_tasks_may_stay(visits: Visits) -> None:
    ada = await visits.person()
    work, old = await ada.add_list("Work"), await ada.add_list("Old")
    await ada.add("Write a letter", list_id=work["id"])
    screen = await visits.visit(f"/list/{work['id']}", ada)
    await choose(screen, "Old", "Archive")
    await expect(screen.list_link("Old")).to_be_hidden()
    await screen.page.get_by_text("Archived lists").click()
    await expect(screen.list_link("Old")).to_be_visible()
    await choose(screen, "Work", "Delete …")
    await expect(screen.dialog("Delete “Work”?")).to_contain_text("1 open task")
    await screen.button("Keep its tasks in the inbox").click()
    await expect(screen.heading("Inbox")).to_be_visible()
    await screen.shows("Write a letter")
    await screen.all_is_saved()
    assert await names(ada) == [old["name"]]


async def test_on_a_phone_a_bar_leads_to_the_views_and_adds_tasks(visits: Visits) -> None:
    ada = await visits.person()
    await ada.add_list("Work")
    screen = await visits.visit("/inbox", ada, **TOUCH)
    await screen.view_link("Upcoming").tap()
    await expect(screen.heading("Upcoming")).to_be_visible()
    box = await screen.button("Add task").bounding_box()
    assert box is not None
    assert box["x"] > PHONE[0] / 2, "the right thumb reaches it"
    assert box["y"] > PHONE[1] * 2 / 3
    await screen.button("Add task").tap()
    await expect(screen.dialog("Add task")).to_be_visible()
    await screen.page.keyboard.press("Escape")
    await screen.view_link("Browse").tap()
    await screen.list_link("Work").tap()
    await expect(screen.heading("Work")).to_be_visible()
    await screen.view_link("Browse").tap()
    for name in ("Search", "Completed", "Trash", "Settings"):
        await expect(screen.page.get_by_role("main").get_by_role("link", name=name)).to_be_visible()
    await screen.page.set_viewport_size({"width": 1280, "height": 800})
    await expect(screen.heading("Inbox")).to_be_visible()  # the sidebar has all that the page had


async def test_keys_are_about_the_page_after_a_click_on_a_link_or_on_blank_space(visits: Visits) -> None:
    ada = await visits.person()
    for title in ("Buy milk", "Call Jo"):
        await ada.add(title)
    screen = await visits.visit("/today", ada)
    await screen.view_link("Inbox").click()
    await expect(screen.page.get_by_role("main")).to_be_focused()
    await screen.shows("Buy milk", "Call Jo")
    await screen.page.keyboard.press("j")
    await screen.page.mouse.click(800, 700)
    await screen.page.keyboard.press("j")
    await screen.page.keyboard.press("Enter")
    await expect(screen.field("Title")).to_have_value("Call Jo")


async def test_old_addresses_lead_on_and_unknown_ones_say_so(visits: Visits) -> None:
    visits.watch.expect("status of 404")
    ada = await visits.person()
    work = await ada.add_list("Work")
    screen = await visits.visit(f"/lists/{work['id']}", ada)
    await expect(screen.heading("Work")).to_be_visible()
    assert screen.page.url.endswith(f"/list/{work['id']}")
    for old, new in (("/", "Inbox"), ("/overdue", "Today"), ("/done", "Completed"), ("/all", "Inbox")):
        await screen.page.goto(old)
        await expect(screen.heading(new)).to_be_visible()
    await screen.page.goto(f"/list/{ada.id}")
    await expect(screen.heading("This list does not exist")).to_be_visible()
    await screen.link("Go to the inbox").click()
    await expect(screen.heading("Inbox")).to_be_visible()


async def test_offline_is_told_without_moving_anything_and_with_the_number_of_changes(visits: Visits) -> None:
    visits.watch.expect(LOST)
    ada = await visits.person()
    await ada.add("Buy milk")
    for size in ((1280, 800), PHONE):
        await ada.add("Call Jo")
        screen = await visits.visit("/inbox", ada, size=size)
        await screen.shows("Buy milk", "Call Jo")
        before = await screen.row("Buy milk").bounding_box()
        await screen.page.context.set_offline(True)
        await screen.box("Call Jo").click()
        await expect(screen.status("Offline · 1 change waits")).to_be_visible()
        assert await screen.row("Buy milk").bounding_box() == before
        await screen.page.context.set_offline(False)
        await screen.all_is_saved()
        await expect(screen.status("Offline")).to_have_count(0)


async def test_tasks_that_cannot_be_loaded_are_asked_for_again(visits: Visits) -> None:
    visits.watch.expect("status of 500")
    ada = await visits.person()
    await ada.add("Buy milk")
    context = await visits.context(ada)

    async def fail(route: Route) -> None:
        await route.fulfill(status=500, json={"detail": "Something went wrong here."})

    await context.route(re.compile("/snapshot"), fail)
    screen = await visits.tab(context)
    await expect(screen.heading("Your tasks could not be loaded")).to_be_visible()
    await expect(screen.page.get_by_text("Something went wrong here.")).to_be_visible()
    await context.unroute_all()
    await screen.button("Try again").click()
    await screen.shows("Buy milk")


async def test_names_from_right_to_left_stay_beside_their_colour(visits: Visits) -> None:
    ada = await visits.person()
    await ada.add_list(ARABIC)
    screen = await visits.visit("/inbox", ada)
    name = await screen.list_link(ARABIC).locator("bdi").bounding_box()
    dot = await screen.list_link(ARABIC).locator(".dot").bounding_box()
    assert name is not None
    assert dot is not None
    assert 0 < name["x"] - (dot["x"] + dot["width"]) < 20


async def test_printed_pages_have_the_tasks_and_nothing_else(visits: Visits) -> None:
    ada = await visits.person()
    milk = await ada.add("Buy milk")
    screen = await visits.visit(f"/inbox?task={milk['id']}", ada)
    await expect(screen.field("Title")).to_be_visible()
    await screen.page.emulate_media(media="print")
    await expect(screen.row("Buy milk")).to_be_visible()
    for shown in (screen.view_link("Inbox"), screen.field("Title"), screen.button("View")):
        await expect(shown).to_be_hidden()
