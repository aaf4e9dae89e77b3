"""Database addresses: kinds, and the forms that the drivers need."""

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote

from todo_adapters.sql.postgres.address import read

POSTGRES = ("postgresql://", "postgres://", "postgresql+asyncpg://")  # in lower case, as settings are kept
SQLITE = ("sqlite:///", "sqlite+aiosqlite:///")
MEMORY = "memory://"


def is_postgres(url: str) -> bool:
    return url.startswith(POSTGRES)


def is_memory(url: str) -> bool:
    return url == MEMORY


def is_sqlite(url: str) -> bool:
    return url.startswith(SQLITE)


def address_notes(url: str) -> Sequence[str]:
    """Sentences about parts of the address that have no effect."""
    return read(url).notes if is_postgres(url) else ()


def sqlite_path(url: str) -> Path:
    """The file of a SQLite address: relative after three slashes, absolute after four."""
    for prefix in SQLITE:
        if url.startswith(prefix) and (path := unquote(url.removeprefix(prefix).partition("?")[0])):
            return Path(path)
    raise ValueError("a database address is sqlite:///file, postgresql://host/name or memory://")
