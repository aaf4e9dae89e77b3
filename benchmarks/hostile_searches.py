"""What others wait for while one user searches as expensively as possible.

    python -m benchmarks.hostile_searches [--database sqlite|postgres] [--searches 12] [--seconds 10] [--tree FOLDER]

One user stores texts that grow sixfold when they are folded, and keeps so many searches running that match them almost.
Another user reads a task, lists what is due today and adds tasks, one request after the other, first alone and then
beside the searches. With --tree the service of another checkout is measured.
"""

import argparse
import asyncio
import os
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from pathlib import Path
from time import perf_counter

import httpx

from benchmarks.postgres import durable_postgres
from tests.support.server import SECRET, serving

TASKS = 20
TEXT = "㌖" * 9_900
QUERY = "㌖" * 40 + "b"
LONG_QUERY = "㌖" * 254 + "b"


class Person:
    """Somebody with an account at the service."""

    def __init__(self, client: httpx.AsyncClient, session: dict[str, dict[str, str]]) -> None:
        self.client = client
        self.path = f"/api/{session['user']['id']}/tasks"
        self.headers = {"Authorization": f"Bearer {session['token']}"}

    async def ask(self, method: str, path: str = "", **more: object) -> httpx.Response:
        return await self.client.request(method, self.path + path, headers=self.headers, **more)  # type: ignore[arg-type]


async def register(client: httpx.AsyncClient, name: str) -> Person:
    wish = {"email": f"{name}@example.org", "password": "correct horse battery", "name": name}
    return Person(client, (await client.post("/api/auth/register", json=wish)).raise_for_status().json())


async def timed(ask: Callable[[], Awaitable[httpx.Response]], into: list[float], answers: Counter[int]) -> None:
    began = perf_counter()
    answer = await ask()
    into.append((perf_counter() - began) * 1000)
    answers[answer.status_code] += 1


async def live(person: Person, task: str, seconds: float) -> str:
    """What somebody waits for who uses the service, in milliseconds."""
    times: dict[str, list[float]] = {"get": [], "due today": [], "add": []}
    answers = Counter[int]()
    until = perf_counter() + seconds
    while perf_counter() < until:
        await timed(lambda: person.ask("GET", f"/{task}"), times["get"], answers)
        await timed(lambda: person.ask("GET", "?due=today&sort=due_date"), times["due today"], answers)
        await timed(lambda: person.ask("POST", json={"title": "Buy bread"}), times["add"], answers)
    told = []
    for name, each in times.items():
        ranked = sorted(each)
        told.append(f"{name} {ranked[len(each) // 2]:.1f} / {ranked[len(each) * 99 // 100]:.1f} / {ranked[-1]:.1f}")
    return f"{';  '.join(told)}  ({len(times['get'])} rounds, answers {dict(answers)})"


async def search(person: Person, query: str, outcomes: Counter[str]) -> None:
    while True:
        try:
            answer = await person.ask("GET", "", params={"q": query})
            outcomes[str(answer.status_code)] += 1
            if answer.status_code == 429:
                await asyncio.sleep(0.1)
        except httpx.TransportError as error:
            outcomes[type(error).__name__] += 1


async def measure(url: str, searches: int, seconds: float) -> None:
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(base_url=url, timeout=300, limits=limits) as client:
        hostile, other = await register(client, "hostile"), await register(client, "other")
        for number in range(TASKS):
            wish = {"title": f"task {number}", "description": TEXT}
            (await hostile.ask("POST", json=wish)).raise_for_status()
        began = perf_counter()
        query = LONG_QUERY
        if (first := await hostile.ask("GET", "", params={"q": query})).status_code == 400:
            query = QUERY
            began = perf_counter()
            first = await hostile.ask("GET", "", params={"q": query})
        print(f"one search of {len(query)} characters: {perf_counter() - began:.2f} s, {first.status_code}")
        task = (await other.ask("POST", json={"title": "Buy milk"})).raise_for_status().json()["id"]
        print("p50 / p99 / worst in ms")
        print(f"alone:           {await live(other, task, seconds)}")
        outcomes = Counter[str]()
        running = [asyncio.create_task(search(hostile, query, outcomes)) for _ in range(searches)]
        await asyncio.sleep(1)
        print(f"beside searches: {await live(other, task, seconds)}")
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        print(f"searches: {dict(outcomes)}")


async def run(wanted: argparse.Namespace, database: str | None) -> None:
    if wanted.tree:
        os.environ["PYTHONPATH"] = f"{wanted.tree}/src:{wanted.tree}/migrations"
    settings = {"BETTER_AUTH_SECRET": SECRET, "TODO_REQUESTS_PER_MINUTE": "0"}
    settings |= {"DATABASE_URL": database} if database else {}
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix="bench-") as folder:
        settings.setdefault("DATABASE_URL", f"sqlite:///{folder}/todo.db")
        async with serving(Path(folder), "--migrate", **settings) as server:
            await measure(server.url, wanted.searches, wanted.seconds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--searches", type=int, default=12)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--tree", type=Path)
    wanted = parser.parse_args()
    with ExitStack() as stack:
        server = stack.enter_context(durable_postgres()) if wanted.database == "postgres" else None
        asyncio.run(run(wanted, None if server is None else server.url))


if __name__ == "__main__":
    main()
