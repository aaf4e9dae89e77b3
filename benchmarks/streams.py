"""What open event streams cost, and how soon events come.

    python -m benchmarks.streams [--streams 5000] [--seconds 20] [--idle 60] [--rounds 5]

One process on PostgreSQL with durable settings, a second one beside it, and PgBouncer in front of both if it is
installed. The clients are in two processes of their own. Prints tables in Markdown.
"""

import argparse
import asyncio
import itertools
import json
import random
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from benchmarks.cpu import family, processes
from benchmarks.load import put_load
from benchmarks.postgres import durable_postgres
from benchmarks.variants import ROOT, Running, Variant, serving, todo
from tests.support.pgbouncer import find_pgbouncer, pooled
from tests.support.postgres import create_database
from tests.support.processes import resident
from tests.support.raw import line_to, posted
from tests.support.server import SECRET
from todo_adapters import bootstrap
from todo_adapters.runtime import UuidSevens
from todo_adapters.security.jwt_tokens import JwtTokens
from todo_adapters.sql import migrate
from todo_core.ids import SessionId, UserId
from todo_core.model.user import User

WRITES_PER_SECOND = 200
WRITERS = 16
CLIENT_PROCESSES = 2
CLIENTS = 64
FOLLOWED = 1_000
LOAD_SECONDS = 4
IDS = UuidSevens()
numbers = itertools.count(1)


@dataclass(frozen=True)
class Person:
    """A user, and a token of a login session."""

    user_id: UserId
    token: str

    def write(self) -> tuple[int, bytes]:
        """A new task, and the number in its title."""
        number = next(numbers)
        body = {"title": f"write-{number}-", "priority": "low", "due_date": "2026-11-20"}
        return number, posted(f"/api/{self.user_id}/tasks", body, f"Authorization: Bearer {self.token}")


