"""The three databases that are measured on: a large one, a small one, and the embedded one."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import asyncpg

from benchmarks.asks import Crowd
from benchmarks.cpu import processes
from benchmarks.dataset import Dataset, Size, load, load_part, part_of
from benchmarks.postgres import settle
from tests.support.postgres import create_database
from tests.support.postgres_server import PostgresServer
from todo_adapters.security.argon2_hasher import Argon2Hasher
from todo_adapters.sql import migrate

PASSWORD: Final = "correct horse battery"
SMALL: Final = 10_000


@dataclass(frozen=True)
class Database:
    """A filled database; ``pid`` is the process at the top of its server, 0 when it is embedded."""

    url: str
    pid: int
    crowd: Crowd


@dataclass(frozen=True)
class Databases:
    """All of them, by name, and what the large one holds."""

    by_name: dict[str, Database]
    dataset: Dataset


def prepare(server: PostgresServer, size: Size, folder: Path) -> Databases:
    """Makes and fills all three, which takes most of the time before anything is measured."""
    now = datetime.now(UTC)
    password_hash = asyncio.run(_hashed(PASSWORD))
    large = asyncio.run(_empty(server.url, "large"))
    dataset = asyncio.run(load(large, size, now, password_hash))
    settle(large)
    pid = asyncio.run(_postmaster(large))

    small = asyncio.run(_empty(server.url, "small"))
    part = part_of(dataset, SMALL)
    asyncio.run(migrate.on_connection(small, lambda connection: load_part(connection, part, now, password_hash)))
    settle(small)

    file = f"sqlite:///{folder / 'embedded.db'}"
    asyncio.run(migrate.upgrade(file))
    asyncio.run(migrate.on_connection(file, lambda connection: load_part(connection, dataset, now, password_hash)))

    everybody = Crowd(dataset.people)
    # As many tokens as the others have, so that both have as many to check anew.
    few = Crowd(part.people, tokens_each=max(1, len(dataset.people) // len(part.people)))
    found = {"large": Database(large, pid, everybody), "small": Database(small, pid, few)}
    return Databases(found | {"sqlite": Database(file, 0, everybody)}, dataset)


async def _empty(server_url: str, name: str) -> str:
    url = await create_database(server_url, name)
    await migrate.upgrade(url)
    return url


async def _hashed(password: str) -> str:
    hasher = Argon2Hasher()
    try:
        async with hasher.turn() as turn:
            return await turn.hash(password)
    finally:
        hasher.close()


async def _postmaster(url: str) -> int:
    connection = await asyncpg.connect(url)
    try:
        return processes()[await connection.fetchval("SELECT pg_backend_pid()")].parent
    finally:
        await connection.close()
