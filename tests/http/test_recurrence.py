"""Recurring tasks over HTTP: given, read, completed, skipped, taken back, and looked at before they are chosen."""

from datetime import timedelta
from typing import Any

import pytest

from tests.http.service import NOBODY, Api, Person, faults, problem

MONTHLY = {"rule": "freq=monthly;bymonthday=31"}
DAILY = {"rule": "FREQ=DAILY"}
SHOWN = {
    "rule": "FREQ=MONTHLY;BYMONTHDAY=31;SKIP=BACKWARD",
    "anchor": "schedule",
    "catch_up": "next",
    "start": "2026-11-30",
    "text": "Every month on the 31st, or the last day of a shorter month",
}
UNSUPPORTED = "unsupported-rule"
LATER = timedelta(minutes=5)
"""Long enough for another request not to be taken for a repeated one, and short enough for the access token."""


async def rent(person: Person, **fields: Any) -> dict[str, Any]:
    """A task at the end of every month."""
    return await person.add("Rent", **{"due_date": "2026-11-30", "recurrence": MONTHLY} | fields)


async def complete(person: Person, task: dict[str, Any], completed: bool = True, **more: Any) -> dict[str, Any]:
    answer = await person.ask("PATCH", f"{person.task(task)}/complete", json={"completed": completed}, **more)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def change(person: Person, task: dict[str, Any], **fields: Any) -> dict[str, Any]:
    answer = await person.ask("PATCH", person.task(task), json=fields)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def preview(person: Person, **body: Any) -> Any:
    return await person.ask("POST", f"/api/{person.id}/recurrence/preview", json=body)


async def test_a_recurrence_is_returned_in_canonical_form_with_start_and_words(ada: Person) -> None:
    task = await rent(ada)
    assert task["recurrence"] == SHOWN
    assert (await ada.get(ada.task(task))).json() == task
    assert (await ada.get(ada.tasks)).json() == [task]


async def test_it_is_the_same_in_changes_snapshots_histories_batches_and_the_trash(ada: Person) -> None:
    task = await rent(ada)
    step = {"op": "change", "id": task["id"], "task": {"recurrence": DAILY}}
    (done,) = (await ada.ask("POST", f"/api/{ada.id}/batch", json={"operations": [step]})).json()
    daily = done["task"]["recurrence"]
    assert daily == SHOWN | {"rule": "FREQ=DAILY", "text": "Every day"}
    feed = (await ada.get(f"/api/{ada.id}/changes")).json()["changes"]
    assert [each["value"]["recurrence"] for each in feed] == [SHOWN, daily]
    history = (await ada.get(f"{ada.task(task)}/history")).json()
    assert [each["value"]["recurrence"] for each in history] == [daily, SHOWN]
    assert (await ada.get(f"/api/{ada.id}/snapshot")).json()["items"][0]["recurrence"] == daily
    await ada.ask("DELETE", ada.task(task))
    assert (await ada.get(f"/api/{ada.id}/trash")).json()[0]["value"]["recurrence"] == daily


async def test_what_was_read_can_be_sent_again_and_changes_nothing(ada: Person) -> None:
    for given in (MONTHLY, DAILY | {"catch_up": "all"}, DAILY | {"anchor": "completion"}):
        task = await rent(ada, recurrence=given)
        again = {name: task["recurrence"][name] for name in ("rule", "anchor", "catch_up")}
        assert await change(ada, task, recurrence=again) == task


async def test_a_recurrence_counted_from_completion_has_no_catch_up(ada: Person) -> None:
    shown = (await rent(ada, recurrence=DAILY | {"anchor": "completion"}))["recurrence"]
    assert (shown["anchor"], shown["catch_up"]) == ("completion", None)
    assert shown["text"] == "Every day, counted from completion"


async def test_null_ends_the_recurrence_and_keeps_the_due_date(ada: Person) -> None:
    ended = await change(ada, await rent(ada), recurrence=None)
    assert (ended["recurrence"], ended["due_date"]) == (None, "2026-11-30")