async def crowd(url: str, size: int) -> list[Person]:
    """So many users of a new database."""
    await migrate.upgrade(url)
    now, tokens = datetime.now(UTC), JwtTokens([SECRET], IDS)
    people = []
    async with bootstrap.open_store(url) as store:
        for _ in range(size // 500 + 1):
            async with store.begin_accounts() as unit:
                for _ in range(500):
                    user_id = UserId(IDS.new())
                    user = User(id=user_id, email=f"{user_id}@example.org", name="Ada", created_at=now)
                    await unit.users.add(user, "no hash")
                    people.append(Person(user_id, tokens.issue(user_id, SessionId(IDS.new()), 1, now)))
                await unit.commit()
    return people[:size]


class Clients:
    """The processes with open streams."""

    def __init__(self, parts: Sequence[asyncio.subprocess.Process]) -> None:
        self._parts = parts

    async def open(self, people: Sequence[Person]) -> None:
        tokens = [person.token for person in people]
        await self._tell(*(["open", tokens[place :: len(self._parts)]] for place in range(len(self._parts))))

    async def heard(self) -> dict[int, float]:
        answers = await self._tell(*[["heard"]] * len(self._parts))
        return {number: moment for answer in answers for number, moment in answer}

    async def close(self) -> None:
        await self._tell(*[["close"]] * len(self._parts))
        await asyncio.sleep(1)  # until the server knows

    async def _tell(self, *commands: Any) -> list[Any]:
        return await asyncio.gather(*map(self._tell_one, self._parts, commands))

    async def _tell_one(self, part: Any, command: Any) -> Any:
        part.stdin.write(json.dumps(command).encode() + b"\n")
        return json.loads(await part.stdout.readline())


@asynccontextmanager
async def clients_of(url: str) -> AsyncIterator[Clients]:
    command = [sys.executable, "-m", "benchmarks.stream_clients", url]
    pipes: Any = {"stdin": asyncio.subprocess.PIPE, "stdout": asyncio.subprocess.PIPE, "limit": 2**26, "cwd": ROOT}
    parts = [await asyncio.create_subprocess_exec(*command, **pipes) for _ in range(CLIENT_PROCESSES)]
    try:
        yield Clients(parts)
    finally:
        for part in parts:
            part.kill()
            await part.wait()


async def write_evenly(url: str, people: Sequence[Person], seconds: float) -> dict[int, float]:
    """Writes of random people, so many per second whatever the answers take. Tells when each was answered."""
    answered: dict[int, float] = {}
    due: asyncio.Queue[bool] = asyncio.Queue()

    async def writer() -> None:
        async with line_to(url) as line:
            while await due.get():
                number, ask = random.choice(people).write()
                line.writer.write(ask)
                answer = await line.hear(30)
                assert answer, "the connection was closed"
                assert answer.status == 201, answer
                answered[number] = time.monotonic()

    writers = [asyncio.create_task(writer()) for _ in range(WRITERS)]
    began = time.monotonic()
    for number in range(int(seconds * WRITES_PER_SECOND)):
        await asyncio.sleep(began + number / WRITES_PER_SECOND - time.monotonic())
        due.put_nowait(True)
    for _ in writers:
        due.put_nowait(False)
    await asyncio.gather(*writers)
    return answered


async def delays(clients: Clients, writing_to: str, people: Sequence[Person], seconds: float) -> str:
    """A row: the time from the answer of a write to its event."""
    await write_evenly(writing_to, people, 2)
    await asyncio.sleep(1)
    await clients.heard()
    answered = await write_evenly(writing_to, people, seconds)
    await asyncio.sleep(3)
    heard = await clients.heard()
    missing = answered.keys() - heard.keys()
    found = sorted(1000 * (heard[number] - answered[number]) for number in answered.keys() - missing)
    p50, p99 = (quantiles(found, n=100)[place] for place in (49, 98))
    return f"{len(answered):,} | {p50:.1f} | {p99:.1f} | {found[-1]:.1f} | {len(missing)}"


def used(running: Running) -> tuple[float, int]:
    """Seconds of processor time and bytes of memory of a service."""
    found = family(running.process.pid, processes())
    return sum(one.seconds for one in found), sum(resident(one.pid) for one in found)


async def idle_seconds(running: Running, seconds: float) -> float:
    """Seconds of processor time per minute."""
    before = used(running)[0]
    await asyncio.sleep(seconds)
    return (used(running)[0] - before) * 60 / seconds


async def one_process(running: Running, people: Sequence[Person], wanted: argparse.Namespace) -> None:
    async with clients_of(running.url) as clients:
        await write_evenly(running.url, people, 3)
        await clients.open(people[:100])  # what the first ones bring with them is not theirs alone
        await clients.close()
        alone, before = await idle_seconds(running, wanted.idle / 2), used(running)[1]
        began = time.monotonic()
        await clients.open(people)
        opened, after = time.monotonic() - began, used(running)[1]
        print(f"| opening {len(people):,} streams | {opened:.1f} s |")
        print(f"| memory per open stream | {(after - before) / len(people) / 1000:.1f} kB |")
        busy = await idle_seconds(running, wanted.idle)
        cost = (busy - alone) / len(people) * 1000
        print(f"| processor time of an idle stream per minute | {cost:.2f} ms ({busy / 0.6:.1f} % of one for all) |")
        print(f"| without streams | {alone / 0.6:.1f} % of one |\n")
        print("| writes on | writes | p50 ms | p99 ms | worst ms | missing |\n| --- | --: | --: | --: | --: | --: |")
        print("| the same process |", await delays(clients, running.url, people, wanted.seconds), "|", flush=True)
        print(f"\nMemory per stream afterwards: {(used(running)[1] - before) / len(people) / 1000:.1f} kB.\n")
        await clients.close()


async def beside(reader: Running, writer: Running, people: Sequence[Person], wanted: argparse.Namespace) -> None:
    async with clients_of(reader.url) as clients:
        await clients.open(people)
        row = await delays(clients, writer.url, people, wanted.seconds)
        print(f"| another process{' through PgBouncer' * (reader.name == 'pooled')} | {row} |", flush=True)


async def loaded(running: Running, asks: Sequence[bytes]) -> tuple[float, float]:
    """Writes per second, and microseconds of processor time of the service for each."""
    before = used(running)[0]
    load = await asyncio.to_thread(put_load, running.url, asks, CLIENTS, LOAD_SECONDS)
    return load.rate, (used(running)[0] - before) * 1e6 / load.requests


async def writes_beside_streams(running: Running, people: Sequence[Person], rounds: int) -> None:
    """Writes with and without streams, alternating: of people who follow, who do not, and of all."""
    followed, others = people[:FOLLOWED], people[FOLLOWED : 2 * FOLLOWED]
    print(f"\n| writes by | writes/s without streams | with {FOLLOWED:,} | ratio | range | us | us with streams |")
    print("| --- | --: | --: | --: | --: | --: | --: |")
    for name, writers in (("users without streams", others), (f"all {len(people):,}", people), ("followed", followed)):
        asks = [person.write()[1] for person in random.sample(writers, len(writers))]
        found: list[tuple[float, ...]] = []
        async with clients_of(running.url) as clients:
            for _ in range(rounds):
                without = await loaded(running, asks)
                await clients.open(followed)
                found.append((*without, *await loaded(running, asks)))
                await clients.close()
        ratios = [beside / without for without, _, beside, _ in found]
        rate, cost, rate_beside, cost_beside = (f"{median(column):,.0f}" for column in zip(*found, strict=True))
        ratio = f"{median(ratios):.2f} | {min(ratios):.2f} - {max(ratios):.2f}"
        print(f"| {name} | {rate} | {rate_beside} | {ratio} | {cost} | {cost_beside} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--streams", type=int, default=5_000)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--idle", type=float, default=60)
    parser.add_argument("--rounds", type=int, default=5)
    wanted = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = stack.enter_context(durable_postgres())
        url = asyncio.run(create_database(server.url, "streams"))
        people = asyncio.run(crowd(url, wanted.streams))
        one = stack.enter_context(serving(Variant("one", "", todo), url, folder))
        asyncio.run(one_process(one, people, wanted))
        with serving(Variant("other", "", todo), url, folder) as other:
            asyncio.run(beside(other, one, people, wanted))
        asyncio.run(writes_beside_streams(one, people, wanted.rounds))
        if program := find_pgbouncer():
            address = f"{stack.enter_context(pooled(program, url))}?pgbouncer=true"
            writer = stack.enter_context(serving(Variant("writer", "", todo), address, folder))
            reader = stack.enter_context(serving(Variant("pooled", "", todo), address, folder))
            asyncio.run(beside(reader, writer, people, wanted))


if __name__ == "__main__":
    main()
