"""What one call costs without HTTP: CPU microseconds of reads, writes and repetitions by the runner, 16 in flight.

    python benchmarks/storage_calls.py [URL] [--rounds 5] [--seconds 2]

Without a URL it uses a SQLite file in the working folder, which ought to be on a real disk, and throws it away. CPU is
that of this process, all threads together: of PostgreSQL at another address only the client's side is counted. An
earlier version is measured by putting its ``src`` and ``migrations`` into PYTHONPATH.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from todo_adapters.bootstrap import open_store
from todo_adapters.runtime import SystemClock, UuidSevens
from todo_adapters.sql import migrate
from todo_core.ids import UserId
from todo_core.model.task import TASKS
from todo_core.model.task_filter import TaskQuery
from todo_core.model.task_sort import SortField, TaskSort
from todo_core.model.user import User
from todo_core.model.write_options import Key, WriteOptions
from todo_core.ports.storage import Store
from todo_core.runner import Runner
from todo_core.usecases.tasks import find_tasks
from todo_core.usecases.things import add_thing, change_thing, get_thing

IN_FLIGHT = 16
PEOPLE = 32
TASK_COUNT = 100
CLOCK = SystemClock()
DRAFT = TASKS.draft(title="Buy milk", description="Two litres", priority="low")

Call = Callable[[int], Awaitable[object]]


class Silence:
    """A EventLog that keeps nothing."""

    def record(self, event: str, **facts: object) -> None:
        pass


async def settle(store: Store, run: Runner) -> dict[str, Call]:
    """Makes people with tasks; the calls that are measured go round among them."""
    owners = []
    async with store.begin_accounts() as tx:
        for _ in range(PEOPLE):
            owners.append(UserId(uuid4()))
            await tx.users.add(User(id=owners[-1], email=f"{uuid4()}@example.org", name="Ada",
                                    created_at=datetime.now(UTC)), "-")  # fmt: skip
        await tx.commit()
    tasks = [(owner, (await run.write(owner, add_thing, DRAFT)).id) for owner in owners for _ in range(TASK_COUNT)]

    def create(number: int, key: Key | None = None) -> Awaitable[object]:
        return run.carry_out(owners[number % PEOPLE], WriteOptions(key=key), add_thing, DRAFT)

    done = [Key(str(uuid4()), bytes(32)) for _ in owners]
    for number, key in enumerate(done):
        await create(number, key)
    nothing = TASKS.patch(title="Buy milk")

    return {
        "get one": lambda number: run.read(
            tasks[number % len(tasks)][0], get_thing, tasks[number % len(tasks)][1], TASKS
        ),
        "list 50": lambda number: run.read(
            owners[number % PEOPLE], find_tasks, CLOCK, TaskQuery(), TaskSort(), None, 50
        ),
        "list 50, by due date": lambda number: run.read(
            owners[number % PEOPLE], find_tasks, CLOCK, TaskQuery(), TaskSort(SortField.DUE_DATE), None, 50
        ),
        "create, no key": create,
        "create, keyed": lambda number: create(number, Key(str(uuid4()), bytes(32))),
        "replay": lambda number: create(number, done[number % PEOPLE]),
        "change nothing": lambda number: run.write(
            tasks[number % len(tasks)][0], change_thing, tasks[number % len(tasks)][1], nothing
        ),
    }


async def load(call: Call, seconds: float) -> tuple[float, float, float]:
    """CPU microseconds a call, calls a second, and the milliseconds within which 99 of 100 were answered."""
    number, times = 0, []
    started, cpu = time.perf_counter(), time.process_time()

    async def one_after_the_other() -> None:
        nonlocal number
        while (begun := time.perf_counter()) < started + seconds:
            number += 1
            await call(number)
            times.append(time.perf_counter() - begun)
            await asyncio.sleep(0)

    await asyncio.gather(*[one_after_the_other() for _ in range(IN_FLIGHT)])
    cpu, took = time.process_time() - cpu, time.perf_counter() - started
    return cpu / len(times) * 1e6, len(times) / took, sorted(times)[len(times) * 99 // 100] * 1e3


async def measure(url: str, rounds: int, seconds: float) -> None:
    await migrate.upgrade(url)
    async with open_store(url) as store:
        calls = await settle(store, Runner(store, CLOCK, UuidSevens(), Silence()))
        print(f"{'median of the rounds':<22} {'CPU us':>8} {'calls/s':>8} {'p99 ms':>8}")
        found: dict[str, list[tuple[float, float, float]]] = {name: [] for name in calls}
        for number in range(rounds + 1):  # the first one only warms up
            for name, call in calls.items():
                figures = await load(call, seconds if number else 0.3)
                if number:
                    found[name].append(figures)
        for name, each in found.items():
            cpu, rate, late = (statistics.median(column) for column in zip(*each, strict=True))
            print(f"{name:<22} {cpu:>8.0f} {rate:>8.0f} {late:>8.1f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url", nargs="?")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix="bench-") as folder:
        asyncio.run(measure(wanted.url or f"sqlite:///{folder}/todo.db", wanted.rounds, wanted.seconds))


if __name__ == "__main__":
    main()
