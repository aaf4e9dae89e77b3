"""Clients with open event streams, in a process of their own: python -m benchmarks.stream_clients URL

Reads commands from standard input, one JSON array per line, and answers each with one line: ``["open", [token, ...]]``
when all streams have begun, ``["heard"]`` with the numbers in the titles of the tasks that came since the last time and
when they came, on the clock that all processes share, ``["close"]`` when all are closed.
"""

import asyncio
import json
import re
import resource
import sys
import time
from typing import Any
from urllib.parse import urlsplit

from tests.support.raw import request

NUMBER = re.compile(rb"write-(\d+)-")
OPENING_AT_ONCE = 16


class Stream(asyncio.Protocol):
    """One open stream. Events may come in pieces, so the end of the last piece is kept."""

    def __init__(self, token: str, heard: dict[int, float]) -> None:
        self._ask = request("GET", "/api/events", f"Authorization: Bearer {token}")
        self._heard = heard
        self._tail = b""
        self.transport: Any = None
        self.begun = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        transport.write(self._ask)

    def data_received(self, data: bytes) -> None:
        now = time.monotonic()
        if not self.begun.done() and b"retry:" in self._tail + data:
            self.begun.set_result(None)
        for number in NUMBER.findall(self._tail + data):
            self._heard.setdefault(int(number), now)
        self._tail = data[-40:] if self.begun.done() else self._tail + data

    def connection_lost(self, error: Exception | None) -> None:
        if not self.begun.done():
            self.begun.set_exception(ConnectionError(self._tail.decode("latin-1")))


async def main() -> None:
    loop, address = asyncio.get_running_loop(), urlsplit(sys.argv[1])
    host, port = str(address.hostname), int(address.port or 80)
    streams: list[Stream] = []
    heard: dict[int, float] = {}
    turns = asyncio.Semaphore(OPENING_AT_ONCE)

    async def begin(token: str) -> None:
        async with turns:
            _, stream = await loop.create_connection(lambda: Stream(token, heard), host, port)
            streams.append(stream)
            await stream.begun

    while line := await asyncio.to_thread(sys.stdin.readline):
        answer: Any = "done"
        match json.loads(line):
            case ["open", tokens]:
                await asyncio.gather(*map(begin, tokens))
            case ["heard"]:
                answer = list(heard.items())
                heard.clear()
            case ["close"]:
                for stream in streams:
                    stream.transport.abort()
                streams.clear()
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    asyncio.run(main())
