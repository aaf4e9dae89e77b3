"""Two servers are replaced one after the other behind a balancer, and nobody who calls them notices."""

import asyncio
from collections import Counter
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.balancer import Balancer, balancing
from tests.support.raw import Line, line_to, posted, request
from tests.support.server import SECRET, Server, serving
from todo_adapters import migrate

CLIENTS = 10
PAUSE = 0.2
"""Seconds between two requests of one client: 10 clients make 50 requests in a second."""


@pytest.fixture
async def migrated(postgres_url: str) -> str:
    await migrate.upgrade(postgres_url)
    return postgres_url


class Load:
    """Clients that keep their connections as long as they are let, and note how every request ended."""

    def __init__(self, url: str, session: dict[str, Any]) -> None:
        self.url = url
        self.bearer = f"Authorization: Bearer {session['token']}"
        self.tasks = f"/api/{session['user']['id']}/tasks"
        self.ended: Counter[str] = Counter()
        self.stopping = False

    async def client(self, number: int) -> None:
        asked = number
        while not self.stopping:
            async with line_to(self.url) as line:
                while not self.stopping:
                    asked += 1
                    if not await self._ask(line, asked):
                        break
                    await asyncio.sleep(PAUSE)

    async def _ask(self, line: Line, number: int) -> bool:
        """One request; False when the server wants this connection to end."""
        if number % 5:
            await line.say(request("GET", self.tasks, self.bearer))
        else:
            await line.say(posted(self.tasks, {"title": f"task {number}"}, self.bearer))
        answer = await line.hear(10)
        self.ended[str(answer.status) if answer else "no answer"] += 1
        return answer is not None and answer.fields.get("connection") != "close"


async def replace(old: Server, balancer: Balancer, start: Any) -> Server:
    """Stops one server and starts another, as a rolling restart does."""
    assert await old.stop() == 0
    balancer.urls.remove(old.url)
    new: Server = await start()
    balancer.urls.append(new.url)
    async with asyncio.timeout(10):
        while new.url not in balancer.ready:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    return new


async def test_a_rolling_restart_loses_no_request(tmp_path: Path, migrated: str) -> None:  # N4
    settings = {"DATABASE_URL": migrated, "BETTER_AUTH_SECRET": SECRET, "TODO_DRAIN_SECONDS": "1"}
    async with AsyncExitStack() as stack:

        async def start() -> Server:
            return await stack.enter_async_context(serving(tmp_path, **settings))

        one, other = await start(), await start()
        balancer = await stack.enter_async_context(balancing(one.url, other.url))
        body = {"email": "ada@example.org", "password": "correct horse battery", "name": "Ada"}
        async with httpx.AsyncClient(base_url=balancer.url) as client:
            session = (await client.post("/api/auth/register", json=body)).json()
        load = Load(balancer.url, session)
        clients = [asyncio.create_task(load.client(number)) for number in range(CLIENTS)]
        await asyncio.sleep(1)
        one = await replace(one, balancer, start)
        other = await replace(other, balancer, start)
        await asyncio.sleep(1)
        load.stopping = True
        await asyncio.gather(*clients)
    assert set(load.ended) == {"200", "201"}, load.ended
    assert load.ended.total() > 200
    assert balancer.redispatched == 0, "readiness has told the balancer in time"
