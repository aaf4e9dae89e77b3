"""HTTP by hand, for what no client library would send."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Heard:
    """One answer."""

    status: int
    fields: dict[str, str]
    body: bytes

    @property
    def problem(self) -> str:
        """The code of the problem, empty when it is none of ours."""
        if "problem+json" not in self.fields.get("content-type", ""):
            return ""
        return str(json.loads(self.body)["type"].rpartition("/")[2])


class Line:
    """A connection to a server."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def say(self, *parts: bytes) -> None:
        """Sends the parts, each in a packet of its own."""
        for part in parts:
            self.writer.write(part)
            await self.writer.drain()
            await asyncio.sleep(0.01 if len(parts) > 1 else 0)

    async def hear(self, seconds: float = 20, head: bool = False) -> Heard | None:
        """The next answer, or None when the connection has been closed instead."""
        async with asyncio.timeout(seconds):
            try:
                lines = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                pairs = (line.partition(":") for line in lines[1:] if line)
                fields = {name.lower(): value.strip() for name, _, value in pairs}
                length = 0 if head else int(fields.get("content-length", "0"))
                return Heard(int(lines[0].split()[1]), fields, await self.reader.readexactly(length))
            except (asyncio.IncompleteReadError, ConnectionError):
                return None

    async def hear_all(self, seconds: float = 0.5) -> list[Heard]:
        """Every answer until the connection is closed, or nothing more comes for so long; the first may take longer."""
        heard: list[Heard] = []
        try:
            while answer := await self.hear(seconds if heard else 20):
                heard.append(answer)
        except TimeoutError:
            pass
        return heard

    async def closed(self, seconds: float) -> bool:
        """Whether the server closes within this time, whatever it says before."""
        try:
            async with asyncio.timeout(seconds):
                await self.reader.read()
        except TimeoutError:
            return False
        except ConnectionError:
            return True
        return True

    def abort(self) -> None:
        """Gone, without a goodbye."""
        self.writer.transport.abort()


@asynccontextmanager
async def line_to(url: str, source: str = "") -> AsyncIterator[Line]:
    """A connection to the server at this address, from ``source`` if it matters where it comes from."""
    parts = urlsplit(url)
    local = (source, 0) if source else None
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port, local_addr=local)
    line = Line(reader, writer)
    try:
        yield line
    finally:
        line.abort()


def unread(url: str, data: bytes) -> socket.socket:
    """A connection that has sent this, has little room for an answer, and reads nothing of it."""
    parts = urlsplit(url)
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    client.connect((parts.hostname, parts.port))
    client.sendall(data)
    return client


def request(method: str, path: str, *fields: str, body: bytes = b"", host: str | None = "localhost") -> bytes:
    """A request, with a Host unless there shall be none, and as it is given otherwise."""
    lines = [f"{method} {path} HTTP/1.1", *([f"Host: {host}"] if host is not None else []), *fields, "", ""]
    return "\r\n".join(lines).encode("latin-1") + body


def posted(path: str, value: Any, *fields: str) -> bytes:
    """A proper POST of JSON."""
    body = json.dumps(value).encode()
    return request("POST", path, "Content-Type: application/json", f"Content-Length: {len(body)}", *fields, body=body)
