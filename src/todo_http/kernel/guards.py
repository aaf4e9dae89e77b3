"""The way in of an operation: who is asking, is the path theirs, is it spelled properly, is the body a kind we take.

In this order, so that nothing is learned without a token, and nothing about others with one: 401, 429, 403, 404, 413,
415, 400.
"""

import re
from typing import TYPE_CHECKING, Final

from litestar.types import Scope

from todo_core.errors import Forbidden, InvalidToken, NotFound, TooManyRequests, Unauthenticated
from todo_http.edge.limits import narrow_body
from todo_http.kernel.query import read_query
from todo_http.kernel.responses import JSON
from todo_http.kernel.visit import Visit
from todo_http.problems.errors import InvalidRequest, UnsupportedMediaType

if TYPE_CHECKING:
    from todo_http.kernel.operation import Operation

CANONICAL_ID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
BEARER: Final = re.compile(rb"bearer +([A-Za-z0-9._~+/=-]+)", re.IGNORECASE)
CONTENT_TYPE_MAX: Final = 256
"""Bytes of a Content-Type; a longer one is not looked at."""

UTF_8: Final[tuple[list[bytes], ...]] = ([], [b"charset=utf-8"], [b'charset="utf-8"'])
"""The parameters that a Content-Type may have."""

PLAIN_JSON: Final = JSON[1]

THINGS: Final = {"session_id": "login session"}
"""What an id is one of, where its name does not say it: what cannot be an id is told as what is nobody's."""


def limit_rate(visit: Visit, requests: int = 1) -> None:
    """Counts so many requests of the user. Raises TooManyRequests."""
    limit = visit.service.rate_limit
    if limit is not None and requests:
        share = limit.take(visit.user, requests)
        visit.rate = limit.fields(share)
        if share.wait:
            raise TooManyRequests(share.wait)


class Admission:
    """Lets the requests of one operation in, or raises."""

    def __init__(self, facts: "Operation") -> None:
        self.facts = facts
        self.ids = [name for name in facts.parameters if name.endswith("_id") and name != "user_id"]

    def admit(self, scope: Scope, visit: Visit) -> None:
        """Raises the refusal that comes first, in the order above."""
        facts = self.facts
        if not facts.public:
            self._identify(visit)
            limit_rate(visit)
        self._check_path(scope, visit)
        if facts.takes is not None:
            if facts.body_max is not None:
                narrow_body(visit, facts.body_max)
            self._check_content(visit)
        if scope["query_string"] and not facts.any_query:
            visit.query = read_query(scope["query_string"], facts.query)
            if visit.query.faults and facts.takes is None and not facts.query:
                raise InvalidRequest(visit.query.faults)

    def _identify(self, visit: Visit) -> None:
        header = visit.fields.get(b"authorization")
        if header is None:
            raise Unauthenticated
        found = BEARER.fullmatch(header)
        if found is None:
            raise InvalidToken
        visit.actor = visit.service.todo.sessions.identify(found[1].decode("ascii"))
        visit.user = str(visit.actor.user_id)

    def _check_path(self, scope: Scope, visit: Visit) -> None:
        """One address for each thing: no second spelling of an id, no escapes, no doubled or trailing slashes."""
        parameters = scope["path_params"]
        if visit.user and parameters.get("user_id", visit.user) != visit.user:  # whose spelling is the canonical one
            raise Forbidden
        for name in self.ids:
            if not CANONICAL_ID.fullmatch(parameters[name]):
                raise NotFound(THINGS.get(name, name.removesuffix("_id")))
        path = scope.get("raw_path") or scope["path"].encode()
        if b"%" in path or b"//" in path or (path[-1:] == b"/" and len(path) > 1):
            raise NotFound("resource")

    def _check_content(self, visit: Visit) -> None:
        named = visit.fields.get(b"content-type", b"")
        coding = visit.fields.get(b"content-encoding")
        if named == PLAIN_JSON and coding is None:
            return
        known = media_type(named) in self.facts.media_types
        if not known or (coding is not None and coding.strip().lower() != b"identity"):
            raise UnsupportedMediaType(self.facts.media_types, patch=self.facts.method == "PATCH")


def media_type(field: bytes) -> str:
    """The media type that a Content-Type names, in lower case; empty when its text would be in another charset than
    UTF-8, or when it has any other parameter. Takes no regular expression, so no input is slow.
    """
    if len(field) > CONTENT_TYPE_MAX:
        return ""
    name, *parameters = [part.strip() for part in field.lower().split(b";")]
    if parameters and not parameters[-1]:
        parameters.pop()
    return name.decode("latin-1") if parameters in UTF_8 else ""
