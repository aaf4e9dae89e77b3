"""A program at a terminal, as a person sees it."""

import contextlib
import fcntl
import os
import re
import select
import struct
import subprocess
import termios
from collections.abc import Iterator, Mapping
from pathlib import Path

CONTROL = re.compile(r"\x1b\[[?>=0-9;]*[a-zA-Z]|\x1b[=>]")
AT_ITS_TERMINAL = 'tty=$1; shift; exec "$@" <"$tty" >"$tty" 2>&1'  # opening it makes it the controlling terminal


class Terminal:
    """The terminal of a running program. ``shown`` is what the program and the echo have written."""

    def __init__(self, process: subprocess.Popen[bytes], descriptor: int) -> None:
        self.process = process
        self.shown = ""
        self._seen = 0
        self._descriptor = descriptor

    def type(self, text: str) -> None:
        os.write(self._descriptor, text.encode())

    def paste(self, text: str) -> None:
        """As terminals do it: between marks where the program has asked for them, otherwise like typing."""
        asked = self.shown.rfind("\x1b[?2004h") > self.shown.rfind("\x1b[?2004l")
        self.type(f"\x1b[200~{text}\x1b[201~\r" if asked else text)

    def wait_for(self, text: str) -> None:
        """Waits until this is shown after what was waited for before."""
        while (found := self.shown.find(text, self._seen)) < 0:
            assert self.process.poll() is None, self.shown
            if select.select([self._descriptor], [], [], 1)[0]:
                self.shown += os.read(self._descriptor, 65536).decode("utf-8", "replace")
        self._seen = found + len(text)

    def text(self) -> str:
        """What is shown, without control sequences."""
        return CONTROL.sub("", self.shown)


@contextlib.contextmanager
def at_terminal(command: list[str], folder: Path, environ: Mapping[str, str]) -> Iterator[Terminal]:
    """Runs the command at a terminal of its own, and kills it at the end."""
    controlling, controlled = os.openpty()
    fcntl.ioctl(controlled, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 1000, 0, 0))  # nothing is wrapped
    process = subprocess.Popen(
        ["/bin/sh", "-c", AT_ITS_TERMINAL, "sh", os.ttyname(controlled), *command],
        cwd=folder,
        env=environ,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield Terminal(process, controlling)
    finally:
        process.kill()
        process.wait()
        os.close(controlled)
        os.close(controlling)
