"""Servers as those who take part in the rounds."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from benchmarks.asks import Crowd
from benchmarks.load import Load, put_load
from benchmarks.variants import Running
from tests.support.raw import line_to

CLIENTS: Final = 64
TOUCHING: Final = 8
"""Connections over which tokens are made known."""


@dataclass
class Server:
    """A running variant, with the people who ask it."""

    running: Running
    crowd: Crowd
    database_url: str
    database_pid: int
    asks: list[bytes] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.running.name

    @property
    def cases(self) -> Sequence[str]:
        return self.running.variant.cases

    def watched(self) -> dict[str, int]:
        server = {"server": self.running.process.pid}
        return server | {"database": self.database_pid} if self.database_pid else server

    def prepare(self, case: str) -> None:
        """Has the requests ready, and every token known to a server that forgets them after half a minute.

        A round is short: otherwise checking tokens, which each needs once in that time, would be a tenth of it.
        """
        self.asks = self.crowd.toggles(self.database_url) if case == "complete" else self.crowd.asks(case)
        if self.running.variant.forgets_tokens:
            asyncio.run(touch(self.running.url, self.crowd.asks("touch")))

    def run(self, case: str, seconds: int) -> Load:
        return put_load(self.running.url, self.asks, CLIENTS, seconds)


async def touch(url: str, asks: Sequence[bytes]) -> None:
    """Sends all requests, many at a time, and waits for the answers without looking at them."""

    async def send(part: Sequence[bytes]) -> None:
        async with line_to(url) as line:
            for start in range(0, len(part), 50):
                chunk = part[start : start + 50]
                line.writer.write(b"".join(chunk))
                for _ in chunk:
                    await line.hear(30)

    await asyncio.gather(*[send(asks[n::TOUCHING]) for n in range(TOUCHING)])
