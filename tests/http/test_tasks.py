"""Tasks over HTTP: added, read, changed, completed, removed."""

import asyncio
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.http.service import NOBODY, Api, Person, faults, problem

API = (Path(__file__).parents[2] / "docs" / "api.md").read_text("utf-8")
TABLE = re.search(r"\| field \| writable \|.*?\n\n", API, re.DOTALL)
FIELDS = set(re.findall(r"`(\w+)`(?=[^|]*\| (?:yes|no|POST) \|)", TABLE[0] if TABLE else ""))
"""The fields of a task, as documented."""


@pytest.mark.check("E6")
async def test_a_new_task_has_exactly_the_documented_fields(ada: Person) -> None:
    assert await ada.add() == dict.fromkeys(FIELDS) | {
        "id": (task := (await ada.get(ada.tasks)).json()[0])["id"],
        "user_id": ada.id,
        "title": "Buy milk",
        "completed": False,
        "position": task["position"],
        "tags": [],
        "revision": 1,
        "created_at": "2026-11-20T12:00:00.000000Z",
        "updated_at": "2026-11-20T12:00:00.000000Z",
    }
    assert set(task) == FIELDS


async def test_a_new_task_takes_every_writable_field(ada: Person) -> None:
    given: dict[str, Any] = {
        "title": "Call Grace",
        "description": "about the compiler",
        "completed": True,
        "priority": "high",
        "due_date": "2026-11-20T15:00:00+01:00[Europe/Berlin]",
    }
    task = await ada.add(**given)
    assert {field: task[field] for field in given} == given
    assert task["completed_at"] == task["created_at"]


@pytest.mark.check("F1", "F18")
async def test_a_created_task_is_found_at_its_location_under_its_etag(ada: Person) -> None:
    made = await ada.ask("POST", ada.tasks, json={"title": "Buy milk"})
    assert made.status_code == 201
    found = await ada.get(made.headers["location"])
    assert found.json() == made.json()
    assert found.headers["etag"] == made.headers["etag"] == '"1"'


@pytest.mark.parametrize(
    "due_date",
    [
        "2026-11-20",
        "2026-11-20T15:00",
        "2026-11-20T15:00:00",
        "2026-11-20T15:00:00.5",
        "2026-11-20T15:00:00Z",
        "2026-11-20T15:00:00-05:00",
        "2026-11-20T15:00:00+01:00[Europe/Berlin]",
        "1970-01-01",
        "9999-12-31",
    ],
)
async def test_a_due_date_comes_back_exactly_as_sent(ada: Person, due_date: str) -> None:
    assert (await ada.add(due_date=due_date))["due_date"] == due_date


@pytest.mark.check("H9", "H10")
@pytest.mark.parametrize(
    "due_date",
    ["", "tomorrow", "2026-02-30", "1969-12-31", "0000-01-01", "2026-11-20T24:00", "2026-11-20T15:00+24:00",
     "2026-11-20T15:00:00+02:00[Europe/Berlin]", "2026-11-20T15:00:00+01:00[../../etc/passwd]",
     "0001-01-01T00:00+14:00",
     "9999-12-31T23:59:59-12:00", "2026-11-20T15:00:60Z", "1732086000", "2026-11-20T15:00:00." + "1" * 300],
)  # fmt: skip
async def test_what_is_no_due_date_is_refused(ada: Person, due_date: str) -> None:
    assert set(faults(await ada.ask("POST", ada.tasks, json={"title": "x", "due_date": due_date}))) == {"/due_date"}


@pytest.mark.check("H11", "H12")
async def test_titles_are_trimmed_and_counted_in_code_points(ada: Person) -> None:
    assert (await ada.add("  " + "é" * 255 + "  "))["title"] == "é" * 255
    assert (await ada.add("👩‍👧" * 85))["title"] == "👩‍👧" * 85
    for title, code in [("x" * 256, "too-long"), ("", "blank"), (" \u2003 ", "blank"), ("a\nb", "control-character")]:
        answer = await ada.ask("POST", ada.tasks, json={"title": title})
        assert faults(answer) == {"/title": code}


@pytest.mark.check("H13")
async def test_descriptions_keep_every_character_up_to_the_limit(ada: Person) -> None:
    text = " <b>Robert'); DROP TABLE tasks;--</b>\r\n\t${jndi:ldap://x} {{7*7}} %s \u202e\x1b[31m" + "𝄞" * 9_000
    assert (await ada.add(description=text))["description"] == text
    answer = await ada.ask("POST", ada.tasks, json={"title": "x", "description": "x" * 10_001})
    assert faults(answer) == {"/description": "too-long"}


