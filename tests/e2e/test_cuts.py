"""Whatever happens between a commit and its answer, a repetition under the same key converges: nothing twice or lost.

A slice runs in every build; `make cuts` does it a thousand times.
"""

import asyncio
import os
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import httpx
import pytest
from structlog.testing import capture_logs

from tests.http.service import Api, Person, compose, serving
from tests.support.proxy import Proxy, proxy_to
from todo_adapters.contracts.fakes import FixedClock
from todo_adapters.runtime import UuidSevens
from todo_adapters.sql import migrate
from todo_adapters.sql.postgres.database import PostgresDatabase, PostgresOptions
from todo_adapters.sql.store import SqlStore
from todo_core.ids import UserId

CUTS = int(os.environ.get("TODO_CUTS", "100"))
AT_ONCE = 4
SEED = 20261120


@pytest.fixture(scope="module")
async def migrated(postgres_url: str) -> str:
    await migrate.upgrade(postgres_url)
    return postgres_url


class Knife:
    """Decides when the link is cut: at the commit, which may reach the server or not, or at any message at all."""

    def __init__(self, proxy: Proxy, chance: random.Random) -> None:
        self.proxy = proxy
        self.chance = chance
        self.executed = 0
        self.last = b""
        self.messages = 0

    def at_the_commit(self, statements: int) -> None:
        """Where so many statements are executed; with 0, where a transaction is committed."""
        self.executed, self.last = statements, b""
        self.proxy.swallows = self.chance.random() < 0.3
        self.proxy.pause = self.chance.choice((0, 0.005, 0.03))
        self.proxy.cut = self._commits if statements else lambda message: b"COMMIT" in message

    def anywhere(self) -> None:
        """At one of the next messages, perhaps at none."""
        self.messages = self.chance.randint(1, 9)
        self.proxy.swallows = self.chance.random() < 0.5
        self.proxy.pause = 0.005
        self.proxy.cut = self._soon

    def away(self) -> None:
        self.proxy.cut = lambda message: False

    def _commits(self, message: bytes) -> bool:
        """Execute, then Sync, with which the server commits."""
        last, self.last = self.last, message[:1]
        self.executed -= (last, self.last) == (b"E", b"S")
        return self.executed == 0 and self.last == b"S"

    def _soon(self, message: bytes) -> bool:
        self.messages -= 1
        return self.messages == 0


