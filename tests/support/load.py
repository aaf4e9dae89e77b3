"""Clients that ask without a break, and how their requests ended."""

import asyncio
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, closing
from pathlib import Path
from time import monotonic
from typing import Any

from tests.support.raw import Heard, Line, line_to, posted, request

WRITES = 10
"""Every so many requests one is a write."""


class Load:
    """``addresses`` tells who can be asked; they are asked in turn. ``pause``: seconds between two requests of one."""

    def __init__(self, session: dict[str, Any], addresses: Callable[[], Sequence[str]], pause: float = 0) -> None:
        self.bearer = f"Authorization: Bearer {session['token']}"
        self.tasks = f"/api/{session['user']['id']}/tasks"
        self.addresses = addresses
        self.pause = pause
        self.ended: Counter[str] = Counter()
        self.refused = 0
        """Connections, not requests: who has sent nothing can ask somebody else."""
        self.slowest = 0.0
        self.asked = 0
        self.stopping = False

    @property
    def lost(self) -> int:
        """Requests that were not answered with 2xx."""
        return sum(times for how, times in self.ended.items() if how not in {"200", "201"})

    async def client(self, keep: bool) -> None:
        """Asks until told to stop, on one connection for as long as it is let, or on a new one each time."""
        while not self.stopping:
            addresses = self.addresses()
            self.asked += 1
            try:
                async with line_to(addresses[self.asked % len(addresses)]) as line:
                    while await self._ask(line) and keep and not self.stopping:
                        await asyncio.sleep(self.pause)
                        self.asked += 1
            except ConnectionRefusedError:
                self.refused += 1
            except OSError as error:
                self.ended[f"connect: {type(error).__name__}"] += 1
            await asyncio.sleep(self.pause)

    async def _ask(self, line: Line) -> bool:
        """One request; False when the connection is not to be used again."""
        began = monotonic()
        if self.asked % WRITES:
            message = request("GET", f"{self.tasks}?limit=1", self.bearer)
        else:
            message = posted(self.tasks, {"title": "Buy milk"}, self.bearer)
        try:
            await line.say(message)
            answer = await line.hear(30)
        except (OSError, TimeoutError) as error:
            answer = None
            self.ended[type(error).__name__] += 1
        else:
            self.ended[_told(answer)] += 1
        self.slowest = max(self.slowest, monotonic() - began)
        return answer is not None and answer.fields.get("connection") != "close"


def stored_tasks(database: Path) -> int:
    """How many tasks there are in an SQLite file, which has to be sound."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        (found,) = connection.execute("SELECT count(*) FROM tasks").fetchone()
        return int(found)


def _told(answer: Heard | None) -> str:
    if answer is None:
        return "no answer"
    return str(answer.status) if answer.status < 400 else f"{answer.status} {answer.problem}"


@asynccontextmanager
async def loading(load: Load, clients: int) -> AsyncIterator[Load]:
    """Clients that ask meanwhile: half of them keep their connections."""
    running = [asyncio.create_task(load.client(number % 2 == 0)) for number in range(clients)]
    try:
        yield load
    finally:
        load.stopping = True
        await asyncio.gather(*running)
