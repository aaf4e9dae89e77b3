"""The wrapper around everything: what holds for 404, 405 and 500 as much as for 200.

The framework calls its middleware only for requests that it can route, and hides errors from what is outside;
so errors rise through it to here, where they become answers in one place.
"""

import asyncio
import re
from collections.abc import Callable
from contextvars import ContextVar
from datetime import datetime
from itertools import count
from time import perf_counter
from typing import Any, Final

import structlog
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Send
from structlog.contextvars import STRUCTLOG_KEY_PREFIX

from todo_core.errors import OutcomeUnknown, TodoError, Unavailable
from todo_core.todo import Todo
from todo_http.edge.access_log import METHODS, AccessLog
from todo_http.edge.headers import ResponseHeaders
from todo_http.edge.limits import BoundedBody, RequestBounds
from todo_http.edge.metrics import Meter
from todo_http.edge.sending import PART, EndConnections, LargeBodies
from todo_http.kernel.responses import Answer
from todo_http.kernel.service import Service
from todo_http.kernel.visit import KEY, Visit, fields_of
from todo_http.problems.table import KINDS, problem_answer, refusal_of

REQUEST_ID: Final = re.compile(rb"[A-Za-z0-9_-]{8,64}")
NOT_STARTED: Final = "not-started"
LOGGED_ID: Final[ContextVar[str]] = ContextVar(f"{STRUCTLOG_KEY_PREFIX}request_id")
"""What structlog adds to every event, as its own functions would set it with more ado."""

log = structlog.get_logger("todo_http")


class Edge:
    """One application's outermost layer."""

    def __init__(
        self, app: ASGIApp, service: Service, access_log: AccessLog, meter: Meter, end_connections: EndConnections
    ) -> None:
        self.app = app
        self.service = service
        self.access_log = access_log
        self.meter = meter
        self.bounds = RequestBounds(service.options)
        self.headers = ResponseHeaders(service.options)
        self.large_bodies = LargeBodies(service.options.send_deadline, end_connections)
        self.new_id: Callable[[], str] = lambda: NOT_STARTED
        self.now: Callable[[], datetime | None] = lambda: None
        self.complained_at = float("-inf")
        self.running = 0

    def attach(self, todo: Todo) -> None:
        """From here on ids and times come from the ports."""
        # A request id is no secret, only unlike all others: what is random in it need be drawn only once.
        stem, numbers = todo.run.ids.new().hex[12:], count()
        self.new_id = lambda: f"{stem}{next(numbers):012x}"
        self.now = todo.run.clock.now

    async def finish(self, seconds: float) -> None:
        """Waits until nothing runs, or so long: a server does not wait for requests whose clients have gone."""
        for _ in range(int(seconds * 100)):
            if not self.running:
                return
            await asyncio.sleep(0.01)

    async def __call__(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        started = perf_counter()
        headers: Any = scope["headers"]
        fields = fields_of(headers)
        asked = fields.get(b"x-request-id")
        request_id = asked.decode("ascii") if asked and REQUEST_ID.fullmatch(asked) else self.new_id()
        visit = Visit(self.service, scope["method"], fields, request_id)
        inner: Any = _as_get(scope) if visit.method == "HEAD" else scope
        inner[KEY] = visit
        token = LOGGED_ID.set(request_id)
        self.running += 1
        self.meter.begun()
        try:
            answer = await self._answer(inner, BoundedBody(receive, self.bounds.deadline, visit), visit)
            await self._send(answer, inner, visit, send)
        finally:
            if visit.turn is not None:
                limit, caller = visit.turn
                limit.leave(caller)
            self.running -= 1
            LOGGED_ID.reset(token)
            route = inner.get("path_template") or "-"
            seconds = perf_counter() - started
            self.meter.ended(visit.method if visit.method in METHODS else "?", route, visit.status, seconds)
            self.access_log.note(visit, route, seconds, self.now())

    async def _answer(self, scope: HTTPScope, receive: Receive, visit: Visit) -> Answer:
        try:
            self.bounds.check(scope, visit)
            preflight = self.headers.preflight(scope, visit)
            if preflight is not None:
                return preflight
            await self.app(scope, receive, _send_nothing)
            if visit.answer is None:
                raise LookupError("nothing has answered")
        except Exception as error:
            refusal = refusal_of(error)
            visit.problem = refusal.code
            self._log(error, refusal)
            # An error and the frames that it came through hold each other, and so the unread rest of the body;
            # until that is let go, which would be whenever garbage is collected, the connection is not closed.
            error.__traceback__ = None
            return problem_answer(refusal, visit.request_id)
        return visit.answer

    async def _send(self, answer: Answer, scope: HTTPScope, visit: Visit, send: Send) -> None:
        """Completes the header fields, counts what goes out, and keeps bodies from those who asked HEAD."""
        visit.status = status = answer.status
        body = b"" if visit.method == "HEAD" else answer.body
        visit.sent = len(body)
        fields = [*answer.headers]
        if status != 204 and status != 304:
            fields.append((b"content-length", b"%d" % len(answer.body)))
        self.headers.add(fields, scope, visit)
        try:
            await send({"type": "http.response.start", "status": status, "headers": fields})
            if len(body) > PART:
                visit.sent = await self.large_bodies.send(body, scope, send)
            else:
                await send({"type": "http.response.body", "body": body, "more_body": False})
        except OSError:  # the client is gone: nothing is wrong, and nobody is there to be told
            return

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


async def _send_nothing(message: Message) -> None:
    raise LookupError("answers are left with the visit, for the edge to send")


def _as_get(scope: HTTPScope) -> HTTPScope:
    inner = scope.copy()
    inner["method"] = "GET"
    return inner
