"""A link to a server that a test can watch and cut."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

PIECE = 100
"""Bytes that are forwarded at once, so that what arrives together is not what was sent together."""


class Link:
    """Forwards connections to the server at an address. ``sent`` and ``received`` are the bytes that went over it."""

    def __init__(self, url: str) -> None:
        self._target = urlsplit(url)
        self._ends: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self.sent = bytearray()
        self.received = bytearray()
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def up(self) -> None:
        """Accepts connections, on the same port as before if there was one."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    def cut(self) -> None:
        """Resets all connections and refuses new ones."""
        if self._server:
            self._server.close()
        for end in self._ends:
            end.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            back, forth = await asyncio.open_connection(self._target.hostname, self._target.port)
        except OSError:
            writer.transport.abort()
            return
        self._ends |= {writer, forth}
        try:
            await asyncio.gather(_pump(reader, forth, self.sent), _pump(back, writer, self.received))
        finally:
            self._ends -= {writer, forth}


async def _pump(source: asyncio.StreamReader, target: asyncio.StreamWriter, seen: bytearray) -> None:
    with suppress(OSError):
        while data := await source.read(PIECE):
            seen += data
            target.write(data)
            await asyncio.sleep(0.001)
    target.close()


@asynccontextmanager
async def link_to(url: str) -> AsyncIterator[Link]:
    """A link that is up."""
    link = Link(url)
    await link.up()
    try:
        yield link
    finally:
        link.cut()
