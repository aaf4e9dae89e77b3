"""Guards: the checks before a handler is called, in the order 401, 429, 403, 404, 413, 415, 400.

Nothing is learned without a token, and nothing about other users with one.
"""

import re
from collections.abc import Sequence
from typing import Any, Final

from litestar.handlers import BaseRouteHandler

from todo_core.errors import Forbidden, InvalidToken, NotFound, Unauthenticated
from todo_http.kernel.context import RequestContext
from todo_http.kernel.responses import JSON
from todo_http.problems.errors import UnsupportedMediaType

CANONICAL_ID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
BEARER: Final = re.compile(rb"bearer +([A-Za-z0-9._~+/=-]+)", re.IGNORECASE)
CONTENT_TYPE_MAX: Final = 256
"""Bytes of a Content-Type; a longer one is not read."""

UTF_8: Final[tuple[list[bytes], ...]] = ([], [b"charset=utf-8"], [b'charset="utf-8"'])
"""The parameters that a Content-Type may have."""

PLAIN_JSON: Final = JSON[1]

RESOURCES: Final = {"session_id": "login session", "thing_id": "item in the trash"}
"""What an id names, where its parameter does not say it."""


async def authenticated(connection: Any, _: BaseRouteHandler) -> None:
    """Sets the actor from the access token. Raises Unauthenticated, InvalidToken and TooManyRequests."""
    request: RequestContext = connection
    header = request.fields.get(b"authorization")
    if header is None:
        raise Unauthenticated
    found = BEARER.fullmatch(header)
    if found is None:
        raise InvalidToken
    request.actor = request.todo.sessions.identify(found[1].decode("ascii"))
    request.user_id = str(request.actor.user_id)
    request.count()


def check_path(request: RequestContext, ids: Sequence[str], ends_with_text: bool) -> None:
    """Accepts one address for each resource: one spelling of an id, no doubled or trailing slashes.

    Escapes lead nowhere, because routes see the path as it was sent. Only text at its end may be spelled in any way.
    """
    parameters = request.scope["path_params"]
    user_id = request.user_id
    if user_id and parameters.get("user_id", user_id) != user_id:
        raise Forbidden
    for name in ids:
        if not CANONICAL_ID.fullmatch(parameters[name]):
            raise NotFound(RESOURCES.get(name, name.removesuffix("_id")))
    path = request.raw_path
    if ends_with_text:
        path = path.rpartition(b"/")[0]
    if b"//" in path or (path[-1:] == b"/" and len(path) > 1):
        raise NotFound("resource")


def check_media_type(request: RequestContext, accepted: Sequence[str], method: str) -> None:
    """Raises UnsupportedMediaType unless the body is declared to be one of these, without a content coding."""
    declared = request.fields.get(b"content-type", b"")
    coding = request.fields.get(b"content-encoding")
    if declared == PLAIN_JSON and coding is None:
        return
    if media_type(declared) not in accepted or (coding is not None and coding.strip().lower() != b"identity"):
        raise UnsupportedMediaType(accepted, patch=method == "PATCH")


def media_type(field: bytes) -> str:
    """The media type of a Content-Type in lower case; empty if it has another charset than UTF-8 or any other
    parameter. Uses no regular expression, so no input is slow.
    """
    if len(field) > CONTENT_TYPE_MAX:
        return ""
    name, *parameters = [part.strip() for part in field.lower().split(b";")]
    if parameters and not parameters[-1]:
        parameters.pop()
    return name.decode("latin-1") if parameters in UTF_8 else ""
