"""Nobody's things but one's own: every operation of the OpenAPI document, with ids of others in every place."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
import pytest_asyncio

from tests.attacks.surface import DOCUMENT, Operation, operations
from tests.http.conftest import ada, api
from tests.http.service import NOBODY, PASSWORD, THINGS, Api, Person, problem

__all__ = ["ada", "api"]

OPERATIONS = operations()
OWNED = [operation for operation in OPERATIONS if "user_id" in operation.parameters]
ADDRESSED = [
    operation
    for operation in OPERATIONS
    if not operation.public and {*THINGS, "session_id", "thing_id"} & set(operation.parameters)
]
TAKING = [operation for operation in OPERATIONS if operation.body is not None]
ASSIGNED = (
    "user_id",
    "owner",
    "version",
    "position",
    "root",
    "seq",
    "revision",
    "created_at",
    "is_admin",
    "completed_at",
    "__proto__",
)
MALFORMED = ("x", "1", "-1", "null", NOBODY.upper(), "{" + NOBODY + "}", NOBODY.replace("-", ""), f"urn:uuid:{NOBODY}",
             f"{NOBODY} ", "%00", "'", NOBODY[:-1], f"{NOBODY}0")  # fmt: skip


def name(operation: Operation) -> str:
    return operation.id


async def only(person: Person) -> str:
    """The id of the only task of somebody."""
    (task,) = (await person.get(person.tasks)).json()
    return str(task["id"])


@pytest_asyncio.fixture
async def grace(api: Api) -> Person:
    """The other one, with canaries wherever one can plant them."""
    person = await api.person(name="canary-name")
    work = (await person.add_list("canary-list", color="#1e90ff"))["id"]
    gone = await person.add("canary-trash")
    await person.ask("DELETE", person.task(gone))
    await person.add("canary-title", description="canary-text", priority="high", due_date="2026-11-20")
    await person.ask("PATCH", f"{person.tasks}/{await only(person)}", json={"list_id": work, "tags": ["canary-tag"]})
    await person.ask("PATCH", "/api/auth/me", json={"time_zone": "Europe/Paris"})
    claim = {"email": person.email, "password": PASSWORD}
    await api.client.post("/api/auth/login", json=claim, headers={"User-Agent": "canary-device"})
    return person


class Things:
    """Makes things that have an id, one way for each name in a path."""

    def __init__(self, api: Api) -> None:
        self.api = api

    async def of(self, person: Person, parameter: str) -> str:
        """The id of something new of this person."""
        if parameter == "task_id":  # one that recurs, because others cannot be skipped
            return str((await person.add(due_date="2026-11-20", recurrence={"rule": "FREQ=DAILY"}))["id"])
        if parameter in THINGS:
            return await person.thing(parameter)
        if parameter == "thing_id":
            return await person.trashed()
        if parameter == "session_id":
            fresh = await self.api.log_in(person)
            sessions = (await fresh.get("/api/auth/sessions")).json()
            return str(next(session["id"] for session in sessions if session["current"]))
        raise LookupError(f"teach the isolation matrix how to make a {parameter}")

    async def gone(self, person: Person, parameter: str) -> str:
        """The id of something that this person has had."""
        thing = await self.of(person, parameter)
        others = {"session_id": "auth/sessions", "thing_id": f"{person.id}/trash"}
        path = f"/api/{others.get(parameter) or f'{person.id}/{THINGS[parameter].plural}'}/{thing}"
        assert (await person.ask("DELETE", path)).status_code == 204
        return thing


def told(answer: httpx.Response) -> tuple[int, dict[str, Any], dict[str, str]]:
    """All of an answer but the request id."""
    body = answer.json()
    assert body.pop("instance") == answer.headers["x-request-id"]
    return answer.status_code, body, {key: value for key, value in answer.headers.items() if key != "x-request-id"}


@pytest.mark.check("E1", "E15")
@pytest.mark.parametrize("operation", ADDRESSED, ids=name)
async def test_ids_of_others_are_as_good_as_none(api: Api, ada: Person, grace: Person, operation: Operation) -> None:
    things = Things(api)
    (parameter,) = set(operation.parameters) - {"user_id"}
    foreign, gone = await things.of(grace, parameter), await things.gone(ada, parameter)
    if operation.path.endswith("/history"):
        gone = NOBODY  # what is in the trash has a history
    answers = []
    for thing in (foreign, NOBODY, gone, *MALFORMED):
        path = operation.at(**{"user_id": ada.id, parameter: thing})
        answers.append(told(await ada.ask(operation.method, path, json=operation.body)))
    assert answers[0][0] == 404
    assert [answer for answer in answers if answer != answers[0]] == []
    own = operation.at(**{"user_id": ada.id, parameter: await things.of(ada, parameter)})
    assert (await ada.ask(operation.method, own, json=operation.body)).status_code < 300, "the request itself is good"
    theirs = operation.at(**{"user_id": grace.id, parameter: foreign})
    assert (await grace.ask(operation.method, theirs, json=operation.body)).status_code < 300, "it was there all along"


@pytest.mark.check("E1", "E15")
@pytest.mark.parametrize("operation", OWNED, ids=name)
async def test_paths_of_others_are_forbidden_alike(api: Api, ada: Person, grace: Person, operation: Operation) -> None:
    theirs = await grace.ids()
    answers = []
    for owner in (grace.id, NOBODY, *MALFORMED):
        path = operation.at(**theirs | {"user_id": owner})
        answers.append(told(await ada.ask(operation.method, path, json=operation.body)))
    assert answers[0][0] == 403
    assert [answer for answer in answers if answer != answers[0]] == []


@pytest.mark.check("E2")
async def test_nothing_that_is_read_holds_anything_of_others(api: Api, ada: Person, grace: Person) -> None:
    theirs = await only(grace)
    await ada.add("Ada's own")
    queries = ("", "?q=canary", "?sort=-title&limit=1000", "?status=pending&priority=high&due=overdue", "?q=%25")
    reads = [o for o in OPERATIONS if o.method == "GET" and not o.public]
    assert reads
    for operation in reads:
        own = await ada.ids()
        for query in queries:
            answer = await ada.get(operation.at(**own) + query)
            for canary in ("canary-", grace.id, grace.email, theirs):
                assert canary not in answer.text.replace(query, "")
                assert canary not in str(answer.headers.multi_items())


@pytest.mark.check("E3")
async def test_a_position_in_the_list_of_another_is_none(api: Api, ada: Person, grace: Person) -> None:
    for person in (ada, grace):
        for number in range(3):
            await person.add(f"canary-{number}")
    first = await grace.get(grace.tasks, params={"limit": 1})
    following = first.links["next"]["url"].partition("?")[2]
    assert (await grace.get(f"{grace.tasks}?{following}")).status_code == 200
    problem(await ada.get(f"{ada.tasks}?{following}"), 400, "invalid")


@pytest.mark.check("E4", "E7")
async def test_a_batch_with_one_foreign_id_does_nothing_and_does_not_tell(api: Api, ada: Person, grace: Person) -> None:
    own, theirs = (await ada.add())["id"], await only(grace)
    path = f"/api/{ada.id}/batch"
    answers = []
    for stranger in (theirs, NOBODY):
        steps = [
            {"op": "change", "id": own, "task": {"title": "changed"}},
            {"op": "change", "id": stranger, "task": {"title": "changed"}},
        ]
        answers.append(told(await ada.ask("POST", path, json={"operations": steps})))
    assert answers[0] == answers[1]
    assert answers[0][0] == 404
    assert (await ada.titles()) == ["Buy milk"]
    assert (await grace.titles()) == ["canary-title"]


FOREIGN_STEPS = [
    ("task", lambda own, id: {"op": "remove", "id": id}),
    ("task", lambda own, id: {"op": "complete", "id": id}),
    ("task", lambda own, id: {"op": "move", "id": id, "task": {}}),
    ("task", lambda own, id: {"op": "move", "id": own, "task": {"parent_id": id}}),
    ("task", lambda own, id: {"op": "move", "id": own, "task": {"before": id}}),
    ("task", lambda own, id: {"op": "change", "id": own, "task": {"parent_id": id}}),
    ("task", lambda own, id: {"op": "add", "task": {"title": "x", "parent_id": id}}),
    ("list", lambda own, id: {"op": "remove", "entity": "list", "id": id}),
    ("list", lambda own, id: {"op": "move", "id": id, "list": {}}),
    ("list", lambda own, id: {"op": "change", "id": id, "list": {"name": "x"}}),
    ("list", lambda own, id: {"op": "move", "id": own, "task": {"list_id": id}}),
    ("list", lambda own, id: {"op": "change", "id": own, "task": {"list_id": id}}),
    ("list", lambda own, id: {"op": "add", "task": {"title": "x", "list_id": id}}),
]
"""Operations with somebody else's task or list in each place of an id, beside an own task."""


