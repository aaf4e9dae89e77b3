"""What pages, counts and units of many writes cost with lists, tags and subtasks, beside a plain list of 50.

    python -m benchmarks.lists_and_tags [--tasks 1000000] [--users 10000] [--calls 200]

Starts a PostgreSQL with durable settings and fills it: one owner has 50,000 tasks, 500 lists and 200 tags. Calls follow
one another on one connection, so that a figure is the time of the call, not of a queue.
"""

import argparse
import asyncio
import gc
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from benchmarks.dataset import Maker, Size
from benchmarks.organized import load_organized
from benchmarks.postgres import durable_postgres
from tests.support.postgres import create_database
from todo_adapters.runtime import UuidSevens
from todo_adapters.sql import migrate
from todo_adapters.sql.postgres.database import PostgresDatabase, PostgresOptions
from todo_adapters.sql.store import SqlStore
from todo_core.ids import ListId, TaskId, UserId
from todo_core.model.counts import Moments
from todo_core.model.due import moment
from todo_core.model.task import TASKS, Task
from todo_core.model.task_filter import TaskFilter
from todo_core.model.task_list import LISTS
from todo_core.model.task_sort import SortField, TaskSort

NOW = datetime.now(UTC)
IDS = UuidSevens()
LIMIT = 50
BY_ID, BY_POSITION = TaskSort(), TaskSort(SortField.POSITION)


@dataclass(frozen=True)
class Owner:
    """Somebody with lists, and one of their tasks that has subtasks."""

    id: UserId
    lists: Sequence[ListId]
    parent: TaskId


Call = Callable[[Owner], Awaitable[object]]


def pages(store: SqlStore) -> dict[str, Call]:
    """The calls to compare, the plain list of 50 first."""
    at = moment(NOW, ZoneInfo("UTC"))

    def page(which: Callable[[Owner], TaskFilter], sort: TaskSort = BY_ID) -> Call:
        return lambda owner: store.view(owner.id).tasks.page(which(owner), sort, None, LIMIT, TASKS.of_plain)

    def listed(owner: Owner) -> frozenset[ListId | None]:
        return frozenset(owner.lists[:1])

    def tagged(*names: str) -> frozenset[str]:
        return frozenset(names)

    return {
        "all": page(lambda _: TaskFilter()),
        "all, by due date": page(lambda _: TaskFilter(), TaskSort(SortField.DUE_DATE)),
        "one list": page(lambda owner: TaskFilter(lists=listed(owner))),
        "one list, by position": page(lambda owner: TaskFilter(lists=listed(owner)), BY_POSITION),
        "one list, open, by position": page(
            lambda owner: TaskFilter(lists=listed(owner), completed=False), BY_POSITION
        ),
        "one list, top level, by position": page(
            lambda owner: TaskFilter(lists=listed(owner), parents=frozenset([None])), BY_POSITION
        ),
        "inbox": page(lambda _: TaskFilter(lists=frozenset([None]))),
        "inbox, by position": page(lambda _: TaskFilter(lists=frozenset([None])), BY_POSITION),
        "two lists": page(lambda owner: TaskFilter(lists=frozenset([*owner.lists[:2]]))),
        "inbox and a list": page(lambda owner: TaskFilter(lists=frozenset([None, owner.lists[0]]))),
        "subtasks, by position": page(lambda owner: TaskFilter(parents=frozenset([owner.parent])), BY_POSITION),
        "top level": page(lambda _: TaskFilter(parents=frozenset([None]))),
        "tag": page(lambda _: TaskFilter(tags=tagged("tag 3"))),
        "tag, by position": page(lambda _: TaskFilter(tags=tagged("tag 3")), BY_POSITION),
        "two tags": page(lambda _: TaskFilter(tags=tagged("tag 3", "tag 4"))),
        "tag in a list": page(lambda owner: TaskFilter(tags=tagged("tag 3"), lists=listed(owner))),
        "no tag": page(lambda _: TaskFilter(has_tags=False)),
        "deferred hidden": page(lambda _: TaskFilter(deferred=False, now=at)),
        "deferred only": page(lambda _: TaskFilter(deferred=True, now=at)),
        "all, by position": page(lambda _: TaskFilter(), BY_POSITION),
    }


def other_reads(store: SqlStore) -> dict[str, Call]:
    """Other reads of the same owners."""
    return {
        "subtree": lambda owner: store.view(owner.id).tasks.subtrees([owner.parent], 10_001),
        "lists": lambda owner: store.view(owner.id).of(LISTS).page(None, 1000),
        "tags": lambda owner: store.view(owner.id).tasks.tags(),
        "counts": lambda owner: store.view(owner.id).tasks.counts(Moments.at(NOW, ZoneInfo("UTC"))),
        "trash": lambda owner: store.view(owner.id).trash.page(None, LIMIT),
    }


