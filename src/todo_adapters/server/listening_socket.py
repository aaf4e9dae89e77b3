"""A listening socket that can stop accepting while its connections go on. Linux only."""

import ctypes
import os
import select
import socket
import struct
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

from todo_adapters.server.own_sockets import DESCRIPTORS, borrowed, open_descriptors, own_sockets

if sys.platform != "win32":
    import fcntl
    import termios

SENDING_MILLISECONDS: Final = 30_000
"""The kernel closes a connection whose client has acknowledged nothing for this time."""

SO_ATTACH_FILTER: Final = 26
DROP_SYN: Final = b"".join(
    struct.pack("HBBI", *instruction)
    for instruction in (
        (0x30, 0, 0, 13),  # load the flags of the TCP header
        (0x54, 0, 0, 0x02),  # keep SYN
        (0x15, 0, 1, 0),  # is it not set?
        (0x06, 0, 0, 0xFFFFFFFF),  # accept the packet
        (0x06, 0, 0, 0),  # drop it
    )
)
"""A packet filter that drops SYN packets; clients repeat them after a second."""

INSTRUCTION_BYTES: Final = 8
QUEUED: Final = ("I", 24)
"""tcpi_unacked: for a listening socket, the connections waiting to be accepted."""

RECEIVED: Final = ("Q", 128)
"""tcpi_bytes_received."""


def open_socket(host: str, port: int) -> socket.socket:
    """Binds a socket to an address, which it shares with others of this user. Raises OSError when it is taken."""
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    # Accepted connections inherit these.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, SENDING_MILLISECONDS)
    listener.bind((host, port))
    return listener


class ListeningSocket:
    """The listening socket of one process. Its server owns ``descriptor``."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        with borrowed(descriptor) as listener:
            self._port = listener.getsockname()[1]

    def hold(self) -> None:
        """Lets no further connection be established. Those under way can still be accepted."""
        program = ctypes.create_string_buffer(DROP_SYN)
        value = struct.pack("HL", len(DROP_SYN) // INSTRUCTION_BYTES, ctypes.addressof(program))
        with suppress(OSError), borrowed(self.descriptor) as listener:
            listener.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, value)

    def leave(self) -> None:
        """Accepts no further connection in this process. The socket is closed when no other process has it.

        The server does not notice: its event loop gets no more events, and its descriptor becomes that of an unused
        socket.
        """
        for epoll in _epolls():
            with epoll, suppress(OSError):
                epoll.unregister(self.descriptor)
        with socket.socket(socket.AF_UNIX) as idle:
            idle.bind(b"")  # an address chosen by the kernel
            idle.listen(0)
            idle.setblocking(False)
            os.dup2(idle.fileno(), self.descriptor, inheritable=False)

    def connections(self) -> int:
        return sum(1 for _ in self._clients())

    def queued(self) -> int:
        """The number of connections waiting to be accepted."""
        with borrowed(self.descriptor) as listener:
            return 0 if listener.family == socket.AF_UNIX else _of_tcp(listener, QUEUED)

    def unheard(self) -> int:
        """The number of connections that have sent nothing yet, or have unread data."""
        return sum(_is_unheard(each) for each in self._clients())

    def _clients(self) -> Iterator[socket.socket]:
        for connection in own_sockets():
            with suppress(OSError):
                if connection.getsockname()[1] == self._port:
                    connection.getpeername()  # fails for a listening socket
                    yield connection


def _of_tcp(connection: socket.socket, field: tuple[str, int]) -> int:
    """A field of struct tcp_info."""
    form, offset = field
    information = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, offset + struct.calcsize(form))
    return int(struct.unpack_from(form, information, offset)[0])


def _is_unheard(connection: socket.socket) -> bool:
    try:
        unread = int.from_bytes(fcntl.ioctl(connection, termios.FIONREAD, bytes(4)), sys.byteorder)
        return not _of_tcp(connection, RECEIVED) or unread > 0
    except OSError:
        return False  # closed meanwhile


def _epolls() -> "list[select.epoll]":
    """The event loops of this process, as duplicates that may be closed."""
    found = []
    for descriptor in open_descriptors():
        with suppress(OSError):
            if os.readlink(f"{DESCRIPTORS}/{descriptor}") == "anon_inode:[eventpoll]":
                found.append(select.epoll.fromfd(os.dup(descriptor)))  # noqa: TID251 - of no file
    return found
