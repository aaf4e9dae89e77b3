"""A link to PostgreSQL that a test can watch, cut at a chosen moment, and take down."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit, urlunsplit

EXECUTING = (b"E", b"Q")
"""The messages that make the server run a statement (protocol 3.0: Execute, and simple Query)."""

START_UP = (196608).to_bytes(4)
"""Protocol 3.0, in the packet that begins a session."""


class Proxy:
    """Forwards connections to a server. ``statements`` counts what the server was asked to run."""

    def __init__(self, url: str) -> None:
        self._parts = urlsplit(url)
        self._links: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self.statements = 0
        self.port = 0
        self.cut: Callable[[bytes], bool] = lambda message: False
        """Asked for each message of a client; True drops the link after the server has answered, unseen."""
        self.swallows = False
        """True if the message at which the link is cut does not reach the server either."""
        self.pause = 0.2
        """Seconds that the server is given to finish when the link has been cut."""
        self.linger = 0.0
        """Seconds by which the end of a connection that the server ends arrives later than its last words."""

    @property
    def url(self) -> str:
        """The server's address by way of this proxy."""
        credentials = self._parts.netloc.rpartition("@")[0]
        return urlunsplit(self._parts._replace(netloc=f"{credentials}@127.0.0.1:{self.port}"))

    async def up(self) -> None:
        """Listens, on the same port as before if there was one."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def down(self) -> None:
        """Refuses new connections and cuts those that are open."""
        if self._server:
            self._server.close()
        for writer in list(self._links):
            writer.transport.abort()
        await asyncio.sleep(0)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            upstream = await asyncio.open_connection(self._parts.hostname, self._parts.port)
        except OSError:
            writer.close()
            return
        self._links |= {writer, upstream[1]}
        drop = asyncio.Event()
        try:
            answers = asyncio.ensure_future(self._answers(upstream[0], writer, drop))
            await self._requests(reader, upstream[1], writer, drop)
            answers.cancel()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            for end in (writer, upstream[1]):
                end.transport.abort()
            self._links -= {writer, upstream[1]}

    async def _requests(
        self,
        reader: asyncio.StreamReader,
        server: asyncio.StreamWriter,
        client: asyncio.StreamWriter,
        drop: asyncio.Event,
    ) -> None:
        packet = b""
        while packet[4:8] != START_UP:  # packets without a type: perhaps a wish for TLS, then the start
            size = await reader.readexactly(4)
            packet = size + await reader.readexactly(int.from_bytes(size) - 4)
            server.write(packet)
        while True:
            head = await reader.readexactly(5)
            body = await reader.readexactly(int.from_bytes(head[1:]) - 4)
            if head[:1] in EXECUTING:
                self.statements += 1
            if self.cut(head + body):
                drop.set()
                if not self.swallows:
                    server.write(head + body)
                await asyncio.sleep(self.pause)  # the server finishes; nobody hears of it
                return
            server.write(head + body)

    async def _answers(self, server: asyncio.StreamReader, client: asyncio.StreamWriter, drop: asyncio.Event) -> None:
        with suppress(OSError):
            while data := await server.read(65536):
                if not drop.is_set():
                    client.write(data)
        await asyncio.sleep(self.linger)
        client.transport.abort()


@asynccontextmanager
async def proxy_to(url: str) -> AsyncIterator[Proxy]:
    """A proxy that is up."""
    proxy = Proxy(url)
    await proxy.up()
    try:
        yield proxy
    finally:
        await proxy.down()
