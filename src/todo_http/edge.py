"""The wrapper around everything: what holds for 404, 405 and 500 as much as for 200.

The framework calls its middleware only for requests that it can route, and hides errors from what is outside;
so errors rise through it to here, where they become answers in one place.
"""

import asyncio
import re
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from time import perf_counter
from typing import Any, Final, cast

import structlog
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send
from structlog.contextvars import bind_contextvars, reset_contextvars

from todo_core.errors import OutcomeUnknown, TodoError, Unavailable
from todo_core.front import Todo
from todo_http.access_log import METHODS, AccessLog
from todo_http.answer import Answer
from todo_http.counting import Meter
from todo_http.options import HttpOptions
from todo_http.problems import KINDS, problem_answer, refusal_of
from todo_http.request_bounds import BoundedBody, RequestBounds
from todo_http.response_headers import ResponseHeaders
from todo_http.visit import KEY, Visit, fields_of

REQUEST_ID: Final = re.compile(rb"[A-Za-z0-9_-]{8,64}")
NOT_STARTED: Final = "not-started"
log = structlog.get_logger("todo_http")


class Edge:
    """One application's outermost layer."""

    def __init__(self, app: ASGIApp, options: HttpOptions, access_log: AccessLog, meter: Meter) -> None:
        self.app = app
        self.access_log = access_log
        self.meter = meter
        self.bounds = RequestBounds(options)
        self.headers = ResponseHeaders(options)
        self.new_id: Callable[[], str] = lambda: NOT_STARTED
        self.now: Callable[[], datetime | None] = lambda: None
        self.complained_at = float("-inf")
        self.running = 0

    def attach(self, todo: Todo) -> None:
        """From here on ids and times come from the ports."""
        self.new_id = lambda: todo.run.ids.new().hex
        self.now = todo.run.clock.now

    async def finish(self, seconds: float) -> None:
        """Waits until nothing runs, or so long: a server does not wait for requests whose clients have gone."""
        for _ in range(int(seconds * 100)):
            if not self.running:
                return
            await asyncio.sleep(0.01)

    async def __call__(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        started = perf_counter()
        fields = fields_of(scope["headers"])
        asked = fields.get(b"x-request-id", b"")
        request_id = asked.decode("ascii") if REQUEST_ID.fullmatch(asked) else self.new_id()
        visit = Visit(scope["method"], fields, request_id)
        inner = _as_get(scope) if scope["method"] == "HEAD" else scope
        cast("dict[str, Any]", inner)[KEY] = visit
        tokens = bind_contextvars(request_id=request_id)
        reply = Reply(send, inner, visit, self.headers)
        self.running += 1
        self.meter.begun()
        try:
            await self._respond(inner, BoundedBody(receive, self.bounds), reply, visit)
        finally:
            self.running -= 1
            reset_contextvars(**tokens)
            route = cast("dict[str, Any]", inner).get("path_template") or "-"
            seconds = perf_counter() - started
            self.meter.ended(visit.method if visit.method in METHODS else "?", route, visit.status, seconds)
            self.access_log.note(visit, route, seconds, self.now())

    async def _respond(self, scope: HTTPScope, receive: BoundedBody, reply: "Reply", visit: Visit) -> None:
        try:
            self.bounds.check(scope, visit)
            app = self.headers.preflight(scope, visit) or self.app
            await app(scope, receive, reply)
        except Exception as error:
            refusal = refusal_of(error)
            visit.problem = refusal.code
            self._log(error, refusal)
            if not visit.status:
                answer: Answer = problem_answer(refusal, visit.request_id)
                await answer(cast(Scope, scope), receive, reply)
            # An error and the frames that it came through hold each other, and so the unread rest of the body;
            # until that is let go, which would be whenever garbage is collected, the connection is not closed.
            error.__traceback__ = None

    def _log(self, error: Exception, refusal: TodoError) -> None:
        """Faults of ours are errors, the storage being away is a warning, and all other refusals are everyday life.

        One warning in a second is enough: when a storage is away, or a queue full, every request meets with it.
        """
        if isinstance(refusal, Unavailable | OutcomeUnknown):
            if error.__cause__ is not None and perf_counter() - self.complained_at >= 1:
                self.complained_at = perf_counter()
                log.warning("request_refused", problem=refusal.code, exc_info=error)
        elif KINDS[refusal.code].status >= 500:
            log.error("request_failed", problem=refusal.code, exc_info=error)


class Reply:
    """A ``send`` that completes the header fields, counts what goes out, and keeps bodies from those who asked HEAD."""

    __slots__ = ("headers", "scope", "send", "visit")

    def __init__(self, send: Send, scope: HTTPScope, visit: Visit, headers: ResponseHeaders) -> None:
        self.send = send
        self.scope = scope
        self.visit = visit
        self.headers = headers

    async def __call__(self, message: Message) -> None:
        visit = self.visit
        if message["type"] == "http.response.start":
            visit.status = message["status"]
            fields = list(message["headers"])
            self.headers.add(fields, self.scope, visit)
            message["headers"] = fields
        elif message["type"] == "http.response.body":
            if visit.method == "HEAD":
                message["body"] = b""
            visit.sent += len(message.get("body", b""))
        with suppress(OSError):  # the client is gone: nothing is wrong, and nobody is there to be told
            await self.send(message)


def _as_get(scope: HTTPScope) -> HTTPScope:
    inner = scope.copy()
    inner["method"] = "GET"
    return inner
