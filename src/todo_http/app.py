"""The application, composed here; nothing is opened before its lifespan begins."""

import gc
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Final, NoReturn, cast

from litestar import Litestar, Request
from litestar.types import (
    ASGIApp,
    HTTPScope,
    LifeSpanReceive,
    LifeSpanScope,
    LifeSpanSend,
    Method,
    Receive,
    Scope,
    Send,
)

from todo_core.todo import Todo
from todo_http.api.docs import POLICY
from todo_http.api.routes import RESOURCES, client_operations, routes
from todo_http.edge.access_log import AccessLog, write_to_stdout
from todo_http.edge.metrics import NoRequestMetrics, RequestMetrics
from todo_http.edge.pipeline import Edge
from todo_http.edge.sending import EndConnections
from todo_http.edge.shutdown import Host, Shutdown
from todo_http.kernel.client_address import ClientAddresses
from todo_http.kernel.concurrency import ConcurrencyLimit
from todo_http.kernel.context import RequestContext
from todo_http.kernel.cursors import Cursors
from todo_http.kernel.files import File
from todo_http.kernel.rate_limit import RateLimit
from todo_http.kernel.readiness import Readiness
from todo_http.kernel.resource import ResourceController
from todo_http.kernel.responses import encode
from todo_http.kernel.service import Service
from todo_http.kernel.streams import Streams
from todo_http.openapi.document import document
from todo_http.options import HttpOptions
from todo_http.web.site import read_site

FINISH_SECONDS: Final = 5.0
"""How long requests may still run when the server has stopped, before the storage is closed."""

GARBAGE: Final = 5_000
"""Allocations between two garbage collections of the youngest generation: with 20,000 and thousands of event streams
single collections take several times as long."""

OpenTodo = Callable[[], AbstractAsyncContextManager[Todo]]


class TodoApp(Litestar):
    """A Litestar application behind the edge."""

    edge: Edge
    service: Service

    def template_of(self, path: str, method: str) -> str:
        """The template of the route to a path and a method."""
        return self.asgi_router.handle_routing(path=path, method=cast(Method, method))[-1]

    @property
    def routed(self) -> ASGIApp:
        """The application without the edge."""
        return super().__call__

    async def __call__(
        self, scope: Scope | LifeSpanScope, receive: Receive | LifeSpanReceive, send: Send | LifeSpanSend
    ) -> None:
        if scope["type"] in {"lifespan", "websocket"}:
            await super().__call__(scope, receive, send)
        else:
            await self.edge(cast(HTTPScope, scope), cast(Receive, receive), cast(Send, send))


def create_app(
    open_todo: OpenTodo,
    options: HttpOptions,
    write_log: Callable[[str], None] = write_to_stdout,
    meter: RequestMetrics = NoRequestMetrics(),  # noqa: B008 - it has no state
    end_connections: EndConnections = lambda _: None,
    host: Host | None = None,
    resources: Sequence[type[ResourceController]] = RESOURCES,
) -> TodoApp:
    """The application over whatever ``open_todo`` opens; ``write_log`` takes finished access log lines.

    ``end_connections`` ends those whose clients do not read; ``host`` is the process that serves the application, if
    that has a parent of ours.
    """
    known = routes(options.docs, options.web, resources)
    app = TodoApp(
        route_handlers=known,
        request_class=RequestContext,
        exception_handlers={Exception: _rise},
        lifespan=[lambda app: _open(cast(TodoApp, app), open_todo, options, host)],
        openapi_config=None,
        logging_config=None,
        request_max_body_size=None,  # RequestContext has its own limits
        debug=False,
    )
    app.service = Service(
        options=options,
        client_addresses=ClientAddresses(options),
        cursors=Cursors(options.cursor_keys),
        rate_limit=RateLimit(options.requests_per_minute) if options.requests_per_minute else None,
        users=ConcurrencyLimit(options.user_concurrency, options.user_queue),
        networks=ConcurrencyLimit(options.network_concurrency, 0),
        streams=Streams(options.streams_per_user),
        openapi=File.of(encode(document(client_operations(known), options.version)), "application/json", POLICY),
        files=read_site(registration=options.registration) if options.web else {},
    )
    access_log = AccessLog(options.log_format, write_log)
    app.edge = Edge(app.routed, app.service, access_log, meter, app.template_of, end_connections)
    return app


@asynccontextmanager
async def _open(app: TodoApp, open_todo: OpenTodo, options: HttpOptions, host: Host | None) -> AsyncIterator[None]:
    """The lifespan of the application."""
    edge = app.edge
    async with open_todo() as todo:
        app.service.todo = todo
        app.service.readiness = readiness = Readiness(todo.check)
        edge.attach(todo)
        edge.access_log.start()
        streams = app.service.streams
        streams.start(todo.sessions.revoked)

        def goodbye() -> None:
            edge.headers.leaving = True
            streams.drain()

        Shutdown(readiness.drain, goodbye, options.drain_seconds, options.stop_seconds, host)
        # Connections wait to be accepted meanwhile, instead of getting 503.
        await readiness.settle(options.startup_seconds)
        # Objects that exist by now live as long as the process: exclude them from collections.
        gc.collect()
        gc.freeze()
        # Requests leave hardly any reference cycles, so collections may be rare.
        gc.set_threshold(GARBAGE)
        if host is not None:
            host.started()
        try:
            yield
        finally:
            readiness.drain()
            streams.drain()
            await edge.finish(FINISH_SECONDS)
            await streams.stop()
            await edge.access_log.stop()


def _rise(_: Request[Any, Any, Any], error: Exception) -> NoReturn:
    """Lets every error rise to the edge, which turns it into a response."""
    raise error
