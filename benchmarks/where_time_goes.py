"""Where the microseconds of a request go: the application in this process, without a server or sockets around it.

    python benchmarks/where_time_goes.py [--cases get,list,create,complete] [--store postgres|sqlite|memory]

Prints, for each case, processor time per request of this process and the functions in which it was spent, by taking
a sample of the stack every millisecond of processor time. With --stacks FILE the samples are kept, folded, in the
form that flame graph tools read.
"""

import argparse
import asyncio
import json
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import uvloop  # noqa: E402

from tests.support.postgres import create_database, drop_database, find_postgres, unique_database_name  # noqa: E402
from tests.support.postgres_server import Unavailable  # noqa: E402

CASES = ("get", "list", "create", "complete")
PEOPLE = 16
TASKS = 60
IN_FLIGHT = 16
SAMPLE_SECONDS = 0.001
TOP = 10
HEADERS = [(b"host", b"127.0.0.1"), (b"user-agent", b"bench"), (b"accept", b"*/*")]
NEW_TASK = b'{"title": "Buy milk", "description": "Two litres", "priority": "low", "due_date": "2026-11-20"}'


class Samples:
    """Stacks, each with how often it was seen."""

    def __init__(self) -> None:
        self.stacks: Counter[tuple[str, ...]] = Counter()

    def take(self, _: int, frame: FrameType | None) -> None:
        stack = []
        while frame is not None:
            code = frame.f_code
            stack.append(f"{_short(code.co_filename)}:{code.co_qualname}")
            frame = frame.f_back
        self.stacks[tuple(reversed(stack))] += 1

    @contextmanager
    def taken(self) -> Iterator[None]:
        signal.signal(signal.SIGPROF, self.take)
        signal.setitimer(signal.ITIMER_PROF, SAMPLE_SECONDS, SAMPLE_SECONDS)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)

    def keep(self, case: str, file: Path) -> None:
        lines = [f"{case};{';'.join(stack)} {times}\n" for stack, times in self.stacks.items()]
        with file.open("a") as kept:
            kept.writelines(lines)

    def own(self) -> Counter[str]:
        found: Counter[str] = Counter()
        for stack, times in self.stacks.items():
            found[stack[-1]] += times
        return found

    def within(self) -> Counter[str]:
        found: Counter[str] = Counter()
        for stack, times in self.stacks.items():
            for place in set(stack):
                found[place] += times
        return found


def _short(name: str) -> str:
    for part in ("site-packages/", "/src/", "/lib/python3"):
        if part in name:
            return name.rpartition(part)[2].removesuffix(".py")
    return Path(name).stem


