"""Writes log lines without ever blocking the caller, and counts those that are dropped.

What a pipe has room for is written at once, everything else by a thread.
"""

import atexit
import contextlib
import io
import os
import select
import stat
import sys
import threading
import weakref
from collections.abc import Callable
from functools import cache
from time import monotonic
from typing import Final, TextIO

CAPACITY: Final = 1 << 20
"""Bytes buffered for each of the two streams."""

CHUNK: Final = 4_096
"""Bytes of one write to a pipe. POSIX guarantees that writes up to PIPE_BUF are not interleaved."""

FILE_CHUNK: Final = 1 << 20
"""Bytes of one write to a regular file."""

GATHER_SECONDS: Final = 0.05
"""Pause of the thread after a write, which collects lines for the next one."""

RETRY_SECONDS: Final = 1.0
"""Pause before the next attempt after an error."""

FLUSH_SECONDS: Final = 1.0
"""Maximum time to write the rest when the process exits."""

_writers: Final[weakref.WeakSet["LogWriter"]] = weakref.WeakSet()


class LogWriter:
    """Writes lines to a file descriptor, in order, without blocking the caller.

    Lines are dropped and counted when the buffer is full or writing fails. When writing works again and half of the
    buffer is free, a line made by ``notice`` reports how many, and lines are accepted again.
    """

    def __init__(self, descriptor: int | None, capacity: int = CAPACITY) -> None:
        self.dropped = 0
        self.notice: Callable[[int], str] = plain_notice
        self._target = -1 if descriptor is None else descriptor
        self._pipe = _pipe_that_refuses(self._target)
        self._capacity = capacity
        self._begin()
        _writers.add(self)

    def _begin(self) -> None:
        """Sets the initial state, also after a fork: the thread and the buffered lines stay with the parent."""
        self._chunk = FILE_CHUNK if _is(stat.S_ISREG, self._target) else CHUNK
        self._changed = threading.Condition()  # reentrant: finalizers that run while it is held may log
        self._waiting = bytearray()
        self._untold = 0
        self._failing = False
        self._idle = False
        self._thread: threading.Thread | None = None

    def write(self, text: str) -> None:
        """Buffers one or more lines, each with its line end, without blocking."""
        if self._target < 0:
            return
        lines = text.encode("utf-8", "backslashreplace")
        with self._changed:
            if self._pipe is not None and not self._waiting and not self._untold:
                lines = _put_at_once(self._pipe, lines)
                if not lines:
                    return
            room = 0 if self._untold else self._capacity - len(self._waiting)
            if len(lines) > room:
                fitting = lines.rfind(b"\n", 0, max(room, 0)) + 1
                self._lose(lines.count(b"\n", fitting))
                lines = lines[:fitting]
            self._waiting += lines
            if self._thread is None:
                self._thread = threading.Thread(target=self._keep_writing, name="log", daemon=True)
                with contextlib.suppress(RuntimeError):  # the interpreter is shutting down
                    self._thread.start()
            elif self._idle:
                self._changed.notify_all()

    def flush(self, seconds: float = FLUSH_SECONDS) -> bool:
        """Waits until everything is written. False on timeout."""
        with self._changed:
            self._changed.notify_all()
            return self._changed.wait_for(lambda: not self._waiting and (not self._untold or self._failing), seconds)

    def close(self) -> None:
        """Accepts no further lines and closes the pipe that it opened."""
        with self._changed:
            self._target = -1
            pipe, self._pipe = self._pipe, None
        if pipe is not None:
            os.close(pipe)

    def _keep_writing(self) -> None:
        while True:
            chunk = self._next_chunk()
            written = self._put(chunk)
            with self._changed:
                del self._waiting[: len(chunk)]
                if not written:
                    self._lose(chunk.count(b"\n"))
                self._failing = not written
            self._tell()
            with self._changed:
                if not self._waiting:
                    self._changed.notify_all()
                    self._changed.wait(GATHER_SECONDS)

    def _next_chunk(self) -> bytes:
        """Whole lines for one write, or a single longer line; empty to test whether writing works again."""
        with self._changed:
            self._idle = True
            self._changed.wait_for(lambda: self._waiting, RETRY_SECONDS if self._untold else None)
            self._idle = False
            end = self._waiting.rfind(b"\n", 0, self._chunk) + 1 or self._waiting.find(b"\n") + 1
            return bytes(self._waiting[:end])

    def _tell(self) -> None:
        """Reports dropped lines when half of the buffer is free."""
        with self._changed:
            lost = self._untold if len(self._waiting) <= self._capacity // 2 else 0
        if lost:
            written = self._put(self.notice(lost).encode())
            with self._changed:
                self._untold -= lost if written else 0
                self._failing = not written

    def _lose(self, lines: int) -> None:
        self._untold += lines
        self.dropped += lines

    def _put(self, chunk: bytes) -> bool:
        """Writes all of it, blocking. False on error."""
        rest = memoryview(chunk)
        while rest:
            try:
                rest = rest[os.write(self._target, rest) :]
            except BlockingIOError:  # another process made the shared descriptor non-blocking
                select.select([], [self._target], [], 1.0)
            except OSError:
                return False
        return True


