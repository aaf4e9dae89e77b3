"""What compressing pages saves, and what it costs in processor time.

    python -m benchmarks.compression [--requests 100]

Starts the service on SQLite, adds 1,000 tasks one by one, and reads pages of them in each coding.
"""

import argparse
import asyncio
import random
import statistics
import tempfile
from pathlib import Path
from typing import Final

import httpx

from benchmarks.cpu import Reading
from benchmarks.dataset import WORDS
from tests.http.service import PASSWORD, Person
from tests.support.server import Server, serving

TASKS: Final = 1_000
ROUNDS: Final = 5


async def person(client: httpx.AsyncClient, described: bool) -> Person:
    """Somebody with 1,000 tasks, a third of them ``described``."""
    account = {"email": f"bench{described}@example.org", "password": PASSWORD, "name": "Bench"}
    answer = await client.post("/api/auth/register", json=account)
    owner, rng, words = Person(client, answer.json()), random.Random(1), WORDS.split()
    for _ in range(TASKS):
        fields = {"priority": rng.choice([None, "low", "medium", "high"])} if described else {}
        if rng.random() < 1 / 3:
            fields["due_date"] = f"2026-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"
        if described and rng.random() < 1 / 3:
            fields["description"] = " ".join(rng.choices(words, k=rng.randint(5, 30)))
        await owner.add(" ".join(rng.sample(words, rng.randint(2, 6))).capitalize(), **fields)
    return owner


async def bytes_on_the_wire(owner: Person, limit: int, coding: str) -> int:
    headers = owner.bearer | {"Accept-Encoding": coding}
    async with owner.client.stream("GET", owner.tasks, params={"limit": limit}, headers=headers) as answer:
        return sum([len(part) async for part in answer.aiter_raw()])


async def milliseconds(server: Server, owner: Person, limit: int, coding: str, requests: int) -> float:
    """Processor time of the server for one page."""
    watched = {"server": server.process.pid}
    before = Reading.take(watched)
    for _ in range(requests):
        await bytes_on_the_wire(owner, limit, coding)
    return Reading.take(watched).since(before).watched["server"] / requests * 1_000


async def main(requests: int) -> None:
    """Measures, and prints a table."""
    print("| page | coding | bytes | processor ms |\n| --- | --- | --: | --: |")
    with tempfile.TemporaryDirectory() as folder:
        settings = {"TODO_REQUESTS_PER_MINUTE": "0"}
        async with serving(Path(folder), "--migrate", **settings) as server, server.client() as client:
            for described in (False, True):
                owner = await person(client, described)
                for limit in (50, TASKS):
                    rounds: dict[str, list[float]] = {"identity": [], "gzip": []}
                    for _ in range(ROUNDS):
                        for coding, spent in rounds.items():
                            spent.append(await milliseconds(server, owner, limit, coding, requests))
                    for coding, spent in rounds.items():
                        size = await bytes_on_the_wire(owner, limit, coding)
                        name = f"{limit} tasks{' with descriptions' if described else ''}"
                        print(f"| {name} | {coding} | {size:,} | {statistics.median(spent):.2f} |")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=100)
    asyncio.run(main(parser.parse_args().requests))
