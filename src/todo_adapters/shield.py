"""Work that is finished even when whoever waits for it is cancelled: a commit must never be cut in two."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def finished(work: Coroutine[Any, Any, T] | asyncio.Future[T]) -> T:
    """The result of the work. A cancellation of the caller is passed on only after the work is done."""
    task = asyncio.ensure_future(work)
    over = asyncio.get_running_loop().create_future()

    def tell(_: object) -> None:
        if not over.done():
            over.set_result(None)

    task.add_done_callback(tell)
    try:
        await over  # what asyncio.shield would do, at half its cost
    except asyncio.CancelledError:
        while not task.done():
            try:
                await asyncio.wait([task])
            except asyncio.CancelledError:
                continue  # asked twice: the answer stays the same
        if not task.cancelled():
            task.exception()  # seen, so that it is not reported as forgotten
        raise
    return task.result()
