"""Runs a test server for as long as the test run lives, then stops it and removes its folder.

It is started as a process of its own, in a session of its own, with a pipe as standard input that only the
test run holds open. However the test run ends, SIGKILL included, the kernel closes that pipe; so neither a
server nor a folder is left behind. Usage: postgres_keeper.py FOLDER UID COMMAND..., UID -1 for no change.
"""

import os
import select
import shutil
import signal
import subprocess
import sys

SECONDS_TO_STOP = 5.0


def main() -> None:
    folder, uid, command = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        with open(os.path.join(folder, "log"), "ab") as log:
            server = start(command, uid, folder, log.fileno())
        try:
            wait_for_end_of_run(server)
        finally:
            stop(server)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def start(command: list[str], uid: int, folder: str, log: int) -> subprocess.Popen[bytes]:
    user = {} if uid < 0 else {"user": uid, "group": uid, "extra_groups": ()}
    return subprocess.Popen(  # type: ignore[call-overload, no-any-return]
        command, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **user
    )


def wait_for_end_of_run(server: subprocess.Popen[bytes]) -> None:
    while server.poll() is None:
        readable, _, _ = select.select([0], [], [], 0.2)
        if readable and not os.read(0, 1):
            return


def stop(server: subprocess.Popen[bytes]) -> None:
    server.send_signal(signal.SIGINT)  # PostgreSQL's fast shutdown: connections are cut, not awaited
    try:
        server.wait(SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        server.send_signal(signal.SIGQUIT)  # immediate shutdown; SIGKILL would orphan the server's children
        server.wait()


if __name__ == "__main__":
    main()
