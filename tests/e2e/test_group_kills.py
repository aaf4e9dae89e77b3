"""A process killed in the midst of commits that many writes share: what it acknowledged is there, and nothing is half.

A slice runs in every build; `make cuts` kills more often.
"""

import asyncio
import os
import random
import sys
from pathlib import Path
from uuid import UUID

import pytest

from tests.support import sqlite_writer
from tests.support.sqlite_service import IDS, looked_up
from todo_adapters.bootstrap import open_store
from todo_adapters.runtime import SystemClock
from todo_adapters.sql import migrate
from todo_core.ids import UserId
from todo_core.model.user import User

KILLS = int(os.environ.get("TODO_KILLS", "12")) // 5
WRITERS = 100
SEED = 20261120


async def people(file: Path) -> list[UUID]:
    found = [UserId(IDS.new()) for _ in range(3)]
    async with open_store(f"sqlite:///{file}") as store, store.begin_accounts() as tx:
        for owner in found:
            user = User(id=owner, email=f"{owner}@example.org", name="Ada", created_at=SystemClock().now())
            await tx.users.add(user, "-")
        await tx.commit()
    return [*found]


async def acknowledged_until_killed(file: Path, owners: list[UUID], seconds: float) -> list[tuple[str, str]]:
    """The owner and the title of every write that the process said was done, up to its end."""
    command = [sys.executable, "-m", sqlite_writer.__name__, str(file), str(WRITERS), *map(str, owners)]
    environ = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    writer = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE, env=environ)
    assert writer.stdout
    said = await writer.stdout.readline()
    asyncio.get_running_loop().call_later(seconds, writer.kill)
    said += await writer.stdout.read()
    await writer.wait()
    lines = [line.split() for line in said.decode().splitlines(keepends=True) if line.endswith("\n")]
    return [(owner, title) for owner, title in lines]


def assert_whole(file: Path, owner: UUID, titles: set[str]) -> int:
    """Every task with its entry, its number and its receipt; how many there are."""
    key = owner.bytes
    tasks = looked_up(file, "SELECT title, revision FROM tasks WHERE user_id = ? ORDER BY revision", key)
    numbers = [revision for _, revision in tasks]
    assert titles <= {title for title, _ in tasks}
    assert numbers == list(range(1, len(tasks) + 1))
    assert looked_up(file, "SELECT revision FROM users WHERE id = ?", key) == [(len(tasks),)]
    entries = looked_up(file, "SELECT seq FROM changes WHERE user_id = ? ORDER BY seq", key)
    receipts = looked_up(file, "SELECT key, first_seq FROM receipts WHERE user_id = ? ORDER BY first_seq", key)
    assert [seq for (seq,) in entries] == numbers
    assert receipts == tasks
    return len(tasks)


@pytest.mark.check("K17")
async def test_a_process_killed_while_it_commits_for_many_loses_nothing_acknowledged(tmp_path: Path) -> None:
    file, chance = tmp_path / "todo.db", random.Random(SEED)
    await migrate.upgrade(f"sqlite:///{file}")
    owners = await people(file)
    acknowledged: dict[str, set[str]] = {str(owner): set() for owner in owners}
    stored = 0
    for _ in range(KILLS):
        for owner, title in await acknowledged_until_killed(file, owners, chance.uniform(0.02, 0.3)):
            acknowledged[owner].add(title)
        assert looked_up(file, "PRAGMA integrity_check") == [("ok",)]
        stored = sum([assert_whole(file, owner, acknowledged[str(owner)]) for owner in owners])
    told = sum(map(len, acknowledged.values()))
    assert told > KILLS
    print(f"\nsqlite: {KILLS} kills during {stored} writes, of which {told} were acknowledged")
