"""Finishes work, such as a commit, even when its caller is cancelled."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def finished(work: Coroutine[Any, Any, T] | asyncio.Future[T]) -> T:
    """Returns the result of the work. Raises CancelledError only after the work is done."""
    task = asyncio.ensure_future(work)
    over = asyncio.get_running_loop().create_future()

    def tell(_: object) -> None:
        if not over.done():
            over.set_result(None)

    task.add_done_callback(tell)
    try:
        await over  # like asyncio.shield, at half its cost
    except asyncio.CancelledError:
        while not task.done():
            try:
                await asyncio.wait([task])
            except asyncio.CancelledError:
                continue  # cancelled again
        if not task.cancelled():
            task.exception()  # retrieved, so that asyncio does not log it
        raise
    return task.result()
