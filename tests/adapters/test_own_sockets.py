"""Finding the sockets among the open files leaves all other files untouched."""

import fcntl
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from todo_adapters.server.listening_socket import ListeningSocket, open_socket
from todo_adapters.server.own_sockets import end_connections

TAKE_LOCK = "import fcntl, sys; fcntl.lockf(open(sys.argv[1], 'r+'), fcntl.LOCK_EX | fcntl.LOCK_NB)"


def is_locked(file: Path) -> bool:
    """As another process sees it."""
    return (
        subprocess.run([sys.executable, "-c", TAKE_LOCK, str(file)], capture_output=True, check=False).returncode != 0
    )


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_only_the_connections_to_these_peers_are_ended(family: socket.AddressFamily) -> None:
    host = "127.0.0.1" if family == socket.AF_INET else "::1"
    with socket.create_server((host, 0), family=family) as listener, socket.socket(family) as one:
        one.connect(listener.getsockname())
        served, _ = listener.accept()
        with socket.socket(family) as other, served:
            other.connect(listener.getsockname())
            kept, peer = listener.accept()
            with kept:
                end_connections({(host, one.getsockname()[1]), (host, 1), ("not an address", peer[1])})
                kept.sendall(b"x")
                assert other.recv(1) == b"x"
                assert served.recv(1) == b"", "it has been shut down"
            served.close()
            assert one.recv(1) == b""


@pytest.mark.skipif(sys.platform != "linux", reason="for Linux")
def test_locks_on_files_are_kept(tmp_path: Path) -> None:
    """As SQLite's have to be, or another process deletes its log, and with it what was acknowledged."""
    file = tmp_path / "locked"
    file.touch()
    with file.open("r+b") as held, open_socket("127.0.0.1", 0) as listener:
        fcntl.lockf(held, fcntl.LOCK_EX)
        listener.listen()
        shared = ListeningSocket(listener.fileno())
        end_connections({("127.0.0.1", 1)})
        assert is_locked(file)
        shared.connections()
        shared.unheard()
        shared.queued()
        assert is_locked(file)
        shared.hold()
        shared.leave()
        assert is_locked(file)
    assert not is_locked(file)
