"""A process that deletes or restores a list in a SQLite file, and is killed at one of the statements that this takes.

    python -m tests.support.sqlite_cascade FILE OWNER LIST KEY remove|restore STATEMENT

It prints how many statements there were if it was not killed.
"""

import asyncio
import os
import signal
import sqlite3
import sys
from typing import Any
from uuid import UUID

from tests.support.cascade import Project
from todo_adapters.bootstrap import open_store
from todo_core.ids import UserId

connect = sqlite3.connect


class Countdown:
    """Kills this process when so many statements are about to run; each row of many counts as one."""

    def __init__(self, statement: int) -> None:
        self.seen = 0
        self.running = False
        self._statement = statement

    def connect(self, *args: Any, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*args, **options)
        connection.set_trace_callback(self._count)
        return connection

    def _count(self, _: str) -> None:
        self.seen += self.running
        if self.running and self.seen == self._statement:
            os.kill(os.getpid(), signal.SIGKILL)


async def cascade(file: str, owner: str, list_id: str, key: str, deed: str, statement: str) -> None:
    countdown = Countdown(int(statement))
    sqlite3.connect = countdown.connect  # type: ignore[assignment]
    async with open_store(f"sqlite:///{file}") as store:
        project = Project(store, UserId(UUID(owner)), UUID(list_id), int(key))
        countdown.running = True
        await project.do(deed == "remove")
        countdown.running = False
    print(countdown.seen)


if __name__ == "__main__":
    asyncio.run(cascade(*sys.argv[1:]))
