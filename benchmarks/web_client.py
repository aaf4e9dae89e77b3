"""What the web client costs, beside an earlier revision: bytes, requests, and times until something can be seen.

    python benchmarks/web_client.py [--before REVISION] [--rounds 7] [--tasks 10000]

`todo serve` on SQLite and a headless Chromium, on one machine. Revisions take turns.
"""

import argparse
import asyncio
import sys
import tempfile
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.before_after import tree_of  # noqa: E402
from benchmarks.web_pages import LATER, TODAY, Client  # noqa: E402
from tests.e2e.web.visits import Visits  # noqa: E402
from tests.support.browser import NoBrowser, find_browser, running  # noqa: E402
from tests.support.server import serving  # noqa: E402

BATCH = 1_000
DUE_TODAY = 50
FIGURES = {
    "entrance: usable": ("Sign-in page, first load", "ms", None),
    "entrance: bytes": ("  bytes", "kB", 20),
    "entrance: files": ("  files", "", 10),
    "workspace: usable": ("Tasks, first load", "ms", None),
    "workspace: bytes": ("  bytes of files", "kB", None),
    "workspace: files": ("  files", "", 10),
    "workspace: API": ("  bytes of responses of the API", "kB", None),
    "workspace: calls": ("  requests to the API", "", None),
    "reload": ("Tasks, reload", "ms", 500),
    "view: Today": ("Change to Today", "ms", 50),
    "view: Inbox": ("Change to Inbox", "ms", 50),
    "search": ("Search, each key", "ms", 50),
    "tick": ("Tick a task", "ms", 17),
    "scroll: to the end": ("Scroll through all tasks", "ms", None),
    "scroll: p99 frame": ("  99th percentile of frames", "ms", None),
    "memory": ("JavaScript heap afterwards", "MB", 80),
    "1,000 tasks": ("1,000 tasks over the wire", "kB", 40),
}
"""What is shown for each figure: its name, its unit, and the most that it may be."""


async def client(visits: Visits, count: int) -> Client:
    """A client whose user has so many tasks, a few of them due today."""
    person, today = await visits.person(), datetime.now(UTC).date().isoformat()
    due = [{"title": f"{TODAY} {number:05}", "due_date": today} for number in range(DUE_TODAY)]
    tasks = [{"title": f"{LATER} {number:05}"} for number in range(count - DUE_TODAY)] + due
    for start in range(0, count, BATCH):
        adds = [{"op": "add", "task": task} for task in tasks[start : start + BATCH]]
        (await person.ask("POST", f"/api/{person.id}/batch", json={"operations": adds})).raise_for_status()
    return Client(visits, person, count - DUE_TODAY, tasks[-1]["title"])


def show(clients: dict[str, Client]) -> None:
    print(f"{'':<34}{'at most':>10}" + "".join(f"{name:>16}" for name in clients))
    for figure, (name, unit, most) in FIGURES.items():
        shown = "".join(f"{value(each, figure):>16}" for each in clients.values())
        print(f"{name:<34}{most or '':>10}{shown} {unit}")
    print("In brackets: how long the page's thread has worked, which does not depend on what else the machine does.")


def value(client: Client, figure: str) -> str:
    median, work = client.median(figure), client.median(f"{figure}: work")
    return f"{median:,.0f}" + (f" ({work:,.0f})" if work is not None else "")


async def main(before: str | None, rounds: int, count: int) -> None:
    program = await find_browser()
    if isinstance(program, NoBrowser):
        sys.exit(f"No browser: {program.reason}")
    async with AsyncExitStack() as closing:
        folder = Path(closing.enter_context(tempfile.TemporaryDirectory(prefix="todo-bench-")))
        unlimited = {"TODO_REQUESTS_PER_MINUTE": "0"}
        settings: dict[str, dict[str, str]] = {"now": unlimited}
        if before:
            tree = tree_of(before, folder)
            settings = {before: {**unlimited, "PYTHONPATH": f"{tree / 'src'}:{tree / 'migrations'}"}, **settings}
        browser = await closing.enter_async_context(running(program))
        clients = {}
        for name, added in settings.items():
            (folder / name).mkdir()
            server = await closing.enter_async_context(serving(folder / name, "--migrate", **added))
            clients[name] = await client(Visits(browser, server.url, closing), count)
        print(f"{program} {browser.version}, {count:,} tasks, medians of {rounds} rounds", flush=True)
        for _ in range(rounds):
            for each in clients.values():
                await each.first_loads()
        for each in clients.values():
            await each.wire()
            await each.used(rounds)
        show(clients)


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description="What the web client costs, beside an earlier revision.")
    arguments.add_argument("--before", help="the revision to compare with")
    arguments.add_argument("--rounds", type=int, default=7)
    arguments.add_argument("--tasks", type=int, default=10_000)
    given = arguments.parse_args()
    asyncio.run(main(given.before, given.rounds, given.tasks))
