"""Threads for slow work beside the event loop."""

import contextlib
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Final

NICENESS: Final = 10
"""How far a background thread steps back behind the event loop when the processors are busy."""


def worker(name: str, *, background: bool) -> ThreadPoolExecutor:
    """One thread that does work in order; with ``background`` at a lower priority than the event loop."""
    return ThreadPoolExecutor(1, name, initializer=_step_back if background else None)


def _step_back() -> None:
    # Only on Linux is a thread something whose priority can be set on its own.
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
