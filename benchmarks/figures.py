"""What no side-by-side round shows: deep pages, a thousand clients, logins, and what starting costs."""

import asyncio
import statistics
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import Final
from uuid import UUID

from benchmarks.contestants import touch
from benchmarks.cpu import family, processes, resident_bytes
from benchmarks.databases import PASSWORD, Database
from benchmarks.dataset import address
from benchmarks.load import Load, percentiles, put_load
from benchmarks.rounds import BadAnswersError, Rounds, quietly
from benchmarks.targets import Figure
from benchmarks.variants import Running, Variant, serving
from tests.support.raw import line_to, posted, request
from todo_adapters.bootstrap import open_store
from todo_adapters.sql.postgres.database import PostgresOptions
from todo_core.ids import UserId
from todo_core.model.task import TASKS
from todo_core.model.task_filter import TaskFilter
from todo_core.model.task_sort import TaskPosition, TaskSort
from todo_core.ports.storage import Store

Figures = dict[str, Figure]

PAGE: Final = 50
BEFORE_LAST: Final = 999 * PAGE
"""Tasks in front of page 1,000."""

RUNS_BEFORE: Final = 8
"""PostgreSQL settles on a plan at the sixth run of a prepared statement."""

CLIENTS: Final = 1_000
LOGINS: Final = 50
READERS: Final = 32


def middle(values: Sequence[float]) -> Figure:
    """The median, and between what the values lie."""
    return Figure(statistics.median(values), min(values), max(values))


def from_rounds(rounds: Rounds) -> Figures:
    """What the side-by-side rounds say about targets."""
    found: Figures = {}
    for name in ("floor", "orm", "fastapi", "fastify"):
        for case in ("get", "list", "create", "complete"):
            if ratios := rounds.ratios("service", case, name):
                found[f"{case}/{name}"] = middle(ratios)
    for case in ("get", "list", "create"):
        if ratios := rounds.ratios("small", case, "service"):
            found[f"{case}/small"] = middle(ratios)
        if ratios := rounds.ratios("sqlite", case, "service"):
            found[f"sqlite {case}"] = middle(ratios)
    if costs := [one.server_us for one in rounds.of("service", "get")]:
        found["cpu"] = middle(costs)
    return found


def deep_page(url: str, heavy: UUID, seconds: int) -> Figures:
    """Page 1,000 against page 1, in turns on one connection, in the storage adapter and so without HTTP around."""

    async def run() -> Figure:
        async with open_store(url, PostgresOptions(url, pool_size=1)) as store:
            deep = await _position(store, UserId(heavy))
            ratios = []
            for _ in range(5):
                times: dict[bool, list[float]] = {True: [], False: []}
                for turn in range(RUNS_BEFORE + 20 * seconds):
                    for is_deep in (False, True):
                        started = perf_counter()
                        page = await store.view(UserId(heavy)).tasks.page(
                            TaskFilter(), TaskSort(), deep if is_deep else None, PAGE, TASKS.of_plain
                        )
                        assert len(page.items) == PAGE
                        if turn >= RUNS_BEFORE:
                            times[is_deep].append(perf_counter() - started)
                ratios.append(statistics.median(times[True]) / statistics.median(times[False]))
            return middle(ratios)

    found, *_ = quietly(lambda: asyncio.run(run()), {})
    return {"deep": found}


async def _position(store: Store, heavy: UserId) -> TaskPosition:
    """Where page 1,000 begins, found by walking there."""
    after: TaskPosition | None = None
    for start in range(0, BEFORE_LAST, 1000):
        limit = min(1000, BEFORE_LAST - start)
        after = (await store.view(heavy).tasks.page(TaskFilter(), TaskSort(), after, limit, TASKS.of_plain)).next
    assert after is not None
    return after