class LineStream(io.TextIOBase):
    """Replaces ``sys.stdout`` or ``sys.stderr`` and passes lines to a writer."""

    encoding = "utf-8"

    def __init__(self, writer: LogWriter, replaced: TextIO | None) -> None:
        self._writer = writer
        self._replaced = replaced
        self._unfinished = ""

    def write(self, text: str) -> int:
        lines, end, self._unfinished = (self._unfinished + text).rpartition("\n")
        if end:
            self._writer.write(lines + end)
        return len(text)

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return self._replaced is not None and self._replaced.isatty()


def _is(kind: Callable[[int], bool], descriptor: int) -> bool:
    try:
        return kind(os.fstat(descriptor).st_mode)
    except OSError:
        return False


def _pipe_that_refuses(descriptor: int) -> int | None:
    """Opens the pipe once more in non-blocking mode, in which a write up to PIPE_BUF bytes is done whole or refused.

    Setting the mode of the descriptor itself would change it for all processes that share it. None if it is not a pipe
    or cannot be opened.
    """
    if not _is(stat.S_ISFIFO, descriptor):
        return None
    try:
        return os.open(f"/proc/self/fd/{descriptor}", os.O_WRONLY | os.O_NONBLOCK)
    except OSError:
        return None


def _put_at_once(pipe: int, lines: bytes) -> bytes:
    """Writes as many lines as the pipe has room for. Returns the rest."""
    written = 0
    while end := lines.rfind(b"\n", written, written + CHUNK) + 1:
        try:
            os.write(pipe, lines[written:end])
        except OSError:
            break
        written = end
    return lines[written:]


def plain_notice(lines: int) -> str:
    """The notice before logs are configured."""
    return f'{{"level":"warning","event":"log_lines_dropped","lines":{lines}}}\n'


@cache
def standard_output() -> LogWriter:
    return LogWriter(None if sys.__stdout__ is None else 1)


@cache
def standard_error() -> LogWriter:
    return LogWriter(None if sys.__stderr__ is None else 2)


def replace_streams() -> None:
    """Makes ``print`` and tracebacks use the writers."""
    sys.stdout = LineStream(standard_output(), sys.__stdout__)
    sys.stderr = LineStream(standard_error(), sys.__stderr__)


def flush_all() -> None:
    """Flushes all writers, within FLUSH_SECONDS in total."""
    until = monotonic() + FLUSH_SECONDS
    for writer in list(_writers):
        writer.flush(max(0.0, until - monotonic()))


def numbers() -> dict[str, float]:
    return {"todo_log_lines_dropped_total": standard_output().dropped + standard_error().dropped}


def _after_fork() -> None:
    for writer in list(_writers):
        writer._begin()
        writer.dropped = 0


atexit.register(flush_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
