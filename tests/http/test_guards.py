"""The way in: who is asking, whether the path is theirs, and in which order requests are refused."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from tests.http.service import NOBODY, THINGS, Api, Person, compose, faults, problem, serving
from todo_adapters.contracts.fakes import FixedClock
from todo_core.errors import Unavailable
from todo_core.model.user import Actor
from todo_http.api.routes import operations
from todo_http.kernel.operation import Operation

OPERATIONS = operations()
PROTECTED = [operation for operation in OPERATIONS if not operation.public]
OWNED = [operation for operation in OPERATIONS if "user_id" in operation.path_parameters]


def name(operation: Operation) -> str:
    return str(operation.operation_id)


def path_of(operation: Operation, **values: str) -> str:
    known = dict.fromkeys(THINGS, NOBODY) | {"user_id": NOBODY, "session_id": NOBODY, "code": "invalid"}
    known |= {"asset": "init.js", "folder": "vendor", "thing_id": NOBODY, "name": "errand", "set": "1"}
    return operation.template.format(**(known | values))


@pytest.mark.check("C21")
@pytest.mark.parametrize("operation", PROTECTED, ids=name)
async def test_nothing_is_learned_without_a_token(api: Api, operation: Operation) -> None:
    answer = await api.client.request(operation.method, path_of(operation) + "?x=1", content=b"{")
    problem(answer, 401, "unauthenticated")
    assert answer.headers["www-authenticate"] == 'Bearer realm="todo"'


@pytest.mark.check("C18", "C20")
@pytest.mark.parametrize("operation", PROTECTED, ids=name)
@pytest.mark.parametrize(
    "header",
    ["Bearer", "Bearer ", "Bearer x", "Basic eDp5", "x", "", "Bearer a b", "Bearer é", "Bearer " + "x" * 9_000,
     "Bearer at1." + "A" * 86],
)  # fmt: skip
async def test_a_bad_token_is_no_token(api: Api, operation: Operation, header: str) -> None:
    bearer = {"Authorization": header.encode("utf-8")}
    answer = await api.client.request(operation.method, path_of(operation), headers=bearer)  # type: ignore[arg-type]
    problem(answer, 401, "invalid-token")
    assert answer.headers["www-authenticate"] == 'Bearer realm="todo", error="invalid_token"'


@pytest.mark.check("C20")
async def test_the_scheme_may_be_written_in_any_case(api: Api, ada: Person) -> None:
    for scheme in ("bearer", "BEARER", "Bearer "):
        bearer = {"Authorization": f"{scheme} {ada.session['token']}"}
        assert (await api.client.get("/api/auth/me", headers=bearer)).status_code == 200


@pytest.mark.check("C20")
async def test_two_tokens_are_none(api: Api, ada: Person) -> None:
    headers = [("Authorization", f"Bearer {ada.session['token']}")] * 2
    problem(await api.client.get("/api/auth/me", headers=headers), 401, "invalid-token")


@pytest.mark.check("C22")
async def test_a_token_in_the_query_is_not_looked_at(api: Api, ada: Person) -> None:
    token = ada.session["token"]
    problem(await api.client.get(f"/api/auth/me?access_token={token}"), 401, "unauthenticated")
    assert faults(await ada.get(f"/api/auth/me?access_token={token}")) == {"access_token": "unknown-parameter"}


async def test_tokens_expire(api: Api) -> None:
    person = await api.person()
    api.clock.advance(seconds=599)
    assert (await person.get("/api/auth/me")).status_code == 200
    api.clock.advance(seconds=1)
    problem(await person.get("/api/auth/me"), 401, "invalid-token")
    api.clock.advance(seconds=-600)


@pytest.mark.check("E1")
@pytest.mark.parametrize("operation", OWNED, ids=name)
async def test_the_paths_of_others_are_forbidden_whether_or_not_they_exist(
    api: Api, ada: Person, operation: Operation
) -> None:
    grace = await api.person()
    task = (await grace.add("Grace's own canary"))["id"]
    told = []
    for owner in (grace.id, NOBODY, "nobody", ada.id.upper(), f"%7B{ada.id}%7D", ada.id.replace("-", "")):
        path = path_of(operation, user_id=owner, task_id=task)
        answer = await ada.ask(operation.method, path + "?x=1", content=b"{")
        facts = problem(answer, 403, "forbidden")
        assert facts.pop("instance")
        told.append(facts)
    assert all(facts == told[0] for facts in told)
    assert (await grace.get(f"{grace.tasks}/{task}")).json()["title"] == "Grace's own canary"


@pytest.mark.check("E1")
@pytest.mark.parametrize("operation", [o for o in OWNED if "task_id" in o.path_parameters], ids=name)
async def test_no_id_of_others_means_anything_below_ones_own_path(api: Api, ada: Person, operation: Operation) -> None:
    grace = await api.person()
    foreign = (await grace.add("Grace's own canary"))["id"]
    own = await ada.add()
    gone = (await ada.add())["id"]
    await ada.ask("DELETE", f"{ada.tasks}/{gone}")
    spellings = [own["id"].upper(), f"{{{own['id']}}}", own["id"].replace("-", ""), "urn:uuid:" + own["id"], "x", "1"]
    moves = operation.operation_id == "moveTask"
    body = ({} if moves else {"completed": True}) if operation.body else None
    told = []
    if operation.operation_id == "listTaskHistory":
        gone = NOBODY  # what is in the trash has a history
    for task_id in (foreign, NOBODY, gone, *spellings):
        path = path_of(operation, user_id=ada.id, task_id=task_id)
        answer = await ada.ask(operation.method, path, json=body)
        facts = problem(answer, 404, "not-found")
        assert facts.pop("instance")
        told.append(facts["detail"])
    assert len(set(told)) <= 2  # an id that cannot be one, and one that is not the caller's
    assert (await grace.get(f"{grace.tasks}/{foreign}")).json()["completed"] is False
    assert (await ada.get(ada.task(own))).json() == own


@pytest.mark.check("H18", "F23")
@pytest.mark.parametrize(
    "spelling",
    ["{tasks}/", "{tasks}//", "/{tasks}", "/api//{id}/tasks", "/API/{id}/tasks", "/api/{id}/Tasks",
     "/api/{id}/tasks;v=1", "/api/{id}%2Ftasks", "/api/{id}/%74asks", "/api/{id}/tags%2Ferrand",
     "/api/{id}/tasks%00", "/api/{id}/tasks/%5C", "/api/{id}/tasks/..%2ftasks"],
)  # fmt: skip
async def test_every_resource_has_one_address(api: Api, ada: Person, spelling: str) -> None:
    path = spelling.format(tasks=ada.tasks, id=ada.id)
    url = api.client.base_url.copy_with(raw_path=path.encode())
    assert problem(await api.client.get(url, headers=ada.bearer), 404, "not-found")


@pytest.mark.check("H18")
async def test_an_owner_with_an_escape_is_another_owner(api: Api, ada: Person) -> None:
    for owner in (f"{ada.id}%2f..%2f{ada.id}", f"%{ord(ada.id[0]):02x}{ada.id[1:]}"):
        url = api.client.base_url.copy_with(raw_path=f"/api/{owner}/tasks".encode())
        problem(await api.client.get(url, headers=ada.bearer), 403, "forbidden")


@pytest.mark.parametrize("operation", [it for it in OPERATIONS if not it.any_query], ids=name)
async def test_no_operation_takes_an_unknown_query_parameter(ada: Person, operation: Operation) -> None:
    own = await ada.ids()
    body: dict[str, str] | None = {} if operation.body else None
    answer = await ada.ask(operation.method, path_of(operation, **own) + "?nonsense=1&nonsense=2", json=body)
    assert faults(answer)["nonsense"] == "unknown-parameter"


@pytest.mark.check("H19", "H20")
@pytest.mark.parametrize("operation", [o for o in OPERATIONS if o.body], ids=name)
async def test_every_body_must_be_of_a_type_that_is_taken(ada: Person, operation: Operation) -> None:
    own = await ada.ids()
    path = path_of(operation, **own) + "?x=1"
    for header in ("", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "json",
                   "application/json, text/plain", "application/json; charset=latin-1", "application/json; x=y",
                   "application/jsonp", "application/problem+json", "*/*"):  # fmt: skip
        answer = await ada.ask(operation.method, path, content=b"{", headers={"Content-Type": header})
        problem(answer, 415, "unsupported-media-type")
        assert answer.headers["accept-patch" if operation.method == "PATCH" else "accept-post"]
    problem(await ada.ask(operation.method, path, content=b"{}"), 415, "unsupported-media-type")
    json_header = {"Content-Type": "application/json"}
    gzip = await ada.ask(operation.method, path, content=b"{}", headers=json_header | {"Content-Encoding": "gzip"})
    problem(gzip, 415, "unsupported-media-type")
    both = [*ada.bearer.items(), *json_header.items(), ("Content-Type", "text/plain")]
    doubled = await ada.client.request(operation.method, path, content=b"{}", headers=both)
    problem(doubled, 415, "unsupported-media-type")


@pytest.mark.parametrize("operation", [o for o in OPERATIONS if o.body], ids=name)
async def test_json_may_say_that_it_is_utf_8(ada: Person, operation: Operation) -> None:
    own = await ada.ids()
    for header in ("application/json", "Application/JSON; Charset=UTF-8", 'application/json;charset="utf-8"'):
        answer = await ada.ask(
            operation.method, path_of(operation, **own), content=b"{", headers={"Content-Type": header}
        )
        problem(answer, 400, "malformed")
    merge = {"Content-Type": "application/merge-patch+json", "Content-Encoding": "identity"}
    answer = await ada.ask(operation.method, path_of(operation, **own), content=b"{", headers=merge)
    if operation.method == "PATCH":
        problem(answer, 400, "malformed")
    else:
        problem(answer, 415, "unsupported-media-type")


async def test_while_ended_sessions_are_unknown_tokens_are_answered_503(api: Api) -> None:
    class Starting:
        def __getattr__(self, name: str) -> Any:
            return getattr(todo.sessions, name)

        def identify(self, token: str) -> Actor:
            raise Unavailable("The service is starting.", retry_after=2)

    todo, hasher = compose(FixedClock())
    async with serving(todo=replace(todo, sessions=Starting())) as starting:  # type: ignore[arg-type]
        answer = await starting.client.get("/api/auth/me", headers={"Authorization": "Bearer x"})
        problem(answer, 503, "unavailable")
        assert answer.headers["retry-after"] == "2"
        problem(await starting.client.get("/api/auth/me"), 401, "unauthenticated")
    hasher.close()


@pytest.mark.check("E2", "E11")
async def test_people_at_the_same_time_see_only_their_own(api: Api) -> None:
    crowd = [await api.person() for _ in range(10)]

    async def live(person: Person) -> list[str]:
        for number in range(5):
            await person.add(f"{person.id} {number}")
        return await person.titles()

    for person, titles in zip(crowd, await asyncio.gather(*map(live, crowd)), strict=True):
        assert titles == [f"{person.id} {number}" for number in range(5)]


@pytest.mark.check("E17")
@pytest.mark.parametrize("operation", OPERATIONS, ids=name)
async def test_options_needs_no_token_and_tells_the_methods(api: Api, operation: Operation) -> None:
    answer = await api.client.options(path_of(operation))
    assert (answer.status_code, answer.content) == (204, b"")
    allowed = answer.headers["allow"].split(", ")
    assert operation.method in allowed
    assert ("HEAD" in allowed) == ("GET" in allowed)


@pytest.mark.check("E17", "I10", "F17")
async def test_method_overrides_and_trace_do_nothing(ada: Person) -> None:
    task = await ada.add()
    await ada.ask("POST", ada.tasks, json={"title": "x"}, headers={"X-HTTP-Method-Override": "DELETE"})
    for method in ("TRACE", "CONNECT", "BREW"):
        refused = await ada.ask(method, ada.task(task))
        problem(refused, 405, "method-not-allowed")
        assert refused.headers["allow"] == "DELETE, GET, HEAD, OPTIONS, PATCH, PUT"
    assert (await ada.get(ada.task(task))).status_code == 200
