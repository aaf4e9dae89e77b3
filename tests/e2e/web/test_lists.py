"""Lists: making, choosing, changing, archiving and deleting them, and the tasks in them."""

from typing import Any

from playwright.async_api import expect

from tests.e2e.web.screen import Screen
from tests.e2e.web.visits import TOUCH, Visits
from tests.http.service import Person


async def list_named(person: Person, name: str) -> dict[str, Any]:
    lists = (await person.get(f"/api/{person.id}/lists")).json()
    return next(each for each in lists if each["name"] == name)


async def titles_in(person: Person, where: str) -> list[str]:
    return await person.titles(list=where, sort="position")


async def make(screen: Screen, name: str) -> None:
    """A new list, through its dialog."""
    await screen.button("New list").click()
    dialog = screen.dialog("New list")
    await dialog.get_by_label("Name").fill(name)
    await dialog.get_by_label("Colour").select_option(label="Green")
    await dialog.get_by_role("button", name="Create").click()
    await expect(dialog).to_have_count(0)


async def test_a_new_list_is_shown_and_new_tasks_go_to_its_end(visits: Visits) -> None:
    ada = await visits.person()
    await ada.add("Elsewhere")
    screen = await visits.visit("/", ada)
    await screen.shows("Elsewhere")
    await make(screen, "Work")
    await expect(screen.page.get_by_role("heading", level=1, name="Work")).to_be_visible()
    await screen.shows()
    for title in ("first", "second", "third"):
        await screen.add(title)
    await screen.shows("first", "second", "third")
    await screen.all_is_saved()
    work = await list_named(ada, "Work")
    assert work["color"] is not None
    assert await titles_in(ada, work["id"]) == ["first", "second", "third"]
    await expect(screen.list_link("Work")).to_have_accessible_name("Work 3 open")
    await screen.list_link("Inbox").click()
    await screen.shows("Elsewhere")


async def test_a_list_has_an_address_that_a_reload_and_the_way_back_keep(visits: Visits) -> None:
    ada = await visits.person()
    work = await ada.add_list("Work")
    await ada.add("Write", list_id=work["id"])
    await ada.add("Read")
    screen = await visits.visit("/", ada)
    await screen.list_link("Work").click()
    await screen.shows("Write")
    await expect(screen.list_link("Work")).to_have_attribute("aria-current", "page")
    await screen.page.reload()
    await screen.shows("Write")
    await screen.list_link("Inbox").click()
    await screen.shows("Read")
    await screen.page.go_back()
    await screen.shows("Write")


async def test_the_number_of_open_tasks_follows_what_is_done(visits: Visits) -> None:
    ada = await visits.person()
    work = await ada.add_list("Work")
    for title in ("Write", "Read"):
        await ada.add(title, list_id=work["id"])
    screen = await visits.visit(f"/lists/{work['id']}", ada)
    await expect(screen.list_link("Work")).to_have_accessible_name("Work 2 open")
    await screen.box("Write").click()
    await expect(screen.list_link("Work")).to_have_accessible_name("Work 1 open")
    await screen.add("Think")
    await expect(screen.list_link("Work")).to_have_accessible_name("Work 2 open")


async def test_a_list_is_renamed_and_archived(visits: Visits) -> None:
    ada = await visits.person()
    work = await ada.add_list("Work")
    screen = await visits.visit(f"/lists/{work['id']}", ada)
    await screen.button("Edit list").click()
    await screen.field("Name").fill("Office")
    await screen.field("Name").press("Enter")
    await expect(screen.page.get_by_role("heading", level=1, name="Office")).to_be_visible()
    await screen.list_link("Inbox").click()
    await screen.list_link("Office").click()
    await screen.button("Edit list").click()
    await screen.button("Archive").click()
    await screen.list_link("Inbox").click()
    await expect(screen.list_link("Office")).not_to_be_visible()
    await screen.page.get_by_text("Archived").click()
    await screen.list_link("Office").click()
    await expect(screen.page.get_by_role("heading", level=1, name="Office")).to_be_visible()
    assert (await list_named(ada, "Office"))["archived"] is True


async def test_a_name_that_is_refused_has_its_reason_beside_it(visits: Visits) -> None:
    visits.watch.expect("status of 400")
    screen = await visits.visit("/", await visits.person())
    await screen.button("New list").click()
    await screen.button("Create").click()
    await expect(screen.field("Name")).to_have_attribute("aria-invalid", "true")
    await screen.field("Name").fill("Work")
    await screen.button("Create").click()
    await expect(screen.list_link("Work")).to_be_visible()


async def test_a_deleted_list_takes_its_tasks_along_and_brings_them_back(visits: Visits) -> None:
    ada = await visits.person()
    work = await ada.add_list("Work")
    await ada.add("Write", list_id=work["id"])
    await ada.add("Read")
    screen = await visits.visit(f"/lists/{work['id']}", ada)
    await screen.shows("Write")
    await screen.button("Edit list").click()
    await screen.button("Delete").click()
    await screen.shows("Read")
    await expect(screen.list_link("Work")).to_have_count(0)
    await screen.button("Undo").click()
    await screen.shows("Write")
    await expect(screen.list_link("Work")).to_be_visible()
    assert await titles_in(ada, work["id"]) == ["Write"]


async def test_a_task_is_given_another_list_in_its_editor(visits: Visits) -> None:
    ada = await visits.person()
    work = await ada.add_list("Work")
    await ada.add("Write")
    screen = await visits.visit("/inbox", ada)
    form = await screen.edit("Write")
    await form.field("List").select_option(label="Work")
    await form.save()
    await screen.shows()
    await screen.list_link("Work").click()
    await screen.shows("Write")
    await screen.link("Open").click()
    await expect(screen.row("Write")).to_contain_text("Work")
    assert await titles_in(ada, work["id"]) == ["Write"]


async def test_lists_are_chosen_by_touch_on_a_narrow_page(visits: Visits) -> None:
    ada = await visits.person()
    work = await ada.add_list("Work")
    await ada.add("Write", list_id=work["id"])
    screen = await visits.visit("/", ada, **TOUCH)
    await screen.shows("Write")
    await expect(screen.list_link("Work")).not_to_be_visible()
    await screen.button("Lists").tap()
    await screen.list_link("Work").tap()
    await expect(screen.page.get_by_role("heading", level=1, name="Work")).to_be_visible()
    await expect(screen.list_link("Work")).not_to_be_visible()


async def test_another_owner_has_no_such_list(visits: Visits) -> None:
    visits.watch.expect("status of 400", "status of 404")
    ada, bob = await visits.person(), await visits.person()
    work = await ada.add_list("Work")
    await ada.add("Write", list_id=work["id"])
    screen = await visits.visit(f"/lists/{work['id']}", bob)
    await expect(screen.page.get_by_role("heading", level=1, name="There is no such list")).to_be_visible()
    await screen.shows()
    await expect(screen.list_link("Work")).to_have_count(0)
