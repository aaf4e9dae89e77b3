"""The access log: one line per request, buffered in memory and written a few times a second."""

import asyncio
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

import msgspec

from todo_http.edge.sending import Sending
from todo_http.kernel.responses import encode

PAUSE: Final = 0.2
LINES_MAX: Final = 1_000
"""Lines in the buffer at most; a full one is written at once."""

METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Line(msgspec.Struct, frozen=True):
    """One request. Contains no query, body, header or path, only the path template."""

    timestamp: str
    level: str
    event: str
    request_id: str
    method: str
    route: str
    status: int
    ms: float
    bytes: int
    user_id: str | None
    problem: str | None


def write_to_stdout(text: str) -> None:
    """Writes to standard output, ignoring a closed one."""
    with suppress(OSError, ValueError):
        sys.stdout.write(text)
        sys.stdout.flush()


@dataclass(eq=False)
class AccessLog:
    """The lines of one application."""

    form: Literal["json", "console"]
    write: Callable[[str], None] = write_to_stdout
    lines: list[bytes] = field(default_factory=list, init=False)
    flushing: asyncio.Task[None] | None = field(default=None, init=False)

    def note(self, sending: Sending, method: str, route: str, seconds: float, at: datetime | None) -> None:
        """Adds the line of one request. ``status`` 0 means that it was cancelled before there was a response."""
        line = Line(
            at.isoformat(timespec="microseconds")[:26] + "Z" if at else "",
            "error" if sending.status >= 500 else "info",
            "request",
            sending.request.request_id,
            method,
            route,
            sending.status,
            round(seconds * 1000, 2),
            sending.sent,
            sending.request.user_id or None,
            sending.problem,
        )
        self.lines.append(encode(line) if self.form == "json" else _for_people(line))
        if len(self.lines) >= LINES_MAX:
            self.flush()

    def flush(self) -> None:
        if self.lines:
            text = b"\n".join(self.lines).decode("utf-8") + "\n"
            self.lines.clear()
            self.write(text)

    def start(self) -> None:
        self.flushing = asyncio.create_task(self._keep_flushing())

    async def stop(self) -> None:
        """Writes what is left."""
        if self.flushing is not None:
            self.flushing.cancel()
            with suppress(asyncio.CancelledError):
                await self.flushing
        self.flush()

    async def _keep_flushing(self) -> None:
        while True:
            await asyncio.sleep(PAUSE)
            self.flush()


def _for_people(line: Line) -> bytes:
    why = f" {line.problem}" if line.problem else ""
    what = f"{line.timestamp[11:19]} {line.status} {line.method:6} {line.route}"
    return f"{what} {line.ms:.1f} ms{why} [{line.request_id}]".encode()
