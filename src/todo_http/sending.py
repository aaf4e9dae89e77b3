"""Sending large bodies: in parts, as fast as the client reads them, and within a deadline.

A server takes a body that comes as one message at once, however slowly the client reads, and keeps it as long as the
connection lives. Of several messages it takes the next when the ones before are on their way.
"""

import asyncio
import os
import socket
import struct
from contextlib import suppress
from ipaddress import ip_address
from time import monotonic
from typing import Any, Final

import structlog
from litestar.types import HTTPScope, Send

PART: Final = 65_536
"""Bytes of a message at most. Bodies that are not longer are sent as one message."""

DESCRIPTORS: Final = "/dev/fd"
AT_ONCE: Final = struct.pack("ii", 1, 0)
"""The value of SO_LINGER that drops what has not been sent."""

FAMILIES: Final = (socket.AF_INET, socket.AF_INET6)

Peer = tuple[str, int]

log = structlog.get_logger("todo_http")


class LargeBodies:
    """Sends the large bodies of one application. ``deadline``: seconds that each of them may take."""

    def __init__(self, deadline: float) -> None:
        self.deadline = deadline
        self.overdue: set[Peer] = set()
        self.ending = asyncio.Lock()
        self.complained_at = float("-inf")

    async def send(self, body: bytes, scope: HTTPScope, send: Send) -> int:
        """Returns how many bytes were sent. Ends the connection when they are not all of them."""
        sent = 0
        try:
            async with asyncio.timeout(self.deadline):
                while sent < len(body):
                    part = body[sent : sent + PART]
                    more = sent + len(part) < len(body)
                    await send({"type": "http.response.body", "body": part, "more_body": more})
                    sent += len(part)
        except TimeoutError:
            self._complain(sent)
            await self._end(scope)
        return sent

    def _complain(self, sent: int) -> None:
        """At most once in a second: how many clients do this is up to them."""
        if monotonic() - self.complained_at >= 1:
            self.complained_at = monotonic()
            log.warning("response_cut_off", sent=sent, seconds=self.deadline)

    async def _end(self, scope: HTTPScope) -> None:
        """One search at a time, for all connections that are to be ended: it looks at every open file."""
        client: Any = scope.get("client")
        if client:
            self.overdue.add((str(client[0]), int(client[1])))
            async with self.ending:
                if self.overdue:
                    peers, self.overdue = self.overdue, set()
                    await asyncio.to_thread(end_connections, peers)


def end_connections(peers: set[Peer]) -> None:
    """Ends the connections of this process to these peers, dropping what they have not received.

    The server gives no access to its sockets, and would wait for ever for a client that does not read. Does nothing
    where the open files of a process are not listed.
    """
    wanted = {(_address(host), port) for host, port in peers}
    ports = {port for _, port in peers}
    for name in os.listdir(DESCRIPTORS) if os.path.isdir(DESCRIPTORS) else ():
        with suppress(OSError), _duplicate(int(name)) as connection:
            if connection.family not in FAMILIES:
                continue
            host, port = connection.getpeername()[:2]
            if port in ports and (_address(host), port) in wanted:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
                connection.shutdown(socket.SHUT_RDWR)


def _duplicate(descriptor: int) -> socket.socket:
    """The socket that is open there, under another number, which nobody else closes. Raises OSError if it is none."""
    number = os.dup(descriptor)
    try:
        return socket.socket(fileno=number)
    except OSError:
        os.close(number)
        raise


def _address(host: str) -> str:
    """In the one form that can be compared."""
    try:
        return str(ip_address(host.partition("%")[0]))
    except ValueError:
        return host
