"""The way in of every operation: who is asking, is the path theirs, is it spelled properly, is the body a kind we take.

In this order, so that nothing is learned without a token, and nothing about others with one: 401, 429, 403, 404, 415,
400.
"""

import re
from collections.abc import Sequence
from typing import Final, cast

from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from todo_core.errors import Forbidden, InvalidToken, NotFound, TooManyRequests, Unauthenticated, Unavailable
from todo_core.front import Todo
from todo_http.answer import Answer
from todo_http.operations import Operation
from todo_http.query import read_query
from todo_http.rate_limit import RateLimit
from todo_http.refusals import InvalidRequest, UnsupportedMediaType, with_head
from todo_http.visit import Visit, visit_of

CANONICAL_ID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
BEARER: Final = re.compile(rb"bearer +([A-Za-z0-9._~+/=-]+)", re.IGNORECASE)
CONTENT_TYPE: Final = re.compile(rb'\s*([^\s;]+)\s*(?:;\s*charset="?utf-8"?\s*)?;?\s*', re.IGNORECASE)

THINGS: Final = {"session_id": "login session"}
"""What an id is one of, where its name does not say it: what cannot be an id is told as what is nobody's."""


class Admission(ASGIMiddleware):
    """Lets a request in, or raises."""

    def __init__(self, known: Sequence[Operation], requests_per_minute: int = 0) -> None:
        self.rate_limit = RateLimit(requests_per_minute) if requests_per_minute else None
        self.methods: dict[str, set[str]] = {}
        for facts in known:
            self.methods.setdefault(facts.template, {"OPTIONS"}).add(facts.method)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        facts = cast("Operation | None", scope["route_handler"].opt.get("operation"))
        if facts is None:  # OPTIONS, for which the framework has an answer that knows only some of the methods
            allow = with_head(self.methods[scope["path_template"]])
            await Answer(204, headers=[(b"allow", allow.encode("ascii"))])(scope, receive, send)
            return
        self._admit(scope, facts, visit_of(scope))
        await next_app(scope, receive, send)

    def _admit(self, scope: Scope, facts: Operation, visit: Visit) -> None:
        if not facts.public:
            self._identify(scope, visit)
            self._ration(visit)
        _check_path(scope, visit)
        if facts.takes is not None:
            _check_content(facts, visit)
        if scope["query_string"] and not facts.any_query:
            visit.query = read_query(scope["query_string"], facts.query)
            if visit.query.faults and facts.takes is None and not facts.query:
                raise InvalidRequest(visit.query.faults)

    def _identify(self, scope: Scope, visit: Visit) -> None:
        header = visit.fields.get(b"authorization")
        if header is None:
            raise Unauthenticated
        found = BEARER.fullmatch(header)
        if found is None:
            raise InvalidToken
        todo = scope["litestar_app"].state.get("todo")
        if todo is None:
            raise Unavailable("The service is starting.")
        visit.actor = scope["user"] = cast(Todo, todo).sessions.identify(found[1].decode("ascii"))

    def _ration(self, visit: Visit) -> None:
        if self.rate_limit is None or visit.actor is None:
            return
        share = self.rate_limit.take(visit.actor.user_id)
        visit.rate = self.rate_limit.fields(share)
        if share.wait:
            raise TooManyRequests(share.wait)


def _check_path(scope: Scope, visit: Visit) -> None:
    """One address for each thing: no second spelling of an id, no escapes, no doubled or trailing slashes."""
    parameters = scope["path_params"]
    if visit.actor and parameters.get("user_id", str(visit.actor.user_id)) != str(visit.actor.user_id):
        raise Forbidden
    for name, value in parameters.items():
        if name.endswith("_id") and not CANONICAL_ID.fullmatch(value):
            raise NotFound(THINGS.get(name, name.removesuffix("_id")))
    path = scope.get("raw_path") or scope["path"].encode()
    if b"%" in path or b"//" in path or (len(path) > 1 and path.endswith(b"/")):
        raise NotFound("resource")


def _check_content(facts: Operation, visit: Visit) -> None:
    found = CONTENT_TYPE.fullmatch(visit.fields.get(b"content-type", b""))
    coding = visit.fields.get(b"content-encoding", b"identity").strip().lower()
    if found is None or found[1].decode("latin-1").lower() not in facts.media_types or coding != b"identity":
        raise UnsupportedMediaType(facts.media_types, patch=facts.method == "PATCH")
