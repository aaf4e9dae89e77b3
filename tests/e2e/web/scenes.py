"""Every view of the client, with each of its dialogs, menus and messages."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

from playwright.async_api import expect

from tests.e2e.web.dates import Day
from tests.e2e.web.screen import Screen
from tests.e2e.web.visits import Visits
from tests.http.service import Person

Scene = Callable[[Screen, Person], Awaitable[None]]
TITLE = "Buy milk"


async def loaded(screen: Screen, person: Person) -> None:
    await screen.is_home()


async def empty(screen: Screen, person: Person) -> None:
    await expect(screen.page.get_by_role("list", name="Examples")).to_be_visible()


async def tasks(screen: Screen, person: Person) -> None:
    await expect(screen.row(TITLE)).to_be_visible()
    await screen.box(TITLE).focus()


async def a_tree(screen: Screen, person: Person) -> None:
    await screen.shows_tree("Plan the trip", "-Book the train", "--Compare the prices of the trains", "Pack")
    await screen.box("Book the train").focus()


async def viewing(screen: Screen, person: Person) -> None:
    await tasks(screen, person)
    await screen.button("View").click()
    await expect(screen.dialog("View")).to_be_visible()


async def understood(screen: Screen, person: Person) -> None:
    await screen.entry.fill("Call the bank !high tomorrow 17:00")


async def panel(screen: Screen, person: Person) -> None:
    await expect(screen.field("Title")).to_have_value(TITLE)


async def repeating(screen: Screen, person: Person) -> None:
    await press(screen, "d")
    await screen.dialog("Date").get_by_label("Repeat", exact=True).select_option(label="Every week")
    await expect(screen.dialog("Date")).to_contain_text(re.compile("Then "))


async def undoing(screen: Screen, person: Person) -> None:
    await press(screen, "Delete")
    await screen.button("Undo").hover()  # so that it stays


async def selecting(screen: Screen, person: Person) -> None:
    await press(screen, "x")
    await expect(screen.page.get_by_role("toolbar", name="Selected tasks")).to_be_visible()


async def of_a_row(screen: Screen, person: Person) -> None:
    await tasks(screen, person)
    await screen.row(TITLE).hover()
    await screen.button(f"More for {TITLE}").click()
    await expect(screen.page.get_by_role("menu")).to_be_visible()


async def of_a_list(screen: Screen, person: Person) -> None:
    await screen.list_link("Holidays").hover()
    await screen.button("Actions for Holidays").click()
    await expect(screen.page.get_by_role("menu")).to_be_visible()


async def new_list(screen: Screen, person: Person) -> None:
    await screen.button("New list").click()
    await screen.button("Create").click()
    await expect(screen.field("Name")).to_have_attribute("aria-invalid", "true")


async def help_page(screen: Screen, person: Person) -> None:
    await press(screen, "?")
    await expect(screen.dialog("Keyboard shortcuts")).to_be_visible()


async def palette(screen: Screen, person: Person) -> None:
    await press(screen, "Control+k")
    await expect(screen.dialog("Go to or do")).to_be_visible()


async def adding(screen: Screen, person: Person) -> None:
    await screen.button("Add task").click()
    await expect(screen.dialog("Add task")).to_be_visible()


async def conflict(screen: Screen, person: Person) -> None:
    opened = await screen.open(TITLE)
    milk = next(task for task in (await person.get(person.tasks)).json() if task["title"] == TITLE)
    await screen.page.context.set_offline(True)
    await opened.write("Title", "Buy oat milk")
    await person.ask("PATCH", person.task(milk), json={"title": "Buy rice milk"})
    await screen.page.context.set_offline(False)
    await expect(screen.dialog("Changed elsewhere")).to_be_visible()


async def offline(screen: Screen, person: Person) -> None:
    await tasks(screen, person)
    await screen.page.context.set_offline(True)
    await screen.box(TITLE).click()
    await expect(screen.status("Offline · 1 change waits")).to_be_visible()


async def emptying(screen: Screen, person: Person) -> None:
    await screen.button("Empty the trash").click()
    await expect(screen.dialog("Empty the trash?")).to_be_visible()


async def press(screen: Screen, key: str) -> None:
    """Presses a key that is about a task."""
    await expect(screen.row(TITLE)).to_be_visible()
    await screen.box(TITLE).focus()
    await screen.page.keyboard.press(key)


VIEWS: dict[str, tuple[str, Scene]] = {
    "inbox": ("/inbox", tasks),
    "nothing yet": ("/inbox", empty),
    "today": ("/today", loaded),
    "upcoming": ("/upcoming", loaded),
    "list": ("/list/{list}", a_tree),
    "tag": ("/tag/travel", loaded),
    "completed": ("/completed", loaded),
    "search": ("/search?q=milk", tasks),
    "browse": ("/browse", loaded),
    "trash": ("/trash", loaded),
    "settings": ("/settings", loaded),
    "no such list": ("/list/{task}", loaded),
    "panel": ("/inbox?task={task}", panel),
}
DIALOGS: dict[str, tuple[str, Scene]] = {
    "view menu": ("/inbox", viewing),
    "understood": ("/inbox", understood),
    "date": ("/inbox", repeating),
    "undoing": ("/inbox", undoing),
    "selection": ("/inbox", selecting),
    "menu of a row": ("/inbox", of_a_row),
    "menu of a list": ("/inbox", of_a_list),
    "new list": ("/inbox", new_list),
    "keys": ("/inbox", help_page),
    "palette": ("/inbox", palette),
    "add task": ("/inbox", adding),
    "conflict": ("/inbox", conflict),
    "offline": ("/inbox", offline),
    "emptying": ("/trash", emptying),
}
SCENES = VIEWS | DIALOGS
ON_PHONES = ("browse", "add task")
"""Scenes that begin on a phone."""


async def with_tasks(person: Person, day: Day) -> dict[str, str]:
    """Adds lists with tasks, subtasks and tags, completed tasks, and something in the trash. Returns ids."""
    milk = await person.add(TITLE, priority="low", description="two litres", due_date="2099-12-24T15:00")
    await person.add("Pay the rent", priority="high", due_date=day.plus(-1))
    await person.add("Water the plants", due_date=day.plus(0), recurrence={"rule": "FREQ=DAILY"}, priority="medium")
    trip = await person.add_list("Holidays", color="#3b72c4")
    await person.add_list("A list with a name that is far too long for the navigation")
    await person.add_list("Old", archived=True)
    plan = await person.add("Plan the trip", list_id=trip["id"], tags=["travel", "summer"], due_date=day.plus(2))
    train = await person.add("Book the train", parent_id=plan["id"])
    await person.add("Compare the prices of the trains", parent_id=train["id"])
    await person.add("Pack", list_id=trip["id"])
    done = await person.add("Sow the peas")
    assert (await person.ask("PATCH", f"{person.task(done)}/complete", json={"completed": True})).status_code == 200
    old = await person.add("Old plans")
    assert (await person.ask("DELETE", person.task(old))).status_code == 204
    return {"task": milk["id"], "list": trip["id"]}


async def enter(visits: Visits, scene: str, **how: Any) -> Screen:
    """Opens the scene for a user with a few tasks; the keywords are those of a visit."""
    visits.watch.expect("status of 4", "net::ERR_")
    day = Day.somewhere_safe()
    ada = await visits.person(zone=day.zone)
    ids = await with_tasks(ada, day) if scene != "nothing yet" else {}
    address, act = SCENES[scene]
    screen = await visits.visit(address.format(**ids), ada, reduced_motion="reduce", zone=day.zone, **how)
    await act(screen, ada)
    return screen
