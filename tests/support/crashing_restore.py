"""Restores in processes that die at every line and within writes; prints what each one leaves behind.

    python -m tests.support.crashing_restore FOLDER

The folder has ``todo.db`` and ``backup.db``. A line of the output has the place of the crash, and how many titles the
database has afterwards, with their first words.
"""

import os
import resource
import shutil
import signal
import sqlite3
import sys
from contextlib import closing
from linecache import getline
from pathlib import Path
from types import FrameType
from typing import Any

from todo_adapters.sql.sqlite import backup
from todo_adapters.sql.sqlite import restore as restoring

CODE = {each.__code__ for each in (restoring._replace, restoring._keep, restoring._move_aside, backup.put)}
"""The functions that change what is there."""

WRITING = (".backup(", "copyfile(")
PAGES = (0, 10)
"""Sizes in pages of 4096 bytes that no file may exceed: SQLite dies in its first writes, or in later ones."""


class Crash:
    """Ends the process at one of the executed lines, or in a write of a line that writes much. ``number`` counts."""

    def __init__(self, number: int, pages: int | None = None) -> None:
        self._left, self._pages = number, pages

    def __call__(self, frame: FrameType, event: str, _: Any) -> "Crash | None":
        if event == "call":
            return self if frame.f_code in CODE else None
        text = getline(frame.f_code.co_filename, frame.f_lineno).strip()
        if event == "line" and (self._pages is None or any(word in text for word in WRITING)):
            self._left -= 1
            if self._left == -1:
                self._crash(text)
        return self

    def _crash(self, text: str) -> None:
        os.write(1, text.encode())
        if self._pages is None:
            os._exit(1)
        os.write(1, f" after {self._pages} pages".encode())
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        limit = self._pages * 4096 + 10
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))


def crashed(folder: Path, crash: Crash) -> int:
    """How a process ended that restores in this folder."""
    process = os.fork()
    if process == 0:
        sys.settrace(crash)
        restoring.restore(folder / "backup.db", folder / "todo.db")
        os._exit(0)
    return os.waitpid(process, 0)[1]


def found(folder: Path) -> str:
    """What somebody finds who opens the database as a service does."""
    try:
        with closing(sqlite3.connect(f"file:{folder / 'todo.db'}?mode=rw", uri=True)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            titles = [title for (title,) in connection.execute("SELECT title FROM tasks")]
    except sqlite3.DatabaseError as error:
        return str(error)
    return f"{len(titles)} {' '.join(sorted({title.split()[0] for title in titles}))}"


def main(given: Path) -> None:
    for pages in (None, *PAGES):
        number, status = 0, 1
        while status != 0:
            folder = given / "crash"
            shutil.copytree(given, folder, ignore=lambda *_: ["crash"])
            status = crashed(folder, Crash(number, pages))
            print(f" -> {found(folder)}", flush=True)
            shutil.rmtree(folder)
            number += 1


if __name__ == "__main__":
    main(Path(sys.argv[1]))
