"""The database of the example: documents of several sorts, in memory and in one SQLite file."""

import pickle
import sqlite3
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

Place: TypeAlias = tuple[str, Any]
"""The sort of a document, and its key."""


class Documents:
    """All documents, read once and never changed in place. One process at a time may open a file."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute("CREATE TABLE IF NOT EXISTS documents (place TEXT PRIMARY KEY, content BLOB)")
        self._sorts: dict[str, dict[Any, Any]] = defaultdict(dict)
        for (content,) in self._connection.execute("SELECT content FROM documents"):
            (sort, key), document = pickle.loads(content)  # noqa: S301 - written below
            self._sorts[sort][key] = document

    def get(self, sort: str, key: Any) -> Any:
        """The document at this place, or None."""
        return self._sorts[sort].get(key)

    def all(self, sort: str) -> Mapping[Any, Any]:
        """The documents of one sort, by key."""
        return self._sorts[sort]

    def write(self, changes: Mapping[Place, Any]) -> None:
        """Puts these documents in their places, and deletes where there is to be None: all of it or nothing."""
        self._connection.execute("BEGIN IMMEDIATE")
        with self._connection:
            for place, document in changes.items():
                if document is None:
                    self._connection.execute("DELETE FROM documents WHERE place = ?", (repr(place),))
                else:
                    row = (repr(place), pickle.dumps((place, document)))
                    self._connection.execute("REPLACE INTO documents VALUES (?, ?)", row)
        for (sort, key), document in changes.items():
            self._sorts[sort].pop(key, None)
            if document is not None:
                self._sorts[sort][key] = document

    def close(self) -> None:
        self._connection.close()
