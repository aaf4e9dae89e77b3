"""Finds the sockets among the open files of this process, for operations that the server does not offer.

No descriptor is duplicated: closing a duplicate of a file that SQLite has locked releases the locks of the whole
process (fcntl(2)), and another process could then delete SQLite's log while this one writes to it.
"""

import os
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from ipaddress import ip_address
from typing import Final

Peer = tuple[str, int]

DESCRIPTORS: Final = "/dev/fd"
FAMILIES: Final = (socket.AF_INET, socket.AF_INET6)
AT_ONCE: Final = struct.pack("ii", 1, 0)
"""The value of SO_LINGER that discards unsent data."""


@contextmanager
def borrowed(descriptor: int) -> Iterator[socket.socket]:
    """The socket of this descriptor, which is not closed. Raises OSError if it is not a socket."""
    found = socket.socket(fileno=descriptor)
    try:
        yield found
    finally:
        found.detach()


def open_descriptors() -> list[int]:
    """The descriptors of this process; empty where the system does not list them."""
    return [int(name) for name in os.listdir(DESCRIPTORS)] if os.path.isdir(DESCRIPTORS) else []


def own_sockets() -> Iterator[socket.socket]:
    """The internet sockets of this process, each valid until the next one. Their owners may close them at any time."""
    for descriptor in open_descriptors():
        with suppress(OSError), borrowed(descriptor) as found:
            if found.family in FAMILIES:
                yield found


def end_connections(peers: set[Peer]) -> None:
    """Resets the connections of this process to these peers, discarding unsent data."""
    wanted = {(_address(host), port) for host, port in peers}
    ports = {port for _, port in peers}
    for connection in own_sockets():
        with suppress(OSError):
            host, port = connection.getpeername()[:2]
            if port in ports and (_address(host), port) in wanted:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
                connection.shutdown(socket.SHUT_RDWR)


def _address(host: str) -> str:
    try:
        return str(ip_address(host.partition("%")[0]))
    except ValueError:
        return host