@pytest.mark.check("E4", "E7")
@pytest.mark.parametrize(("kind", "step"), FOREIGN_STEPS)
async def test_a_foreign_id_in_any_place_of_a_batch_is_as_good_as_none(
    ada: Person, grace: Person, kind: str, step: Callable[[str, str], dict[str, Any]]
) -> None:
    own = (await ada.add())["id"]
    theirs = await only(grace) if kind == "task" else (await grace.get(f"/api/{grace.id}/lists")).json()[0]["id"]
    before = [(await person.get(person.tasks)).json() for person in (ada, grace)]
    answers = [
        told(await ada.ask("POST", f"/api/{ada.id}/batch", json={"operations": [step(own, stranger)]}))
        for stranger in (theirs, NOBODY)
    ]
    assert answers[0] == answers[1]
    assert answers[0][0] in {400, 404}
    assert [(await person.get(person.tasks)).json() for person in (ada, grace)] == before


@pytest.mark.check("E3")
async def test_a_position_in_the_trash_of_another_is_none(ada: Person, grace: Person) -> None:
    for person in (ada, grace):
        for _ in range(2):
            await person.trashed()
    cursor = (await grace.get(f"/api/{grace.id}/trash?limit=1")).headers["x-next-cursor"]
    problem(await ada.get(f"/api/{ada.id}/trash?cursor={cursor}"), 400, "invalid")


