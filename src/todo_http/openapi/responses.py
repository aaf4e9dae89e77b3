"""Responses in the OpenAPI document: successes and problems, with their header fields."""

from collections.abc import Sequence
from typing import Any, Final

from msgspec import to_builtins

from todo_http.kernel.operation import Operation, Success
from todo_http.openapi.media import Media
from todo_http.problems.table import MEDIA_TYPE, PROBLEM_KINDS, Problem

HEADERS: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "X-Request-Id": (
        "The id of the request: the one that it was sent with if valid, otherwise a new one.",
        {"type": "string", "pattern": "^[A-Za-z0-9_-]{8,64}$"},
    ),
    "ETag": ("The entity tag of the resource.", {"type": "string", "pattern": '^"[0-9a-h]+"$'}),
    "Location": ("The URL of the new resource.", {"type": "string", "format": "uri-reference"}),
    "Link": ("A link to the next page, if there is one (RFC 8288).", {"type": "string"}),
    "X-Next-Cursor": ("The `cursor` of the next page, if there is one.", {"type": "string"}),
    "RateLimit": (
        "With a rate limit: the remaining requests, and the seconds until one more is available.",
        {"type": "string", "pattern": '^"user";r=[0-9]+;t=[0-9]+$'},
    ),
    "RateLimit-Policy": (
        "With a rate limit: the quota and its window in seconds.",
        {"type": "string", "pattern": '^"user";q=[0-9]+;w=[0-9]+$'},
    ),
    "Idempotency-Replayed": (
        "Present if this is the response to an earlier request with the same key.",
        {"type": "string", "enum": ["true"]},
    ),
    "X-Changes": (
        "Present on a dry run: the number of changes that the request would make.",
        {"type": "integer", "minimum": 0},
    ),
    "Retry-After": ("Seconds to wait.", {"type": "integer", "minimum": 1}),
    "WWW-Authenticate": ("Requests a bearer token.", {"type": "string", "pattern": "^Bearer "}),
}
EXAMPLE_ID: Final = "01936f4e7a2b7c3d8e4f5a6b7c8d9e0f"
RATE_LIMIT: Final = ("RateLimit", "RateLimit-Policy")
OF_WRITES: Final = ("Idempotency-Replayed", "X-Changes")
OPTIONAL: Final = {"Link", "X-Next-Cursor", *OF_WRITES, *RATE_LIMIT}
OF_STATUS: Final = {401: ("WWW-Authenticate",), 429: ("Retry-After", *RATE_LIMIT), 503: ("Retry-After",)}


RESPONSE_HEADERS: Final[dict[str, Any]] = {
    name: {"description": description, "required": name not in OPTIONAL, "schema": schema}
    for name, (description, schema) in HEADERS.items()
}
"""The header components that responses refer to."""


def _fields(*names: str) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in ("X-Request-Id", *names)}


def success_response(operation: Operation, success: Success, media: Media) -> dict[str, Any]:
    """A successful response."""
    rate_limit = () if operation.public else RATE_LIMIT
    written = OF_WRITES if operation.writes else ()
    fields = _fields(*success.headers, *rate_limit, *written)
    response: dict[str, Any] = {"description": success.description, "headers": fields}
    if success.body is not None:
        response["content"] = media.of(success.bodies, success.media_types)
    return response


def problem_references(operation: Operation) -> dict[str, Any]:
    """The problems of an operation by status, as references to components."""
    return {
        str(status): {"$ref": f"#/components/responses/{_name(status, codes)}"}
        for status, codes in operation.problems().items()
    }


def problem_components(known: Sequence[Operation], schema: dict[str, Any]) -> dict[str, Any]:
    """The response components for all problems."""
    return {
        _name(status, codes): _problem(status, codes, schema)
        for operation in known
        for status, codes in operation.problems().items()
    }


def _name(status: int, codes: list[str]) -> str:
    return "-".join([str(status), *codes])


def _problem(status: int, codes: list[str], schema: dict[str, Any]) -> dict[str, Any]:
    kinds = {code: PROBLEM_KINDS[code] for code in codes}
    examples = {
        code: {"value": to_builtins(Problem(f"/problems/{code}", kind.title, status, kind.meaning, EXAMPLE_ID))}
        for code, kind in kinds.items()
    }
    return {
        "description": " ".join(f"`{code}`: {kind.meaning}" for code, kind in kinds.items()),
        "headers": _fields(*OF_STATUS.get(status, ())),
        "content": {MEDIA_TYPE: {"schema": schema, "examples": examples}},
    }
