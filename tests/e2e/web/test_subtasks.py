"""Subtasks: shown below their parent, added, completed, deleted and taken along."""

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


async def test_subtasks_are_below_their_parent_on_all_levels(visits: Visits) -> None:
    screen, _ = await planned(visits)
    await screen.shows_tree("Plan", "-Book", "--Compare", "-Ask", "Pack")
    left = [
        await screen.box(title).evaluate("it => it.getBoundingClientRect().left")
        for title in ("Plan", "Book", "Compare")
    ]
    assert left == sorted(set(left)), "each is further to the right"


async def test_in_other_views_too_a_subtask_is_below_its_parent(visits: Visits) -> None:
    screen, _ = await planned(visits, "/")
    await screen.shows_tree("Pack", "Plan", "-Ask", "-Book", "--Compare")


async def test_subtasks_are_added_one_after_the_other(visits: Visits) -> None:
    screen, _ = await planned(visits)
    await screen.row("Book").hover()
    await screen.button("Add a subtask to Book").click()
    field = screen.field("Subtask of Book")
    await expect(field).to_be_focused()
    for title in ("Pay", "Print"):
        await field.fill(title)
        await field.press("Enter")
    await screen.shows_tree("Plan", "-Book", "--Compare", "--Pay", "--Print", "-Ask", "Pack")
    await field.press("Escape")
    await expect(field).to_have_count(0)
    await expect(screen.box("Book")).to_be_focused()
    await screen.all_is_saved()
    await screen.page.reload()
    await screen.shows_tree("Plan", "-Book", "--Compare", "--Pay", "--Print", "-Ask", "Pack")


async def test_a_subtask_of_a_task_that_is_not_saved_yet_is_saved_after_it(visits: Visits) -> None:
    visits.watch.expect("net::ERR_")
    ada = await visits.person()
    screen = await visits.visit("/inbox", ada)
    await screen.is_home()
    await screen.page.context.set_offline(True)
    await screen.add("Plan")
    await screen.box("Plan").focus()
    await screen.page.keyboard.press("s")
    await screen.field("Subtask of Plan").fill("Book")
    await screen.field("Subtask of Plan").press("Enter")
    await screen.shows_tree("Plan", "-Book")
    await screen.page.context.set_offline(False)
    await screen.all_is_saved()
    await screen.shows_tree("Plan", "-Book")
    plan, book = (await ada.get(ada.tasks)).json()
    assert (book["title"], book["parent_id"]) == ("Book", plan["id"])


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


async def test_a_view_of_everything_shows_the_completed_subtasks(visits: Visits) -> None:
    screen, _ = await planned(visits, "/all")
    await screen.box("Book").check()
    await expect(screen.box("Compare")).to_be_checked()
    await expect(screen.box("Plan")).not_to_be_checked()
    await screen.all_is_saved()
    await screen.box("Compare").uncheck()
    await screen.all_is_saved()
    await expect(screen.box("Book")).to_be_checked()
    await expect(screen.dialog("Changed elsewhere")).to_have_count(0)


async def test_a_subtask_can_be_changed_right_after_its_parent_was_completed(visits: Visits) -> None:
    visits.watch.expect("net::ERR_")
    screen, ada = await planned(visits, "/all")
    await screen.shows("Pack", "Plan", "Ask", "Book", "Compare", in_order=False)
    await screen.page.context.set_offline(True)
    await screen.box("Plan").check()
    form = await screen.edit("Ask")
    await form.field("Title").fill("Ask again")
    await form.save()
    await screen.page.context.set_offline(False)
    await screen.all_is_saved()
    assert "Ask again" in await ada.titles(status="completed")
    await expect(screen.dialog("Changed elsewhere")).to_have_count(0)


async def test_deleting_a_task_deletes_what_is_below_it_and_undo_leaves_all_as_it_was(visits: Visits) -> None:
    screen, ada = await planned(visits)
    await screen.delete("Plan")
    await screen.shows("Pack")
    await screen.button("Undo").click()
    await screen.shows_tree("Plan", "-Book", "--Compare", "-Ask", "Pack")
    assert len(await ada.titles()) == 5


async def test_a_task_with_another_list_takes_its_subtasks_along(visits: Visits) -> None:
    screen, ada = await planned(visits)
    work = await ada.add_list("Work")
    await screen.page.reload()
    form = await screen.edit("Plan")
    await form.field("List").select_option(label="Work")
    await form.save()
    await screen.shows("Pack")
    await screen.all_is_saved()
    await screen.list_link("Work").click()
    await screen.shows_tree("Plan", "-Book", "--Compare", "-Ask")
    assert len(await ada.titles(list=work["id"])) == 4
