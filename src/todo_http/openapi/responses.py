"""The answers in the OpenAPI document: the good ones, and every problem with the header fields it comes with."""

from collections.abc import Sequence
from typing import Any, Final

from todo_http.kernel.operation import Operation, Success
from todo_http.problems.table import MEDIA_TYPE, PROBLEM_KINDS

HEADERS: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "X-Request-Id": (
        "The id of the request: the one that it carried if that is proper, else a new one.",
        {"type": "string", "pattern": "^[A-Za-z0-9_-]{8,64}$"},
    ),
    "ETag": ("Names this state of the resource.", {"type": "string", "pattern": '^"[0-9a-h]+"$'}),
    "Location": ("Where the new thing is.", {"type": "string", "format": "uri-reference"}),
    "Link": ("Where the list goes on, if it does (RFC 8288).", {"type": "string"}),
    "X-Next-Cursor": ("The cursor of the Link to the next page.", {"type": "string"}),
    "RateLimit": (
        "Where requests are rationed: how many are left, and in how many seconds there is one more.",
        {"type": "string", "pattern": '^"user";r=[0-9]+;t=[0-9]+$'},
    ),
    "RateLimit-Policy": (
        "Where requests are rationed: how many there are in how many seconds.",
        {"type": "string", "pattern": '^"user";q=[0-9]+;w=[0-9]+$'},
    ),
    "Idempotency-Replayed": (
        "There when this is the answer of an earlier request with the same key.",
        {"type": "string", "enum": ["true"]},
    ),
    "Retry-After": ("Seconds to wait.", {"type": "integer", "minimum": 1}),
    "WWW-Authenticate": ("Asks for a bearer token.", {"type": "string", "pattern": "^Bearer "}),
}
RATION: Final = ("RateLimit", "RateLimit-Policy")
OPTIONAL: Final = {"Link", "X-Next-Cursor", "Idempotency-Replayed", *RATION}
OF_STATUS: Final = {401: ("WWW-Authenticate",), 429: ("Retry-After", *RATION), 503: ("Retry-After",)}


def response_headers() -> dict[str, Any]:
    """The components that answers refer to."""
    return {
        name: {"description": description, "required": name not in OPTIONAL, "schema": schema}
        for name, (description, schema) in HEADERS.items()
    }


def _fields(*names: str) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in ("X-Request-Id", *names)}


def success_response(operation: Operation, success: Success, references: dict[Any, dict[str, Any]]) -> dict[str, Any]:
    """A successful response."""
    rationed = () if operation.public else RATION
    replayed = ("Idempotency-Replayed",) if operation.writes else ()
    response: dict[str, Any] = {
        "description": success.description,
        "headers": _fields(*success.headers, *rationed, *replayed),
    }
    if success.body is not None:
        schema = references[success.body]
        response["content"] = {media_type: {"schema": schema} for media_type in success.media_types}
    return response


def problem_references(operation: Operation) -> dict[str, Any]:
    """Every refusal that an operation may answer with, by status, as references to components."""
    return {
        str(status): {"$ref": f"#/components/responses/{_name(status, codes)}"}
        for status, codes in operation.problems().items()
    }


def problem_components(known: Sequence[Operation], schema: dict[str, Any]) -> dict[str, Any]:
    """The components that those references mean."""
    return {
        _name(status, codes): _problem(status, codes, schema)
        for operation in known
        for status, codes in operation.problems().items()
    }


def _name(status: int, codes: list[str]) -> str:
    return "-".join([str(status), *codes])


def _problem(status: int, codes: list[str], schema: dict[str, Any]) -> dict[str, Any]:
    examples = {
        code: {
            "value": {
                "type": f"/problems/{code}",
                "title": PROBLEM_KINDS[code].title,
                "status": status,
                "detail": PROBLEM_KINDS[code].meaning,
                "instance": "01936f4e7a2b7c3d8e4f5a6b7c8d9e0f",
            }
        }
        for code in codes
    }
    return {
        "description": " ".join(f"`{code}`: {PROBLEM_KINDS[code].meaning}" for code in codes),
        "headers": _fields(*OF_STATUS.get(status, ())),
        "content": {MEDIA_TYPE: {"schema": schema, "examples": examples}},
    }
