"""The sockets among the open files of this process, for what a server does not let one do with its own.

No descriptor is duplicated on the way: closing a duplicate of a file that SQLite has locked would release the locks
of the whole process (fcntl(2)), and then another process could delete SQLite's log while this one still writes to it.
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
"""The value of SO_LINGER that drops what has not been sent."""


@contextmanager
def borrowed(descriptor: int) -> Iterator[socket.socket]:
    """The socket that is open under this descriptor and stays open. Raises OSError if it is none."""
    found = socket.socket(fileno=descriptor)
    try:
        yield found
    finally:
        found.detach()


def open_descriptors() -> list[int]:
    """Empty where the open files of a process are not listed."""
    return [int(name) for name in os.listdir(DESCRIPTORS)] if os.path.isdir(DESCRIPTORS) else []


def own_sockets() -> Iterator[socket.socket]:
    """The process's internet sockets, each until the next is asked for. Others may close them meanwhile."""
    for descriptor in open_descriptors():
        with suppress(OSError), borrowed(descriptor) as found:
            if found.family in FAMILIES:
                yield found


def end_connections(peers: set[Peer]) -> None:
    """Ends the connections of this process to these peers, dropping what they have not received."""
    wanted = {(_address(host), port) for host, port in peers}
    ports = {port for _, port in peers}
    for connection in own_sockets():
        with suppress(OSError):
            host, port = connection.getpeername()[:2]
            if port in ports and (_address(host), port) in wanted:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
                connection.shutdown(socket.SHUT_RDWR)


def _address(host: str) -> str:
    """In the one form that can be compared."""
    try:
        return str(ip_address(host.partition("%")[0]))
    except ValueError:
        return host
