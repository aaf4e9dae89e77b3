"""The OpenAPI document: complete, and true."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.http.service import Api
from todo_core import limits
from todo_http.openapi.document import document
from todo_http.problems.table import PROBLEM_KINDS


def operations_of(told: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in told["paths"].items():
        for method, operation in item.items():
            if method != "parameters":
                yield method.upper(), path, operation


async def test_the_document_has_exactly_the_routes_that_there_are(api: Api) -> None:
    routed = {
        (method, route.path_format) for route in api.app.routes for method in route.methods if method != "OPTIONS"
    }
    told = (await api.client.get("/openapi.json")).json()
    assert routed == {(method, path) for method, path, _ in operations_of(told)}
    assert told["openapi"] == "3.1.0"
    assert told["info"]["version"] == "1.2.3"


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
    password = schemas["NewAccount"]["properties"]["password"]
    assert (password["minLength"], password["maxLength"]) == (limits.PASSWORD_MIN, limits.PASSWORD_MAX)
    assert schemas["NewTask"]["required"] == ["title"]
    assert "required" not in schemas["TaskChanges"] or schemas["TaskChanges"]["required"] == []


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
