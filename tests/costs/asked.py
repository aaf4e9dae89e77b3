"""Requests that are sent to the application itself, and the processor time that it takes to answer them."""

import asyncio
from asyncio import events
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from time import thread_time
from typing import Any

from litestar.types import ASGIApp

Fields = tuple[tuple[bytes, bytes], ...]
NAMED: Fields = ((b"host", b"todo.test"), (b"content-type", b"application/json"))


@dataclass(frozen=True)
class Asked:
    """A request, to the byte."""

    method: str
    path: str
    fields: Fields = ()
    body: bytes = b""
    query: bytes = b""

    @property
    def size(self) -> int:
        """Bytes of what its sender decides."""
        fields = sum(len(name) + len(value) + 4 for name, value in self.fields)
        return len(self.path) + len(self.query) + len(self.body) + fields

    def padded(self, other: "Asked") -> "Asked":
        """The same request as long as another one: with spaces behind its body and an additional header field."""
        longer = replace(self, body=self.body.ljust(len(other.body)))
        missing = other.size - longer.size - len("cookie") - 4
        return replace(longer, fields=((b"cookie", b"a" * missing),)) if missing > 0 else longer


@dataclass(frozen=True)
class Spent:
    """Seconds of the event loop's processor time: of everything, and of the longest step."""

    status: int
    seconds: float
    longest: float

    def least(self, other: "Spent") -> "Spent":
        return Spent(other.status, min(self.seconds, other.seconds), min(self.longest, other.longest))


async def spent(app: ASGIApp, asked: Asked, bearer: bytes = b"") -> Spent:
    """What one request takes."""
    messages: list[Any] = [{"type": "http.request", "body": asked.body, "more_body": False}]
    sent: list[Any] = []

    async def receive() -> Any:
        return messages.pop(0) if messages else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    scope: Any = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": asked.method,
        "scheme": "http",
        "path": asked.path,
        "raw_path": asked.path.encode(),
        "query_string": asked.query,
        "root_path": "",
        "headers": [*_fields(asked, bearer)],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8000),
    }
    with _steps() as steps:
        await asyncio.create_task(app(scope, receive, send))  # type: ignore[arg-type]
    return Spent(sent[0]["status"], sum(steps), max(steps))


def _fields(asked: Asked, bearer: bytes) -> Fields:
    given = {name for name, _ in asked.fields}
    token: Fields = ((b"authorization", bearer),) if bearer else ()
    return (*[field for field in (*NAMED, *token) if field[0] not in given], *asked.fields)


@contextmanager
def _steps() -> Iterator[list[float]]:
    """The processor time of every callback that the event loop runs meanwhile."""
    steps: list[float] = []
    run = events.Handle._run

    def timed(handle: events.Handle) -> None:
        began = thread_time()
        run(handle)
        steps.append(thread_time() - began)

    events.Handle._run = timed  # type: ignore[assignment, method-assign]
    try:
        yield steps
    finally:
        events.Handle._run = run  # type: ignore[method-assign]
