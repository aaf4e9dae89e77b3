"""Writes over HTTP on their terms: once under a key, only over what was seen, only as a dry run."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.http.service import Api, Person, problem
from todo_http.openapi.document import document

KEY = {"Idempotency-Key": "5f0c7a52-first"}
WRITING = ("post", "put", "patch", "delete")


def below_a_user(*methods: str) -> list[tuple[str, str, dict[str, Any]]]:
    """Path, method and operation of everything below a user."""
    return [
        (path, method, operation)
        for path, item in document()["paths"].items()
        if path.startswith("/api/{user_id}")
        for method, operation in item.items()
        if method in methods
    ]


def names(operation: dict[str, Any]) -> set[str]:
    return {parameter["name"] for parameter in operation.get("parameters", [])}


def test_every_write_below_a_user_has_keys_conditions_and_dry_runs() -> None:
    writes = below_a_user(*WRITING)
    assert len(writes) >= 6
    for path, method, operation in writes:
        if path.endswith("/preview"):
            assert not {"Idempotency-Key", "dry_run"} & names(operation), "it changes nothing"
            continue
        assert {"Idempotency-Key", "dry_run"} <= names(operation), (path, method)
        assert ("If-Match" in names(operation)) == (path.count("_id}") > 1), (path, method)
        assert {"409", "412", "422"} <= set(operation["responses"]), (path, method)


def test_every_read_below_a_user_can_answer_304() -> None:
    reads = below_a_user("get")
    assert len(reads) >= 2
    for path, _, operation in reads:
        assert "304" in operation["responses"], path
        assert "If-None-Match" in names(operation), path


def same(one: httpx.Response, other: httpx.Response) -> bool:
    """Status, body and what names and places it, byte for byte."""
    fields = [[answer.headers.get(name) for name in ("etag", "location", "content-type")] for answer in (one, other)]
    return one.status_code == other.status_code and one.content == other.content and fields[0] == fields[1]


async def writes_of(ada: Person) -> list[tuple[str, str, Any]]:
    """One of each kind of write, each on a task of its own."""
    paths = [ada.task(await ada.add(f"task {number}")) for number in range(4)]
    return [
        ("POST", ada.tasks, {"title": "Buy bread"}),
        ("PATCH", paths[0], {"title": "Buy more milk"}),
        ("PUT", paths[1], {"priority": "high"}),
        ("PATCH", f"{paths[2]}/complete", {"completed": True}),
        ("DELETE", paths[3], None),
        ("POST", f"/api/{ada.id}/batch", {"operations": [{"op": "add", "task": {"title": "Buy salt"}}]}),
    ]


@pytest.mark.check("G3")
async def test_the_same_key_gives_the_first_answer_again(api: Api) -> None:
    ada = await api.person()
    for number, (method, path, body) in enumerate(await writes_of(ada)):
        headers = {"Idempotency-Key": f"key-{number}"}
        first = await ada.ask(method, path, json=body, headers=headers)
        assert first.status_code < 300, first.text
        assert "idempotency-replayed" not in first.headers
        before = await api.todo.run.store.view(_owner(ada)).revision()
        again = await ada.ask(method, path, json=body, headers=headers)
        assert same(first, again), (method, path)
        assert again.headers["idempotency-replayed"] == "true"
        assert await api.todo.run.store.view(_owner(ada)).revision() == before


def _owner(person: Person) -> Any:
    from uuid import UUID  # noqa: PLC0415

    return UUID(person.id)


@pytest.mark.check("G8", "G16")
async def test_a_key_outlives_its_task_and_its_token(api: Api) -> None:
    ada = await api.person()
    first = await ada.ask("POST", ada.tasks, json={"title": "Buy milk"}, headers=KEY)
    await ada.ask("DELETE", ada.task(first.json()))
    elsewhere = await api.log_in(ada)
    assert same(first, await elsewhere.ask("POST", ada.tasks, json={"title": "Buy milk"}, headers=KEY))
    assert await ada.titles() == []


@pytest.mark.check("G4")
@pytest.mark.parametrize(
    ("method", "tail", "body", "more"),
    [
        ("POST", "", {"title": "Buy bread"}, {}),
        ("POST", "?dry_run=false", {"title": "Buy milk"}, {}),
        ("PATCH", "/{id}", {"title": "Buy milk"}, {}),
    ],
)
async def test_a_key_cannot_be_used_for_anything_else(
    api: Api, method: str, tail: str, body: Any, more: dict[str, str]
) -> None:
    ada = await api.person()
    task = (await ada.ask("POST", ada.tasks, json={"title": "Buy milk"}, headers=KEY)).json()
    answer = await ada.ask(method, ada.tasks + tail.format(id=task["id"]), json=body, headers=KEY | more)
    if method == "PATCH":  # it is the request that counts, not only what it would change
        assert answer.status_code in {200, 422}
    else:
        problem(answer, 422, "key-reused")
    assert len(await ada.titles()) == 1


@pytest.mark.check("G4")
async def test_under_other_conditions_it_is_another_request(api: Api) -> None:
    ada = await api.person()
    task = ada.task(await ada.add())
    wish = {"json": {"title": "Buy bread"}, "headers": KEY | {"If-Match": '"1"'}}
    assert (await ada.ask("PATCH", task, **wish)).status_code == 200
    for conditions in ({}, {"If-Match": "*"}, {"If-Match": '"1", "2"'}):
        problem(await ada.ask("PATCH", task, json=wish["json"], headers=KEY | conditions), 422, "key-reused")
    assert (await ada.ask("PATCH", task, **wish)).headers["idempotency-replayed"] == "true"


@pytest.mark.check("G7")
async def test_somebody_elses_key_is_free(api: Api) -> None:
    ada, bob = await api.person(), await api.person()
    first = await ada.ask("POST", ada.tasks, json={"title": "Buy milk"}, headers=KEY)
    other = await bob.ask("POST", bob.tasks, json={"title": "Buy milk"}, headers=KEY)
    assert other.status_code == 201
    assert other.json()["id"] != first.json()["id"]


@pytest.mark.check("G6")
async def test_twenty_at_once_under_one_key_make_one_task(api: Api) -> None:
    ada = await api.person()
    asked = [ada.ask("POST", ada.tasks, json={"title": "Buy milk"}, headers=KEY) for _ in range(20)]
    answers = await asyncio.gather(*asked)
    assert len({answer.content for answer in answers}) == 1
    assert sum("idempotency-replayed" not in answer.headers for answer in answers) == 1
    assert await ada.titles() == ["Buy milk"]


@pytest.mark.check("G10", "G11")
async def test_a_refused_write_leaves_its_key_free(api: Api) -> None:
    ada = await api.person()
    path = ada.task(await ada.add())
    problem(await ada.ask("PATCH", path, json={"title": ""}, headers=KEY), 400, "invalid")
    problem(await ada.ask("PATCH", path, json={"title": "x"}, headers=KEY | {"If-Match": '"99"'}), 412, "stale")
    assert (await ada.ask("PATCH", path, json={"title": "Buy bread"}, headers=KEY)).status_code == 200


@pytest.mark.check("G2")
@pytest.mark.parametrize(
    "key", ["", " ", "x" * 256, '"' + '\\"' * 256 + '"', '"unclosed', "two words", "é", '"a", "b"', "tab\tin"]
)
async def test_a_key_that_is_no_key_is_told_so(api: Api, key: str) -> None:
    ada = await api.person()
    answer = await ada.ask("POST", ada.tasks, json={"title": "x"}, headers={"Idempotency-Key": key.encode()})
    faults = problem(answer, 400, "invalid")["errors"]
    assert [fault["parameter"] for fault in faults] == ["Idempotency-Key"]


@pytest.mark.check("G2")
async def test_a_quoted_key_is_the_same_as_a_bare_one(api: Api) -> None:
    ada = await api.person()
    first = await ada.ask("POST", ada.tasks, json={"title": "x"}, headers={"Idempotency-Key": "abc"})
    quoted = await ada.ask("POST", ada.tasks, json={"title": "x"}, headers={"Idempotency-Key": '"abc"'})
    assert same(first, quoted)


@pytest.mark.check("F2", "F3")
async def test_a_write_over_what_was_seen_passes_and_over_anything_else_does_not(api: Api) -> None:
    ada = await api.person()
    task = await ada.add()
    path = ada.task(task)
    seen = (await ada.get(path)).headers["etag"]
    for tag in ('"99"', 'W/"1"', '"abc"', '"01x", "7"', '"01"'):
        stale = await ada.ask("PATCH", path, json={"title": "x"}, headers={"If-Match": tag})
        problem(stale, 412, "stale")
        assert stale.headers["etag"] == seen
    answer = await ada.ask("PATCH", path, json={"title": "Buy bread"}, headers={"If-Match": f'"7", {seen}'})
    assert answer.status_code == 200
    for method, tail, body in (
        ("PUT", "", {"title": "y"}),
        ("PATCH", "/complete", {"completed": True}),
        ("DELETE", "", None),
    ):
        problem(await ada.ask(method, path + tail, json=body, headers={"If-Match": seen}), 412, "stale")
    assert (await ada.get(path)).json()["title"] == "Buy bread"
    assert (await ada.ask("DELETE", path, headers={"If-Match": "*"})).status_code == 204
    problem(await ada.ask("DELETE", path, headers={"If-Match": "*"}), 404, "not-found")


@pytest.mark.check("F5")
async def test_of_fifty_writes_over_one_state_one_passes(api: Api) -> None:
    ada = await api.person()
    path = ada.task(await ada.add())
    seen = {"If-Match": (await ada.get(path)).headers["etag"]}
    asked = [ada.ask("PATCH", path, json={"title": f"title {n}"}, headers=seen) for n in range(50)]
    codes = sorted(answer.status_code for answer in await asyncio.gather(*asked))
    assert codes == [200] + [412] * 49
    assert (await ada.get(path)).json()["revision"] == 2


@pytest.mark.check("F4")
@pytest.mark.parametrize("tags", ["", "7", '"7', '"7" "8"', "*, *", '"' + "x" * 10_000 + '"', '"7",', "W/7"])
async def test_a_condition_that_is_no_condition_is_told_so(api: Api, tags: str) -> None:
    ada = await api.person()
    path = ada.task(await ada.add())
    problem(await ada.ask("DELETE", path, headers={"If-Match": tags}), 400, "invalid")
    if tags:
        problem(await ada.get(path, headers={"If-None-Match": tags}), 400, "invalid")


async def test_nobody_can_have_seen_what_is_only_to_be_made(api: Api) -> None:
    ada = await api.person()
    problem(await ada.ask("POST", ada.tasks, json={"title": "x"}, headers={"If-Match": "*"}), 412, "stale")


async def test_a_dry_run_answers_and_leaves_nothing(api: Api) -> None:
    ada = await api.person()
    for method, path, body in await writes_of(ada):
        before = (await api.todo.run.store.view(_owner(ada)).changes.page(0, 1000)).items
        tried = await ada.ask(method, f"{path}?dry_run=true", json=body, headers={"Idempotency-Key": "dry_run"})
        assert (await api.todo.run.store.view(_owner(ada)).changes.page(0, 1000)).items == before
        real = await ada.ask(method, path, json=body)
        assert tried.status_code == real.status_code
        assert tried.headers.get("etag") == real.headers.get("etag")
    stale = await ada.ask("PATCH", f"{ada.task(await ada.add())}?dry_run=true", json={}, headers={"If-Match": '"1"'})
    problem(stale, 412, "stale")
    problem(await ada.ask("POST", f"{ada.tasks}?dry_run=yes", json={"title": "x"}), 400, "invalid")
    problem(await ada.ask("DELETE", f"{ada.tasks}/{ada.id}?dry_run=yes"), 400, "invalid")


@pytest.mark.check("F8")
async def test_of_several_faults_the_first_in_a_fixed_order_is_told(api: Api) -> None:
    ada, bob = await api.person(), await api.person()
    stale = {"If-Match": '"99"'}
    unknown, malformed = f"{ada.tasks}/{ada.id}", f"{ada.tasks}/nonsense"
    plain: dict[str, Any] = {"content": b"{", "headers": {"Content-Type": "text/plain"} | stale}
    problem(await api.client.request("PATCH", malformed, **plain), 401, "unauthenticated")
    problem(await ada.ask("PATCH", f"{bob.tasks}/nonsense", **plain), 403, "forbidden")
    problem(await ada.ask("PATCH", malformed, **plain), 404, "not-found")
    problem(await ada.ask("PATCH", unknown, **plain), 415, "unsupported-media-type")
    problem(await ada.ask("PATCH", unknown, json={"title": 7}, headers=stale), 400, "invalid")
    problem(await ada.ask("PATCH", unknown, json={"title": "x"}, headers=stale), 404, "not-found")
    task = ada.task(await ada.add())
    problem(await ada.ask("PATCH", task, json={"title": "x"}, headers=stale), 412, "stale")
