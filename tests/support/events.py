"""Somebody with an account on a real server, and the event streams that they follow."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from tests.support.server import Server

PASSWORD = "correct horse battery staple"


class Somebody:
    """Somebody with an account on the server."""

    def __init__(self, server: Server, session: dict[str, Any]) -> None:
        self.server = server
        self.id = session["user"]["id"]
        self.email = session["user"]["email"]
        self.bearer = f"Bearer {session['token']}"

    async def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Asks over a connection of its own, so that any worker may answer."""
        async with self.server.client() as client:
            return await client.request(method, path, headers={"Authorization": self.bearer}, **more)

    async def add(self, title: str, **fields: Any) -> None:
        answer = await self.ask("POST", f"/api/{self.id}/tasks", json={"title": title, **fields})
        assert answer.status_code == 201, answer.text

    @asynccontextmanager
    async def stream(self, query: str = "", **headers: str) -> AsyncIterator["Events"]:
        """The events of a stream, which has begun. It is cut at the end."""
        sent = {"Authorization": self.bearer, **{name.replace("_", "-"): text for name, text in headers.items()}}
        async with (
            self.server.client() as client,
            client.stream("GET", f"/api/events{query}", headers=sent, timeout=40) as answer,
        ):
            assert answer.status_code == 200, await answer.aread()
            events = Events(answer)
            await events.block()
            yield events


class Events:
    """The events of one stream."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer
        self.last_id = ""
        self._lines = answer.aiter_lines()

    async def block(self) -> dict[str, str]:
        """The fields of the next block that is more than a comment, empty at the end of the stream."""
        fields: dict[str, str] = {}
        async with asyncio.timeout(40):
            async for line in self._lines:
                name, _, text = line.partition(": ")
                if name not in ("", ":"):
                    fields[name] = text
                elif fields:
                    break
        self.last_id = fields.get("id", self.last_id)
        return fields

    async def titles(self, number: int) -> list[str]:
        """The titles of the tasks of the next events."""
        blocks = [await self.block() for _ in range(number)]
        assert {block["event"] for block in blocks} == {"task_refresh"}
        return [json.loads(block["data"])["value"]["title"] for block in blocks]

    async def reason(self) -> str:
        """Why the stream ends, after which nothing comes."""
        block = await self.block()
        while block and block.get("event") != "end":
            block = await self.block()
        assert await self.block() == {}
        return str(json.loads(block["data"])["reason"])


async def somebody(server: Server, name: str) -> Somebody:
    wish = {"email": f"{name}@example.org", "password": PASSWORD, "name": "Ada"}
    async with server.client() as client:
        answer = await client.post("/api/auth/register", json=wish)
    assert answer.status_code == 201, answer.text
    return Somebody(server, answer.json())
