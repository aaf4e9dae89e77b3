"""A server killed at any moment while it writes: repeated under their keys, all writes happen exactly once.

A slice runs in every build; `make cuts` kills more often.
"""

import asyncio
import os
import random
import signal
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.server import SECRET, Server, serving
from todo_adapters.sql import migrate

KILLS = int(os.environ.get("TODO_KILLS", "12")) // 2
AT_ONCE = 8
SEED = 20261120
PASSWORD = "correct horse battery"


def kill(server: Server) -> None:
    """At once and as a whole: first the process that serves, before it could notice anything."""
    pid = server.process.pid
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        os.kill(int(child), signal.SIGKILL)
    server.process.send_signal(signal.SIGKILL)


@dataclass
class Writer:
    """Somebody who writes as fast as the server goes, and keeps what was answered and what was not."""

    tasks: str = ""
    bearer: str = ""
    asked: int = 0
    answered: dict[str, bytes] = field(default_factory=dict)
    open: set[str] = field(default_factory=set)
    counts: Counter[str] = field(default_factory=Counter)

    async def ask(self, client: httpx.AsyncClient, key: str) -> httpx.Response:
        headers = {"Authorization": self.bearer, "Idempotency-Key": key}
        return await client.post(self.tasks, json={"title": key}, headers=headers)

    async def join(self, client: httpx.AsyncClient) -> None:
        body = {"email": "ada@example.org", "password": PASSWORD, "name": "Ada"}
        session: Any = (await client.post("/api/auth/register", json=body)).json()
        self.tasks, self.bearer = f"/api/{session['user']['id']}/tasks", f"Bearer {session['token']}"

    async def write(self, client: httpx.AsyncClient) -> None:
        """Until the server is gone."""
        while True:
            self.asked += 1
            key = f"task-{self.asked}"
            self.open.add(key)
            try:
                answer = await self.ask(client, key)
            except httpx.TransportError:
                return
            assert answer.status_code == 201, answer.text
            self.answered[key] = answer.content
            self.open.remove(key)

    async def repeat(self, client: httpx.AsyncClient) -> None:
        """Everything that was left open, and the last of what was answered."""
        for key in sorted(self.open):
            answer = await self.ask(client, key)
            assert answer.status_code == 201, answer.text
            replayed = "idempotency-replayed" in answer.headers
            self.counts["it had happened, and was replayed" if replayed else "it had not, and was done"] += 1
            self.answered[key] = answer.content
        self.open.clear()
        for key in list(self.answered)[-AT_ONCE:]:
            answer = await self.ask(client, key)
            assert answer.content == self.answered[key]
            assert answer.headers["idempotency-replayed"] == "true"

    async def check(self, client: httpx.AsyncClient) -> None:
        """One task for every key, and not a number more was taken."""
        found: list[str] = []
        path = self.tasks
        while path:
            page = await client.get(path, headers={"Authorization": self.bearer})
            assert page.headers["etag"] == f'"{len(self.answered)}"'
            found += [task["title"] for task in page.json()]
            path = page.links.get("next", {}).get("url", "")
        assert sorted(found) == sorted(self.answered)


@pytest.mark.check("K1", "K17", "G12", "G17")
@pytest.mark.timeout(180 + 5 * KILLS)
async def test_whenever_a_server_is_killed_the_repetition_converges(empty_database: str, tmp_path: Path) -> None:
    await migrate.upgrade(empty_database)
    settings = {"DATABASE_URL": empty_database, "BETTER_AUTH_SECRET": SECRET}
    chance, writer = random.Random(SEED), Writer()
    for _ in range(KILLS):
        async with serving(tmp_path, **settings) as server, server.client() as client:
            if not writer.tasks:
                await writer.join(client)
            await writer.repeat(client)
            writing = [asyncio.create_task(writer.write(client)) for _ in range(AT_ONCE)]
            await asyncio.sleep(chance.uniform(0.02, 0.2))
            kill(server)
            await asyncio.gather(*writing)
            assert await server.process.wait() == -signal.SIGKILL
    async with serving(tmp_path, **settings) as server, server.client() as client:
        await writer.repeat(client)
        await writer.check(client)
    counts = ", ".join(f"{what} {count}" for what, count in sorted(writer.counts.items()))
    print(f"\n{empty_database.partition(':')[0]}: {KILLS} kills during {writer.asked} writes: {counts}")
    assert writer.counts.total() >= KILLS