@pytest.mark.check("H23")
@pytest.mark.parametrize("method", ["PUT", "PATCH"])
async def test_a_change_leaves_what_it_does_not_name(ada: Person, method: str) -> None:
    task = await ada.add(description="two litres", priority="low", due_date="2026-11-21")
    changed = await ada.ask(method, ada.task(task), json={"priority": "high"})
    assert changed.status_code == 200
    assert changed.json() == task | {"priority": "high", "revision": 2}
    assert changed.headers["etag"] == '"2"'


@pytest.mark.check("F12")
@pytest.mark.parametrize("method", ["PUT", "PATCH"])
async def test_null_clears_what_can_be_cleared(ada: Person, method: str) -> None:
    task = await ada.add(description="two litres", priority="low", due_date="2026-11-21")
    cleared: dict[str, Any] = {"description": None, "priority": None, "due_date": None}
    assert (await ada.ask(method, ada.task(task), json=cleared)).json() == task | cleared | {"revision": 2}
    answer = await ada.ask(method, ada.task(task), json={"title": None, "completed": None})
    assert faults(answer) == {"/title": "wrong-type", "/completed": "wrong-type"}


@pytest.mark.check("F9")
@pytest.mark.parametrize("body", [{}, {"title": "Buy milk"}, {"completed": False, "priority": None}])
async def test_a_change_that_changes_nothing_keeps_revision_and_time(
    api: Api, ada: Person, body: dict[str, Any]
) -> None:
    task = await ada.add()
    api.clock.advance(seconds=5)
    for method in ("PUT", "PATCH"):
        assert (await ada.ask(method, ada.task(task), json=body)).json() == task


async def test_completing_and_reopening(api: Api, ada: Person) -> None:
    task = await ada.add()
    api.clock.advance(seconds=5)
    done = (await ada.ask("PATCH", ada.task(task) + "/complete", json={"completed": True})).json()
    assert done["completed"] is True
    assert done["completed_at"] == done["updated_at"] > task["created_at"]
    again = (await ada.ask("PATCH", ada.task(task) + "/complete", json={"completed": True})).json()
    assert again == done
    reopened = (await ada.ask("PATCH", ada.task(task) + "/complete", json={"completed": False})).json()
    assert (reopened["completed"], reopened["completed_at"], reopened["revision"]) == (False, None, 3)


async def test_complete_requires_its_field_and_takes_no_other(ada: Person) -> None:
    path = ada.task(await ada.add()) + "/complete"
    assert faults(await ada.ask("PATCH", path, json={})) == {"/completed": "required"}
    answer = await ada.ask("PATCH", path, json={"completed": "yes", "title": "x"})
    assert faults(answer) == {"/completed": "wrong-type", "/title": "unknown-field"}


@pytest.mark.check("F11")
async def test_a_removed_task_is_gone(ada: Person) -> None:
    task = await ada.add()
    removed = await ada.ask("DELETE", ada.task(task))
    assert (removed.status_code, removed.content) == (204, b"")
    assert "content-type" not in removed.headers
    assert "content-length" not in removed.headers
    problem(await ada.get(ada.task(task)), 404, "not-found")
    problem(await ada.ask("DELETE", ada.task(task)), 404, "not-found")
    problem(await ada.ask("PATCH", ada.task(task), json={}), 404, "not-found")
    problem(await ada.ask("PATCH", ada.task(task) + "/complete", json={"completed": True}), 404, "not-found")


async def test_of_four_parallel_removals_one_succeeds(ada: Person) -> None:
    task = await ada.add()
    answers = await asyncio.gather(*(ada.ask("DELETE", ada.task(task)) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [204, 404, 404, 404]


async def test_changes_against_a_removal_end_in_200_or_404(ada: Person) -> None:
    task = await ada.add()
    changes = [
        ada.ask(method, ada.task(task), json={"title": f"x{n}"}) for n in range(8) for method in ("PUT", "PATCH")
    ]
    answers = await asyncio.gather(*changes[:8], ada.ask("DELETE", ada.task(task)), *changes[8:])
    assert {answer.status_code for answer in answers} <= {200, 204, 404}


async def test_revisions_count_the_changes_of_their_owner(ada: Person) -> None:
    first, second = await ada.add("one"), await ada.add("two")
    problem(await ada.ask("DELETE", f"{ada.tasks}/{NOBODY}"), 404, "not-found")
    third = await ada.add("three")
    assert [first["revision"], second["revision"], third["revision"]] == [1, 2, 3]


async def test_times_always_have_six_decimals(api: Api, ada: Person) -> None:
    api.clock.advance(timedelta(microseconds=120))
    assert (await ada.add())["created_at"].endswith(".000120Z")
    api.clock.advance(timedelta(microseconds=-120))
