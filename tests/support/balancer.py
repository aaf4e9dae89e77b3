"""A balancer as small as one can be: round robin over those that are ready, another one when the first refuses."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

from tests.support.raw import line_to, request

PROBE_SECONDS = 0.1


class Balancer:
    """Forwards connections. A request is never sent twice: only a refused connection is tried elsewhere."""

    def __init__(self, *urls: str) -> None:
        self.urls = list(urls)
        self.ready: set[str] = set()
        self.redispatched = 0
        self.port = 0
        self._turn = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def keep_probing(self) -> None:
        """Looks at everybody's readiness, ten times a second."""
        while True:
            for url in list(self.urls):
                (self.ready.add if await is_ready(url) else self.ready.discard)(url)
            await asyncio.sleep(PROBE_SECONDS)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            back = await self._connected()
            if back is not None:
                await asyncio.gather(_pump(reader, back[1]), _pump(back[0], writer))
        finally:
            writer.close()

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        for _ in range(2 * len(self.urls)):
            candidates = [url for url in self.urls if url in self.ready] or self.urls
            self._turn += 1
            parts = urlsplit(candidates[self._turn % len(candidates)])
            try:
                return await asyncio.open_connection(parts.hostname, parts.port)
            except OSError:
                self.redispatched += 1
        return None


async def is_ready(url: str) -> bool:
    """Whether the readiness of the server at this address is green."""
    try:
        async with asyncio.timeout(1), line_to(url) as line:
            await line.say(request("GET", "/health/ready", "Connection: close"))
            answer = await line.hear()
            return answer is not None and answer.status == 200
    except (OSError, TimeoutError):
        return False


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await source.read(65_536):
            sink.write(data)
            await sink.drain()
    sink.close()


@asynccontextmanager
async def balancing(*urls: str) -> AsyncIterator[Balancer]:
    """A balancer in front of these servers, which has looked at them once."""
    balancer = Balancer(*urls)
    server = await asyncio.start_server(balancer.serve, "127.0.0.1", 0)
    balancer.port = server.sockets[0].getsockname()[1]
    probing = asyncio.create_task(balancer.keep_probing())
    try:
        async with asyncio.timeout(10):
            while not balancer.ready.issuperset(urls):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        yield balancer
    finally:
        probing.cancel()
        server.close()
