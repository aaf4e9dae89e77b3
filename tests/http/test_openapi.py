"""The OpenAPI document: complete, and true."""

import json
import re
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest

from tests.http.service import Api, Person
from todo_core import limits
from todo_http.api.routes import client_operations, routes
from todo_http.kernel.conditions import TAGS_MAX, entity_tags
from todo_http.openapi.document import document
from todo_http.problems.errors import InvalidRequest
from todo_http.problems.table import PROBLEM_KINDS
from todo_http.web.pages import WEB


def operations_of(told: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in told["paths"].items():
        for method, operation in item.items():
            if method != "parameters":
                yield method.upper(), path, operation


def named(node: Any, key: str) -> Iterator[Any]:
    """The values of all members of this name, at any depth."""
    if isinstance(node, dict):
        yield from (value for name, value in node.items() if name == key)
        node = [*node.values()]
    if isinstance(node, list):
        for item in node:
            yield from named(item, key)


async def test_the_document_has_exactly_the_routes_that_are_no_pages(api: Api) -> None:
    routed = {
        (method, route.path_format) for route in api.app.routes for method in route.methods if method != "OPTIONS"
    }
    told = (await api.client.get("/openapi.json")).json()
    described = {(method, path) for method, path, _ in operations_of(told)}
    pages = {("GET", operation.template) for operation in WEB}
    pages |= {("GET", path) for path in ("/openapi.json", "/docs", "/docs/{asset}")}
    assert described | pages == routed
    assert not described & pages
    assert told["openapi"] == "3.1.0"
    assert told["info"]["version"] == "1.2.3"


def test_the_document_is_the_same_without_the_web_client() -> None:
    assert document(client_operations(routes(with_docs=False, with_web=False))) == document()


async def test_the_command_line_gives_the_same_document(api: Api) -> None:
    assert (await api.client.get("/openapi.json")).json() == json.loads(json.dumps(document(release="1.2.3")))
    assert document()["info"]["version"]


def test_operations_have_names_of_their_own() -> None:
    ids = [operation["operationId"] for _, _, operation in operations_of(document())]
    assert len(ids) == len(set(ids))
    assert all(operation["summary"] and operation["tags"] for _, _, operation in operations_of(document()))


def test_every_object_is_closed_and_every_reference_leads_somewhere() -> None:
    told = document()

    def walk(node: Any, inside: str) -> None:
        if isinstance(node, list):
            for item in node:
                walk(item, inside)
        if not isinstance(node, dict):
            return
        if node.get("type") == "object" and "properties" in node:
            assert node["additionalProperties"] is False, inside
        if isinstance(node.get("$ref"), str):
            target = told
            for part in node["$ref"].removeprefix("#/").split("/"):
                target = target[part]
        for key, value in node.items():
            walk(value, f"{inside}/{key}")

    walk(told, "")


def test_the_limits_are_those_of_the_core() -> None:
    schemas = document()["components"]["schemas"]
    title = schemas["NewTask"]["properties"]["title"]
    assert (title["minLength"], title["maxLength"]) == (1, limits.TITLE_MAX)
    password = schemas["NewUser"]["properties"]["password"]
    assert (password["minLength"], password["maxLength"]) == (limits.PASSWORD_MIN, limits.PASSWORD_MAX)
    assert schemas["NewTask"]["required"] == ["title"]
    assert "required" not in schemas["TaskChange"] or schemas["TaskChange"]["required"] == []


@pytest.mark.check("F19")
def test_every_operation_tells_its_problems_with_their_schema_and_headers() -> None:
    told = document()
    for method, path, operation in operations_of(told):
        answers = operation["responses"]
        assert {"400", "414", "431", "500"} <= set(answers), path
        assert ("401" in answers) >= bool(operation["security"]), path
        assert ("403" in answers) == ("{user_id}" in path or path == "/api/auth/register")
        assert ({"408", "413", "415"} <= set(answers)) == ("requestBody" in operation), (method, path)
        for status, answer in answers.items():
            if int(status) < 400:
                assert "X-Request-Id" in answer["headers"]
                continue
            problem = told["components"]["responses"][answer["$ref"].rpartition("/")[2]]
            assert list(problem["content"]) == ["application/problem+json"]
            assert {
                PROBLEM_KINDS[code].status for code in problem["content"]["application/problem+json"]["examples"]
            } == {int(status)}
            assert ("Retry-After" in problem["headers"]) == (status in {"429", "503"})
            assert ("WWW-Authenticate" in problem["headers"]) == (status == "401")


def test_public_operations_are_told_from_the_others() -> None:
    public = {path for _, path, operation in operations_of(document()) if not operation["security"]}
    assert {path for path in public if path.startswith("/api")} == {
        "/api/auth/register",
        "/api/auth/login",
        "/api/auth/refresh",
    }


def test_a_new_task_leads_to_everything_that_can_be_done_with_it() -> None:
    links = document()["paths"]["/api/{user_id}/tasks"]["post"]["responses"]["201"]["links"]
    below = {
        told["operationId"]: path
        for _, path, told in operations_of(document())
        if path.startswith("/api/{user_id}/tasks/")
    }
    assert links.keys() == below.keys()
    for link in links.values():
        assert link["parameters"] == {"user_id": "$request.path.user_id", "task_id": "$response.body#/id"}


def test_schemas_have_the_names_that_clients_expect() -> None:
    names = set(document()["components"]["schemas"])
    assert {"Task", "TaskList", "User", "Session", "LoginSession", "Tag", "Counts", "TrashEntry"} <= names
    assert {"NewTask", "NewTaskList", "NewUser", "TaskChange", "TaskListChange", "UserChange"} <= names
    assert {"TaskMove", "TaskListMove", "Priority", "Problem"} <= names
    assert not [name for name in names if name.endswith("Out") or not re.fullmatch("[A-Z][A-Za-z]+", name)]


def test_every_example_fits_its_schema() -> None:
    told = document()
    content = named([told["paths"], told["components"]["responses"]], "content")
    media = [each for found in content for each in found.values()]
    assert len(media) > 60
    for each in media:
        check = jsonschema_rs.Draft202012Validator(
            each["schema"] | {"components": told["components"]}, validate_formats=True
        )
        examples = [each["example"]] if "example" in each else [kind["value"] for kind in each["examples"].values()]
        for example in examples:
            check.validate(example)


def test_every_field_and_parameter_has_examples_that_fit() -> None:
    told = document()
    parts = [told["components"]["schemas"], list(named(told["paths"], "schema"))]
    fields = [*named(parts, "properties"), *[dict(enumerate(schemas)) for schemas in named(parts, "anyOf")]]
    schemas = [schema for found in fields for schema in found.values()] + list(named(told["paths"], "schema"))
    shown = [schema for schema in schemas if isinstance(schema.get("examples"), list)]
    assert len(shown) > 20
    for schema in shown:
        check = jsonschema_rs.Draft202012Validator(schema | {"components": told["components"]})
        for example in schema["examples"]:
            check.validate(example)


async def test_the_examples_of_new_things_are_accepted(api: Api, ada: Person) -> None:
    tried = 0
    for method, path, operation in operations_of(document()):
        if method == "POST" and "201" in operation["responses"]:
            body = operation["requestBody"]["content"]["application/json"]["example"]
            answer = await ada.ask(method, path.format(user_id=ada.id), json=body)
            assert answer.status_code == 201, answer.text
            tried += 1
    assert tried == 3


def test_sort_orders_have_names_for_generated_clients() -> None:
    parameters = document()["paths"]["/api/{user_id}/tasks"]["get"]["parameters"]
    (sort,) = [each["schema"] for each in parameters if each["name"] == "sort"]
    names = dict(zip(sort["enum"], sort["x-enum-varnames"], strict=True))
    assert (names["due_date"], names["-due_date"]) == ("DUE_DATE", "DUE_DATE_DESC")
    assert len(set(names.values())) == len(names)
    assert all(name.isidentifier() for name in names.values())


@pytest.mark.parametrize("name", ["If-Match", "If-None-Match"])
@pytest.mark.parametrize(
    "field",
    ['"1"', "*", '"1", "2"', 'W/"1"', 'W/"1" , "h29f0"', '""', " * ", "1",
     '"1', 'w/"1"', '"1" "2"', '*, "1"', "", '"a b"'],
)  # fmt: skip
def test_conditions_fit_their_pattern_exactly_if_the_service_accepts_them(name: str, field: str) -> None:
    operations = [operation for _, _, operation in operations_of(document())]
    fields = [each for operation in operations for each in operation.get("parameters", ()) if each["name"] == name]
    assert fields
    accepted = True
    try:
        if field.strip() != "*":
            entity_tags(field.encode(), name)
    except InvalidRequest:
        accepted = False
    for each in fields:
        assert bool(re.search(each["schema"]["pattern"], field)) == accepted
        assert each["schema"]["maxLength"] == TAGS_MAX


async def test_every_paged_list_has_a_link_and_a_cursor_until_its_last_page(ada: Person) -> None:
    for title in ("a", "b"):
        await ada.ask("DELETE", ada.task(await ada.add(title)))
    task, _ = await ada.add("a"), await ada.add("b")
    await ada.ask("PATCH", ada.task(task), json={"title": "c"})
    paged = [
        (path, operation["responses"]["200"]["headers"])
        for _, path, operation in operations_of(document())
        if operation["responses"].get("200", {}).get("headers", {}).keys() >= {"X-Next-Cursor"}
    ]
    assert [path.rpartition("/")[2] for path, _ in paged] == ["tasks", "trash", "snapshot", "history", "history"]
    for path, headers in paged:
        if "list_id" in path or "snapshot" in path:
            continue  # the same code, and pages of their own
        assert {"Link", "X-Next-Cursor"} <= headers.keys()
        first = await ada.get(path.format(user_id=ada.id, task_id=task["id"]), params={"limit": 1})
        cursor = first.headers["x-next-cursor"]
        assert f"cursor={cursor}>" in first.headers["link"]
        more = {"limit": 1, "cursor": cursor}
        last = await ada.get(path.format(user_id=ada.id, task_id=task["id"]), params=more)
        assert len(last.json()) == len(first.json()) == 1
        assert not {"link", "x-next-cursor"} & last.headers.keys()
