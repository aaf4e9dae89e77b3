"""The ASGI wrapper around the whole application: what holds for 404, 405 and 500 as much as for 200.

Litestar calls middleware only for requests that it can route, and hides errors from what is outside. So errors rise
through it to here, where one place turns them into responses.
"""

import asyncio
import re
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import InitVar, dataclass
from datetime import datetime
from itertools import count
from time import perf_counter
from typing import Any, Final

import structlog
from litestar.types import ASGIApp, HTTPScope, Receive, Send
from structlog.contextvars import STRUCTLOG_KEY_PREFIX

from todo_core.errors import NotFound, OutcomeUnknown, TodoError, Unavailable
from todo_core.todo import Todo
from todo_http.edge.access_log import METHODS, AccessLog
from todo_http.edge.headers import ResponseHeaders
from todo_http.edge.limits import RequestBounds
from todo_http.edge.metrics import RequestMetrics
from todo_http.edge.not_found import not_found_page
from todo_http.edge.sending import EndConnections, LargeBodies, Sending
from todo_http.kernel.context import SCOPE_KEY, RequestContext
from todo_http.kernel.responses import Response, encode
from todo_http.kernel.service import Service
from todo_http.problems.errors import MethodNotAllowed
from todo_http.problems.table import PROBLEM_KINDS, error_of, problem_headers, problem_of

REQUEST_ID: Final = re.compile(rb"[A-Za-z0-9_-]{8,64}")
NOT_STARTED: Final = "not-started"
LOGGED_ID: Final[ContextVar[str]] = ContextVar(f"{STRUCTLOG_KEY_PREFIX}request_id")
"""What structlog adds to every event; setting it directly is cheaper than through structlog's functions."""

OPTIONS: Final = "<options>"
ROUTED_AS: Final = {"HEAD": "GET", "OPTIONS": OPTIONS}
"""Methods as Litestar routes them: for OPTIONS what no request can have, so that it lists those that the path has."""


log = structlog.get_logger("todo_http")


@dataclass(eq=False)
class Edge:
    """The outermost layer of one application."""

    app: ASGIApp
    service: Service
    access_log: AccessLog
    meter: RequestMetrics
    template_of: Callable[[str, str], str]
    end_connections: InitVar[EndConnections]

    def __post_init__(self, end_connections: EndConnections) -> None:
        options = self.service.options
        self.bounds = RequestBounds(options)
        self.headers = ResponseHeaders(options)
        self.large_bodies = LargeBodies(options.send_deadline, end_connections)
        self.new_id: Callable[[], str] = lambda: NOT_STARTED
        self.now: Callable[[], datetime | None] = lambda: None
        self.warned_at = float("-inf")
        self.running = 0
        self.service.set_aside = self.set_aside

    def attach(self, todo: Todo) -> None:
        """Takes ids and times from the ports from now on."""
        # A request id is no secret, it only has to be unique: its random part is drawn once.
        stem, numbers = todo.run.ids.new().hex[12:], count()
        self.new_id = lambda: f"{stem}{next(numbers):012x}"
        self.now = todo.run.clock.now

    async def finish(self, seconds: float) -> None:
        """Waits until there is no request, at most for ``seconds``. Servers do not wait if the client has gone."""
        for _ in range(int(seconds * 100)):
            if not self.running and not len(self.service.streams):
                return
            await asyncio.sleep(0.01)

    def set_aside(self, requests: int) -> None:
        """So many more requests wait for changes, which do not count as running."""
        self.running -= requests
        self.meter.set_aside(requests)

    async def __call__(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        started = perf_counter()
        method = scope["method"]
        routed: Any = {**scope, "method": ROUTED_AS[method]} if method in ROUTED_AS else scope
        if b"%" in (scope.get("raw_path") or b""):
            # Routes see the path as it was sent, because a tag may contain an encoded slash.
            routed = {**routed, "path": scope["raw_path"].decode("latin-1")}
        request = RequestContext(routed, receive, send, self.service)
        request.head = method == "HEAD"
        sending = Sending(request, self.headers, self.large_bodies)
        asked = request.fields.get(b"x-request-id")
        request.request_id = asked.decode("ascii") if asked and REQUEST_ID.fullmatch(asked) else self.new_id()
        token = LOGGED_ID.set(request.request_id)
        self.running += 1
        self.meter.begun()
        try:
            await self._respond(request, sending)
        finally:
            if request.turn is not None:
                limit, caller = request.turn
                limit.leave(caller)
            self.running -= 1
            LOGGED_ID.reset(token)
            del routed[SCOPE_KEY]  # a reference cycle, which only a collection would free
            known = method if method in METHODS else "?"
            route = routed.get("path_template") or "-"
            seconds = perf_counter() - started
            self.meter.ended(known, route, sending.status, seconds - request.waited)
            self.access_log.note(sending, known, route, seconds, self.now())

    async def _respond(self, request: RequestContext, sending: Sending) -> None:
        response = None
        try:
            self.bounds.check(request)
            if request.method == OPTIONS:
                response = self.headers.preflight(request)
            if response is None:
                await self.app(request.scope, request.receive, sending)
                return
        except Exception as raised:
            if sending.status:  # too late for a problem: the server ends the connection
                raise
            response = self._response_to(raised, request, sending)
        await response(request.scope, request.receive, sending)

    def _response_to(self, raised: Exception, request: RequestContext, sending: Sending) -> Response:
        error = error_of(raised)
        # An error and the frames that it came through hold each other, and so the unread rest of the body;
        # until that is let go, which would be whenever garbage is collected, the connection is not closed.
        self._log(raised, error)
        raised.__traceback__ = None
        if request.method == OPTIONS and isinstance(error, MethodNotAllowed):
            scope: Any = request.scope
            scope["path_template"] = self.template_of(scope["path"], error.allow.partition(",")[0])
            return Response(204, headers=[(b"allow", error.allow.encode("ascii"))])
        sending.problem = error.code
        if isinstance(error, NotFound) and (page := not_found_page(request)) is not None:
            return page
        problem = problem_of(error, request.request_id)
        return Response(problem.status, encode(problem), problem_headers(error))

    def _log(self, raised: Exception, error: TodoError) -> None:
        """Logs faults of the service as errors, and an unavailable storage as a warning, at most once a second."""
        if isinstance(error, Unavailable | OutcomeUnknown):
            if raised.__cause__ is not None and perf_counter() - self.warned_at >= 1:
                self.warned_at = perf_counter()
                log.warning("request_refused", problem=error.code, exc_info=raised)
        elif PROBLEM_KINDS[error.code].status >= 500:
            log.error("request_failed", problem=error.code, exc_info=raised)
