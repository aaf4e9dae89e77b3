"""Subtasks in lists: below their parent, counted, folded away, completed and taken along."""

from playwright.async_api import expect

from tests.e2e.web.screen import Screen
from tests.e2e.web.visits import Visits
from tests.http.service import Person


async def planned(visits: Visits, view: str = "/inbox") -> tuple[Screen, Person]:
    """A page with a tree of three levels and a task beside it."""
    ada = await visits.person()
    plan = await ada.add("Plan")
    book = await ada.add("Book", parent_id=plan["id"])
    await ada.add("Pack")
    await ada.add("Compare", parent_id=book["id"])
    await ada.add("Ask", parent_id=plan["id"])
    return await visits.visit(view, ada), ada


async def test_subtasks_are_below_their_parent_on_all_levels_and_counted(visits: Visits) -> None:
    screen, _ = await planned(visits)
    await screen.shows_tree("Plan", "-Book", "--Compare", "-Ask", "Pack")
    left = [
        await screen.box(title).evaluate("it => it.getBoundingClientRect().left")
        for title in ("Plan", "Book", "Compare")
    ]
    assert left == sorted(set(left)), "each is further to the right"
    await expect(screen.box("Plan")).to_have_accessible_description("subtasks: 0/2")
    await screen.box("Ask").click()
    await screen.shows_tree("Plan", "-Book", "--Compare", "Pack")
    await expect(screen.box("Plan")).to_have_accessible_description("subtasks: 1/2")


async def test_subtasks_are_folded_away_in_this_browser(visits: Visits) -> None:
    screen, _ = await planned(visits)
    fold = screen.button("Subtasks of Plan")
    await expect(fold).to_have_attribute("aria-expanded", "true")
    await fold.click()
    await screen.shows_tree("Plan", "Pack")
    await screen.page.reload()
    await screen.shows_tree("Plan", "Pack")
    await fold.click()
    await screen.shows_tree("Plan", "-Book", "--Compare", "-Ask", "Pack")


async def test_completing_a_task_completes_what_is_below_it_and_undo_reopens_it(visits: Visits) -> None:
    screen, ada = await planned(visits)
    await screen.box("Plan").click()
    await screen.shows("Pack")
    await screen.all_is_saved()
    assert sorted(await ada.titles(status="completed")) == ["Ask", "Book", "Compare", "Plan"]
    await screen.button("Undo").click()
    await screen.shows_tree("Plan", "-Book", "--Compare", "-Ask", "Pack")
    await screen.all_is_saved()
    assert await ada.titles(status="completed") == []


async def test_deleting_a_task_deletes_what_is_below_it_and_undo_leaves_all_as_it_was(visits: Visits) -> None:
    screen, ada = await planned(visits)
    await screen.delete("Plan")
    await screen.shows("Pack")
    await screen.all_is_saved()
    await screen.button("Undo").click()
    await screen.shows_tree("Plan", "-Book", "--Compare", "-Ask", "Pack")
    await screen.all_is_saved()
    assert len(await ada.titles()) == 5


async def test_a_subtask_that_fits_alone_names_its_parent(visits: Visits) -> None:
    screen, _ = await planned(visits, "/search?q=compare")
    await screen.shows_tree("Compare")
    await expect(screen.row("Compare")).to_contain_text("Book")
