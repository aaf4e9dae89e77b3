"""Sync: a snapshot, the changes since then, the history of each thing, and undo."""

import asyncio
import re
from functools import partial
from typing import Any, ClassVar, Final
from uuid import UUID

from todo_core.errors import CursorExpired, InvalidToken, NotFound
from todo_core.limits import PAGE_MAX
from todo_core.live import Follower
from todo_core.model.change import FeedPage, FeedPosition
from todo_core.usecases.sync import read_changes, read_history, read_snapshot
from todo_core.usecases.undo import undo
from todo_http.api.change_types import ChangePage, ChangeSet, SnapshotPage, WireChanges
from todo_http.kernel.context import RequestContext
from todo_http.kernel.cursors import feed_cursor
from todo_http.kernel.entity_tags import conditional_response
from todo_http.kernel.guards import authenticated
from todo_http.kernel.operation import Operation, OperationController, Success, get, post
from todo_http.kernel.pages import CURSOR as PAGE_CURSOR
from todo_http.kernel.pages import limit_parameter, next_page, read_cursor, read_positions
from todo_http.kernel.query import Parameter, choice, number
from todo_http.kernel.resource import Resource
from todo_http.kernel.responses import Response
from todo_http.kernel.streams import DRAINING, SESSION_ENDED

SNAPSHOT: Final = "snapshot"
WAIT_MAX: Final = 30
LEAVING_SECONDS: Final = 1.0
"""How long a request waits that comes while the process leaves: without a pause clients would ask again and again."""

SET: Final = re.compile(r"[1-9][0-9]{0,17}")
SET_SCHEMA: Final = {"type": "integer", "minimum": 1, "maximum": 10**18 - 1}

CURSOR: Final = Parameter(
    "cursor", str, {"type": "string"}, "The `cursor` of a snapshot or of changes, or the id of an event."
)
WAIT: Final = number("wait", WAIT_MAX, "If there are no changes yet, wait for them for up to so many seconds.")


class SyncController(OperationController):
    """The changes of everything that a user has, and what to begin with."""

    path = "/api/{user_id:str}"
    tags = ("sync",)
    guards = (authenticated,)
    wire: ClassVar[WireChanges]

    async def _snapshot(self, request: RequestContext) -> Response:
        owner, run = request.actor.user_id, request.todo.run
        cursor = read_cursor(request, SNAPSHOT, "", tuple[str, bytes | None, bytes, int])
        after = None
        if cursor is not None:
            name, last, epoch, seq = cursor
            after = name, last and UUID(bytes=last), FeedPosition(UUID(bytes=epoch), seq)
        page = await run.read(owner, read_snapshot, after, request.query.values.get("limit", PAGE_MAX))
        links: Any = ()
        if page.next is not None:
            name, thing_id, position = page.next
            place = (name, thing_id and thing_id.bytes, position.epoch.bytes, position.seq)
            links = next_page(request, SNAPSHOT, "", place)
        await run.store.confirm()
        items = [*map(self.wire.wires[page.kind.name].of, page.items)]
        body = SnapshotPage(page.kind.name, items, feed_cursor(page.position, owner))
        return conditional_response(request.fields, body, None, *links)

    async def _changes(self, request: RequestContext) -> Response:
        values, owner = request.query.values, request.actor.user_id
        after = next(iter(read_positions(request, {"cursor": values.get("cursor")})), None)
        limit, entity = values.get("limit", PAGE_MAX), values.get("entity")
        try:
            if seconds := values.get("wait"):
                with request.todo.run.hub.follow(owner) as follower:
                    page = await _read(request, after, limit, entity)
                    if not page.items:
                        page = await _wait_for_changes(request, follower, seconds, page, limit, entity)
            else:
                page = await _read(request, after, limit, entity)
        except CursorExpired:
            restart = f'</api/{owner}/{SNAPSHOT}>; rel="restart"'
            request.response_fields += ((b"link", restart.encode("ascii")),)
            raise
        cursor = feed_cursor(page.position, owner)
        return conditional_response(request.fields, ChangePage(self.wire.every(page.items), cursor, page.more), None)

    async def _undo(self, request: RequestContext) -> Response:
        text = request.scope["path_params"]["set"]
        if not SET.fullmatch(text):
            raise NotFound("set of changes")
        outcome = await request.write(undo, int(text))
        return Response.json(200, ChangeSet(self.wire.every(outcome.value)))


async def _read(request: RequestContext, after: FeedPosition | None, limit: int, entity: str | None) -> FeedPage:
    return await request.todo.run.read(request.actor.user_id, read_changes, after, limit, entity)


