"""Whoever ends the connections to the database, and however often: nobody gets 500, and nothing told is lost.

A slice runs in every build; `make cuts` does more of it.
"""

import asyncio
import os
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import asyncpg
import pytest
from structlog.testing import capture_logs

from tests.http.service import Api, Person, compose, serving
from tests.support.postgres_pair import Server
from tests.support.proxy import proxy_to
from todo_adapters.contracts.fakes import FixedClock
from todo_adapters.runtime import UuidSevens
from todo_adapters.sql import migrate
from todo_adapters.sql.postgres.database import PostgresDatabase, PostgresOptions
from todo_adapters.sql.store import SqlStore

TERMINATIONS = int(os.environ.get("TODO_TERMINATIONS", "30"))
RESTARTS = max(1, TERMINATIONS // 15)
CLIENTS = 12
SEED = 20261121
TERMINATE = (
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
    " WHERE datname = current_database() AND application_name = 'todo'"
)


class Client:
    """Somebody who reads and writes without a pause, and repeats what is in doubt under the same key."""

    def __init__(self, person: Person, chance: random.Random, answers: Counter[str]) -> None:
        self.person = person
        self.chance = chance
        self.answers = answers
        self.titles: set[str] = set()
        self.keys = 0

    async def work(self, over: asyncio.Event) -> None:
        while not over.is_set():
            await self.chance.choice([self.read, self.add, self.add_two])()

    async def read(self) -> None:
        await self._ask("GET", self.person.tasks)

    async def add(self) -> None:
        await self._write(self.person.tasks, {"title": f"task {self.keys}"}, {f"task {self.keys}"})

    async def add_two(self) -> None:
        titles = {f"task {self.keys}{letter}" for letter in "ab"}
        steps = [{"op": "add", "task": {"title": title}} for title in sorted(titles)]
        await self._write(f"/api/{self.person.id}/batch", {"operations": steps}, titles)

    async def _write(self, path: str, body: object, titles: set[str]) -> None:
        key = {"Idempotency-Key": f"key-{self.keys}"}
        self.keys += 1
        for pause in range(200):
            if await self._ask("POST", path, json=body, headers=key) < 300:
                break
            await asyncio.sleep(pause / 100)
        self.titles |= titles

    async def _ask(self, method: str, path: str, **more: object) -> int:
        answer = await self.person.ask(method, path, **more)
        code = answer.json()["type"].rpartition("/")[2] if answer.status_code >= 400 else "success"
        self.answers[f"{answer.status_code} {code}"] += 1
        assert answer.status_code in {200, 201, 409, 503}, answer.text
        return int(answer.status_code)

    async def check(self) -> None:
        """What was told is there, once."""
        answer = await self.person.get(self.person.tasks, params={"limit": 1000})
        found = [task["title"] for task in answer.json()]
        assert sorted(found) == sorted(self.titles)


@asynccontextmanager
async def service_on(url: str) -> AsyncIterator[Api]:
    await migrate.upgrade(url)
    database = PostgresDatabase(PostgresOptions(url, pool_size=6))
    todo, hasher = compose(FixedClock(), SqlStore(database), UuidSevens())
    with capture_logs():  # each lost connection is a warning with its cause
        async with serving(todo=todo) as api:
            yield api
    hasher.close()
    await database.close()


async def suffer(api: Api, label: str, blow: Callable[[], Awaitable[None]], count: int) -> Counter[str]:
    """So many blows to a busy service; what its clients were told."""
    chance, answers, over = random.Random(SEED), Counter[str](), asyncio.Event()
    clients = [Client(await api.person(), chance, answers) for _ in range(CLIENTS)]
    working = [asyncio.create_task(client.work(over)) for client in clients]
    for _ in range(count):
        await asyncio.sleep(chance.uniform(0, 0.15))
        await blow()
    await asyncio.sleep(0.1)
    over.set()
    await asyncio.gather(*working)
    for client in clients:
        await client.check()
    told = ", ".join(f"{answer} x {times}" for answer, times in sorted(answers.items()))
    print(f"\n{count} {label}: {answers.total()} requests: {told}")
    return answers


@pytest.mark.timeout(180 + TERMINATIONS)
@pytest.mark.parametrize("linger", [0, 0.05])
async def test_connections_that_are_ended_under_load_are_no_fault_of_ours(postgres_url: str, linger: float) -> None:
    admin = await asyncpg.connect(postgres_url)
    async with proxy_to(postgres_url) as proxy, service_on(proxy.url) as api:
        proxy.linger = linger

        async def terminate() -> None:
            await admin.execute(TERMINATE)

        answers = await suffer(api, f"terminations whose end arrives {linger} s later", terminate, TERMINATIONS)
    await admin.close()
    assert answers["200 success"] > 0


@pytest.mark.check("K2")
@pytest.mark.timeout(180 + 5 * RESTARTS)
@pytest.mark.parametrize("end", ["stop", "kill"])
async def test_a_server_that_restarts_under_load_is_no_fault_of_ours(own_server: Server, end: str) -> None:
    async with service_on(own_server.url) as api:

        async def restart() -> None:
            await asyncio.to_thread(getattr(own_server, end))
            await asyncio.to_thread(own_server.start)

        answers = await suffer(api, f"restarts after a {end}", restart, RESTARTS)
    assert answers["503 unavailable"] > 0
