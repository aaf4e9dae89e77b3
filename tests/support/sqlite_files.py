"""Files of SQLite databases as a killed service leaves them."""

import asyncio
import shutil
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
