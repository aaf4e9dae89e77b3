"""Failovers of a primary that was cut off from its standby before: what was told stays, what was in doubt converges.

Some happen in every build; `make cuts` does ten.
"""

import asyncio
import json
import os
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from uuid import UUID

import pytest

from tests.support.postgres_pair import Pair, Server
from todo_adapters.contracts.fakes import FixedClock
from todo_adapters.memory.security import ListEventLog
from todo_adapters.runtime import UuidSevens
from todo_adapters.sql import migrate
from todo_adapters.sql.postgres.database import PostgresDatabase, PostgresOptions
from todo_adapters.sql.store import SqlStore
from todo_core.errors import NotFound, OutcomeUnknown, RequestInProgress, Unavailable
from todo_core.ids import TaskId, UserId
from todo_core.model.task import TASKS
from todo_core.model.user import User
from todo_core.model.write_options import Key, WriteOptions
from todo_core.ports.accounts import AccountsUnitOfWork
from todo_core.runner import Runner
from todo_core.usecases.things import add_thing, change_thing, remove_thing

FAILOVERS = int(os.environ.get("TODO_FAILOVERS", "2"))
WRITERS = 6
SEED = 20261121
IDS = UuidSevens()
NOW = datetime(2026, 11, 20, tzinfo=UTC)
GIVE_UP = "SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"

Write = Callable[[Runner], Awaitable[None]]


class Writer:
    """Somebody who repeats each write until it is told to have happened, and knows what must have come of it."""

    def __init__(self, owner: UserId, chance: random.Random, counts: Counter[str]) -> None:
        self.owner = owner
        self.chance = chance
        self.counts = counts
        self.titles: dict[TaskId, str] = {}
        self.unfinished: Write | None = None
        self.made = 0
        self.alone = False
        """True while no write can reach the standby."""

    async def work(self, run: Runner, over: asyncio.Event) -> None:
        while not over.is_set():
            self.unfinished = self.unfinished or self._next()
            await self._try(run)

    async def finish(self, run: Runner) -> None:
        """What was in doubt is repeated until it is told."""
        for _ in range(100):
            if self.unfinished is None:
                return
            await self._try(run)
        raise AssertionError("a write stays in doubt")

    async def _try(self, run: Runner) -> None:
        assert self.unfinished
        alone = self.alone
        try:
            await self.unfinished(run)
        except (OutcomeUnknown, RequestInProgress, Unavailable) as refusal:
            self.counts[refusal.code] += 1
            await asyncio.sleep(0.01)
        else:
            self.counts["told while cut off" if alone else "told"] += 1
            self.unfinished = None

    def _next(self) -> Write:
        self.made += 1
        if len(self.titles) < 3 or self.chance.random() < 0.5:
            return self._add(Key(f"key {self.made}", bytes(32)), f"task {self.made}")
        task_id = self.chance.choice(list(self.titles))
        return self._rename(task_id, f"renamed {self.made}") if self.chance.random() < 0.5 else self._remove(task_id)

    def _add(self, key: Key, title: str) -> Write:
        async def add(run: Runner) -> None:
            outcome = await run.carry_out(self.owner, WriteOptions(key=key), add_thing, TASKS.draft(title=title))
            self.titles[outcome.value.id] = title

        return add

    def _rename(self, task_id: TaskId, title: str) -> Write:
        async def rename(run: Runner) -> None:
            await run.write(self.owner, change_thing, task_id, TASKS.patch(title=title))
            self.titles[task_id] = title

        return rename

    def _remove(self, task_id: TaskId) -> Write:
        async def remove(run: Runner) -> None:
            with suppress(NotFound):
                await run.write(self.owner, remove_thing, task_id, TASKS)
            del self.titles[task_id]

        return remove

    async def check(self, server: Server) -> None:
        """What was told is there, once, and nothing else; the feed has no gap."""
        rows = await server.ask("SELECT json_object_agg(id, title)::text FROM tasks WHERE user_id = $1", self.owner)
        assert {TaskId(UUID(name)): title for name, title in json.loads(rows or "{}").items()} == self.titles
        gaps = "SELECT max(seq) - count(*) FROM changes WHERE user_id = $1"
        assert await server.ask(gaps, self.owner) == 0


@asynccontextmanager
async def service_on(server: Server) -> AsyncIterator[Runner]:
    database = PostgresDatabase(PostgresOptions(server.url, pool_size=WRITERS, pool_wait=30))
    yield Runner(SqlStore(database), FixedClock(), IDS, ListEventLog())
    await database.close()


async def suffer(pair: Pair, writers: list[Writer], chance: random.Random) -> None:
    """Writes at a primary that is cut off at some moment, and gone at another."""
    over = asyncio.Event()
    async with service_on(pair.primary) as run:
        working = [asyncio.create_task(writer.work(run, over)) for writer in writers]
        await asyncio.sleep(chance.uniform(0.05, 0.5))
        await pair.cut()
        for writer in writers:
            writer.alone = True
        for _ in range(chance.randint(5, 30)):
            await pair.primary.ask(GIVE_UP)
            await asyncio.sleep(0.02)
        await asyncio.gather(pair.fail_over(), _after(chance.uniform(0, 0.2), over))
        await asyncio.gather(*working)
    async with service_on(pair.primary) as run:
        for writer in writers:
            writer.alone = False
            await writer.finish(run)
            await writer.check(pair.primary)


async def _after(seconds: float, over: asyncio.Event) -> None:
    await asyncio.sleep(seconds)
    over.set()


@pytest.mark.check("P10", "K3")
@pytest.mark.timeout(180 + 15 * FAILOVERS)
async def test_a_failover_loses_nothing_that_was_told_and_doubles_nothing(pair: Pair) -> None:
    chance, counts = random.Random(SEED), Counter[str]()
    await migrate.upgrade(pair.primary.url)
    async with service_on(pair.primary) as run:
        owners = [UserId(IDS.new()) for _ in range(WRITERS)]
        for owner in owners:
            await run.accounts(partial(_join, owner))
    writers = [Writer(owner, chance, counts) for owner in owners]
    for _ in range(FAILOVERS):
        await pair.restore()
        await suffer(pair, writers, chance)
    print(f"\n{FAILOVERS} failovers: " + ", ".join(f"{what} x {count}" for what, count in sorted(counts.items())))
    assert counts["told while cut off"] == 0
    assert counts["outcome-unknown"] > WRITERS
    assert counts["told"] > WRITERS


async def _join(owner: UserId, tx: AccountsUnitOfWork) -> None:
    await tx.users.add(User(id=owner, email=f"{owner}@example.org", name="Ada", created_at=NOW), "-")
