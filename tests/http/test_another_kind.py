"""A kind that exists only in a test is served like every other: lists, conditions, keys, dry runs, batches, feed."""

from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import UUID

import msgspec
import pytest
import pytest_asyncio
from msgspec import UNSET, UnsetType

from tests.contracts.test_another_kind import NOTES
from tests.http.service import Api, Person, faults, problem, serving
from todo_core.ids import UserId
from todo_core.model.registry import KINDS
from todo_http.api.routes import RESOURCES, operations, routes
from todo_http.kernel.resource import Resource, ResourceController
from todo_http.kernel.schemas import Instant, NewId, note
from todo_http.openapi.document import document

Amount = Annotated[int, note("How many.", 7)]


class NewNote(msgspec.Struct, forbid_unknown_fields=True):
    """The fields of a new note."""

    subject: str
    id: NewId | UnsetType = UNSET
    amount: Amount | UnsetType = UNSET
    remind_at: Instant | UnsetType | None = UNSET


class NoteChanges(msgspec.Struct, forbid_unknown_fields=True):
    """Changes to a note."""

    subject: str | UnsetType = UNSET
    amount: Amount | UnsetType = UNSET
    remind_at: Instant | UnsetType | None = UNSET


class NoteOut(msgspec.Struct, frozen=True):
    """A note."""

    id: UUID
    user_id: UUID
    subject: str
    amount: Amount
    remind_at: Instant | None
    revision: int
    created_at: Instant
    updated_at: Instant


class Notes(ResourceController):
    """The notes of a user."""

    resource = Resource(NOTES, "notes", out=NoteOut, new=NewNote, changes=NoteChanges)


FULL = {"subject": "Milk", "amount": 2, "remind_at": "2026-11-20T05:38:00.000001Z"}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def api() -> AsyncIterator[Api]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(KINDS, NOTES.name, NOTES)
        async with serving(resources=(*RESOURCES, Notes)) as running:
            yield running


def path(person: Person, note_id: str = "") -> str:
    return f"/api/{person.id}/notes" + (f"/{note_id}" if note_id else "")


async def add(person: Person, **fields: Any) -> dict[str, Any]:
    response = await person.ask("POST", path(person), json={"subject": "Milk", **fields})
    assert response.status_code == 201, response.text
    found: dict[str, Any] = response.json()
    return found


async def test_a_note_is_added_read_changed_and_deleted(ada: Person) -> None:
    response = await ada.ask("POST", path(ada), json=FULL)
    added = response.json()
    assert (response.status_code, response.headers["etag"]) == (201, '"1"')
    assert response.headers["location"] == path(ada, added["id"])
    assert {name: added[name] for name in FULL} == FULL
    assert (await ada.get(path(ada, added["id"]))).json() == added
    for method, amount in (("PATCH", 3), ("PUT", 4)):
        response = await ada.ask(method, path(ada, added["id"]), json={"amount": amount, "remind_at": None})
        assert (response.json()["amount"], response.json()["remind_at"]) == (amount, None)
    assert response.json()["revision"] == 3
    assert (await ada.ask("DELETE", path(ada, added["id"]))).status_code == 204
    problem(await ada.get(path(ada, added["id"])), 404, "not-found")


async def test_every_broken_rule_and_wrong_type_is_reported(ada: Person) -> None:
    response = await ada.ask("POST", path(ada), json={"subject": "", "amount": 2_000_000, "remind_at": "soon", "x": 1})
    told = {"/subject": "blank", "/amount": "out-of-range", "/remind_at": "invalid-date", "/x": "unknown-field"}
    assert faults(response) == told
    assert faults(await ada.ask("POST", path(ada), json={"amount": "7"})) == {
        "/subject": "required",
        "/amount": "wrong-type",
    }


async def test_pages_of_notes_lead_through_all_of_them(ada: Person) -> None:
    added = [await add(ada, subject=f"note {number}") for number in range(5)]
    found, target = [], f"{path(ada)}?limit=2"
    for expected in (2, 2, 1):
        response = await ada.get(target)
        assert len(response.json()) == expected
        found += response.json()
        target = response.links.get("next", {}).get("url", "")
    assert (found, target) == (added, "")
    tag = (await ada.get(path(ada))).headers["etag"]
    assert tag == '"5"'
    assert (await ada.get(path(ada), headers={"If-None-Match": tag})).status_code == 304
    assert faults(await ada.get(f"{path(ada)}?cursor=x")) == {"cursor": "invalid-cursor"}


async def test_another_user_sees_nothing(api: Api, ada: Person) -> None:
    added, grace = await add(ada), await api.person()
    problem(await grace.get(path(ada, added["id"])), 403, "forbidden")
    problem(await grace.get(path(grace, added["id"])), 404, "not-found")
    assert (await grace.get(path(grace))).json() == []


async def test_conditions_hold(ada: Person) -> None:
    added = await add(ada)
    note_path, seen = path(ada, added["id"]), {"If-Match": '"1"'}
    assert (await ada.ask("PATCH", note_path, json={"amount": 3}, headers=seen)).status_code == 200
    for method, body in (("PATCH", {"amount": 4}), ("DELETE", None)):
        problem(await ada.ask(method, note_path, json=body, headers=seen), 412, "stale")
    assert (await ada.get(note_path, headers={"If-None-Match": '"2"'})).status_code == 304


