"""The listening socket: no connection is lost when a process stops accepting."""

import asyncio
import errno
import os
import select
import socket
import sys
from collections.abc import Iterator
from time import monotonic, sleep

import pytest

from todo_adapters.server.listening_socket import SENDING_MILLISECONDS, ListeningSocket, open_socket

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="for Linux")


@pytest.fixture(params=["127.0.0.1", "::1"])
def listener(request: pytest.FixtureRequest) -> Iterator[socket.socket]:
    try:
        made = open_socket(request.param, 0)
    except OSError:
        pytest.skip(f"{request.param} is no address of this machine")
    with made:
        made.listen()
        made.settimeout(5)
        yield made


def connecting(listener: socket.socket) -> socket.socket:
    """A client that has asked to be connected."""
    client = socket.socket(listener.family)
    client.setblocking(False)
    client.connect_ex(listener.getsockname())
    sleep(0.05)
    return client


def connected(client: socket.socket) -> bool:
    try:
        client.getpeername()
    except OSError:
        return False
    return True


@pytest.mark.check("P5")
def test_connections_have_what_is_set_on_the_socket(listener: socket.socket) -> None:
    with connecting(listener), listener.accept()[0] as accepted:
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == SENDING_MILLISECONDS


@pytest.mark.check("P5")
def test_the_kernel_ends_a_connection_whose_client_takes_nothing(listener: socket.socket) -> None:
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 500)
    with connecting(listener), listener.accept()[0] as accepted:
        started = monotonic()
        accepted.settimeout(15)
        with pytest.raises(TimeoutError) as raised:
            accepted.sendall(b"x" * 50_000_000)
        assert raised.value.errno == errno.ETIMEDOUT, "by the kernel, not by this call"
        assert monotonic() - started < 10


def test_when_it_is_held_nobody_gets_in_and_nobody_is_lost(listener: socket.socket) -> None:
    shared = ListeningSocket(listener.fileno())
    with connecting(listener) as before:
        shared.hold()
        with connecting(listener) as after:
            assert (connected(before), connected(after)) == (True, False)
            assert shared.queued() == 1
            before.sendall(b"x")
            with listener.accept()[0] as accepted:
                assert accepted.recv(1) == b"x"
            assert shared.queued() == 0
            listener.close()
            select.select([], [after], [], 10)  # it asks again after a second
            assert after.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == errno.ECONNREFUSED


async def test_who_has_left_accepts_nothing_and_others_do() -> None:
    with open_socket("127.0.0.1", 0) as listener, listener.dup() as others:
        listener.listen()
        heard = asyncio.Event()
        asyncio.get_running_loop().add_reader(listener.fileno(), heard.set)
        ListeningSocket(listener.fileno()).leave()
        with connecting(others):
            await asyncio.sleep(0.1)
            assert not heard.is_set()
            listener.setblocking(False)
            with pytest.raises(BlockingIOError):
                listener.accept()
            others.accept()[0].close()
        asyncio.get_running_loop().remove_reader(listener.fileno())


def test_when_all_have_left_connections_are_refused(listener: socket.socket) -> None:
    address = listener.getsockname()
    ListeningSocket(listener.fileno()).leave()
    with socket.socket(listener.family) as client, pytest.raises(ConnectionRefusedError):
        client.connect(address)


def test_connections_are_counted_by_what_was_heard_of_them(listener: socket.socket) -> None:
    shared = ListeningSocket(listener.fileno())
    assert (shared.queued(), shared.unheard(), shared.connections()) == (0, 0, 0)
    with connecting(listener) as client:
        assert (shared.queued(), shared.connections()) == (1, 0)
        with listener.accept()[0] as accepted:
            assert (shared.queued(), shared.unheard(), shared.connections()) == (0, 1, 1)
            client.sendall(b"x")
            sleep(0.05)
            assert (shared.unheard(), shared.connections()) == (1, 1)
            accepted.recv(1)
            assert (shared.unheard(), shared.connections()) == (0, 1)
        assert shared.connections() == 0


def test_looking_at_connections_leaves_no_descriptor_open(listener: socket.socket) -> None:
    shared = ListeningSocket(listener.fileno())
    before = os.listdir("/proc/self/fd")
    with connecting(listener):
        for _ in range(3):
            shared.queued()
            shared.unheard()
            shared.connections()
            shared.hold()
    assert len(os.listdir("/proc/self/fd")) == len(before)
