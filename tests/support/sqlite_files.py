"""Files of SQLite databases: made, spoiled, and looked into."""

import asyncio
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.support.sqlite_service import looked_up, service_on


def killed_database(folder: Path, word: str, tasks: int = 20) -> Path:
    """A database with tasks named after a word, some of which are only in its log."""
    return asyncio.run(_killed_database(folder, word, tasks))


async def _killed_database(folder: Path, word: str, tasks: int) -> Path:
    source, file = folder / "source.db", folder / "todo.db"
    async with service_on(source) as service:
        await asyncio.gather(*[service.add(f"{word} {n}", "x" * 3000) for n in range(tasks)])
        await service.database.truncate_log()
        await asyncio.gather(*[service.add(f"{word} {n} later", "x" * 3000) for n in range(tasks // 4)])
        for ending in ("", "-wal"):
            shutil.copy(f"{source}{ending}", f"{file}{ending}")
    source.unlink()
    return file


def titles(file: Path) -> list[str]:
    """The titles of all tasks."""
    return [title for (title,) in looked_up(file, "SELECT title FROM tasks ORDER BY title")]


def words(file: Path) -> set[str]:
    """The first words of all titles."""
    assert looked_up(file, "PRAGMA integrity_check") == [("ok",)]
    return {title.split()[0] for title in titles(file)}


def spoil(file: Path, how: str) -> None:
    """Makes it a letter, damages its pages, or runs a statement on it."""
    if how == "letter":
        file.write_text("Dear database, " * 1000)
    elif how == "damaged":
        with file.open("r+b") as opened:
            opened.seek(4096 * 3)
            opened.write(b"\x77" * 4096 * 20)
    else:
        with closing(sqlite3.connect(file)) as connection, connection:
            connection.execute(how)
