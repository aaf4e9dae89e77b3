"""The trash: what is in it and until when, restoring, and deleting permanently."""

import re

from playwright.async_api import expect

from tests.e2e.web.screen import Screen
from tests.e2e.web.visits import Visits
from tests.http.service import Person

WHEN = re.compile(r"Deleted \d{4}-\d\d-\d\d \d\d:\d\d")
UNTIL = re.compile(r"Kept until \d{4}-\d\d-\d\d \d\d:\d\d")


async def deleted(person: Person, *titles: str) -> None:
    for title in titles:
        assert (await person.ask("DELETE", person.task(await person.add(title)))).status_code == 204


async def trash_of(person: Person) -> list[str]:
    entries = (await person.get(f"/api/{person.id}/trash")).json()
    return [entry["value"].get("title") or entry["value"]["name"] for entry in entries]


async def holds(screen: Screen, *names: str) -> None:
    """The page lists these deletions, in this order."""
    entries = screen.page.get_by_role("list", name="Deleted").get_by_role("listitem")
    await expect(entries).to_have_count(len(names))
    for place, name in enumerate(names):
        await expect(entries.nth(place)).to_contain_text(name)


async def test_a_task_that_was_just_deleted_is_in_the_trash_and_comes_back(visits: Visits) -> None:
    ada = await visits.person()
    plan = await ada.add("Plan")
    await ada.add("Book", parent_id=plan["id"])
    screen = await visits.visit("/inbox", ada)
    await screen.delete("Plan")
    await screen.shows()
    await screen.view_link("Trash").click()
    await holds(screen, "Plan")
    entry = screen.page.get_by_role("list", name="Deleted").get_by_role("listitem")
    await expect(entry).to_contain_text("Task with 1 subtask")
    await expect(entry).to_contain_text(WHEN)
    await expect(entry).to_contain_text(UNTIL)
    await screen.button("Restore Plan").click()
    await expect(screen.page.get_by_text("The trash is empty")).to_be_visible()
    await expect(screen.page.locator("*:focus")).to_have_count(1)
    await screen.view_link("Inbox").click()
    await screen.shows_tree("Plan", "-Book")


async def test_a_deleted_list_comes_back_with_its_tasks(visits: Visits) -> None:
    ada = await visits.person()
    work = await ada.add_list("Work")
    await ada.add("Write", list_id=work["id"])
    assert (await ada.ask("DELETE", f"/api/{ada.id}/lists/{work['id']}")).status_code == 204
    screen = await visits.visit("/trash", ada)
    await expect(screen.page.get_by_role("list", name="Deleted")).to_contain_text("List with 1 task")
    await screen.button("Restore Work").click()
    await screen.list_link("Work").click()
    await screen.shows("Write")


async def test_one_thing_is_deleted_permanently_after_a_question(visits: Visits) -> None:
    ada = await visits.person()
    await deleted(ada, "one", "two")
    screen = await visits.visit("/trash", ada)
    await holds(screen, "two", "one")
    await screen.button("Delete one permanently").click()
    await screen.button("Cancel").click()
    await holds(screen, "two", "one")
    await screen.button("Delete one permanently").click()
    await screen.button("Delete permanently").click()
    await holds(screen, "two")
    assert await trash_of(ada) == ["two"]


async def test_the_trash_is_emptied_after_a_question(visits: Visits) -> None:
    ada = await visits.person()
    await ada.add("kept")
    await deleted(ada, "one", "two")
    screen = await visits.visit("/trash", ada)
    await screen.button("Empty the trash").click()
    await screen.button("Delete permanently").click()
    await expect(screen.page.get_by_text("The trash is empty")).to_be_visible()
    assert await trash_of(ada) == []
    assert await ada.titles() == ["kept"]


async def test_what_is_gone_already_is_told(visits: Visits) -> None:
    visits.watch.expect("status of 404")
    ada = await visits.person()
    await deleted(ada, "one")
    screen = await visits.visit("/trash", ada)
    await holds(screen, "one")
    assert (await ada.ask("DELETE", f"/api/{ada.id}/trash")).status_code == 204
    await screen.button("Restore one").click()
    await expect(screen.page.get_by_text("The trash is empty")).to_be_visible()
    await expect(screen.status(re.compile("no|not"))).to_be_visible()


async def test_more_than_one_page_is_shown_on_demand(visits: Visits) -> None:
    ada = await visits.person()
    await deleted(ada, "one", "two", "three")

    async def in_pages_of_two(route, request) -> None:  # type: ignore[no-untyped-def]
        await route.continue_(url=request.url + ("&" if "?" in request.url else "?") + "limit=2")

    context = await visits.context(ada)
    await context.route(re.compile(r"/trash$"), in_pages_of_two)
    screen = await visits.tab(context, "/trash#")
    await holds(screen, "three", "two")
    await screen.button("Show more").click()
    await holds(screen, "three", "two", "one")
