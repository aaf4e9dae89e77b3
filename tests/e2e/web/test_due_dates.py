"""Three kinds of due date, shown in words and in the zone of the user, and never converted into one another."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import expect

from tests.e2e.web.dates import Day
from tests.e2e.web.visits import Visits
from tests.http.service import Person

FAR = "Asia/Kathmandu"
"""Three quarters of an hour beside every full hour, so that nothing fits by accident."""


async def due_of(person: Person) -> Any:
    return (await person.get(person.tasks)).json()[0]["due_date"]


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (0, "Today"),
        (1, "Tomorrow"),
        (-3, "Overdue: "),
        (-1, "Overdue: Yesterday"),
    ],
)
async def test_days_are_told_in_words(visits: Visits, days: int, words: str) -> None:
    today = Day.somewhere_safe()
    ada = await visits.person(zone=today.zone)
    await ada.add("Buy milk", due_date=today.plus(days))
    screen = await visits.visit("/", ada, zone="UTC")  # the zone is the person's, not the device's
    await expect(screen.row("Buy milk")).to_contain_text(words)
    overdue = screen.row("Buy milk").get_by_text("Overdue")
    assert await overdue.count() == (1 if days < 0 else 0), "told in words, not in colour alone"


async def test_far_days_are_told_as_dates(visits: Visits) -> None:
    ada = await visits.person()
    await ada.add("Celebrate", due_date="2099-12-24")
    screen = await visits.visit("/", ada)
    await expect(screen.row("Celebrate")).to_contain_text("24 Dec 2099")


async def test_a_floating_time_is_the_same_on_every_clock(visits: Visits) -> None:
    today = Day.somewhere_safe()
    ada = await visits.person(zone=today.zone)
    await ada.add("Get up", due_date=f"{today.plus(1)}T07:30")
    screen = await visits.visit("/", ada, zone=FAR)
    await expect(screen.row("Get up")).to_contain_text("Tomorrow 07:30")
    await ada.ask("PATCH", "/api/auth/me", json={"time_zone": FAR})
    await screen.page.reload()
    await expect(screen.row("Get up")).to_contain_text("07:30")
    assert await due_of(ada) == f"{today.plus(1)}T07:30"


async def test_a_fixed_time_is_shown_in_the_zone_of_the_person(visits: Visits) -> None:
    today = Day.somewhere_safe()
    instant = today.at(12, days=1)
    there = instant.astimezone(ZoneInfo(FAR))
    ada = await visits.person(zone=today.zone)
    due = f"{there.isoformat()}[{FAR}]"
    await ada.add("Call Tenzing", due_date=due)
    screen = await visits.visit("/", ada)
    await expect(screen.row("Call Tenzing")).to_contain_text("Tomorrow 12:00")
    assert await due_of(ada) == due


async def test_an_hour_that_has_passed_today_is_overdue(visits: Visits) -> None:
    today = Day.somewhere_safe()
    ada = await visits.person(zone=today.zone)
    await ada.add("Get up", due_date=f"{today.date}T00:01")
    screen = await visits.visit("/overdue", ada)
    await expect(screen.row("Get up")).to_contain_text("Overdue: Today 00:01")


async def test_the_form_writes_all_three_kinds_and_takes_the_date_away(visits: Visits) -> None:
    today = Day.somewhere_safe()
    ada = await visits.person(zone=today.zone)
    await ada.add("Buy milk")
    screen = await visits.visit("/", ada)
    instant = today.at(15.75, days=3)

    form = await screen.edit("Buy milk")
    await form.field("Due date").fill(today.plus(3))
    await form.save()
    await screen.all_is_saved()
    assert await due_of(ada) == today.plus(3)

    form = await screen.edit("Buy milk")
    await form.field("Time").fill("15:45")
    await form.field("Time is").select_option("floating")
    await form.save()
    await screen.all_is_saved()
    assert await due_of(ada) == f"{today.plus(3)}T15:45"

    form = await screen.edit("Buy milk")
    await form.field("Time is").select_option(today.zone)
    await form.save()
    await screen.all_is_saved()
    assert await due_of(ada) == f"{instant.isoformat()}[{today.zone}]"

    form = await screen.edit("Buy milk")
    await expect(form.field("Time")).to_have_value("15:45")
    await form.field("Due date").fill("")
    await form.save()
    await screen.all_is_saved()
    assert await due_of(ada) is None


@pytest.mark.parametrize("kind", ["2099-12-24", "2099-12-24T15:00", "2099-12-24T15:00:00+05:45[Asia/Kathmandu]"])
async def test_editing_something_else_leaves_the_date_exactly_as_it_was(visits: Visits, kind: str) -> None:
    ada = await visits.person(zone="Europe/Berlin")
    await ada.add("Buy milk", due_date=kind)
    screen = await visits.visit("/", ada)
    form = await screen.edit("Buy milk")
    await form.field("Title").fill("Buy oat milk")
    await form.save()
    await screen.shows("Buy oat milk")
    await screen.all_is_saved()
    assert await due_of(ada) == kind