async def test_a_new_due_date_moves_the_current_occurrence_only(ada: Person) -> None:
    moved = await change(ada, await rent(ada), due_date="2026-12-02")
    assert (moved["due_date"], moved["recurrence"]) == ("2026-12-02", SHOWN)
    assert (await complete(ada, moved))["due_date"] == "2026-12-31"
    begun = await change(ada, await rent(ada), due_date="2026-12-02", recurrence=MONTHLY)
    assert begun["recurrence"]["start"] == "2026-12-02"


@pytest.mark.parametrize(
    ("recurrence", "told"),
    [
        ({"rule": "FREQ=HOURLY"}, {"/recurrence/rule": UNSUPPORTED}),
        ({"rule": "FREQ=DAILY;BYHOUR=3"}, {"/recurrence/rule": UNSUPPORTED}),
        ({"rule": "x" * 100_000}, {"/recurrence/rule": UNSUPPORTED}),
        ({"rule": 5}, {"/recurrence/rule": "wrong-type"}),
        ({}, {"/recurrence/rule": "required"}),
        (DAILY | {"anchor": "x"}, {"/recurrence/anchor": "unknown-value"}),
        ({"rule": "x", "catch_up": "y"}, {"/recurrence/rule": UNSUPPORTED, "/recurrence/catch_up": "unknown-value"}),
        ({"rule": "x", "anchor": 5}, {"/recurrence/rule": UNSUPPORTED, "/recurrence/anchor": "wrong-type"}),
        (DAILY | {"start": "2026-11-20"}, {"/recurrence/start": "unknown-field"}),
        (DAILY | {"a/b": 1}, {"/recurrence/a~1b": "unknown-field"}),
        (DAILY | {"anchor": "completion", "catch_up": "all"}, {"/recurrence/catch_up": "not-allowed"}),
        ("FREQ=DAILY", {"/recurrence": "wrong-type"}),
        ([], {"/recurrence": "wrong-type"}),
    ],
)  # fmt: skip
async def test_every_fault_of_a_recurrence_is_told_with_its_place(
    ada: Person, recurrence: Any, told: dict[str, str]
) -> None:
    body = {"title": " ", "due_date": "2026-11-20", "recurrence": recurrence}
    assert faults(await ada.ask("POST", ada.tasks, json=body)) == told | {"/title": "blank"}
    step = {"op": "add", "task": body}
    answer = await ada.ask("POST", f"/api/{ada.id}/batch", json={"operations": [step]})
    assert faults(answer) == {
        f"/operations/0/task{place}": code for place, code in (told | {"/title": "blank"}).items()
    }


async def test_an_unsupported_part_is_named(ada: Person) -> None:
    body = {"title": "x", "due_date": "2026-11-20", "recurrence": {"rule": "FREQ=DAILY;BYHOUR=3"}}
    answer = await ada.ask("POST", ada.tasks, json=body)
    assert "BYHOUR" in problem(answer, 400, "invalid")["detail"]


async def test_a_recurring_task_needs_a_due_date(ada: Person) -> None:
    missing = {"/due_date": "due-date-required"}
    assert faults(await ada.ask("POST", ada.tasks, json={"title": "x", "recurrence": DAILY})) == missing
    task = await rent(ada)
    assert faults(await ada.ask("PATCH", ada.task(task), json={"due_date": None})) == missing
    step = {"op": "change", "id": task["id"], "task": {"due_date": None}}
    answer = await ada.ask("POST", f"/api/{ada.id}/batch", json={"operations": [step]})
    assert faults(answer) == {"/operations/0/task/due_date": "due-date-required"}
    both = await change(ada, task, due_date=None, recurrence=None)
    assert (both["due_date"], both["recurrence"]) == (None, None)


