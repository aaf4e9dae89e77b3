"""Every view of the client, with each of its dialogs and messages."""

from collections.abc import Awaitable, Callable
from typing import Any

from playwright.async_api import expect

from tests.e2e.web.dates import Day
from tests.e2e.web.screen import Screen
from tests.e2e.web.visits import Visits
from tests.http.service import Person

Scene = Callable[[Screen, Person], Awaitable[None]]


async def tasks(screen: Screen, person: Person) -> None:
    await screen.shows("Water the plants", "Pay the rent", "Buy milk")


async def nothing_to_do(screen: Screen, person: Person) -> None:
    await screen.choice("Priority filter").select_option(label="Medium")
    await screen.shows()


async def understood(screen: Screen, person: Person) -> None:
    await screen.entry.fill("Call the bank !high tomorrow 17:00")
    await expect(screen.understood.first).to_be_visible()


async def editing(screen: Screen, person: Person) -> None:
    await screen.row("Buy milk").get_by_text("Buy milk").click()
    await expect(screen.button("Save")).to_be_visible()


async def repeating(screen: Screen, person: Person) -> None:
    form = await screen.edit("Buy milk")
    await form.field("Repeats").select_option(label="Custom")
    await expect(form.form).to_contain_text("Every 2 weeks")


async def undoing(screen: Screen, person: Person) -> None:
    await screen.delete("Buy milk")
    await screen.button("Undo").hover()  # so that it stays


async def keys(screen: Screen, person: Person) -> None:
    await screen.is_home()
    await screen.page.keyboard.press("?")
    await expect(screen.dialog("Keyboard shortcuts")).to_be_visible()


async def conflict(screen: Screen, person: Person) -> None:
    form = await screen.edit("Buy milk")
    milk = next(task for task in (await person.get(person.tasks)).json() if task["title"] == "Buy milk")
    await person.ask("PATCH", person.task(milk), json={"title": "Buy rice milk", "due_date": "2099-12-24"})
    await form.field("Title").fill("Buy oat milk")
    await form.field("Due date").fill("2099-12-31")
    await form.save()
    await expect(screen.dialog("Changed elsewhere")).to_be_visible()


async def refused(screen: Screen, person: Person) -> None:
    await screen.add("x" * 256)
    await expect(screen.entry).to_have_attribute("aria-invalid", "true")


async def offline(screen: Screen, person: Person) -> None:
    await screen.page.context.set_offline(True)
    await screen.add("Write a letter")
    await expect(screen.status("Offline")).to_be_visible()


async def settings(screen: Screen, person: Person) -> None:
    await expect(screen.heading("Where you are signed in")).to_be_visible()


async def one_task(screen: Screen, person: Person) -> None:
    await expect(screen.page.get_by_role("heading", level=1)).to_be_visible()


async def a_list(screen: Screen, person: Person) -> None:
    await screen.shows_tree("Plan the trip", "-Book the train", "--Compare the prices of the trains", "Pack")
    await screen.box("Book the train").focus()


async def lists(screen: Screen, person: Person) -> None:
    await a_list(screen, person)
    if await screen.button("Lists").is_visible():
        await screen.button("Lists").click()
    await expect(screen.list_link("Holidays")).to_be_visible()


async def one_list(screen: Screen, person: Person) -> None:
    await screen.button("Edit list").click()
    await expect(screen.dialog("Edit list")).to_be_visible()


async def subtask(screen: Screen, person: Person) -> None:
    await a_list(screen, person)
    await screen.page.keyboard.press("s")
    await expect(screen.field("Subtask of Book the train")).to_be_focused()


async def tagged(screen: Screen, person: Person) -> None:
    await screen.shows("Plan the trip")
    await screen.row("Plan the trip").get_by_text("Plan the trip").click()
    await expect(screen.button("#travel, remove")).to_be_visible()


async def trash(screen: Screen, person: Person) -> None:
    await expect(screen.button("Restore Old plans")).to_be_visible()


async def emptying(screen: Screen, person: Person) -> None:
    await screen.button("Empty the trash").click()
    await expect(screen.dialog("Empty the trash?")).to_be_visible()


SCENES: dict[str, tuple[str, Scene]] = {
    "tasks": ("/", tasks),
    "overdue": ("/overdue", one_task),
    "nothing to do": ("/", nothing_to_do),
    "understood": ("/", understood),
    "editing": ("/", editing),
    "repeating": ("/", repeating),
    "undoing": ("/", undoing),
    "keys": ("/", keys),
    "conflict": ("/", conflict),
    "refused": ("/", refused),
    "offline": ("/", offline),
    "settings": ("/settings", settings),
    "one task": ("/tasks/{task}", one_task),
    "a list": ("/lists/{list}", a_list),
    "lists": ("/lists/{list}", lists),
    "one list": ("/lists/{list}", one_list),
    "subtask": ("/lists/{list}", subtask),
    "tagged": ("/?tag=travel", tagged),
    "trash": ("/trash", trash),
    "emptying": ("/trash", emptying),
}


async def with_a_trip(person: Person) -> str:
    """Adds lists with tasks, subtasks and tags, and something in the trash. Returns the id of one of the lists."""
    trip = await person.add_list("Holidays", color="#3b72c4")
    await person.add_list("A list with a name that is far too long for the navigation", archived=False)
    await person.add_list("Old", archived=True)
    plan = await person.add("Plan the trip", list_id=trip["id"], tags=["travel", "summer"], priority="high")
    train = await person.add("Book the train", parent_id=plan["id"])
    await person.add("Compare the prices of the trains", parent_id=train["id"])
    await person.add("Pack", list_id=trip["id"])
    old = await person.add("Old plans")
    await person.add("Older plans", parent_id=old["id"])
    assert (await person.ask("DELETE", person.task(old))).status_code == 204
    return str(trip["id"])


async def enter(visits: Visits, scene: str, **how: Any) -> Screen:
    """Opens the scene for a user with a few tasks; the keywords are those of a visit."""
    visits.watch.expect("status of 4", "net::ERR_")
    day = Day.somewhere_safe()
    ada = await visits.person(zone=day.zone)
    milk = await ada.add("Buy milk", priority="low", description="two litres", due_date="2099-12-24T15:00")
    await ada.add("Pay the rent", priority="high", due_date=day.plus(-1))
    priority, recurrence = (
        "medium" if scene == "overdue" else None,
        {"rule": "FREQ=DAILY"} if scene == "repeating" else None,
    )
    await ada.add("Water the plants", due_date=day.plus(0), priority=priority, recurrence=recurrence)
    address, act = SCENES[scene]
    ids = {"task": milk["id"]}
    if "list" in address or "tag" in address or "trash" in address:
        ids["list"] = await with_a_trip(ada)
    screen = await visits.visit(address.format(**ids), ada, reduced_motion="reduce", **how)
    await act(screen, ada)
    return screen
