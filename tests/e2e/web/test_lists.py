"""The page of a list: its address, what is added to it, and what stays out of it."""

import re

from playwright.async_api import expect

from tests.e2e.web.visits import TOUCH, Visits


async def test_a_list_has_an_address_that_a_reload_and_the_way_back_keep(visits: Visits) -> None:
    ada = await visits.person()
    work = await ada.add_list("Work")
    await ada.add("Write", list_id=work["id"])
    await ada.add("Read")
    screen = await visits.visit("/inbox", ada)
    await screen.list_link("Work").click()
    await screen.shows("Write")
    await expect(screen.page).to_have_url(re.compile(f"/list/{work['id']}$"))
    await expect(screen.page.get_by_role("heading", level=1)).to_have_text("Work")
    await screen.page.reload()
    await screen.shows("Write")
    await screen.view_link("Inbox").click()
    await screen.shows("Read")
    await screen.page.go_back()
    await screen.shows("Write")


async def test_new_tasks_go_to_the_end_of_the_list_and_are_counted(visits: Visits) -> None:
    ada = await visits.person()
    work = await ada.add_list("Work")
    screen = await visits.visit(f"/list/{work['id']}", ada)
    await expect(screen.page.get_by_text("Nothing to do in this list")).to_be_visible()
    for title in ("first", "second", "third"):
        await screen.add(title)
    await screen.shows("first", "second", "third")
    await expect(screen.list_link("Work")).to_have_accessible_name(re.compile("^Work ?, 3 tasks$"))
    await screen.box("first").click()
    await screen.shows("second", "third")
    await expect(screen.list_link("Work")).to_have_accessible_name(re.compile("^Work ?, 2 tasks$"))
    await screen.all_is_saved()
    assert await ada.titles(list=work["id"], sort="position", status="pending") == ["second", "third"]


async def test_the_list_of_a_task_is_told_where_that_is_not_obvious(visits: Visits) -> None:
    ada = await visits.person()
    work = await ada.add_list("Work")
    await ada.add("Write", list_id=work["id"])
    screen = await visits.visit("/search?q=write", ada)
    await expect(screen.row("Write")).to_contain_text("Work")
    await screen.list_link("Work").click()
    await expect(screen.row("Write")).not_to_contain_text("Work")


async def test_deferred_tasks_are_folded_away_at_the_end(visits: Visits) -> None:
    ada = await visits.person()
    await ada.add("Now")
    await ada.add("Later", deferred_until="2099-01-01")
    screen = await visits.visit("/inbox", ada)
    await screen.shows("Now")
    await screen.page.get_by_role("button", name="Deferred").click()
    await screen.shows("Now", "Later")


async def test_another_owner_has_no_such_list(visits: Visits) -> None:
    ada, bob = await visits.person(), await visits.person()
    work = await ada.add_list("Work")
    await ada.add("Write", list_id=work["id"])
    screen = await visits.visit(f"/list/{work['id']}", bob)
    await expect(screen.page.get_by_role("heading", level=1, name="This list does not exist")).to_be_visible()
    await screen.shows()
    await expect(screen.list_link("Work")).to_have_count(0)


async def test_on_a_phone_a_list_is_changed_on_its_page(visits: Visits) -> None:
    ada = await visits.person()
    work = await ada.add_list("Work")
    screen = await visits.visit(f"/list/{work['id']}", ada, **TOUCH)
    await screen.button("Actions for Work").tap()
    await screen.page.get_by_role("menuitem", name="Edit …").tap()
    await screen.field("Name").fill("Office")
    await screen.field("Name").press("Enter")
    await expect(screen.page.get_by_role("heading", level=1)).to_have_text("Office")