async def test_completing_goes_on_to_the_next_occurrence_with_open_subtasks(ada: Person) -> None:
    task = await rent(ada, deferred_until="2026-11-28")
    below = await ada.add("Transfer", parent_id=task["id"], completed=True)
    after = await complete(ada, task)
    assert (after["completed"], after["due_date"], after["deferred_until"]) == (False, "2026-12-31", "2026-12-29")
    assert after["recurrence"] == SHOWN
    assert not (await ada.get(ada.task(below))).json()["completed"]


async def test_the_last_occurrence_completes_the_task(ada: Person) -> None:
    task = await rent(ada, recurrence={"rule": "FREQ=DAILY;COUNT=1"})
    assert (await complete(ada, task))["completed"]
    assert not (await complete(ada, task, completed=False))["completed"]


async def test_a_repeated_request_completes_once_and_a_later_one_goes_on(api: Api, ada: Person) -> None:
    task = await rent(ada)
    first = await complete(ada, task)
    assert await complete(ada, task) == first
    api.clock.advance(LATER)
    assert (await complete(ada, task))["due_date"] == "2027-01-31"


async def test_conditions_and_keys_say_exactly_which_occurrence_is_meant(ada: Person) -> None:
    task = await rent(ada)
    seen = {"If-Match": f'"{task["revision"]}"'}
    first = await complete(ada, task, headers=seen)
    path = f"{ada.task(task)}/complete"
    problem(await ada.ask("PATCH", path, json={"completed": True}, headers=seen), 412, "stale")
    second = await complete(ada, task, headers={"If-Match": f'"{first["revision"]}"'})
    third = await complete(ada, task, headers={"Idempotency-Key": "third"})
    assert await complete(ada, task, headers={"Idempotency-Key": "third"}) == third
    assert [each["due_date"] for each in (first, second, third)] == ["2026-12-31", "2027-01-31", "2027-02-28"]


async def test_reopening_takes_the_latest_completion_or_skip_back(ada: Person) -> None:
    task = await rent(ada)
    after = await complete(ada, task)
    await ada.ask("POST", f"{ada.task(task)}/skip", headers={"If-Match": f'"{after["revision"]}"'})
    for due in ("2026-12-31", "2026-11-30", "2026-11-30"):
        assert (await complete(ada, task, completed=False))["due_date"] == due
    assert (await ada.get(f"/api/{ada.id}/completions")).json() == []


async def test_a_completion_can_be_undone_as_one_set(ada: Person) -> None:
    task = await rent(ada)
    after = await complete(ada, task)
    first = (await ada.get(f"{ada.task(task)}/history")).json()[0]["set"]
    undone = (await ada.ask("POST", f"/api/{ada.id}/changes/{first}/undo")).json()["changes"]
    assert {(each["entity"], each["kind"]) for each in undone} == {("task", "updated"), ("completion", "deleted")}
    assert (await ada.get(ada.task(task))).json()["due_date"] == "2026-11-30"
    await ada.ask("POST", f"/api/{ada.id}/changes/{undone[0]['set']}/undo")
    assert (await ada.get(ada.task(task))).json()["due_date"] == after["due_date"]


async def test_skipping_goes_on_without_a_completion(ada: Person) -> None:
    task = await rent(ada)
    answer = await ada.ask("POST", f"{ada.task(task)}/skip", headers={"If-Match": f'"{task["revision"]}"'})
    assert (answer.status_code, answer.json()["due_date"]) == (200, "2026-12-31")
    assert answer.headers["etag"] == f'"{answer.json()["revision"]}"'
    (entry,) = (await ada.get(f"/api/{ada.id}/completions")).json()
    assert (entry["skipped"], entry["occurrence"]) == (True, "2026-11-30")


async def test_only_an_open_task_that_recurs_can_be_skipped(ada: Person) -> None:
    ended = await rent(ada, recurrence={"rule": "FREQ=DAILY;COUNT=1"})
    await complete(ada, ended)
    for task in (await ada.add(), ended):
        assert faults(await ada.ask("POST", f"{ada.task(task)}/skip")) == {"/recurrence": "not-recurring"}
    problem(await ada.ask("POST", f"{ada.tasks}/{NOBODY}/skip"), 404, "not-found")


