"""Tags: shown on tasks, changed in the editor, typed in the quick entry, and used as filters."""

from playwright.async_api import expect

from tests.e2e.web.visits import Visits
from tests.http.service import Person


async def tags_of(person: Person, title: str) -> list[str]:
    tasks = (await person.get(person.tasks)).json()
    return next(task["tags"] for task in tasks if task["title"] == title)


async def test_tags_are_added_and_removed_in_the_editor(visits: Visits) -> None:
    ada = await visits.person()
    await ada.add("Paint the fence", tags=["home", "later"])
    screen = await visits.visit("/", ada)
    form = await screen.edit("Paint the fence")
    await screen.button("#later, remove").click()
    await expect(form.field("Tags")).to_be_focused()
    await form.field("Tags").fill("garden")
    await form.field("Tags").press("Enter")
    await expect(screen.button("#garden, remove")).to_be_visible()
    await form.field("Tags").fill("HOME")
    await form.field("Tags").press("Enter")
    await form.field("Tags").fill("summer")
    await form.save()
    await expect(screen.row("Paint the fence").get_by_role("link")).to_have_text(["#home", "#garden", "#summer"])
    await screen.all_is_saved()
    assert await tags_of(ada, "Paint the fence") == ["home", "garden", "summer"]


async def test_a_tag_that_is_refused_has_its_reason_beside_it(visits: Visits) -> None:
    visits.watch.expect("status of 400")
    ada = await visits.person()
    await ada.add("Paint the fence")
    screen = await visits.visit("/", ada)
    form = await screen.edit("Paint the fence")
    await form.field("Tags").fill("x" * 65)
    await form.save()
    await expect(form.field("Tags")).to_have_attribute("aria-invalid", "true")
    await expect(form.field("Tags")).to_have_accessible_description("This must be at most 64 characters.")


async def test_a_click_on_a_tag_shows_the_tasks_that_have_it(visits: Visits) -> None:
    ada = await visits.person()
    await ada.add("Paint the fence", tags=["home"])
    await ada.add("Write", tags=["work"])
    await ada.add("Mow the lawn", tags=["Home"])
    screen = await visits.visit("/", ada)
    await screen.row("Paint the fence").get_by_role("link", name="#home").click()
    await screen.shows("Mow the lawn", "Paint the fence")
    await screen.page.reload()
    await screen.shows("Mow the lawn", "Paint the fence")
    await screen.button("#home, show all tags").click()
    await screen.shows("Mow the lawn", "Write", "Paint the fence")


async def test_tags_are_typed_with_the_task(visits: Visits) -> None:
    ada = await visits.person()
    screen = await visits.visit("/", ada)
    await screen.entry.fill("Paint #home #garden the fence")
    await expect(screen.understood).to_have_text(["#home, take back", "#garden, take back"])
    await screen.understood.filter(has_text="garden").click()
    await expect(screen.understood).to_have_text(["#home, take back"])
    await screen.entry.press("Enter")
    await expect(screen.row("Paint #garden the fence")).to_contain_text("#home")
    await screen.all_is_saved()
    assert await tags_of(ada, "Paint #garden the fence") == ["home"]
