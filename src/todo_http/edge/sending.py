"""Sending responses: with the header fields of every response, and large bodies and streams within deadlines.

A server takes a body that comes as one message at once, however slowly the client reads, and keeps it as long as the
connection lives. Of several messages it takes the next when the ones before are on their way.
"""

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import Any, Final

import structlog
from litestar.types import Message, Scope, Send

from todo_http.edge.headers import ResponseHeaders
from todo_http.kernel.context import RequestContext

PART: Final = 65_536
"""Bytes of a message at most; shorter bodies are one message."""

EndConnections = Callable[[set[tuple[str, int]]], None]
"""Ends the connections of this process to these addresses and ports; the server itself would wait without limit."""

log = structlog.get_logger("todo_http")


class Sending:
    """The ``send`` of one request. Completes the header fields, omits the body for HEAD, and counts bytes.

    ``problem`` is the code of the problem, if the response is one.
    """

    __slots__ = ("headers", "large_bodies", "problem", "request", "send", "sent", "status")

    def __init__(self, request: RequestContext, headers: ResponseHeaders, large_bodies: "LargeBodies") -> None:
        self.request = request
        self.send = request.send
        self.headers = headers
        self.large_bodies = large_bodies
        self.status = 0
        self.sent = 0
        self.problem: str | None = None

    async def __call__(self, message: Message) -> None:
        try:
            if message["type"] == "http.response.start":
                self.status = message["status"]
                message["headers"] = fields = [*message["headers"]]
                self.headers.add(fields, self.request)
            elif message["type"] == "http.response.body":
                if self.request.head:
                    message["body"] = b""
                body = message["body"]
                self.sent += len(body)
                if len(body) > PART:
                    self.sent += await self.large_bodies.send(body, self.request.scope, self.send) - len(body)
                    return
                if self.request.patience:
                    await self.large_bodies.send_part(message, self.request, self.send)
                    return
            await self.send(message)
        except OSError:  # the client has gone
            if self.request.patience:
                raise  # a stream would go on


class LargeBodies:
    """Sends the large bodies of one application. ``deadline``: seconds that each of them may take."""

    def __init__(self, deadline: float, end_connections: EndConnections) -> None:
        self.deadline = deadline
        self.end_connections = end_connections
        self.overdue: set[tuple[str, int]] = set()
        self.ending = asyncio.Lock()
        self.complained_at = float("-inf")

    async def send(self, body: bytes, scope: Scope, send: Send) -> int:
        """Returns how many bytes were sent. Ends the connection when they are not all of them."""
        sent = 0
        try:
            async with asyncio.timeout(self.deadline):
                while sent < len(body):
                    part = body[sent : sent + PART]
                    more = sent + len(part) < len(body)
                    await send({"type": "http.response.body", "body": part, "more_body": more})
                    sent += len(part)
        except TimeoutError:
            self._complain(self.deadline, sent=sent)
            await self._end(scope)
        return sent

    async def send_part(self, part: Message, request: RequestContext, send: Send) -> None:
        """Sends a part of a stream. Ends the connection and raises TimeoutError if that takes too long."""
        try:
            async with asyncio.timeout(request.patience):
                await send(part)
        except TimeoutError:
            self._complain(request.patience)
            await self._end(request.scope)
            raise

    def _complain(self, seconds: float, **facts: int) -> None:
        """Logs that a client does not read, at most once a second."""
        if monotonic() - self.complained_at >= 1:
            self.complained_at = monotonic()
            log.warning("response_cut_off", seconds=seconds, **facts)

    async def _end(self, scope: Scope) -> None:
        """Ends all overdue connections in one search at a time, because it inspects every open file."""
        client: Any = scope.get("client")
        if client:
            self.overdue.add((str(client[0]), int(client[1])))
            async with self.ending:
                if self.overdue:
                    peers, self.overdue = self.overdue, set()
                    await asyncio.to_thread(self.end_connections, peers)