async def _wait_for_changes(
    request: RequestContext, follower: Follower, seconds: float, page: FeedPage, limit: int, entity: str | None
) -> FeedPage:
    """The next page with changes, or one without when the time is over or the process begins to leave."""
    loop, streams, actor = asyncio.get_running_loop(), request.service.streams, request.actor
    until = loop.time() + seconds
    async with streams.open(request.user_id, actor.session_id, request.receive) as stream:
        if stream.reason == DRAINING:
            until, stream.reason = min(until, loop.time() + LEAVING_SECONDS), ""
        while not page.items and (left := until - loop.time()) > 0:
            follower.seen = page.position.seq
            with request.aside():
                ended = await stream.last(left, partial(follower.wait, left))
            if ended == SESSION_ENDED or streams.has_ended(actor.session_id):
                raise InvalidToken
            if ended:
                break
            await request.take_turn(request.service.users, request.user_id)
            page = await _read(request, page.position, limit, entity)
    return page


class HistoryController(OperationController):
    """The changes of one thing."""

    guards = (authenticated,)
    wire: ClassVar[WireChanges]
    resource: ClassVar[Resource[Any]]

    async def _list(self, request: RequestContext) -> Response:
        resource = self.resource
        thing_id = request.path_id(resource.parameter)
        listed = f"{resource.plural}/{thing_id}/history"
        first = read_cursor(request, listed, "", int)
        limit = request.query.values.get("limit", PAGE_MAX)
        page = await request.todo.run.read(request.actor.user_id, read_history, thing_id, resource.kind, first, limit)
        links = next_page(request, listed, "", page.next) if page.next else ()
        return conditional_response(request.fields, self.wire.every(page.items), None, *links)


def sync_controllers(wire: WireChanges) -> list[type[OperationController]]:
    """The controllers for changes. Each resource has a history."""
    made = _made(SyncController, _sync_operations(wire), wire=wire)
    return [made, *(_history(each, wire) for each in wire.wires.values() if isinstance(each, Resource))]


def _made(controller: Any, operations: dict[str, Operation], **known: Any) -> type[OperationController]:
    bound = {name: operation(getattr(controller, f"_{name}")) for name, operation in operations.items()}
    name = controller.__name__.removesuffix("Controller")
    return type(name, (controller,), {"__doc__": controller.__doc__, **known, **bound})


def _history(resource: Resource[Any], wire: WireChanges) -> type[OperationController]:
    path = f"/api/{{user_id:str}}/{resource.plural}{resource.one}/history"
    changes: Any = list[wire.change]  # type: ignore[name-defined]
    listing = get(
        operation_id=f"list{resource.title}History",
        summary=f"Return the history of {resource.a_thing}",
        description="Returns its changes, latest first, as far back as they are kept, also if it is in the trash. A "
        "page that is not the last has `X-Next-Cursor`.",
        query=(limit_parameter("changes"), PAGE_CURSOR),
        success=Success(200, "The changes.", changes, headers=("ETag", "Link", "X-Next-Cursor")),
    )
    known: Any = {"path": path, "tags": (resource.plural,), "wire": wire, "resource": resource}
    return _made(HistoryController, {"list": listing}, **known)


def _sync_operations(wire: WireChanges) -> dict[str, Operation]:
    entity = choice("entity", {name: name for name in wire.wires}, "Only changes of this kind of things.")
    paging = ("ETag", "Link", "X-Next-Cursor")
    return {
        "snapshot": get(
            "/snapshot",
            operation_id="getSnapshot",
            summary="Return everything",
            description="Returns everything that the user has, without the trash, in pages. All pages have the same "
            "`cursor`: the changes from there on lead from the snapshot to the present, whatever is written meanwhile. "
            "A page that is not the last has `X-Next-Cursor`.",
            query=(limit_parameter("things"), PAGE_CURSOR),
            success=Success(200, "Some things of one kind.", wire.snapshot_page, headers=paging),
            mentions=[each.out for each in wire.wires.values()],
            errors=("outcome-unknown",),
        ),
        "changes": get(
            "/changes",
            operation_id="listChanges",
            summary="List changes",
            description="Returns the changes after the cursor, in order; without a cursor, from the oldest one kept.",
            query=(CURSOR, limit_parameter("changes"), entity, WAIT),
            success=Success(200, "The changes.", wire.page, headers=("ETag",)),
            errors=("cursor-expired", "outcome-unknown"),
        ),
        "undo": post(
            "/changes/{set:str}/undo",
            operation_id="undoChanges",
            summary="Undo the changes of one request",
            description="Reverts what the request changed, and nothing else: fields get their values from before, what "
            "was created goes to the trash, and what was deleted is restored. Undoing that is redo. If something of it "
            "has been changed since, it is 409 `conflict` with all such things and fields, and nothing happens.",
            path_schemas={"set": SET_SCHEMA},
            success=Success(200, "The changes that revert it.", wire.set),
            errors=("cursor-expired",),
        ),
    }