class Client:
    """Requests to the application, and answers from it."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def ask(self, method: str, path: str, token: str = "", body: bytes = b"", key: str = "") -> tuple[int, bytes]:
        path, _, query = path.partition("?")
        headers = list(HEADERS)
        if token:
            headers.append((b"authorization", b"Bearer " + token.encode()))
        if body:
            headers += [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
        if key:
            headers.append((b"idempotency-key", key.encode()))
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
            "path": path, "raw_path": path.encode(), "query_string": query.encode(), "root_path": "",
            "headers": headers, "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80), "state": {}, "extensions": {},
        }  # fmt: skip
        status, parts = 0, []

        async def receive() -> Any:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            else:
                parts.append(message["body"])

        await self.app(scope, receive, send)
        return status, b"".join(parts)


async def settle(client: Client) -> list[tuple[str, str, list[str]]]:
    """People with tasks: of each the id, a token and the ids of the tasks."""
    people = []
    for number in range(PEOPLE):
        wish = {"email": f"p{number}@example.org", "password": "correct horse battery", "name": "Ada"}
        status, body = await client.ask("POST", "/api/auth/register", body=json.dumps(wish).encode())
        assert status == 201, body
        session = json.loads(body)
        user, token = session["user"]["id"], session["token"]
        made = [await client.ask("POST", f"/api/{user}/tasks", token, NEW_TASK) for _ in range(TASKS)]
        people.append((user, token, [json.loads(task)["id"] for _, task in made]))
    return people


def request_of(case: str, client: Client, people: list[Any], run: str) -> Callable[[int], Awaitable[tuple[int, bytes]]]:
    def one(number: int) -> Awaitable[tuple[int, bytes]]:
        user, token, tasks = people[number % len(people)]
        path = f"/api/{user}/tasks"
        task = f"{path}/{tasks[number // len(people) % len(tasks)]}"
        if case == "get":
            return client.ask("GET", task, token)
        if case == "list":
            return client.ask("GET", f"{path}?limit=50", token)
        if case == "create":
            return client.ask("POST", path, token, NEW_TASK, f"{run}-{number}")
        done = b'{"completed": true}' if number // len(people) // len(tasks) % 2 == 0 else b'{"completed": false}'
        return client.ask("PATCH", f"{task}/complete", token, done, f"{run}-{number}")

    return one


async def drive(one: Callable[[int], Awaitable[tuple[int, bytes]]], requests: int) -> float:
    """Processor seconds of this process for so many requests."""
    numbers = iter(range(requests))

    async def visitor() -> None:
        for number in numbers:
            status, body = await one(number)
            assert status in {200, 201}, body
            await asyncio.sleep(0)  # as between two requests of a connection: background work has its turn

    before = time.process_time()
    await asyncio.gather(*[visitor() for _ in range(IN_FLIGHT)])
    return time.process_time() - before


async def study(url: str, wanted: argparse.Namespace) -> None:
    folder = tempfile.mkdtemp()
    os.environ |= {
        "DATABASE_URL": url,
        "BETTER_AUTH_SECRET": "o2cGm1sOZpFeVqXw9y4tKj7RbNuA0dLh",
        "TODO_DATA_DIR": folder,
        "TODO_LOG_FORMAT": "json",
    }
    from todo_adapters import runtime  # noqa: PLC0415
    from todo_adapters.settings import configuration  # noqa: PLC0415
    from todo_adapters.sql import migrate  # noqa: PLC0415
    from todo_adapters.telemetry import logs  # noqa: PLC0415
    from todo_http import asgi  # noqa: PLC0415

    settings = configuration.configured(os.environ)
    logs.configure(settings.log_level, "json", runtime.SystemClock())
    if not url.startswith("memory"):
        await migrate.upgrade(url)
    app = asgi.create_app()
    async with app.lifespan():
        client = Client(app)
        people = await settle(client)
        for case in wanted.cases.split(","):
            await drive(request_of(case, client, people, f"warm-{case}"), len(people) * TASKS)
            costs = []
            for turn in range(3):
                one = request_of(case, client, people, f"{case}-{turn}")
                costs.append(await drive(one, wanted.requests) / wanted.requests * 1e6)
            samples = Samples()
            with samples.taken():
                await drive(request_of(case, client, people, f"{case}-profile"), wanted.requests * 2)
            tell(case, sorted(costs)[1], samples, wanted.top)
            if wanted.stacks:
                samples.keep(case, Path(wanted.stacks))


def tell(case: str, cost: float, samples: Samples, top: int) -> None:
    total = sum(samples.stacks.values())
    print(f"\n{case}: {cost:.1f} us of processor time per request\n   own    us | within   us", file=sys.stderr)
    own, within = samples.own().most_common(top), samples.within().most_common(3 * top)
    for (place, times), (outer, inside) in zip(own, within, strict=False):
        left = f"{times / total:5.1%} {cost * times / total:5.1f} {place:<62}"
        print(f"  {left} | {inside / total:5.1%} {cost * inside / total:5.1f} {outer}", file=sys.stderr)
    for outer, inside in within[len(own) :]:
        print(f"  {'':<74} | {inside / total:5.1%} {cost * inside / total:5.1f} {outer}", file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", default=",".join(CASES))
    parser.add_argument("--requests", type=int, default=4000)
    parser.add_argument("--store", choices=["postgres", "sqlite", "memory"], default="postgres")
    parser.add_argument("--top", type=int, default=TOP)
    parser.add_argument("--stacks")
    wanted = parser.parse_args()
    if wanted.store != "postgres":
        url = "memory://" if wanted.store == "memory" else f"sqlite:///{tempfile.mkdtemp()}/todo.db"
        uvloop.run(study(url, wanted))
        return
    server = find_postgres()
    if isinstance(server, Unavailable):
        sys.exit(f"This needs PostgreSQL: {server.reason}")
    name = unique_database_name("profile")
    try:
        uvloop.run(study(asyncio.run(create_database(server.url, name)), wanted))
    finally:
        asyncio.run(drop_database(server.url, name))
        server.stop()


if __name__ == "__main__":
    main()
