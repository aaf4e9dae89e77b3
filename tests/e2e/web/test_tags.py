"""Tags: shown on tasks, and the page of a tag."""

from playwright.async_api import expect

from tests.e2e.web.visits import Visits


async def test_a_click_on_a_tag_shows_the_tasks_that_have_it_and_new_ones_get_it(visits: Visits) -> None:
    ada = await visits.person()
    await ada.add("Paint the fence", tags=["home"])
    await ada.add("Write", tags=["work"])
    await ada.add("Mow the lawn", tags=["Home"], due_date="2099-01-01")
    screen = await visits.visit("/inbox", ada)
    await screen.row("Paint the fence").get_by_role("link", name="#home").click()
    await screen.shows("Mow the lawn", "Paint the fence")
    await expect(screen.page.get_by_role("heading", level=1)).to_have_text("#home")
    await screen.add("Rake the leaves")
    await screen.shows("Mow the lawn", "Paint the fence", "Rake the leaves")
    await screen.page.reload()
    await screen.shows("Mow the lawn", "Paint the fence", "Rake the leaves")
    await screen.all_is_saved()
    assert await ada.titles(tag="home", sort="created_at") == ["Paint the fence", "Mow the lawn", "Rake the leaves"]
