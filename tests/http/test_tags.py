"""Tags over HTTP: as they are on tasks, in their list, renamed, merged and removed, under names of every kind."""

from typing import Any
from urllib.parse import quote

import pytest

from tests.http.service import Api, Person, faults, problem


def tags(person: Person, name: str | None = None) -> str:
    return f"/api/{person.id}/tags" + ("" if name is None else f"/{quote(name, safe='')}")


async def on(person: Person, task: dict[str, Any]) -> list[str]:
    found: list[str] = (await person.get(person.task(task))).json()["tags"]
    return found


async def test_tags_come_back_as_sent_and_in_their_order(ada: Person) -> None:
    task = await ada.add(tags=["Zoo", "émile", "a/b"])
    assert task["tags"] == ["Zoo", "émile", "a/b"]
    changed = await ada.ask("PATCH", ada.task(task), json={"tags": ["x", "Zoo"]})
    assert changed.json()["tags"] == ["x", "Zoo"]
    assert (await ada.ask("PATCH", ada.task(task), json={"tags": []})).json()["tags"] == []


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (["a", "A"], "repeated"),
        (["Émile", "emile"], "repeated"),
        ([" "], "blank"),
        (["x" * 65], "too-long"),
        (["a\nb"], "control-character"),
        (["a\u2028b"], "control-character"),
        (["\u0301"], "blank"),
        ([f"t{n}" for n in range(51)], "too-many"),
        ([1], "wrong-type"),
        ("a", "wrong-type"),
        (None, "wrong-type"),
    ],
)
async def test_what_are_no_tags_is_refused(ada: Person, given: Any, code: str) -> None:
    task = await ada.add(tags=[f"t{n}" for n in range(50)])
    assert faults(await ada.ask("POST", ada.tasks, json={"title": "x", "tags": given})) == {"/tags": code}
    assert faults(await ada.ask("PATCH", ada.task(task), json={"tags": given})) == {"/tags": code}


async def test_tags_are_listed_by_name_with_their_numbers(ada: Person) -> None:
    assert (await ada.get(tags(ada))).json() == []
    await ada.add(tags=["b", "Éa"])
    await ada.add(tags=["B"], completed=True)
    found = await ada.get(tags(ada))
    assert found.json() == [{"name": "B", "open": 1, "total": 2}, {"name": "Éa", "open": 1, "total": 1}]
    again = await ada.get(tags(ada), headers={"If-None-Match": found.headers["etag"]})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", '"2"')
    await ada.add()
    assert (await ada.get(tags(ada), headers={"If-None-Match": '"2"'})).status_code == 200


async def test_a_renamed_tag_is_renamed_on_every_task(ada: Person) -> None:
    one, other, third = await ada.add(tags=["x", "a"]), await ada.add(tags=["A", "new"]), await ada.add(tags=["x"])
    renamed = await ada.ask("PATCH", tags(ada, "Á"), json={"name": "New"})
    assert (renamed.status_code, renamed.json()) == (200, {"changed": 2})
    assert [await on(ada, task) for task in (one, other, third)] == [["x", "New"], ["New"], ["x"]]
    problem(await ada.ask("PATCH", tags(ada, "a"), json={"name": "b"}), 404, "not-found")


async def test_a_removed_tag_is_removed_from_every_task(ada: Person) -> None:
    one, other = await ada.add(tags=["x", "a"]), await ada.add(tags=["A"])
    removed = await ada.ask("DELETE", tags(ada, "a"))
    assert (removed.status_code, removed.json()) == (200, {"changed": 2})
    assert [await on(ada, task) for task in (one, other)] == [["x"], []]
    problem(await ada.ask("DELETE", tags(ada, "a")), 404, "not-found")


@pytest.mark.parametrize(
    "name",
    ["a/b", "/", "//", "a/", "100%", "%2F", "?x=1", "#", "a b", "+", "ä", "日本", "👩‍👧", "...", "restore", " a "],
)
async def test_every_name_of_a_tag_has_an_address(ada: Person, name: str) -> None:
    task = await ada.add(tags=[name])
    assert (await ada.ask("PATCH", tags(ada, name), json={"name": "other"})).json() == {"changed": 1}
    await ada.ask("PATCH", tags(ada, "other"), json={"name": name})
    assert (await ada.ask("DELETE", tags(ada, name))).json() == {"changed": 1}
    assert await on(ada, task) == []


@pytest.mark.check("H18")
@pytest.mark.parametrize("spelling", ["%", "%2", "%zz", "%FF", "%00", "%0A", "%20", "%ED%A0%80", "x" * 65, "a%2"])
async def test_what_cannot_be_a_tag_is_not_found(api: Api, ada: Person, spelling: str) -> None:
    await ada.add(tags=["a"])
    url = api.client.base_url.copy_with(raw_path=f"{tags(ada)}/{spelling}".encode())
    problem(await api.client.delete(url, headers=ada.bearer), 404, "not-found")


@pytest.mark.check("H18")
@pytest.mark.parametrize(
    "path", ["tags/", "tags//", "tags/a/", "tags/a/b", "/tags/a", "%74ags/a", "tags%2Fa", "Tags/a"]
)
async def test_the_rest_of_the_path_of_a_tag_has_one_spelling(api: Api, ada: Person, path: str) -> None:
    await ada.add(tags=["a"])
    url = api.client.base_url.copy_with(raw_path=f"/api/{ada.id}/{path}".encode())
    answer = await api.client.delete(url, headers=ada.bearer)
    assert answer.status_code in {404, 405}, answer.text
    assert len((await ada.get(tags(ada))).json()) == 1


async def test_the_new_name_follows_the_rules_of_names(ada: Person) -> None:
    await ada.add(tags=["a"])
    for body, told in (
        ({}, {"/name": "required"}),
        ({"name": " "}, {"/name": "blank"}),
        ({"name": "x" * 65}, {"/name": "too-long"}),
        ({"name": 1, "x": 1}, {"/name": "wrong-type", "/x": "unknown-field"}),
    ):
        assert faults(await ada.ask("PATCH", tags(ada, "a"), json=body)) == told


async def test_tags_of_others_are_not_touched(api: Api, ada: Person) -> None:
    bob = await api.person()
    task = await bob.add(tags=["a"])
    problem(await ada.ask("DELETE", tags(ada, "a")), 404, "not-found")
    assert await on(bob, task) == ["a"]


@pytest.mark.check("G3")
async def test_a_tag_is_renamed_once_under_a_key_and_has_no_state_to_match(ada: Person) -> None:
    await ada.add(tags=["a"])
    wish: dict[str, Any] = {"json": {"name": "b"}, "headers": {"Idempotency-Key": "once"}}
    first = await ada.ask("PATCH", tags(ada, "a"), **wish)
    again = await ada.ask("PATCH", tags(ada, "a"), **wish)
    assert (first.content, "idempotency-replayed" in first.headers) == (again.content, False)
    assert again.headers["idempotency-replayed"] == "true"
    problem(await ada.ask("PATCH", tags(ada, "b"), **wish), 422, "key-reused")
    problem(await ada.ask("DELETE", tags(ada, "b"), headers={"If-Match": "*"}), 412, "stale")