async def test_a_write_under_a_key_happens_once(ada: Person) -> None:
    key = {"Idempotency-Key": "a-key"}
    first = await ada.ask("POST", path(ada), json=FULL, headers=key)
    again = await ada.ask("POST", path(ada), json=FULL, headers=key)
    assert (again.json(), again.headers["idempotency-replayed"]) == (first.json(), "true")
    assert len((await ada.get(path(ada))).json()) == 1
    problem(await ada.ask("POST", path(ada), json={"subject": "Bread"}, headers=key), 422, "key-reused")


async def test_a_dry_run_leaves_nothing(ada: Person) -> None:
    tried = await ada.ask("POST", f"{path(ada)}?dry_run=true", json=FULL)
    assert (tried.status_code, tried.json()["revision"]) == (201, 1)
    assert (await ada.get(path(ada))).json() == []


async def test_a_batch_takes_tasks_and_notes(api: Api, ada: Person) -> None:
    old = await add(ada)
    batch = [
        {"op": "add", "note": {"subject": "Bread"}, "ref": "bread"},
        {"op": "change", "id": {"$ref": "bread"}, "note": {"amount": 9}},
        {"op": "add", "task": {"title": "Buy bread"}},
        {"op": "remove", "entity": "note", "id": old["id"], "if_match": '"1"'},
    ]
    response = await ada.ask("POST", f"/api/{ada.id}/batch", json={"operations": batch})
    assert response.status_code == 200, response.text
    results = response.json()
    assert [result["status"] for result in results] == [201, 200, 201, 204]
    assert (results[1]["note"]["amount"], results[2]["task"]["title"], results[3]["note"]) == (9, "Buy bread", None)
    entries = (await api.todo.run.store.view(UserId(UUID(ada.id))).changes.page(1, 10)).items
    assert [(entry.entity, entry.action.value) for entry in entries] == [
        ("note", "created"),
        ("note", "updated"),
        ("task", "created"),
        ("note", "deleted"),
    ]


async def test_it_is_in_snapshots_changes_and_histories(ada: Person) -> None:
    added = await add(ada)
    [change] = (await ada.get(f"/api/{ada.id}/changes", params={"entity": "note"})).json()["changes"]
    assert (change["entity"], change["value"]) == ("note", added)
    assert (await ada.get(f"{path(ada, added['id'])}/history")).json() == [change]
    undone = (await ada.ask("POST", f"/api/{ada.id}/changes/{change['set']}/undo")).json()["changes"]
    assert [(each["entity"], each["kind"]) for each in undone] == [("note", "deleted")]


async def test_a_name_in_a_batch_keeps_its_kind(ada: Person) -> None:
    batch = [
        {"op": "add", "note": {"subject": "Bread"}, "ref": "bread"},
        {"op": "remove", "id": {"$ref": "bread"}},
    ]
    response = await ada.ask("POST", f"/api/{ada.id}/batch", json={"operations": batch})
    assert [result["status"] for result in response.json()] == [201, 204], response.text


async def test_a_batch_reports_the_faults_of_every_kind(ada: Person) -> None:
    batch = [
        {"op": "add", "note": {"subject": ""}},
        {"op": "add", "note": {"subject": "a"}, "task": {"title": "b"}},
        {"op": "remove", "entity": "colour", "id": ada.id},
        {"op": "remove", "id": ada.id},
    ]
    response = await ada.ask("POST", f"/api/{ada.id}/batch", json={"operations": batch})
    assert faults(response) == {
        "/operations/0/note/subject": "blank",
        "/operations/1/note": "conflicting",
        "/operations/2/entity": "unknown-value",
    }


async def test_notes_are_in_the_feed_and_can_be_undone(ada: Person) -> None:
    begin = (await ada.ask("GET", f"/api/{ada.id}/snapshot")).json()["cursor"]
    added = await add(ada)
    snapshot = (await ada.ask("GET", f"/api/{ada.id}/snapshot")).json()
    assert (snapshot["entity"], snapshot["items"]) == ("note", [added])
    [created] = (await ada.ask("GET", f"/api/{ada.id}/changes?cursor={begin}&entity=note")).json()["changes"]
    assert (created["kind"], created["value"]) == ("created", added)
    undone = (await ada.ask("POST", f"/api/{ada.id}/changes/{created['set']}/undo")).json()["changes"]
    assert [(each["entity"], each["kind"]) for each in undone] == [("note", "deleted")]
    assert (await ada.ask("GET", f"{path(ada, added['id'])}/history")).json() == [*undone, created]


def test_the_document_describes_it() -> None:
    described = document(operations(routes(resources=(*RESOURCES, Notes))))
    assert {"/api/{user_id}/notes", "/api/{user_id}/notes/{note_id}"} <= described["paths"].keys()
    assert described["paths"]["/api/{user_id}/notes"]["post"]["operationId"] == "addNote"
    assert {"name": "notes", "description": "The notes of a user."} in described["tags"]
    assert {"task", "note"} <= described["components"]["schemas"]["StepResult"]["properties"].keys()


def test_wire_types_that_do_not_match_the_kind_are_refused() -> None:
    with pytest.raises(TypeError, match="NewNote and the rules of <kind task> differ in"):
        Resource(RESOURCES[0].resource.kind, "tasks", out=NoteOut, new=NewNote, changes=NoteChanges)
    with pytest.raises(TypeError, match="NewNote lacks fields of <kind note>"):
        Resource(NOTES, "notes", out=NewNote, new=NewNote, changes=NoteChanges)
