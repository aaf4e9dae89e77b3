"""A listening socket that its server cannot close too early, and the connections that came through it. For Linux."""

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
"""The kernel ends a connection whose client has taken nothing of what was sent to it for so long."""

SO_ATTACH_FILTER: Final = 26
DROP_SYN: Final = b"".join(
    struct.pack("HBBI", *instruction)
    for instruction in (
        (0x30, 0, 0, 13),  # load the flags of the TCP header
        (0x54, 0, 0, 0x02),  # keep SYN
        (0x15, 0, 1, 0),  # is it unset?
        (0x06, 0, 0, 0xFFFFFFFF),  # then take the packet
        (0x06, 0, 0, 0),  # else drop it
    )
)
"""A program for the kernel's packet filter. It drops SYN packets; clients send them again after a second."""

INSTRUCTION_BYTES: Final = 8
QUEUED: Final = ("I", 24)
"""tcpi_unacked: of a listening socket, the connections that wait to be accepted."""

RECEIVED: Final = ("Q", 128)
"""tcpi_bytes_received."""


def open_socket(host: str, port: int) -> socket.socket:
    """A socket that can listen, beside others of this user. Raises OSError when the address is taken."""
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    # These hold for the connections too.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, SENDING_MILLISECONDS)
    listener.bind((host, port))
    return listener


class ListeningSocket:
    """One process's share in a socket. ``descriptor`` belongs to the server that accepts."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        with borrowed(descriptor) as listener:
            self._port = listener.getsockname()[1]

    def hold(self) -> None:
        """No further connection is established. Those that are, or nearly, can be accepted."""
        program = ctypes.create_string_buffer(DROP_SYN)
        value = struct.pack("HL", len(DROP_SYN) // INSTRUCTION_BYTES, ctypes.addressof(program))
        with suppress(OSError), borrowed(self.descriptor) as listener:
            listener.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, value)

    def leave(self) -> None:
        """This process accepts no further connection. The socket is closed when no other process has it.

        The server is not told: its event loop does not hear of connections any more, and its descriptor becomes that
        of another socket, to which nobody connects.
        """
        for epoll in _epolls():
            with epoll, suppress(OSError):
                epoll.unregister(self.descriptor)
        with socket.socket(socket.AF_UNIX) as idle:
            idle.bind(b"")  # an address that the kernel makes up
            idle.listen(0)
            idle.setblocking(False)
            os.dup2(idle.fileno(), self.descriptor, inheritable=False)

    def connections(self) -> int:
        """How many connections this process has with its clients."""
        return sum(1 for _ in self._clients())

    def queued(self) -> int:
        """How many wait to be accepted."""
        with borrowed(self.descriptor) as listener:
            return 0 if listener.family == socket.AF_UNIX else _of_tcp(listener, QUEUED)

    def unheard(self) -> int:
        """How many of the connections have sent nothing so far, or something that was not read yet."""
        return sum(_is_unheard(each) for each in self._clients())

    def _clients(self) -> Iterator[socket.socket]:
        for connection in own_sockets():
            with suppress(OSError):
                if connection.getsockname()[1] == self._port:
                    connection.getpeername()  # which a listening socket has not
                    yield connection


def _of_tcp(connection: socket.socket, field: tuple[str, int]) -> int:
    """A field of the kernel's struct tcp_info."""
    form, offset = field
    information = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, offset + struct.calcsize(form))
    return int(struct.unpack_from(form, information, offset)[0])


def _is_unheard(connection: socket.socket) -> bool:
    try:
        return not _of_tcp(connection, RECEIVED) or _unread(connection) > 0
    except OSError:
        return False  # it has been closed meanwhile


def _unread(connection: socket.socket) -> int:
    """Bytes that have come and not been read."""
    return int(struct.unpack("i", fcntl.ioctl(connection, termios.FIONREAD, bytes(4)))[0])


def _epolls() -> "list[select.epoll]":
    """The event loops of this process, under descriptors that may be closed."""
    found = []
    for descriptor in open_descriptors():
        with suppress(OSError):
            if os.readlink(f"{DESCRIPTORS}/{descriptor}") == "anon_inode:[eventpoll]":
                found.append(select.epoll.fromfd(os.dup(descriptor)))  # noqa: TID251 - of no file
    return found
