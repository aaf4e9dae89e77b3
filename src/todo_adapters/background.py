"""Background tasks of a running service, each an endless coroutine that survives failures of the storage."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

from todo_adapters.cleanup import Cleanup
from todo_adapters.security.revoked_sessions import STARTING
from todo_adapters.server import worker
from todo_adapters.sql.sqlite.database import SqliteDatabase
from todo_core.errors import TodoError, Unavailable
from todo_core.todo import Todo

CONNECT_SECONDS: Final = 0.1
FIRST_USES_SECONDS: Final = 0.5
CLEANUP_FIRST: Final = 2.0
CLEANUP_SECONDS: Final = 600.0
CLEANUP_RETRY: Final = 60.0


@asynccontextmanager
async def running(**coroutines: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Runs the coroutines as tasks with these names, and cancels them at the end."""
    tasks = [asyncio.create_task(coroutine, name=name.replace("_", " ")) for name, coroutine in coroutines.items()]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def report_ready(todo: Todo) -> None:
    """Waits until the storage answers with the schema of this version; records what it waits for."""
    reported = ""
    while True:
        try:
            await todo.check()
        except TodoError as error:
            reason = error.reason if isinstance(error, Unavailable) else error.detail
            if reason not in {reported, STARTING}:
                todo.run.event_log.record("waiting_for_storage", reason=reason)
                reported = reason
            await asyncio.sleep(CONNECT_SECONDS)
        else:
            for caution in await todo.run.store.cautions():
                todo.run.event_log.record("careless_storage", caution=caution)
            todo.run.event_log.record("ready")
            worker.announce()
            return


async def write_first_uses(todo: Todo) -> None:
    """Tells other replicas which access tokens have been used here."""
    while True:
        await asyncio.sleep(FIRST_USES_SECONDS)
        with suppress(Exception):  # without this task copies of tokens would be excused for longer
            await todo.sessions.write_first_uses()


async def clean_up(todo: Todo, cleanup: Cleanup) -> None:
    """Deletes expired rows at the start and every ten minutes; after a failure sooner."""
    pause = CLEANUP_FIRST
    while True:
        await asyncio.sleep(pause)
        try:
            await cleanup.sweep()
            pause = CLEANUP_SECONDS
        except TodoError as error:
            todo.run.event_log.record("sweep_failed", reason=error.code)
            pause = CLEANUP_RETRY


async def truncate_log(database: SqliteDatabase) -> None:
    """Removes deleted text from SQLite's log."""
    while True:
        await asyncio.sleep(CLEANUP_SECONDS)
        with suppress(TodoError):
            await database.truncate_log()
