"""What a PostgreSQL for tests is, whoever provides it: an address, where it came from, a way to stop it."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import asyncpg

# The data are thrown away with the server, so nothing has to survive a crash. Autovacuum is off because
# its workers hold the template database open just when a test module wants to clone it.
THROWAWAY_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "200",
}


# What connecting to a server that is still on its way up may raise.
STARTING = (OSError, TimeoutError, asyncpg.CannotConnectNowError, asyncpg.ConnectionDoesNotExistError)


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """A running server. `url` opens a database whose role may create and drop others."""

    url: str
    origin: str
    stop: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Unavailable:
    """Why there is no server, in words for the person who reads the test run."""

    reason: str


class NotReadyError(Exception):
    """The server did not answer in time, or died while it started."""


def wait_until_ready(url: str, *, seconds: float, alive: Callable[[], bool] = lambda: True) -> str:
    """Wait until the server takes connections and return its version, such as '17.4'."""

    async def poll() -> str:
        deadline = time.monotonic() + seconds
        while True:
            try:
                return await _version(url)
            except STARTING as error:
                if not alive():
                    raise NotReadyError("the server stopped while it started") from error
                if time.monotonic() > deadline:
                    raise NotReadyError(f"no answer within {seconds:.0f} s: {error}") from error
                await asyncio.sleep(0.02)
            except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                raise NotReadyError(str(error)) from error  # wrong address, role or password: waiting is no help

    return _run(poll())


async def _version(url: str) -> str:
    connection = await asyncpg.connect(url, timeout=5)
    try:
        return str(await connection.fetchval("SHOW server_version")).split()[0]  # "17.4 (Debian ...)"
    finally:
        await connection.close()


def _run(work: Coroutine[None, None, str]) -> str:
    """Run to the end on a thread of its own, because a fixture may be asked for inside a running loop."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(asyncio.run, work).result()