def crowd(service: Running, database: Database, seconds: int) -> Figures:
    """A thousand clients that ask for tasks and lists, and somebody without a token beside them."""

    def run() -> tuple[Load, list[float]]:
        asyncio.run(touch(service.url, database.crowd.asks("touch")))
        return asyncio.run(_crowded(service.url, database.crowd.asks("mixed"), seconds))

    (load, times), *_ = quietly(run, {})
    p99 = percentiles(times)[2]
    found = {
        "crowd errors": load.refused + load.broken,
        "crowd p95": load.p95,
        "crowd tail": load.p99 / load.p50,
        "crowd 401": p99,
    }
    return {name: Figure(value, value, value) for name, value in found.items()}


async def _crowded(url: str, asks: Sequence[bytes], seconds: int) -> tuple[Load, list[float]]:
    times: list[float] = []
    probe = asyncio.create_task(_without_token(url, times))
    try:
        load = await asyncio.to_thread(put_load, url, asks, CLIENTS, seconds)
        if probe.done():
            probe.result()
    finally:
        probe.cancel()
    return load, times


async def _without_token(url: str, times: list[float]) -> None:
    """Asks a hundred times a second, until cancelled. Times are in milliseconds."""
    async with line_to(url) as line:
        while True:
            started = perf_counter()
            await line.say(request("GET", "/api/01936f4e-7a2b-7c3d-8e4f-5a6b7c8d9e0f/tasks"))
            answer = await line.hear(30)
            if answer is None or answer.status != 401:
                raise BadAnswersError(f"expected 401 without a token: {answer}")
            times.append((perf_counter() - started) * 1000)
            await asyncio.sleep(0.01)


def logins(service: Running, database: Database, rounds: int, seconds: int) -> Figures:
    """Reads while fifty people log in over and over, against reads alone."""
    asks = database.crowd.asks("get")
    ratios = []
    for _ in range(rounds):
        asyncio.run(touch(service.url, database.crowd.asks("touch")))
        alone, *_ = quietly(lambda: put_load(service.url, asks, READERS, seconds), {})
        beside, *_ = quietly(lambda: asyncio.run(_beside_logins(service.url, asks, seconds)), {})
        if alone.refused or alone.broken or beside.refused or beside.broken:
            raise BadAnswersError(f"reads were refused beside logins: {beside}")
        ratios.append(beside.p99 / alone.p99)
    return {"logins": middle(ratios)}


async def _beside_logins(url: str, asks: Sequence[bytes], seconds: int) -> Load:
    """The reads, with so many logins always under way; none of these is left over for what comes next."""
    enough = asyncio.Event()
    entering = asyncio.gather(*[_log_in_again(url, number, enough) for number in range(1, LOGINS + 1)])
    await asyncio.sleep(0.2)
    try:
        load = await asyncio.to_thread(put_load, url, asks, READERS, seconds)
    finally:
        enough.set()
        await entering
    return load


async def _log_in_again(url: str, number: int, enough: asyncio.Event) -> None:
    async with line_to(url, f"127.0.0.{number}") as line:  # each from another network: one network has a share only
        while not enough.is_set():
            await line.say(posted("/api/auth/login", {"email": address(number), "password": PASSWORD}))
            answer = await line.hear(60)
            if answer is None or answer.status != 200:
                raise BadAnswersError(f"a login failed: {answer}")


def starts(variant: Variant, database: Database, folder: Path, times: int) -> Figures:
    """Seconds from the command until the service says that it is ready, on a database that is there already."""

    def once() -> float:
        began = perf_counter()
        with serving(variant, database.url, folder):
            return perf_counter() - began

    return {"start": middle([quietly(once, {})[0] for _ in range(times)])}


def memory(service: Running) -> Figures:
    """Megabytes of the process that answers, which of the service's processes has worked most."""
    worker = max(family(service.process.pid, processes()), key=lambda process: process.seconds)
    megabytes = resident_bytes(worker.pid) / 1e6
    return {"memory": Figure(megabytes, megabytes, megabytes)}
