"""A throw-away PostgreSQL that loses nothing: the durable settings of a real one, on a real disk."""

import asyncio
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import asyncpg

from tests.support.postgres_binaries import start_private_server
from tests.support.postgres_server import PostgresServer, Unavailable

SETTINGS: Final = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "shared_buffers": "512MB",
    "max_connections": "200",
    # No checkpoint in the midst of a round: which variant it hit would be chance.
    "max_wal_size": "8GB",
    "checkpoint_timeout": "1h",
}
IN_MEMORY: Final = ("tmpfs", "ramfs", "devtmpfs")


class NoPostgresError(Exception):
    """There is no PostgreSQL to measure with; the message says why."""


@contextmanager
def durable_postgres(folder: str | None = None) -> Iterator[PostgresServer]:
    """A server for the time of the block, its data below ``folder`` or a temporary one that is on a disk."""
    server = start_private_server(SETTINGS, folder or disk_folder())
    if isinstance(server, Unavailable):
        raise NoPostgresError(server.reason)
    try:
        yield server
    finally:
        server.stop()


def disk_folder() -> str:
    """A temporary folder that is not in memory, where an fsync would cost nothing. Raises NoPostgresError."""
    for path in (tempfile.gettempdir(), "/var/tmp", str(Path.cwd())):
        if os.access(path, os.W_OK) and file_system(path, Path("/proc/mounts").read_text()) not in IN_MEMORY:
            return path
    raise NoPostgresError("every temporary folder is in memory; name one on a disk with --data-folder")


def file_system(path: str, mounts: str) -> str:
    """The kind of file system that a folder is on, by the system's table of mounts."""
    found = {line.split()[1]: line.split()[2] for line in mounts.splitlines()}
    place = Path(path).resolve()
    return next((found[str(folder)] for folder in (place, *place.parents) if str(folder) in found), "unknown")


def settle(url: str) -> None:
    """Brings the planner's statistics and the disk up to date, so that no round pays for the loading.

    Only of what was loaded: a table that is known to be empty gets plans that read all of it, and connections keep
    them while it grows.
    """

    async def run() -> None:
        connection = await asyncpg.connect(url)
        try:
            await connection.execute("VACUUM ANALYZE users, login_sessions, tasks")
            await connection.execute("CHECKPOINT")
        finally:
            await connection.close()

    asyncio.run(run())
