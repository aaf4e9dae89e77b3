"""Processes as /proc shows them."""

import asyncio
from collections.abc import Iterable
from pathlib import Path
from time import monotonic


def workers_of(pid: int) -> set[int]:
    """The children of a process."""
    return {int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()}


def alive(pid: int) -> bool:
    """Whether there is such a process that is not only waiting to be reaped."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


async def all_gone(pids: Iterable[int], seconds: float = 20) -> bool:
    """Whether all of them end within this time."""
    until = monotonic() + seconds
    while any(alive(pid) for pid in pids) and monotonic() < until:  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    return not any(alive(pid) for pid in pids)


def resident(pid: int) -> int:
    """Bytes of memory that a process has in use."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * 4_096
