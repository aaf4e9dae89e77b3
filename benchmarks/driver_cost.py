"""What the way to PostgreSQL costs without HTTP: an earlier revision and the working tree, in turns in one run.

    python benchmarks/driver_cost.py [--before REVISION] [--rounds 5] [--calls 6000]

Microseconds of CPU in this process per call of ``one`` (a task by its key), ``all`` (a page of 50) and ``write`` (a
new task in one statement), with so many calls under way that some wait for a connection (``--flights``).
"""

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import uvloop  # noqa: E402

from tests.support.postgres import Unavailable, create_database, drop_database, find_postgres  # noqa: E402
from todo_adapters import migrate  # noqa: E402
from todo_adapters.runtime import UuidSevens  # noqa: E402
from todo_adapters.sql.postgres import PostgresDatabase, PostgresOptions  # noqa: E402
from todo_adapters.sql.store import SqlStore  # noqa: E402
from todo_adapters.sql.tasks import GET, Look, page_statement  # noqa: E402
from todo_adapters.sql.writes import DEEDS, Write, _values  # noqa: E402
from todo_core.ids import TaskId, UserId  # noqa: E402
from todo_core.model.change import ChangeKind  # noqa: E402
from todo_core.model.task import Task  # noqa: E402
from todo_core.model.task_filter import TaskFilter, TaskSort  # noqa: E402
from todo_core.model.user import User  # noqa: E402

NOW = datetime(2026, 11, 20, tzinfo=UTC)
VERBS = ("one", "all", "write")


async def cost(url: str, calls: int, flights: int) -> list[float]:
    """Of each verb, with whatever version of the service is on the path."""
    database, ids = PostgresDatabase(PostgresOptions(url)), UuidSevens()
    owners = [UserId(ids.new()) for _ in range(32)]
    async with SqlStore(database).begin_accounts() as accounts:
        for owner in owners:
            user = User(id=owner, email=f"{owner}@example.org", name="Ada", created_at=NOW)
            await accounts.users.add(user, "-")
        await accounts.commit()
    known: list[tuple[UserId, TaskId]] = [(owners[n % 32], TaskId(ids.new())) for n in range(3200 + calls // 4)]
    new: list[dict[str, Any]] = []
    for owner, task_id in reversed(known):
        task = Task(id=task_id, user_id=owner, title="Buy milk", created_at=NOW, updated_at=NOW)
        new.append(_values(owner, NOW, Write(ChangeKind.CREATED, task_id, task)))
    page = page_statement(Look.of(TaskFilter(), TaskSort(), None))
    places = count()

    async def one() -> None:
        owner, task_id = known[next(places) % 3200]
        await database.one(GET, {"user_id": owner, "id": task_id})

    async def many() -> None:
        await database.all(page, {"user_id": owners[next(places) % 32], "limit": 51})

    async def write() -> None:
        await database.write(DEEDS[ChangeKind.CREATED, False], new.pop())

    async def spend(call: Callable[[], Awaitable[None]], times: int) -> float:
        left = iter(range(times))

        async def fly() -> None:
            for _ in left:
                await call()

        started = time.process_time()
        await asyncio.gather(*[fly() for _ in range(flights)])
        return (time.process_time() - started) / times * 1e6

    await spend(write, 3200)
    for call in (one, many):
        await spend(call, 500)
    found = [await spend(one, calls), await spend(many, calls // 4), await spend(write, calls // 4)]
    await database.close()
    return found


def child(tree: Path, url: str, wanted: argparse.Namespace) -> list[float]:
    path = f"{tree / 'src'}:{tree / 'migrations'}"
    command = [sys.executable, __file__, "--url", url, "--calls", str(wanted.calls), "--flights", str(wanted.flights)]
    told = subprocess.run(command, env=os.environ | {"PYTHONPATH": path}, check=True, stdout=subprocess.PIPE, text=True)
    return [float(figure) for figure in told.stdout.split()]


def compare(wanted: argparse.Namespace, url: str, folder: Path) -> None:
    packed = subprocess.run(["git", "archive", wanted.before], cwd=ROOT, check=True, capture_output=True).stdout
    subprocess.run(["tar", "-x", "-C", str(folder)], input=packed, check=True)
    spent: dict[Path, list[list[float]]] = {folder: [], ROOT: []}
    for number in range(wanted.rounds):
        for tree in list(spent) if number % 2 else reversed(list(spent)):
            spent[tree].append(child(tree, url, wanted))
    print(f"{'CPU us per call, median':<24} {'before':>8} {'after':>8} {'saved':>8}   before and after of each round")
    for place, verb in enumerate(VERBS):
        before, after = ([figures[place] for figures in spent[tree]] for tree in spent)
        low, high = statistics.median(before), statistics.median(after)
        each = "  ".join(f"{old:.0f} {new:.0f}" for old, new in zip(before, after, strict=True))
        print(f"{verb:<24} {low:>8.1f} {high:>8.1f} {low - high:>8.1f}   {each}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--before", default="HEAD", help="the revision to compare with")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--calls", type=int, default=6000)
    parser.add_argument("--flights", type=int, default=16)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.url:
        figures: Any = uvloop.run(cost(wanted.url, wanted.calls, wanted.flights))
        print(*figures)
        return
    server = find_postgres()
    if isinstance(server, Unavailable):
        sys.exit(f"This needs PostgreSQL: {server.reason}")
    name = f"todo_bench_{os.getpid()}"
    url = asyncio.run(create_database(server.url, name))
    try:
        asyncio.run(migrate.upgrade(url))
        with tempfile.TemporaryDirectory() as folder:
            compare(wanted, url, Path(folder))
    finally:
        asyncio.run(drop_database(server.url, name))
        server.stop()


if __name__ == "__main__":
    main()
