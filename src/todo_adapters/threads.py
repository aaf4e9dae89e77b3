"""Threads for work that would block the event loop."""

import contextlib
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Final

NICENESS: Final = 10
"""The niceness of background threads, below the event loop."""


def worker(name: str, *, background: bool) -> ThreadPoolExecutor:
    """A thread that runs work in order; with ``background`` at a lower priority than the event loop."""
    return ThreadPoolExecutor(1, name, initializer=_lower_priority if background else None)


def _lower_priority() -> None:
    # Only Linux has priorities of single threads.
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
