"""Databases and backups for the tests of backing up and restoring."""

import shutil
from pathlib import Path

import pytest

from tests.support.sqlite_files import killed_database
from todo_adapters.sql.sqlite.backup import back_up


@pytest.fixture(scope="package")
def old(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database that was in use when its process was killed: part of its tasks are in the log."""
    return killed_database(tmp_path_factory.mktemp("old"), "old")


@pytest.fixture(scope="package")
def backup(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of another database."""
    folder = tmp_path_factory.mktemp("new")
    back_up(killed_database(folder, "new", tasks=30), folder / "backup.db")
    return folder / "backup.db"


@pytest.fixture
def database(old: Path, tmp_path: Path) -> Path:
    """A copy of the old database, with its log."""
    for ending in ("", "-wal"):
        shutil.copy(f"{old}{ending}", tmp_path / f"todo.db{ending}")
    return tmp_path / "todo.db"
