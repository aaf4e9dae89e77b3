"""A process that writes into a SQLite file as fast as it goes, and says of each write when it was acknowledged.

    python -m tests.support.sqlite_writer FILE WRITERS OWNER...

Each line it prints is an owner and a title; the keys of the writes are the titles.
"""

import asyncio
import os
import sys
from itertools import cycle
from uuid import UUID, uuid4

from todo_adapters.bootstrap import open_store
from todo_adapters.memory.security import ListEventLog
from todo_adapters.runtime import SystemClock, UuidSevens
from todo_core.ids import UserId
from todo_core.model.task import TASKS
from todo_core.model.write_options import Key, WriteOptions
from todo_core.runner import Runner
from todo_core.usecases.things import add_thing


async def write_without_end(file: str, writers: int, owners: list[UserId]) -> None:
    turns = cycle(owners)
    async with open_store(f"sqlite:///{file}") as store:
        run = Runner(store, SystemClock(), UuidSevens(), ListEventLog())

        async def write() -> None:
            while True:
                owner, title = next(turns), str(uuid4())
                options = WriteOptions(key=Key(title, bytes(32)))
                await run.carry_out(owner, options, add_thing, TASKS.draft(title=title))
                os.write(1, f"{owner} {title}\n".encode())

        await asyncio.gather(*[write() for _ in range(writers)])


if __name__ == "__main__":
    asyncio.run(write_without_end(sys.argv[1], int(sys.argv[2]), [UserId(UUID(owner)) for owner in sys.argv[3:]]))
