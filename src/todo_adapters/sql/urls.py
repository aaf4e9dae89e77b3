"""Database addresses: kinds, and the forms that the drivers need."""

from pathlib import Path
from urllib.parse import unquote

POSTGRES = ("postgresql://", "postgres://", "postgresql+asyncpg://")
SQLITE = ("sqlite:///", "sqlite+aiosqlite:///")
MEMORY = "memory://"


def is_postgres(url: str) -> bool:
    """True for the address of a PostgreSQL database."""
    return url.startswith(POSTGRES)


def is_memory(url: str) -> bool:
    """True for the storage in memory."""
    return url == MEMORY


def postgres_url(url: str) -> str:
    """The address in the form of libpq and asyncpg, with its query (``sslmode`` ...)."""
    scheme, _, rest = url.partition("://")
    return f"postgresql://{rest}" if scheme else url


def sqlite_path(url: str) -> Path:
    """The file of a SQLite address: relative after three slashes, absolute after four."""
    for prefix in SQLITE:
        if url.startswith(prefix) and (path := unquote(url.removeprefix(prefix).partition("?")[0])):
            return Path(path)
    raise ValueError("a database address is sqlite:///file, postgresql://host/name or memory://")
