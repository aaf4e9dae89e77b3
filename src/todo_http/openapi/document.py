"""The OpenAPI 3.1 document, generated from the operations."""

from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from inspect import getdoc
from operator import attrgetter
from typing import Any, Final

from todo_http.api.routes import client_operations
from todo_http.kernel.conditions import HeaderField
from todo_http.kernel.operation import PUBLIC_BODY_MAX, Operation
from todo_http.kernel.query import REPEATS_MAX, Parameter
from todo_http.openapi.media import Media
from todo_http.openapi.responses import RESPONSE_HEADERS, problem_components, problem_references, success_response
from todo_http.openapi.schemas import components_of
from todo_http.problems.table import Problem

DESCRIPTION: Final = """\
Accounts and private tasks. Every response with a status of 400 and above is `application/problem+json` (RFC 9457).

An absent field is left unchanged, `null` clears it. Unknown fields, unknown query parameters and values of the wrong
type are errors; a problem lists all of them.

Every GET also supports HEAD. Every response has an `X-Request-Id`.
"""
TAGS: Final = {
    "accounts": "Register, change and delete accounts.",
    "login sessions": "Log in, refresh tokens, and end login sessions.",
    "service": "Health checks, and the meaning of problems.",
}
ID: Final = {"type": "string", "format": "uuid", "pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"}
PATH_DESCRIPTIONS: Final = {
    "user_id": "The id of the authenticated user; any other is 403.",
    "session_id": "The id of a login session.",
    "thing_id": "The id of a deleted item, from the list of the trash.",
    "name": "The name of a tag, percent-encoded; letter case and accents are ignored.",
    "code": "The code of a problem: the last part of its type.",
}


def document(known: Sequence[Operation] | None = None, release: str | None = None) -> dict[str, Any]:
    """The OpenAPI document of these operations, or of all that clients use. Needs no running application."""
    known = client_operations() if known is None else known
    bodies = [each.body for each in known] + [body for each in known for body in each.success.bodies]
    schemas, components = components_of(list(dict.fromkeys([Problem, *filter(None, bodies)])))
    media = Media(schemas, components)
    # The tag of a resource has the description of its controller.
    tags: dict[str, str] = {}
    for each in known:
        tags.setdefault(each.tag, TAGS.get(each.tag) or getdoc(each.controller) or "")
    paths: dict[str, dict[str, Any]] = {}
    for operation in known:
        path = paths.setdefault(operation.template, {})
        if operation.path_parameters and "parameters" not in path:
            path["parameters"] = [_path_parameter(operation, name) for name in operation.path_parameters]
        path[operation.method.lower()] = _describe(operation, known, media)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "To-do service",
            "version": release or _installed_version(),
            "description": DESCRIPTION,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": name, "description": text} for name, text in tags.items()],
        "paths": paths,
        "components": {
            "schemas": components,
            "responses": problem_components(known, schemas[Problem]),
            "headers": RESPONSE_HEADERS,
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }


def _path_parameter(operation: Operation, name: str) -> dict[str, Any]:
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": PATH_DESCRIPTIONS.get(name) or f"An id from the list of {operation.tag}.",
        "schema": dict(operation.path_schemas.get(name, ID)),
    }


def _describe(operation: Operation, known: Sequence[Operation], media: Media) -> dict[str, Any]:
    told: dict[str, Any] = {
        "operationId": operation.operation_id,
        "tags": [operation.tag],
        "summary": operation.summary,
    }
    if operation.description:
        told["description"] = operation.description
    told["security"] = [] if operation.public else [{"bearer": []}]
    if parameters := [
        *map(_query_parameter, filter(attrgetter("documented"), operation.query)),
        *map(_header_field, operation.fields),
    ]:
        told["parameters"] = parameters
    if operation.body:
        told["requestBody"] = {"required": True, "content": media.of((operation.body,), operation.media_types)}
        if operation.public:
            told["requestBody"]["description"] = f"At most {PUBLIC_BODY_MAX:,} bytes."
    responses = {str(each.status): success_response(operation, each, media) for each in operation.successes}
    if "201" in responses and (links := _links(operation, known)):
        responses["201"]["links"] = links
    told["responses"] = responses | problem_references(operation)
    return told


def _links(operation: Operation, known: Sequence[Operation]) -> dict[str, Any]:
    """The operations on the resource that this one creates: those on paths that begin with its own."""
    own = {name: f"$request.path.{name}" for name in operation.path_parameters}
    below = [other for other in known if other.target and other.path.startswith(f"{operation.path}/{{")]
    return {
        str(other.operation_id): {
            "operationId": other.operation_id,
            "description": other.summary,
            "parameters": {**own, str(other.target): "$response.body#/id"},
        }
        for other in below
    }


def _query_parameter(parameter: Parameter) -> dict[str, Any]:
    described = {"name": parameter.name, "in": "query", "description": parameter.description}
    if not parameter.repeatable:
        return {**described, "schema": dict(parameter.schema)}
    schema = {"type": "array", "items": dict(parameter.schema), "maxItems": REPEATS_MAX}
    return {**described, "schema": schema, "style": "form", "explode": True}


def _header_field(field: HeaderField) -> dict[str, Any]:
    return {"name": field.name, "in": "header", "description": field.description, "schema": dict(field.schema)}


def _installed_version() -> str:
    try:
        return version("todo-service")
    except PackageNotFoundError:
        return "0"
