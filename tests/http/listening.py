"""Event streams of a service in process: what a client of one hears, and how it leaves."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

from tests.http.service import OPTIONS, Person
from todo_http.app import TodoApp

PATIENCE = 20.0
STREAMING = replace(OPTIONS, stream_seconds=3_600)


@dataclass(frozen=True)
class Event:
    """An event: its name, its id if it has one, and its data."""

    name: str
    id: str | None
    data: Any


class Listener:
    """A client of an event stream. ``reading`` is clear while it reads nothing."""

    answered: asyncio.Task[None]
    """Done when the application is done with the request."""

    def __init__(self) -> None:
        self.status = 0
        self.fields: dict[str, str] = {}
        self.body = b""
        self.reading = asyncio.Event()
        self.reading.set()
        self.gone = asyncio.Event()
        self.finished = False
        self._heard = asyncio.Condition()
        self._asked = False

    async def receive(self) -> Any:
        if self._asked:
            await self.gone.wait()
            return {"type": "http.disconnect"}
        self._asked = True
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(self, message: Any) -> None:
        await self.reading.wait()
        async with self._heard:
            if message["type"] == "http.response.start":
                self.status = message["status"]
                self.fields = {name.decode(): value.decode() for name, value in message["headers"]}
            else:
                self.body += message["body"]
                self.finished = not message["more_body"]
            self._heard.notify_all()

    @property
    def blocks(self) -> list[str]:
        return self.body.decode().split("\n\n")[:-1]

    @property
    def events(self) -> list[Event]:
        """What a client dispatches: blocks with data."""
        found = []
        for block in self.blocks:
            fields = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
            if "data" in fields:
                found.append(Event(fields.get("event", "message"), fields.get("id"), json.loads(fields["data"])))
        return found

    @property
    def last_id(self) -> str:
        """The id with which a client would resume."""
        lines = self.body.decode().split("\n")
        return [line.removeprefix("id: ") for line in lines if line.startswith("id: ")][-1]

    async def hear(self, events: int) -> list[Event]:
        """The events, when there are so many."""
        await self.until(lambda: len(self.events) >= events)
        return self.events

    async def opened(self) -> None:
        """Waits for the first block."""
        await self.until(lambda: bool(self.blocks) or self.finished)

    async def ended(self) -> str:
        """Waits for the end. Returns the reason."""
        await self.until(lambda: self.finished)
        last = self.events[-1]
        assert last.name == "end"
        return str(last.data["reason"])

    async def until(self, true: Callable[[], bool]) -> None:
        """Waits until it is true."""
        async with asyncio.timeout(PATIENCE), self._heard:
            await self._heard.wait_for(true)


@asynccontextmanager
async def listening(
    app: TodoApp, person: Person, query: str = "", method: str = "GET", **fields: str
) -> AsyncIterator[Listener]:
    """A client of the person's event stream. It leaves at the end, after which nothing of it is left."""
    listener = Listener()
    named = {"host": "todo.test", **person.bearer, **{name.replace("_", "-"): text for name, text in fields.items()}}
    scope: Any = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": "/api/events",
        "raw_path": b"/api/events",
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.lower().encode(), text.encode()) for name, text in named.items()],
        "client": ("203.0.113.7", 50000),
        "server": ("todo.test", 80),
    }
    listener.answered = asyncio.create_task(app(scope, listener.receive, listener.send))
    try:
        await asyncio.wait(
            [listener.answered, opened := asyncio.create_task(listener.opened())], return_when=asyncio.FIRST_COMPLETED
        )
        opened.cancel()
        yield listener
    finally:
        listener.gone.set()
        async with asyncio.timeout(PATIENCE):
            await listener.answered


async def now(person: Person) -> str:
    """The cursor after the latest change."""
    return str((await person.get(f"/api/{person.id}/changes")).json()["cursor"])
