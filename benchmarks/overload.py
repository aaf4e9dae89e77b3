"""What 1,000 clients feel that keep their connections and ask as fast as they can, and what is left when they stop.

    python benchmarks/overload.py [--seconds 10] [--clients 1000] [--workers 1] [--queue 1024]

Starts a PostgreSQL and a server of its own, prints, asserts nothing, and stops by itself. The load comes from wrk where
that is installed; else from this process, which is slower than the server and so measures itself as well.
"""

import argparse
import asyncio
import json
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path
from time import perf_counter
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.support.postgres import Unavailable, create_database, drop_database, find_postgres, unique_database_name
from tests.support.raw import Line, line_to, posted, request
from tests.support.server import SECRET, Server, serving
from todo_adapters import migrate

PEOPLE = 40
TASKS = 50
CALM = 0.05
"""Seconds: a list that takes less, twenty times in a row, shows that the load is forgotten."""

SCRIPT = """
local asks = {%s}
local turn = 0
request = function() turn = turn + 1; return asks[turn %% #asks + 1] end
local seen = {}
response = function(status) if status >= 400 then seen[status] = (seen[status] or 0) + 1 end end
done = function(summary, latency, _)
  local e = summary.errors
  io.write(string.format(
    '{"requests": %%d, "seconds": %%.3f, "p50": %%.1f, "p95": %%.1f, "p99": %%.1f, "max": %%.1f, ' ..
    '"refused": %%d, "broken": %%d}\\n', summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3,
    latency:percentile(95) / 1e3, latency:percentile(99) / 1e3, latency.max / 1e3, e.status,
    e.connect + e.read + e.write + e.timeout))
end
"""


def percentiles(seconds: list[float]) -> dict[str, float]:
    """In milliseconds."""
    ranked = sorted(seconds) or [0.0]
    at = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "max": 1.0}
    return {name: round(ranked[min(int(len(ranked) * share), len(ranked) - 1)] * 1000, 1) for name, share in at.items()}


async def people_on(server: Server) -> list[bytes]:
    """Makes accounts with tasks; every request that the load consists of: half single tasks, half lists."""
    asks: list[bytes] = []
    async with line_to(server.url) as line:
        for number in range(PEOPLE):
            who = {"email": f"p{number}@example.org", "password": "correct horse battery", "name": "P"}
            session = await said(line, posted("/api/auth/register", who))
            bearer = f"Authorization: Bearer {session['token']}"
            tasks = f"/api/{session['user']['id']}/tasks"
            made = [await said(line, posted(tasks, {"title": f"task {n}"}, bearer)) for n in range(TASKS)]
            asks += [request("GET", f"{tasks}/{made[0]['id']}", bearer), request("GET", tasks, bearer)]
    return asks


async def said(line: Line, data: bytes) -> Any:
    await line.say(data)
    answer = await line.hear(30)
    if answer is None or answer.status != 201:
        raise SystemExit(f"The server does not do as it should: {answer}")
    return json.loads(answer.body)


async def by_wrk(url: str, asks: list[bytes], clients: int, seconds: int) -> dict[str, Any]:
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(SCRIPT % ", ".join(json.dumps(ask.decode()) for ask in asks))
        script.flush()
        command = ["wrk", "-t2", f"-c{clients}", f"-d{seconds}s", "--timeout", "10s", "-s", script.name, url]
        wrk = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
        out, _ = await wrk.communicate()
    found: dict[str, Any] = json.loads(out.decode().splitlines()[-1])
    return found


async def by_hand(url: str, asks: list[bytes], clients: int, seconds: int) -> dict[str, Any]:
    times: list[float] = []
    ended: Counter[str] = Counter()
    until = perf_counter() + seconds

    async def client(number: int) -> None:
        async with line_to(url) as line:
            while perf_counter() < until:
                number += 1
                started = perf_counter()
                await line.say(asks[number % len(asks)])
                answer = await line.hear(30)
                times.append(perf_counter() - started)
                ended["refused" if answer and answer.status >= 400 else "broken" if answer is None else "fine"] += 1
                if answer is None:
                    return

    await asyncio.gather(*[client(number) for number in range(clients)])
    return {"requests": len(times), "seconds": seconds, **percentiles(times), **ended}


async def unauthenticated(url: str, times: list[float]) -> None:
    """Asks without a token, a hundred times a second, until cancelled."""
    async with line_to(url) as line:
        while True:
            started = perf_counter()
            await line.say(request("GET", "/api/01936f4e-7a2b-7c3d-8e4f-5a6b7c8d9e0f/tasks"))
            answer = await line.hear(30)
            if answer is None or answer.status != 401:
                raise SystemExit(f"Expected 401: {answer}")
            times.append(perf_counter() - started)
            await asyncio.sleep(0.01)


async def recovered(url: str, ask: bytes) -> float:
    """Seconds until the server is as quick as if nothing had happened."""
    started, calm = perf_counter(), 0
    async with line_to(url) as line:
        while calm < 20:
            asked = perf_counter()
            await line.say(ask)
            answer = await line.hear(30)
            calm = calm + 1 if answer and answer.status == 200 and perf_counter() - asked < CALM else 0
    return perf_counter() - started


async def measure(url: str, options: argparse.Namespace) -> None:
    settings = {"DATABASE_URL": url, "BETTER_AUTH_SECRET": SECRET, "TODO_WORKERS": str(options.workers)}
    with tempfile.TemporaryDirectory() as folder:
        async with serving(Path(folder), TODO_POOL_QUEUE=str(options.queue), **settings) as server:
            asks = await people_on(server)
            times: list[float] = []
            probe = asyncio.create_task(unauthenticated(server.url, times))
            load = by_wrk if shutil.which("wrk") else by_hand
            found = await load(server.url, asks, options.clients, options.seconds)
            probe.cancel()
            again = await recovered(server.url, asks[1])
            await server.stop()
    rate = found["requests"] / found["seconds"]
    print(f"{options.clients} clients, {options.workers} worker(s), queue {options.queue}, {load.__name__}:")
    print(f"  {rate:,.0f} requests/s, {found.get('refused', 0)} refused, {found.get('broken', 0)} broken")
    print("  answers, ms:", {name: found[name] for name in ("p50", "p95", "p99", "max")})
    print("  401 meanwhile, ms:", percentiles(times), f"({len(times)} asked)")
    print(f"  calm again after {again:.2f} s")


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("seconds", 10), ("clients", 1000), ("workers", 1), ("queue", 1024)):
        parser.add_argument(f"--{name}", type=int, default=default)
    options = parser.parse_args()
    postgres = find_postgres()
    if isinstance(postgres, Unavailable):
        raise SystemExit(f"There is no PostgreSQL: {postgres.reason}")
    name = unique_database_name("overload")
    try:
        url = await create_database(postgres.url, name)
        await migrate.upgrade(url)
        await measure(url, options)
        await drop_database(postgres.url, name)
    finally:
        postgres.stop()


if __name__ == "__main__":
    asyncio.run(main())
