"""Lists of tasks over HTTP: in manual order, archived, and what becomes of the tasks of a deleted one."""

import pytest

from tests.http.service import NOBODY, Api, Person, faults, problem


def lists(person: Person, task_list: dict[str, object] | None = None) -> str:
    return f"/api/{person.id}/lists" + (f"/{task_list['id']}" if task_list else "")


async def names(person: Person, query: str = "") -> list[str]:
    answer = await person.get(lists(person) + query)
    assert answer.status_code == 200, answer.text
    return [each["name"] for each in answer.json()]


async def test_a_list_is_added_read_changed_and_deleted(ada: Person) -> None:
    response = await ada.ask("POST", lists(ada), json={"name": " Work ", "color": "#1E90FF"})
    work = response.json()
    assert (response.status_code, response.headers["etag"]) == (201, '"1"')
    assert response.headers["location"] == lists(ada, work)
    assert {name: work[name] for name in ("name", "color", "archived")} == {
        "name": "Work",
        "color": "#1e90ff",
        "archived": False,
    }
    assert (await ada.get(lists(ada, work))).json() == work
    changed = await ada.ask("PATCH", lists(ada, work), json={"color": None, "archived": True})
    assert changed.json() == work | {"color": None, "archived": True, "revision": 2}
    assert (await ada.ask("DELETE", lists(ada, work))).status_code == 204
    problem(await ada.get(lists(ada, work)), 404, "not-found")


async def test_every_broken_rule_of_a_list_is_reported(ada: Person) -> None:
    answer = await ada.ask("POST", lists(ada), json={"name": " ", "color": "blue", "archived": 1, "id": "x", "no": 1})
    told = {"/name": "blank", "/color": "invalid-color", "/archived": "wrong-type", "/id": "invalid-id"}
    assert faults(answer) == told | {"/no": "unknown-field"}
    assert faults(await ada.ask("POST", lists(ada), json={"name": "x" * 256})) == {"/name": "too-long"}


async def test_lists_are_in_manual_order(ada: Person) -> None:
    a, b, c = [await ada.add_list(name) for name in "abc"]
    assert await names(ada) == ["a", "b", "c"]
    moved = await ada.ask("POST", f"{lists(ada, c)}/move", json={"before": a["id"]})
    assert (moved.status_code, moved.headers["etag"]) == (200, '"4"')
    assert moved.json()["position"] < a["position"]
    assert await names(ada) == ["c", "a", "b"]
    await ada.ask("POST", f"{lists(ada, a)}/move", json={"after": b["id"]})
    assert await names(ada) == ["c", "b", "a"]
    await ada.ask("POST", f"{lists(ada, a)}/move", json={"after": None})
    assert await names(ada) == ["a", "c", "b"]
    for last in ({}, {"before": None}):
        await ada.ask("POST", f"{lists(ada, a)}/move", json=last)
        assert await names(ada) == ["c", "b", "a"]
    for body, told in (
        ({"before": NOBODY}, {"/before": "unknown-reference"}),
        ({"before": a["id"], "after": b["id"]}, {"/after": "conflicting"}),
        ({"list_id": a["id"]}, {"/list_id": "unknown-field"}),
    ):
        assert faults(await ada.ask("POST", f"{lists(ada, c)}/move", json=body)) == told


async def test_archived_lists_can_be_left_out(ada: Person) -> None:
    await ada.add_list("old", archived=True)
    await ada.add_list("new")
    assert await names(ada) == ["old", "new"]
    assert await names(ada, "?archived=hide") == ["new"]
    assert await names(ada, "?archived=only") == ["old"]
    assert faults(await ada.get(f"{lists(ada)}?archived=no&limit=5")) == {
        "archived": "unknown-value",
        "limit": "unknown-parameter",
    }


@pytest.mark.check("F7")
async def test_unchanged_lists_are_not_sent_again(api: Api, ada: Person) -> None:
    await ada.add_list()
    tag = (await ada.get(lists(ada))).headers["etag"]
    assert tag == '"1"'
    again = await ada.get(lists(ada), headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    await ada.add()
    assert (await ada.get(lists(ada), headers={"If-None-Match": tag})).headers["etag"] == '"2"'


async def test_a_deleted_list_takes_its_tasks_along(ada: Person) -> None:
    work = await ada.add_list()
    task = await ada.add(list_id=work["id"])
    await ada.add("Below", parent_id=task["id"])
    await ada.add("Elsewhere")
    assert (await ada.ask("DELETE", f"{lists(ada, work)}?tasks=trash")).status_code == 204
    assert await ada.titles() == ["Elsewhere"]


async def test_a_deleted_list_can_leave_its_tasks_in_the_inbox(ada: Person) -> None:
    work = await ada.add_list()
    task = await ada.add(list_id=work["id"])
    below = await ada.add("Below", parent_id=task["id"])
    await ada.add("Elsewhere")
    assert (await ada.ask("DELETE", f"{lists(ada, work)}?tasks=inbox")).status_code == 204
    assert await ada.titles(list="inbox", parent="none", sort="position") == ["Elsewhere", "Buy milk"]
    found = (await ada.get(ada.task(below))).json()
    assert (found["list_id"], found["parent_id"]) == (None, task["id"])
    problem(await ada.get(lists(ada, work)), 404, "not-found")


async def test_what_becomes_of_tasks_has_two_names(ada: Person) -> None:
    work = await ada.add_list()
    assert faults(await ada.ask("DELETE", f"{lists(ada, work)}?tasks=keep")) == {"tasks": "unknown-value"}
    assert await names(ada) == ["Work"]


@pytest.mark.parametrize("query", ["", "?tasks=inbox"])
async def test_a_list_is_deleted_only_as_it_was_seen(ada: Person, query: str) -> None:
    work = await ada.add_list()
    await ada.ask("PATCH", lists(ada, work), json={"name": "Home"})
    problem(await ada.ask("DELETE", lists(ada, work) + query, headers={"If-Match": '"1"'}), 412, "stale")
    assert (await ada.ask("DELETE", lists(ada, work) + query, headers={"If-Match": '"2"'})).status_code == 204


async def test_an_account_has_a_thousand_lists_at_most(ada: Person) -> None:
    operations = [{"op": "add", "list": {"name": str(number)}} for number in range(1_000)]
    answer = await ada.ask("POST", f"/api/{ada.id}/batch", json={"operations": operations})
    assert answer.status_code == 200, answer.text[:500]
    problem(await ada.ask("POST", lists(ada), json={"name": "one more"}), 409, "limit-reached")
    assert len(await names(ada)) == 1_000
