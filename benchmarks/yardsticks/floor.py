"""The floor: the service's edge, tokens, wire form and way to its database, with SQL by hand and no domain between.

Whatever the service needs more than this, its domain and its promises cost: use cases, the feed, keys, ETags of lists.
"""

import gc
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Final, NoReturn, cast

import asyncpg
import msgspec
from litestar import Controller, Litestar, Request, get, patch, post

from todo_adapters.bootstrap import new_meter
from todo_adapters.runtime import SystemClock, UuidSevens
from todo_adapters.security.jwt_tokens import JwtTokens
from todo_adapters.sql.connection_limiter import ConnectionLimiter
from todo_adapters.sql.postgres.pool import Pool
from todo_core.errors import Forbidden, NotFound
from todo_core.ids import UserId
from todo_core.model.task import TASKS
from todo_http.api.task_types import NewTask, TaskCompletion, TaskOut
from todo_http.api.tasks import Tasks
from todo_http.app import TodoApp
from todo_http.edge.access_log import AccessLog
from todo_http.edge.pipeline import Edge
from todo_http.kernel.client_address import ClientAddresses
from todo_http.kernel.concurrency import ConcurrencyLimit
from todo_http.kernel.context import RequestContext
from todo_http.kernel.cursors import Cursors
from todo_http.kernel.entity_tags import PRIVATE, tag_of
from todo_http.kernel.files import File
from todo_http.kernel.responses import Response
from todo_http.kernel.service import Service
from todo_http.kernel.streams import Streams
from todo_http.options import HttpOptions

FIELDS: Final = ", ".join(TASKS.names)
PLACE: Final = TASKS.names.index("priority")
GET: Final = f"SELECT {FIELDS} FROM tasks WHERE user_id = $1 AND id = $2"
LIST: Final = f"SELECT {FIELDS} FROM tasks WHERE user_id = $1 ORDER BY id LIMIT $2"
CREATE: Final = f"""
    INSERT INTO tasks (user_id, id, title, description, priority, due_date, due_kind, due_at, revision, created_at,
                       updated_at, title_key, description_key)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9, $9, $10, $11) RETURNING {FIELDS}"""
COMPLETE: Final = f"""
    UPDATE tasks SET completed_at = CASE WHEN $3 THEN $4::timestamptz END, updated_at = $4, revision = revision + 1
    WHERE user_id = $1 AND id = $2 RETURNING {FIELDS}"""
RANKS: Final = {None: None, "low": 1, "medium": 2, "high": 3}
PRIORITIES: Final = {rank: name for name, rank in RANKS.items()}

tokens = JwtTokens([os.environ["BETTER_AUTH_SECRET"]], UuidSevens())
clock, ids = SystemClock(), UuidSevens()
new_task = msgspec.json.Decoder(NewTask)
completion = msgspec.json.Decoder(TaskCompletion)

Connect = Callable[[], AbstractAsyncContextManager[Any]]


class Lent:
    """A connection of the service's own pool, for a while."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool

    async def __aenter__(self) -> Any:
        self.link = await self.pool.take()
        return self.link._connection

    async def __aexit__(self, *_: object) -> None:
        self.pool.give_back(self.link)


@asynccontextmanager
async def gated() -> AsyncIterator[Connect]:
    """The service's way to its connections."""
    pool = Pool(lambda: asyncpg.connect(os.environ["DATABASE_URL"]), ConnectionLimiter(10, 1024, 2.0), 1800, 300)
    try:
        yield lambda: Lent(pool)
    finally:
        await pool.close()


def connected(request: RequestContext) -> AbstractAsyncContextManager[Any]:
    """A connection for a while."""
    return cast(AbstractAsyncContextManager[Any], request.scope["litestar_app"].state.connection())


def owner_of(request: RequestContext) -> UserId:
    """Whose token it is. Raises InvalidToken, or Forbidden on the path of somebody else."""
    claims = tokens.read(request.fields[b"authorization"][7:].decode("ascii"), clock.now())
    request.user_id = str(claims.user_id)
    if request.path_params["user_id"] != request.user_id:
        raise Forbidden
    return claims.user_id


def wire(row: Any) -> TaskOut:
    """A row of FIELDS as the service's own wire type."""
    values = [*row]
    values[PLACE] = PRIORITIES[values[PLACE]]
    return TaskOut.shaped(*values)


def response(status: int, row: Any) -> Response:
    """One task, or 404."""
    if row is None:
        raise NotFound("task")
    return Response.json(status, wire(row), (b"etag", tag_of(row["revision"])), PRIVATE)


class Floor(Controller):
    """The requests that are measured."""

    path = Tasks.path

    @get("/{task_id:str}")
    async def get_one(self, request: RequestContext) -> Response:
        async with connected(request) as connection:
            return response(200, await connection.fetchrow(GET, owner_of(request), request.path_params["task_id"]))

    @get()
    async def get_list(self, request: RequestContext) -> Response:
        owner = owner_of(request)
        limit = int(request.scope["query_string"].partition(b"limit=")[2] or 1000)
        async with connected(request) as connection:
            rows = await connection.fetch(LIST, owner, limit)
        return Response.json(200, [wire(row) for row in rows], PRIVATE)

    @post()
    async def create(self, request: RequestContext) -> Response:
        owner = owner_of(request)
        task = new_task.decode(await request.body())
        text = task.description or None
        due = datetime.fromisoformat(task.due_date).replace(tzinfo=UTC) if task.due_date else None
        values = (task.title, text, RANKS[task.priority or None], task.due_date or None, "day" if due else None, due)
        keys = (task.title.casefold(), (text or "").casefold())
        async with connected(request) as connection:
            return response(201, await connection.fetchrow(CREATE, owner, ids.new(), *values, clock.now(), *keys))

    @patch("/{task_id:str}/complete")
    async def complete(self, request: RequestContext) -> Response:
        owner, task_id = owner_of(request), request.path_params["task_id"]
        completed = completion.decode(await request.body()).completed
        async with connected(request) as connection:
            return response(200, await connection.fetchrow(COMPLETE, owner, task_id, completed, clock.now()))


@get("/health/ready")
async def ready(request: RequestContext) -> Response:
    return Response(200)


def _rise(_: Request[Any, Any, Any], error: Exception) -> NoReturn:
    raise error


def create_app(connections: Callable[[], AbstractAsyncContextManager[Connect]] = gated) -> TodoApp:
    """The application, on the connections that are given."""

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        async with connections() as app.state.connection:
            edge = cast(TodoApp, app).edge
            edge.new_id, edge.now = lambda: ids.new().hex, clock.now
            edge.access_log.start()
            gc.collect()
            gc.freeze()
            yield
            await edge.access_log.stop()

    options = HttpOptions(cursor_keys=(b"never used here.",), version="0")
    app = TodoApp(
        [Floor, ready],
        lifespan=[lifespan],
        request_class=RequestContext,
        exception_handlers={Exception: _rise},
        openapi_config=None,
        logging_config=None,
    )
    service = Service(
        options=options,
        client_addresses=ClientAddresses(options),
        cursors=Cursors(options.cursor_keys),
        rate_limit=None,
        users=ConcurrencyLimit(0, 0),
        networks=ConcurrencyLimit(0, 0),
        streams=Streams(0),
        openapi=File.of(b"{}", "application/json", b""),
        files={},
    )
    app.edge = Edge(app.routed, service, AccessLog("json"), new_meter(), app.template_of, lambda _: None)
    return app
