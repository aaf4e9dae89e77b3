"""Three kinds of due date, shown in words and in the zone of the user; the date popover has tests of its own."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from playwright.async_api import expect

from tests.e2e.web.dates import Day
from tests.e2e.web.visits import Visits
from tests.http.service import Person

FAR = "Asia/Kathmandu"
"""Three quarters of an hour beside every full hour, so that nothing fits by accident."""


async def due_of(person: Person) -> Any:
    return (await person.get(person.tasks)).json()[0]["due_date"]


async def test_days_are_told_in_the_shortest_words_in_the_zone_of_the_person(visits: Visits) -> None:
    today = Day.somewhere_safe()
    ada = await visits.person(zone=today.zone)
    in_three_days = f"{date.fromisoformat(today.plus(3)):%a}"
    words = {
        today.plus(0): "Today",
        today.plus(1): "Tomorrow",
        f"{today.plus(3)}T17:00": f"{in_three_days} 17:00",
        "2099-12-24": "24 Dec 2099",
        today.plus(-1): "Overdue: Yesterday",
        f"{today.plus(0)}T00:01": "Overdue: Today 00:01",
    }
    for due in words:
        await ada.add(f"Task for {due}", due_date=due)
    screen = await visits.visit("/inbox", ada, zone="UTC")  # the zone is the person's, not the device's
    for due, told in words.items():
        row = screen.row(f"Task for {due}")
        await expect(row).to_contain_text(told)
        assert await row.get_by_text("Overdue").count() == told.startswith("Overdue"), "in words, not in colour alone"
        await expect(screen.box(f"Task for {due}")).to_have_accessible_description(told)


async def test_a_floating_time_is_the_same_on_every_clock(visits: Visits) -> None:
    today = Day.somewhere_safe()
    ada = await visits.person(zone=today.zone)
    await ada.add("Get up", due_date=f"{today.plus(1)}T07:30")
    screen = await visits.visit("/inbox", ada, zone=FAR)
    await expect(screen.row("Get up")).to_contain_text("Tomorrow 07:30")
    await ada.ask("PATCH", "/api/auth/me", json={"time_zone": FAR})
    await screen.page.reload()
    await expect(screen.row("Get up")).to_contain_text("07:30")
    assert await due_of(ada) == f"{today.plus(1)}T07:30"


async def test_a_fixed_time_is_shown_in_the_zone_of_the_person(visits: Visits) -> None:
    today = Day.somewhere_safe()
    there = today.at(12, days=1).astimezone(ZoneInfo(FAR))
    ada = await visits.person(zone=today.zone)
    due = f"{there.isoformat()}[{FAR}]"
    await ada.add("Call Tenzing", due_date=due)
    screen = await visits.visit("/inbox", ada)
    await expect(screen.row("Call Tenzing")).to_contain_text("Tomorrow 12:00")
    assert await due_of(ada) == due
