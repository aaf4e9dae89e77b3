"""A pipe that is read when a test says so, and not before."""

import contextlib
import os
import threading
from types import TracebackType
from typing import Self


class Pipe:
    """``writing`` is the end to give to others. Without ``drain`` nobody reads."""

    def __init__(self) -> None:
        self.reading, self.writing = os.pipe()
        self._read = bytearray()
        self._reader: threading.Thread | None = None

    @property
    def text(self) -> str:
        """What has been read so far."""
        return bytes(self._read).decode()

    def fill(self) -> None:
        """Writes until there is no room left, so that whoever writes next has to wait."""
        os.set_blocking(self.writing, False)
        with contextlib.suppress(BlockingIOError):
            while True:
                os.write(self.writing, b"." * 4_095 + b"\n")
        os.set_blocking(self.writing, True)

    def drain(self) -> None:
        """From now on everything is read, until no process has the writing end any more."""
        if self._reader is not None:
            return
        self._reader = threading.Thread(target=self._keep_reading, daemon=True)
        self._reader.start()

    def rest(self, seconds: float = 5) -> str:
        """Everything, once all who could write have ended."""
        os.close(self.writing)
        self.writing = -1
        self.drain()
        assert self._reader is not None
        self._reader.join(seconds)
        assert not self._reader.is_alive(), "somebody still has the writing end"
        return self.text

    def _keep_reading(self) -> None:
        while data := os.read(self.reading, 65_536):
            self._read += data

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        if self.writing != -1:
            os.close(self.writing)
        if self._reader is not None:
            self._reader.join(5)
        os.close(self.reading)
