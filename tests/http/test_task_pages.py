"""Lists of tasks over HTTP: filters, search, orders, and pages that neither skip nor repeat."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import pytest

from tests.http.service import NOBODY, OPTIONS, Api, Person, faults, serving
from todo_core.ids import UserId
from todo_core.model.rules import Broken
from todo_http.kernel.cursors import Cursors

UUID_OF_ADA = UUID(NOBODY)


async def pages(person: Person, **parameters: Any) -> list[list[str]]:
    """The titles on each page, following the links."""
    answer = await person.get(person.tasks, params=parameters)
    found = [[task["title"] for task in answer.json()]]
    while link := answer.links.get("next"):
        answer = await person.get(link["url"])
        assert answer.status_code == 200, answer.text
        found.append([task["title"] for task in answer.json()])
    return found


async def all_pages(person: Person, **parameters: Any) -> list[str]:
    return [title for page in await pages(person, **parameters) for title in page]


@pytest.fixture
async def week(api: Api, ada: Person) -> Person:
    """Somebody with a week full of things, on Friday the 20th at noon, in Berlin."""
    await ada.ask("PATCH", "/api/auth/me", json={"time_zone": "Europe/Berlin"})
    await ada.add("Overdue day", due_date="2026-11-19", priority="low")
    await ada.add("Today", due_date="2026-11-20", priority="high")
    await ada.add("This morning", due_date="2026-11-20T09:00", priority="medium")
    await ada.add("Tonight", due_date="2026-11-20T23:30:00+01:00[Europe/Berlin]")
    await ada.add("Tomorrow", due_date="2026-11-21", priority="high", description="Crème brûlée")
    await ada.add("Some day")
    await ada.add("Done", due_date="2026-11-18", completed=True, priority="low")
    return ada


@pytest.mark.check("H14")
@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("status=completed", ["Done"]),
        ("status=pending&priority=low", ["Overdue day"]),
        ("priority=high&priority=medium", ["Today", "This morning", "Tomorrow"]),
        ("priority=none", ["Tonight", "Some day"]),
        ("due=none", ["Some day"]),
        ("due=today", ["Today", "This morning", "Tonight"]),
        ("due=overdue", ["Overdue day", "This morning"]),
        ("due_before=2026-11-20", ["Overdue day", "Done"]),
        ("due_after=2026-11-20&due_before=2026-11-21", ["Today", "This morning", "Tonight"]),
        ("due_after=2026-11-20T22:30:00Z", ["Tonight", "Tomorrow"]),
        ("due_after=2026-11-20T23:30:00%2B01:00", ["Tonight", "Tomorrow"]),
        ("q=DAY", ["Overdue day", "Today", "Some day"]),
        ("q=creme+brul", ["Tomorrow"]),
        ("q=day%20over", ["Overdue day"]),
        ("q=%25", []),
        ("q=", ["Overdue day", "Today", "This morning", "Tonight", "Tomorrow", "Some day", "Done"]),
    ],
)
async def test_filters(week: Person, query: str, titles: list[str]) -> None:
    assert [task["title"] for task in (await week.get(f"{week.tasks}?{query}")).json()] == titles


@pytest.mark.parametrize(
    ("sort", "titles"),
    [
        ("created_at", ["Overdue day", "Today", "This morning", "Tonight", "Tomorrow", "Some day", "Done"]),
        ("-created_at", ["Done", "Some day", "Tomorrow", "Tonight", "This morning", "Today", "Overdue day"]),
        ("due_date", ["Done", "Overdue day", "Today", "This morning", "Tonight", "Tomorrow", "Some day"]),
        ("-due_date", ["Tomorrow", "Tonight", "This morning", "Today", "Overdue day", "Done", "Some day"]),
        ("priority", ["Overdue day", "Done", "This morning", "Today", "Tomorrow", "Tonight", "Some day"]),
        ("-priority", ["Today", "Tomorrow", "This morning", "Overdue day", "Done", "Tonight", "Some day"]),
        ("title", ["Done", "Overdue day", "Some day", "This morning", "Today", "Tomorrow", "Tonight"]),
        ("-title", ["Tonight", "Tomorrow", "Today", "This morning", "Some day", "Overdue day", "Done"]),
    ],
)
async def test_every_order_is_the_same_in_one_page_and_in_many(week: Person, sort: str, titles: list[str]) -> None:
    assert await week.titles(sort=sort) == titles
    assert await all_pages(week, sort=sort, limit=2) == titles
    assert await all_pages(week, sort=sort, limit=1) == titles


async def test_updated_at_is_an_order_too(api: Api, week: Person) -> None:
    first = (await week.get(week.tasks)).json()[0]
    api.clock.advance(seconds=1)
    await week.ask("PATCH", week.task(first), json={"priority": None})
    assert (await week.titles(sort="-updated_at"))[0] == "Overdue day"
    assert (await all_pages(week, sort="updated_at", limit=3))[-1] == "Overdue day"
    api.clock.advance(seconds=-1)


async def test_a_list_is_oldest_first_and_the_last_page_has_no_link(ada: Person) -> None:
    for number in range(5):
        await ada.add(f"{number}")
    assert await pages(ada, limit=2) == [["0", "1"], ["2", "3"], ["4"]]
    assert await pages(ada, limit=5) == [["0", "1", "2", "3", "4"]]
    assert "link" not in (await ada.get(ada.tasks)).headers


@pytest.mark.check("F20")
async def test_rows_that_come_and_go_make_a_reader_neither_skip_nor_repeat(ada: Person) -> None:
    tasks = [await ada.add(f"{number}") for number in range(6)]
    first = await ada.get(ada.tasks, params={"limit": 3})
    await ada.ask("DELETE", ada.task(tasks[0]))
    await ada.ask("DELETE", ada.task(tasks[2]))
    await ada.ask("DELETE", ada.task(tasks[4]))
    await ada.add("new")
    rest = await ada.get(first.links["next"]["url"])
    assert [task["title"] for task in first.json() + rest.json()] == ["0", "1", "2", "3", "5", "new"]


async def test_the_link_keeps_the_other_parameters(ada: Person) -> None:
    for number in range(3):
        await ada.add(f"über {number}", priority="low")
        await ada.add("other")
    query = "priority=low&priority=high&q=%C3%BCber&sort=-title&limit=2"
    first = await ada.get(f"{ada.tasks}?{query}")
    link = first.links["next"]
    assert link["url"].startswith(f"{ada.tasks}?{query}&cursor=")
    second = await ada.get(link["url"])
    assert [task["title"] for task in second.json()] == ["über 0"]
    assert "link" not in second.headers


@pytest.mark.check("E3")
async def test_a_cursor_is_good_for_its_owner_and_its_order_alone(api: Api, ada: Person) -> None:
    for number in range(3):
        await ada.add(f"{number}")
    link = (await ada.get(ada.tasks, params={"limit": 1, "sort": "title"})).links["next"]["url"]
    cursor = httpx.URL(link).params["cursor"]
    assert (await ada.get(link)).status_code == 200
    grace = await api.person()
    for answer in (
        await grace.get(grace.tasks, params={"cursor": cursor, "sort": "title"}),
        await ada.get(ada.tasks, params={"cursor": cursor, "sort": "-title"}),
        await ada.get(ada.tasks, params={"cursor": cursor}),
        await ada.get(ada.tasks, params={"cursor": cursor + "A", "sort": "title"}),
        await ada.get(ada.tasks, params={"cursor": cursor[:-1], "sort": "title"}),
        await ada.get(ada.tasks, params={"cursor": cursor + "=", "sort": "title"}),
        await ada.get(ada.tasks, params={"cursor": "", "sort": "title"}),
        await ada.get(ada.tasks, params={"cursor": "é", "sort": "title"}),
    ):
        assert faults(answer) == {"cursor": "invalid-cursor"}


LIST = (UserId(UUID_OF_ADA), "tasks", "+title")


def test_no_altered_character_of_a_cursor_is_accepted() -> None:
    cursors, form = Cursors([b"0123456789abcdef"]), tuple[str, bytes]
    cursor = cursors.write(("milk", UUID_OF_ADA.bytes), *LIST)
    assert cursors.read(cursor, *LIST, form) == ("milk", UUID_OF_ADA.bytes)
    for place, char in enumerate(cursor):
        with pytest.raises(Broken):
            cursors.read(cursor[:place] + ("A" if char != "A" else "B") + cursor[place + 1 :], *LIST, form)


def test_a_cursor_is_good_for_one_owner_one_list_and_one_order() -> None:
    cursors, (owner, listed, order) = Cursors([b"0123456789abcdef"]), LIST
    cursor = cursors.write(b"a position", *LIST)
    for other in ((UserId(UUID(int=1)), listed, order), (owner, "lists", order), (owner, listed, "-title")):
        with pytest.raises(Broken):
            cursors.read(cursor, *other, bytes)


def test_a_second_key_still_verifies_and_a_removed_one_does_not() -> None:
    old, new = b"0123456789abcdef", b"fedcba9876543210"
    cursor = Cursors([old]).write(None, *LIST)
    assert Cursors([new, old]).read(cursor, *LIST, None) is None
    with pytest.raises(Broken):
        Cursors([new]).read(cursor, *LIST, None)


@pytest.mark.parametrize(
    "value", [None, datetime(2026, 11, 20, 5, 38, 0, 123456, UTC), datetime(9999, 12, 31, 23, 59, 59, 999999, UTC)]
)
def test_positions_survive_to_the_microsecond(value: datetime | None) -> None:
    cursors = Cursors([b"0123456789abcdef"])
    assert cursors.read(cursors.write(value, *LIST), *LIST, datetime | None) == value


async def test_the_longest_titles_can_be_paged_through(ada: Person) -> None:
    titles = ["\ufdfa" * 254 + letter for letter in "abc"]
    for title in titles:
        await ada.add(title)
    assert await pages(ada, sort="title", limit=1) == [[title] for title in titles]


@pytest.mark.check("C22", "H17")
@pytest.mark.parametrize(
    ("query", "broken"),
    [
        ("status=done", {"status": "unknown-value"}),
        ("priority=urgent&priority=low", {"priority": "unknown-value"}),
        ("due=yesterday", {"due": "unknown-value"}),
        ("sort=rank", {"sort": "unknown-value"}),
        ("sort=--title", {"sort": "unknown-value"}),
        ("due_before=soon", {"due_before": "invalid-date"}),
        ("due_before=2026-11-20T15:00", {"due_before": "invalid-date"}),
        ("due_after=2026-11-20T15:00:00+01:00", {"due_after": "invalid-date"}),
        ("due_after=2026-11-20T15:00:00%2B01:00[Europe/Berlin]", {"due_after": "invalid-date"}),
        ("due_after=1969-12-31", {"due_after": "out-of-range"}),
        ("limit=0", {"limit": "out-of-range"}),
        ("limit=1001", {"limit": "out-of-range"}),
        ("limit=-1", {"limit": "out-of-range"}),
        ("limit=1.0", {"limit": "out-of-range"}),
        ("limit=" + "9" * 4500, {"limit": "out-of-range"}),
        ("limit=%D9%A1", {"limit": "out-of-range"}),
        ("limit=", {"limit": "out-of-range"}),
        ("limit", {"limit": "out-of-range"}),
        ("q=" + "x" * 256, {"q": "too-long"}),
        ("q=" + "a+b+c+d+e+f+g+h+i+j+k+l+m+n+o+p+q", {"q": "too-long"}),
        ("q=%00", {"q": "control-character"}),
        ("q=%ff", {"q": "bad-encoding"}),
        ("q=%C0%80", {"q": "bad-encoding"}),
        ("q=%zz", {"q": "bad-encoding"}),
        ("q=a&q=b", {"q": "repeated"}),
        ("limit=5&limit=5", {"limit": "repeated"}),
        ("&".join(["priority=high"] * 17), {"priority": "repeated"}),
        ("Status=pending", {"Status": "unknown-parameter"}),
        ("status[]=pending", {"status[]": "unknown-parameter"}),
        ("access_token=x", {"access_token": "unknown-parameter"}),
        ("status=pending;limit=3", {"status": "unknown-value"}),
        ("x" * 65 + "=1", {"": "unknown-parameter"}),
        ("offset=3&limit=x&sort=y&cursor=z", {"offset": "unknown-parameter", "limit": "out-of-range",
                                             "sort": "unknown-value", "cursor": "invalid-cursor"}),
    ],
)  # fmt: skip
async def test_every_broken_rule_of_a_query_is_told(ada: Person, query: str, broken: dict[str, str]) -> None:
    assert faults(await ada.get(f"{ada.tasks}?{query}")) == broken


async def test_empty_parts_of_a_query_mean_nothing(ada: Person) -> None:
    await ada.add()
    for query in ("", "&", "&&limit=1&"):
        assert len((await ada.get(f"{ada.tasks}?{query}")).json()) == 1


@pytest.mark.check("H9")
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Tokyo"])
@pytest.mark.parametrize("point", ["1970-01-01", "9999-12-31", "1970-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
async def test_the_ends_of_time_are_days_like_any_other(ada: Person, zone: str, point: str) -> None:
    await ada.ask("PATCH", "/api/auth/me", json={"time_zone": zone})
    for parameter in ("due_before", "due_after"):
        assert (await ada.get(ada.tasks, params={parameter: point})).status_code == 200


async def test_a_page_of_everything_is_in_bounds(ada: Person) -> None:
    for number in range(1_005):
        await ada.add(f"{number}")
    assert [len(page) for page in await pages(ada)] == [1_000, 5]


async def test_cursors_outlive_a_restart() -> None:
    async with serving(OPTIONS) as one:
        person = await one.person()
        await person.add("a")
        await person.add("b")
        link = (await person.get(person.tasks, params={"limit": 1})).links["next"]["url"]
        async with serving(OPTIONS, one.todo) as two:
            assert [task["title"] for task in (await two.client.get(link, headers=person.bearer)).json()] == ["b"]
