"""Several services that get the same requests: a client sees the answers of the first, differences are noted."""

import asyncio
import json
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

from todo_http.app import TodoApp


@dataclass(frozen=True)
class Answer:
    """What one of the services sent."""

    status: int
    fields: tuple[tuple[bytes, bytes], ...]
    body: bytes

    def __str__(self) -> str:
        return f"{self.status} {dict(self.fields)} {self.body[:1_000]!r}"


class SideBySide:
    """An ASGI application in front of others, by name, that have to answer alike."""

    def __init__(self, apps: Mapping[str, TodoApp]) -> None:
        self.apps = apps
        self.differences: dict[str, str] = {}
        self._turn = asyncio.Lock()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        async with self._turn:  # in the same order everywhere
            answers = {name: await answer_of(app, scope, body) for name, app in self.apps.items()}
        (first, answer), *others = answers.items()
        for name, other in others:
            if other != answer:
                what = f"{scope['method']} {scope['path']} is answered differently by {first} and {name}"
                self.differences[what] = f"{json.dumps(body.decode('utf-8', 'replace'))}: {answer} and {other}"
        await send({"type": "http.response.start", "status": answer.status, "headers": list(answer.fields)})
        await send({"type": "http.response.body", "body": answer.body, "more_body": False})

    async def _live(self, receive: Any, send: Any) -> None:
        async with AsyncExitStack() as lives:
            await receive()
            for app in self.apps.values():
                await lives.enter_async_context(app.lifespan())
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})


async def answer_of(app: TodoApp, scope: Mapping[str, Any], body: bytes) -> Answer:
    """The answer of one application to a request."""
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    await app({**scope}, receive, send)  # type: ignore[arg-type]
    text = b"".join(message.get("body", b"") for message in sent[1:])
    return Answer(sent[0]["status"], tuple((bytes(name), bytes(value)) for name, value in sent[0]["headers"]), text)
