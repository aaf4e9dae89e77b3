"""Live events: the feed of a user as a stream of server-sent events."""

import asyncio
from collections.abc import Iterator
from contextlib import aclosing, suppress
from functools import partial
from typing import Any, ClassVar, Final

from litestar.types import Receive, Scope, Send

from todo_core.errors import CursorExpired, NotFound, OutcomeUnknown, Unavailable
from todo_core.model.change import FeedPage, FeedPosition
from todo_core.usecases.following import follow_feed
from todo_core.usecases.sync import end_of_feed
from todo_http.api.change_types import WireChanges
from todo_http.kernel.conditions import HeaderField
from todo_http.kernel.context import RequestContext
from todo_http.kernel.cursors import feed_cursor
from todo_http.kernel.guards import authenticated
from todo_http.kernel.operation import OperationController, Success, get
from todo_http.kernel.pages import read_positions
from todo_http.kernel.query import Parameter
from todo_http.kernel.responses import Field, Response, encode
from todo_http.kernel.streams import GONE, SESSION_ENDED, Stream

MEDIA_TYPE: Final = "text/event-stream"
FIELDS: Final[tuple[Field, ...]] = (
    (b"content-type", MEDIA_TYPE.encode("ascii")),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),  # nginx would keep events back
    (b"connection", b"close"),  # with the stream, so that a process that leaves has no idle connections
)
IDLE_SECONDS: Final = 15.0
"""After which a comment is sent, so that proxies do not take the connection for dead."""

PAGE: Final = 200
"""Changes that are read at once."""

PART: Final = 32_768
"""Bytes after which events are sent, although more are at hand."""

PAUSE: Final = 1.0
"""Seconds after which a storage that was unavailable is asked again; they double each time, up to IDLE_SECONDS."""

LAST_SECONDS: Final = 1.0
"""How long the last event of a stream may take to be sent."""

LAST_EVENT_ID: Final = HeaderField(
    "Last-Event-ID", "The id of the last event received; the stream goes on from there.", {"type": "string"}
)
AS_QUERY: Final = Parameter(
    "last_event_id",
    str,
    {"type": "string"},
    "The same as `Last-Event-ID`, which counts if both are given; so does `lastEventId`, which some libraries send.",
)
AS_POLYFILL: Final = Parameter(  # generators of clients would give both the same name
    "lastEventId", str, {"type": "string"}, AS_QUERY.description, documented=False
)


class EventStream(Response):
    """The response that goes on until the stream ends. ``after`` is the position to begin with."""

    __slots__ = ("after", "request", "wire")

    def __init__(self, request: RequestContext, wire: WireChanges, after: FeedPosition) -> None:
        super().__init__(200, headers=FIELDS)
        self.request = request
        self.wire = wire
        self.after: FeedPosition | None = after

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request, options = self.request, self.request.service.options
        start: Any = {"type": "http.response.start", "status": 200, "headers": self.headers}
        if request.head:
            await send(start)
            await send({"type": "http.response.body", "body": b"", "more_body": False})
            return
        chance = request.todo.run.ids.new().int
        async with request.service.streams.open(request.user_id, request.actor.session_id, receive) as stream:
            with request.aside(), suppress(OSError):  # the client has gone or does not read
                request.patience = options.part_deadline
                await send(start)
                await _send(send, b"retry: %d\nid: %s\n\n" % (2_000 + chance % 3_000, self._id()))
                seconds = options.stream_seconds * (1 - chance % 1_000 / 10_000)
                reason = await stream.last(seconds, partial(self._follow, send, stream))
                if reason != GONE:
                    request.patience = LAST_SECONDS
                    await _send(send, b"event: end\ndata: %s\n\n" % encode({"reason": reason}))
                    await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _follow(self, send: Send, stream: Stream) -> None:
        """Sends what happens, until the account is closed or the session has ended."""
        request, owner = self.request, self.request.actor.user_id
        run, streams, pause = request.todo.run, request.service.streams, PAUSE
        while not stream.reason:
            try:
                if self.after is None:
                    self.after = await run.read(owner, end_of_feed)
                    await _send(send, b"event: reset\nid: %s\ndata: {}\n\n" % self._id())
                async with aclosing(follow_feed(run, owner, self.after, IDLE_SECONDS, PAGE)) as pages:
                    async for page in pages:
                        if streams.has_ended(stream.session):
                            stream.reason = SESSION_ENDED
                            break
                        for part in self._parts(page):
                            await _send(send, part)
                        self.after, pause = page.position, PAUSE
            except CursorExpired:
                self.after = None
            except NotFound:
                stream.reason = SESSION_ENDED
            except (Unavailable, OutcomeUnknown):
                await asyncio.sleep(pause)
                pause = min(2 * pause, IDLE_SECONDS)

    def _parts(self, page: FeedPage) -> Iterator[bytes]:
        """The events of a page in parts of about PART bytes; a comment if there are none."""
        if not page.items:
            yield b":\n\n"
        owner, part = self.request.actor.user_id, bytearray()
        for change in page.items:
            cursor = feed_cursor(FeedPosition(page.epoch, change.seq), owner)
            head = f"event: {change.entity}_refresh\nid: {cursor}\ndata: "
            part += b"%s%s\n\n" % (head.encode("ascii"), encode(self.wire.of(change)))
            if len(part) >= PART:
                yield bytes(part)
                part.clear()
        if part:
            yield bytes(part)

    def _id(self) -> bytes:
        assert self.after is not None  # noqa: S101 - for type checkers
        return feed_cursor(self.after, self.request.actor.user_id).encode("ascii")


async def _send(send: Send, part: bytes) -> None:
    await send({"type": "http.response.body", "body": part, "more_body": True})


class EventController(OperationController):
    """The changes of everything that a user has, as they happen."""

    path = "/api/events"
    tags = ("sync",)
    guards = (authenticated,)
    wire: ClassVar[WireChanges]

    async def _follow(self, request: RequestContext) -> Response:
        values, header = request.query.values, request.fields.get(b"last-event-id")
        given = {
            LAST_EVENT_ID.name: None if header is None else header.decode("latin-1"),
            AS_POLYFILL.name: values.get(AS_POLYFILL.name),
            AS_QUERY.name: values.get(AS_QUERY.name),
        }
        known = read_positions(request, given)
        after = known[0] if known else await request.todo.run.read(request.actor.user_id, end_of_feed)
        return EventStream(request, self.wire, after)


def event_controller(wire: WireChanges) -> type[OperationController]:
    """The controller for events of resources."""
    kinds = ", ".join(f"`{name}_refresh`" for name in wire.resources)
    following = get(
        operation_id="followEvents",
        summary="Follow changes as they happen",
        description=f"A stream of server-sent events: {kinds}, whose `data` is a change and whose `id` is the cursor "
        "after it; `reset` when the position has expired, so that the client has to begin with a snapshot; `end` with "
        "the reason before the stream ends. Without a position it starts now.",
        query=(AS_QUERY, AS_POLYFILL),
        fields=(LAST_EVENT_ID,),
        success=Success(200, "The events.", wire.event, media_types=(MEDIA_TYPE,)),
        errors=("outcome-unknown",),
    )
    known: Any = {"__doc__": EventController.__doc__, "wire": wire}
    return type("Events", (EventController,), known | {"follow": following(EventController._follow)})
