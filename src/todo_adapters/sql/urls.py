"""Database addresses: kinds, and the forms that the drivers need."""

from pathlib import Path
from urllib.parse import unquote

POSTGRES = ("postgresql://", "postgres://", "postgresql+asyncpg://")
SQLITE = ("sqlite:///", "sqlite+aiosqlite:///")
MEMORY = "memory://"


def is_postgres(url: str) -> bool:
    return url.startswith(POSTGRES)


def is_memory(url: str) -> bool:
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