async def medians(calls: dict[str, Call], owners: Sequence[Owner], count: int) -> dict[str, float]:
    """Milliseconds a call, each in turn, so that whatever else the machine does meets all alike."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    for number in range(count + 10):
        for name, call in calls.items():
            began = time.perf_counter()
            await call(owners[number % len(owners)])
            if number >= 10:  # the first ones make the server plan
                times[name].append(time.perf_counter() - began)
    return {name: statistics.median(each) * 1000 for name, each in times.items()}


def a_task(owner: UserId, number: int, **fields: object) -> Task:
    made = TASKS.new(TaskId(IDS.new()), owner, TASKS.draft(title=f"Buy milk {number}"), NOW)
    return replace(made, **fields)  # type: ignore[arg-type]


async def units(store: SqlStore, owner: Owner, size: int) -> dict[str, float]:
    """Milliseconds of units of so many writes."""
    tasks = [a_task(owner.id, number, list_id=owner.lists[0], tags=("Tag 1", "Tag 2")) for number in range(size)]
    found = {}
    for name in ("create", "complete", "delete", "restore", "purge"):
        began = time.perf_counter()
        async with store.begin(owner.id, NOW, IDS, exclusive=True) as unit:
            things = unit.of(TASKS)
            if name in ("restore", "purge"):
                gone = await unit.trash.things([tasks[0].id], size)
                tasks = [thing for _, thing in gone]
            stored = await things.load([task.id for task in tasks]) if name in ("complete", "delete") else {}
            for task in tasks:
                if name == "create":
                    things.add(task)
                elif name == "complete":
                    things.update(replace(stored[task.id], completed_at=NOW))
                elif name == "delete":
                    things.remove(stored[task.id], tasks[0].id)
                elif name == "restore":
                    things.restore(task)
                else:
                    things.purge(task)
            await unit.commit()
        found[name] = (time.perf_counter() - began) * 1000
        if name == "restore":
            async with store.begin(owner.id, NOW, IDS, exclusive=True) as unit:
                again = await unit.of(TASKS).load([task.id for task in tasks])
                for task in again.values():
                    unit.of(TASKS).remove(task, tasks[0].id)
                await unit.commit()
    return found


def table(title: str, found: dict[str, float]) -> None:
    plain = found["all"]
    print(f"\n{title:<36} {'ms':>8} {'ratio':>7}")
    for name, each in found.items():
        print(f"{name:<36} {each:>8.2f} {each / plain:>7.2f}")


async def measure(url: str, heavy: Owner, others: Sequence[Owner], count: int) -> None:
    database = PostgresDatabase(PostgresOptions(url, pool_size=1))
    store = SqlStore(database)
    gc.collect()
    gc.freeze()
    for title, owners in (("others", others), ("the owner with 50,000 tasks", [heavy])):
        table(title, await medians(pages(store) | other_reads(store), owners, count))
    for size in (1, 10, 1_000, 10_000):
        found = [await units(store, each, size) for each in (others[0], heavy)]
        for title, times in zip(("others", "heavy"), found, strict=True):
            print(f"{size:>6} writes, {title}:", *[f"{name} {each:.1f} ms" for name, each in times.items()])
    await database.close()


async def fill(server_url: str, size: Size) -> tuple[str, Owner, list[Owner]]:
    url = await create_database(server_url, "organized")
    await migrate.upgrade(url)
    organizer = await load_organized(url, Maker(size, NOW), "-")

    def owner(user_id: UUID) -> Owner:
        home = organizer.homes[user_id]
        parent = next(iter(home.latest.values()))
        return Owner(UserId(user_id), [ListId(each) for each in home.lists if each], TaskId(parent))

    dataset = organizer.maker.dataset
    return url, owner(dataset.heavy), [owner(person.user_id) for person in dataset.people[:200]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", type=int, default=1_000_000)
    parser.add_argument("--users", type=int, default=10_000)
    parser.add_argument("--calls", type=int, default=200)
    wanted = parser.parse_args()
    with durable_postgres() as server:
        url, heavy, others = asyncio.run(fill(server.url, Size(wanted.tasks, wanted.users)))
        asyncio.run(measure(url, heavy, others, wanted.calls))


if __name__ == "__main__":
    main()