async def test_upcoming_occurrences_begin_with_the_due_date(ada: Person) -> None:
    task = await change(ada, await rent(ada), due_date="2026-12-02")
    path = f"{ada.task(task)}/occurrences"
    assert (await ada.get(path, params={"limit": 3})).json() == ["2026-12-02", "2026-12-31", "2027-01-31"]
    for query, number in (({}, 10), ({"limit": 1}, 1), ({"limit": 100}, 100)):
        assert len((await ada.get(path, params=query)).json()) == number
    for wrong in ("0", "101", "x", "1e1"):
        assert faults(await ada.get(path, params={"limit": wrong})) == {"limit": "out-of-range"}


async def test_a_task_that_does_not_recur_has_its_due_date_alone(ada: Person) -> None:
    due: dict[str, Any] = {"due_date": "2026-11-30"}
    for fields, dates in ((due, ["2026-11-30"]), ({}, []), (due | {"completed": True}, [])):
        task = await ada.add(**fields)
        assert (await ada.get(f"{ada.task(task)}/occurrences")).json() == dates
    problem(await ada.get(f"{ada.tasks}/{NOBODY}/occurrences"), 404, "not-found")


async def test_a_preview_shows_what_a_rule_means_and_changes_nothing(api: Api, ada: Person) -> None:
    answer = await preview(ada, rule="freq=monthly;bymonthday=31", due_date="2026-11-30", limit=3)
    assert answer.status_code == 200, answer.text
    assert answer.json() == {
        "rule": SHOWN["rule"],
        "text": SHOWN["text"],
        "occurrences": ["2026-11-30", "2026-12-31", "2027-01-31"],
    }
    assert (await ada.get(f"/api/{ada.id}/changes")).json()["changes"] == []


async def test_a_preview_keeps_the_clock_time_of_a_zone(ada: Person) -> None:
    due = "2027-03-27T09:00:00+01:00[Europe/Berlin]"
    found = (await preview(ada, rule="FREQ=DAILY;COUNT=2", due_date=due)).json()["occurrences"]
    assert found == [due, "2027-03-28T09:00:00+02:00[Europe/Berlin]"]


async def test_a_preview_leaves_out_what_has_passed_unless_it_is_to_be_caught_up(ada: Person) -> None:
    asked = {"rule": "FREQ=WEEKLY", "due_date": "2026-11-02", "limit": 2}
    assert (await preview(ada, **asked)).json()["occurrences"] == ["2026-11-02", "2026-11-23"]
    assert (await preview(ada, **asked, catch_up="all")).json()["occurrences"] == ["2026-11-02", "2026-11-09"]
    restarted = (await preview(ada, **asked, anchor="completion")).json()
    assert restarted["occurrences"] == ["2026-11-02", "2026-11-27"]


async def test_a_preview_tells_every_fault_at_once(ada: Person) -> None:
    wrong = {"rule": "FREQ=", "due_date": "soon", "anchor": "x", "catch_up": "y", "limit": 101, "more": 1}
    codes = ["unsupported-rule", "invalid-date", "unknown-value", "unknown-value", "out-of-range", "unknown-field"]
    assert faults(await preview(ada, **wrong)) == dict(zip((f"/{name}" for name in wrong), codes, strict=True))
    assert faults(await preview(ada)) == {"/rule": "required", "/due_date": "required"}
    both = {"rule": "FREQ=DAILY", "due_date": "2026-11-20", "anchor": "completion", "catch_up": "next"}
    assert faults(await preview(ada, **both)) == {"/catch_up": "not-allowed"}


async def test_a_rule_that_never_fires_has_its_start_alone(ada: Person) -> None:
    answer = await preview(ada, rule="FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;SKIP=OMIT", due_date="2026-11-20")
    assert answer.json()["occurrences"] == ["2026-11-20"]