@pytest.mark.check("E5")
@pytest.mark.parametrize("operation", TAKING, ids=name)
async def test_fields_that_are_not_the_callers_to_set_are_refused(api: Api, ada: Person, operation: Operation) -> None:
    before = [(await ada.get("/api/auth/me")).json()]
    own = operation.at(**await ada.ids())
    before.append((await ada.get(ada.tasks)).json())
    for field in ASSIGNED:
        answer = await ada.ask(operation.method, own, json=operation.body | {field: NOBODY})
        faults = problem(answer, 400, "invalid")["errors"]
        assert {"pointer": f"/{field}", "code": "unknown-field"}.items() <= faults[0].items()
    assert [(await ada.get("/api/auth/me")).json(), (await ada.get(ada.tasks)).json()] == before


@pytest.mark.check("E6")
def test_every_object_has_exactly_the_documented_fields() -> None:
    objects = [schema for schema in DOCUMENT["components"]["schemas"].values() if schema.get("type") == "object"]
    assert len(objects) > 10
    assert [schema["title"] for schema in objects if schema.get("additionalProperties") is not False] == []


@pytest.mark.check("E8")
async def test_two_people_may_have_the_same_of_everything(api: Api, ada: Person, grace: Person) -> None:
    mine, theirs = await ada.add("canary-title"), await grace.add("canary-title")
    differing = {"id", "user_id", "position", "revision", "created_at", "updated_at"}
    assert {key for key in mine if mine[key] != theirs[key]} <= differing


@pytest.mark.check("E17")
@pytest.mark.parametrize("operation", [o for o in OPERATIONS if not o.public], ids=name)
async def test_no_header_turns_one_method_into_another(api: Api, ada: Person, operation: Operation) -> None:
    overrides = ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")
    path = operation.at(**await ada.ids(), session_id=NOBODY)
    before = await ada.titles()
    for header in overrides:
        for method in ("HEAD", "OPTIONS", "TRACE"):
            answer = await ada.ask(method, path, headers={header: "DELETE"})
            assert answer.status_code in {200, 204, 405}, answer.text
            assert ada.email not in answer.text or method == "HEAD"
    assert await ada.titles() == before
    assert (await ada.get("/api/auth/me")).status_code == 200
