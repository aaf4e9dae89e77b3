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
from litestar import Litestar, Request, get, patch, post

from todo_adapters.bootstrap import new_meter
from todo_adapters.jwt_tokens import JwtTokens
from todo_adapters.runtime import SystemClock, UuidSevens
from todo_adapters.sql.gate import Gate
from todo_core.errors import Forbidden, NotFound
from todo_core.ids import UserId
from todo_http.access_log import AccessLog
from todo_http.answer import Answer
from todo_http.app import TodoApp
from todo_http.conditional import PRIVATE, tag_of
from todo_http.edge import Edge
from todo_http.options import HttpOptions
from todo_http.tasks import TASK, TASKS, Completion, NewTask, TaskOut
from todo_http.visit import visit_of
from todo_http.wire import instant

FIELDS: Final = "id, user_id, title, description, completed_at, priority, due_date, revision, created_at, updated_at"
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
completion = msgspec.json.Decoder(Completion)

Connect = Callable[[], AbstractAsyncContextManager[Any]]


@asynccontextmanager
async def gated() -> AsyncIterator[Connect]:
    """The service's way to its connections: asyncpg's pool behind a gate that lets in who came first."""
    gate = Gate(10, 1024, 2.0)

    @asynccontextmanager
    async def connection() -> AsyncIterator[Any]:
        await gate.enter()
        try:
            async with pool.acquire() as found:
                yield found
        finally:
            gate.leave()

    async with asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=10, max_size=10, reset=_nothing) as pool:
        yield connection


async def _nothing(_: Any) -> None:
    """No session state is ever set."""


def owner_of(request: Request[Any, Any, Any]) -> UserId:
    """Whose token it is. Raises InvalidToken, or Forbidden on the path of somebody else."""
    visit = visit_of(request.scope)
    claims = tokens.read(visit.fields[b"authorization"][7:].decode("ascii"), clock.now())
    if request.scope["path_params"]["user_id"] != str(claims.user_id):
        raise Forbidden
    return claims.user_id


def wire(row: Any) -> TaskOut:
    """A row of FIELDS as the service's own wire type."""
    task_id, owner, title, description, completed, priority, due, revision, created, updated = row
    return TaskOut(
        task_id,
        owner,
        title,
        description,
        completed is not None,
        None if completed is None else instant(completed),
        PRIORITIES[priority],
        due,
        revision,
        instant(created),
        instant(updated),
    )


def answer(status: int, row: Any) -> Answer:
    """One task, or 404."""
    if row is None:
        raise NotFound("task")
    return Answer.json(status, wire(row), (b"etag", tag_of(row[7])), PRIVATE)


@get(TASK)
async def get_one(request: Request[Any, Any, Any]) -> Answer:
    async with request.app.state.connection() as connection:
        return answer(200, await connection.fetchrow(GET, owner_of(request), request.scope["path_params"]["task_id"]))


@get(TASKS)
async def get_list(request: Request[Any, Any, Any]) -> Answer:
    owner, limit = owner_of(request), int(request.query_params.get("limit", 1000))
    async with request.app.state.connection() as connection:
        rows = await connection.fetch(LIST, owner, limit)
    return Answer.json(200, [wire(row) for row in rows], PRIVATE)


@post(TASKS)
async def create(request: Request[Any, Any, Any]) -> Answer:
    owner = owner_of(request)
    task = new_task.decode(await request.body())
    text = task.description or None
    due = datetime.fromisoformat(task.due_date).replace(tzinfo=UTC) if task.due_date else None
    values = (task.title, text, RANKS[task.priority or None], task.due_date or None, "day" if due else None, due)
    keys = (task.title.casefold(), (text or "").casefold())
    async with request.app.state.connection() as connection:
        return answer(201, await connection.fetchrow(CREATE, owner, ids.new(), *values, clock.now(), *keys))


@patch(TASK + "/complete")
async def complete(request: Request[Any, Any, Any]) -> Answer:
    owner, task_id = owner_of(request), request.scope["path_params"]["task_id"]
    wish = completion.decode(await request.body())
    async with request.app.state.connection() as connection:
        return answer(200, await connection.fetchrow(COMPLETE, owner, task_id, wish.completed, clock.now()))


@get("/health/ready")
async def ready() -> Answer:
    return Answer(200)


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
    handlers = [get_one, get_list, create, complete, ready]
    app = TodoApp(
        handlers, lifespan=[lifespan], exception_handlers={Exception: _rise}, openapi_config=None, logging_config=None
    )
    app.edge = Edge(app.behind_the_edge, options, AccessLog("json"), new_meter())
    return app