class Writer:
    """Somebody who writes over a link that is cut, and knows what must have come of it."""

    def __init__(self, api: Api, ada: Person, knife: Knife, counts: Counter[str]) -> None:
        self.api = api
        self.ada = ada
        self.knife = knife
        self.counts = counts
        self.titles: dict[str, str] = {}
        self.projects: dict[str, str] = {}
        self.written = 0
        self.keys = 0

    async def repeated(self, method: str, path: str, body: Any, statements: int | None) -> httpx.Response:
        """The answer to a write whose link is cut, after as many repetitions as it takes.

        It is not cut at the commit if the number of statements is not known: a new connection may ask for types first.
        """
        self.keys += 1
        headers = {"Idempotency-Key": f"cut-{self.keys}"}
        at_the_commit = statements is not None and self.knife.chance.random() < 0.8
        if statements is not None and at_the_commit:
            self.knife.at_the_commit(statements)
        else:
            self.knife.anywhere()
        first = await self.ada.ask(method, path, json=body, headers=headers)
        self.knife.away()
        code = first.json()["type"].rpartition("/")[2] if first.status_code >= 400 else "success"
        where = "at the commit" if at_the_commit else "anywhere"
        self.counts[f"cut {where}: {code}"] += 1
        if at_the_commit:
            assert (first.status_code, code) == (503, "outcome-unknown")
            assert first.headers["retry-after"] == "1"
        else:
            assert code in {"success", "outcome-unknown", "unavailable"}
        return await self._converged(first, method, path, body, headers)

    async def _converged(
        self, first: httpx.Response, method: str, path: str, body: Any, headers: dict[str, str]
    ) -> httpx.Response:
        answer = first
        for _ in range(10):
            if answer.status_code < 400:
                break
            assert answer.status_code == 503, answer.text
            answer = await self.ada.ask(method, path, json=body, headers=headers)
        assert answer.status_code < 300, answer.text
        if answer is not first:
            replayed = "idempotency-replayed" in answer.headers
            self.counts["it had happened, and was replayed" if replayed else "it had not, and was done"] += 1
        again = await self.ada.ask(method, path, json=body, headers=headers)
        assert (again.status_code, again.content) == (answer.status_code, answer.content)
        assert again.headers["idempotency-replayed"] == "true"
        return answer

    async def write(self) -> None:
        """One write of any kind."""
        kinds: list[Callable[[], Awaitable[None]]] = [self.add, self.add_two, self.add_project]
        if self.titles:
            kinds += [self.change, self.change, self.remove]
        await self.knife.chance.choice(kinds)()

    async def add(self) -> None:
        answer = await self.repeated("POST", self.ada.tasks, {"title": f"task {self.keys}"}, statements=1)
        self._made(answer.json())

    async def add_two(self) -> None:
        steps = [{"op": "add", "task": {"title": f"task {self.keys}{letter}"}} for letter in "ab"]
        answer = await self.repeated("POST", f"/api/{self.ada.id}/batch", {"operations": steps}, statements=0)
        for result in answer.json():
            self._made(result["task"])

    async def change(self) -> None:
        task_id = self.knife.chance.choice(list(self.titles))
        title = f"changed {self.keys}"
        answer = await self.repeated("PATCH", f"{self.ada.tasks}/{task_id}", {"title": title}, statements=2)
        self.titles[answer.json()["id"]] = title
        self.written += 1

    async def remove(self) -> None:
        task_id = self.knife.chance.choice(list(self.titles))
        await self.repeated("DELETE", f"{self.ada.tasks}/{task_id}", None, statements=None)
        del self.titles[task_id]
        self.written += 1

    async def add_project(self) -> None:
        """A list with a task and one below it, which goes to the trash and comes back."""
        project = [
            {"op": "add", "ref": "list", "list": {"name": f"list {self.keys}"}},
            {"op": "add", "ref": "task", "task": {"title": f"task {self.keys}", "list_id": {"$ref": "list"}}},
            {"op": "add", "task": {"title": f"below {self.keys}", "parent_id": {"$ref": "task"}}},
        ]
        home = f"/api/{self.ada.id}"
        answer = await self.repeated("POST", f"{home}/batch", {"operations": project}, statements=0)
        first, *rest = answer.json()
        list_id = first["list"]["id"]
        await self.repeated("DELETE", f"{home}/lists/{list_id}", None, statements=0)
        await self.repeated("POST", f"{home}/trash/{list_id}/restore", None, statements=0)
        self.projects |= {result["task"]["id"]: result["task"]["title"] for result in rest}
        self.written += 9

    def _made(self, task: dict[str, Any]) -> None:
        self.titles[task["id"]] = task["title"]
        self.written += 1

    async def check(self) -> None:
        """Everything is there, once, and the feed tells it without a gap."""
        found = {task["id"]: task["title"] for task in (await self.ada.get(self.ada.tasks)).json()}
        assert found == self.titles | self.projects
        page = await self.api.todo.run.store.view(UserId(UUID(self.ada.id))).changes.page(None, 100_000)
        assert [change.seq for change in page.items] == list(range(1, self.written + 1))


@asynccontextmanager
async def behind_a_proxy(url: str) -> AsyncIterator[tuple[Api, Proxy]]:
    """The service over PostgreSQL on a link that can be cut."""
    async with proxy_to(url) as proxy:
        database = PostgresDatabase(PostgresOptions(proxy.url, pool_size=2))
        todo, hasher = compose(FixedClock(), SqlStore(database), UuidSevens())
        async with serving(todo=todo) as api:
            yield api, proxy
        hasher.close()
        await database.close()


@pytest.mark.check("K4", "G18")
@pytest.mark.timeout(180 + CUTS)
async def test_whatever_link_is_cut_the_repetition_converges(migrated: str) -> None:
    counts: Counter[str] = Counter()

    async def suffer(number: int) -> None:
        async with behind_a_proxy(migrated) as (api, proxy):
            ada = await api.person(email=f"cut{number}@example.org")
            writer = Writer(api, ada, Knife(proxy, random.Random(SEED + number)), counts)
            for _ in range(CUTS // AT_ONCE):
                await writer.write()
            await writer.check()

    with capture_logs():  # every cut is a warning with its cause
        await asyncio.gather(*[suffer(number) for number in range(AT_ONCE)])
    print(f"\n{CUTS} cuts: " + ", ".join(f"{what} {count}" for what, count in sorted(counts.items())))
    assert counts["cut at the commit: outcome-unknown"] > CUTS / 2
    assert counts["it had happened, and was replayed"] > CUTS / 5
    assert counts["it had not, and was done"] > CUTS / 20
