"""Backups of SQLite are complete, private and checked, and are taken while the service writes."""

import os
import re
import resource
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.support.commands import run_todo
from tests.support.sqlite_files import killed_database, titles
from tests.support.sqlite_service import looked_up, open_account, service_on
from todo_adapters.sql import schema
from todo_adapters.sql.sqlite.backup import back_up


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database that was in use when its process was killed."""
    return killed_database(tmp_path_factory.mktemp("killed"), "old")


@pytest.mark.check("M9")
async def test_a_backup_has_everything_acknowledged_before_it_and_nothing_in_part(tmp_path: Path) -> None:
    file = tmp_path / "todo.db"
    async with service_on(file) as service:
        owner = await open_account(service.run.store)
    command = [sys.executable, "-m", "tests.support.sqlite_writer", str(file), "4", str(owner)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        acknowledged = [writer.stdout.readline().split()[1]]
        for number in range(3):
            acknowledged += [writer.stdout.readline().split()[1] for _ in range(20)]
            copy = tmp_path / f"copy-{number}.db"
            assert run_todo(file, "backup", copy).exit_code == 0
            found = titles(copy)
            assert set(acknowledged) <= set(found)
            assert looked_up(copy, "SELECT DISTINCT revision FROM users WHERE revision > 0") == [(len(found),)]
            assert looked_up(copy, "SELECT count(*), max(seq) FROM changes") == [(len(found), len(found))]
            assert writer.poll() is None
            assert writer.stdout.readline(), "writes go on"
        writer.kill()


def test_a_backup_is_one_private_file_whose_size_and_revision_are_told(database: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    told = run_todo(database, "backup", copy)
    assert re.search(rf"{copy}: [\d,]+ bytes, revision {schema.head()}\.\n$", told.output), told.output
    assert sorted(tmp_path.iterdir()) == [copy]
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert titles(copy) == titles(database)
    assert sorted(tmp_path.iterdir()) == [copy], "opening it makes no further files"


def test_a_file_is_overwritten_only_by_force(database: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    copy.write_text("dear")
    told = run_todo(database, "backup", copy)
    assert (told.exit_code, told.output) == (
        1,
        f"Error: {copy} exists; choose another name, or add --force to replace it.\n",
    )
    assert copy.read_text() == "dear"
    assert run_todo(database, "backup", "--force", copy).exit_code == 0
    assert titles(copy) == titles(database)
    os.mkfifo(tmp_path / "pipe")
    for other in (database, tmp_path / "pipe"):
        told = run_todo(database, "backup", "--force", other)
        assert told.output == f"Error: {other} is the database itself, or is no file; choose another name.\n"


def test_without_a_database_nothing_is_created(tmp_path: Path) -> None:
    told = run_todo(tmp_path / "missing.db", "backup", tmp_path / "copy.db")
    assert told.exit_code == 1
    assert (
        told.output == f"Error: There is no database at {tmp_path}/missing.db; check DATABASE_URL and TODO_DATA_DIR.\n"
    )
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_named(database: Path, tmp_path: Path) -> None:
    told = run_todo(database, "backup", tmp_path / "missing" / "copy.db")
    assert told.output == f"Error: Cannot create a file in {tmp_path}/missing: No such file or directory.\n"


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """Longer files cannot be written, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_disk_without_space_leaves_nothing_behind(
    database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    with files_of_at_most(16_384):
        told = run_todo(database, "backup", tmp_path / "copy.db")
    assert (told.exit_code, told.output) == (1, f"Error: Cannot copy {database}: disk I/O error.\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("DROP TABLE alembic_version", "is not a database of this service."),
        (
            "UPDATE alembic_version SET version_num = '9999'",
            "has the schema revision 9999, which this version does not know",
        ),
        ("UPDATE tasks SET user_id = x'00'", "a row of table tasks refers to a missing row of users."),
    ],
)
def test_a_copy_that_could_not_be_restored_is_no_backup(
    database: Path, tmp_path: Path, statement: str, why: str
) -> None:
    file = tmp_path / "todo.db"
    back_up(database, file)
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(statement)
    before = sorted(tmp_path.iterdir())
    told = run_todo(file, "backup", tmp_path / "copy.db")
    assert told.exit_code == 1
    assert why in told.output
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_other_databases_have_their_own_commands(command: str, tmp_path: Path) -> None:
    file = tmp_path / "file"
    told = run_todo("postgresql://ada:hunter2@db.example.org/todo?sslmode=require", command, file)
    assert told.exit_code == 1
    assert "hunter2" not in told.output
    address = "'--dbname=postgresql://ada@db.example.org:5432/todo?sslmode=require'"
    expected = {
        "backup": f"pg_dump --format=custom --file={file} {address}\n",
        "restore": f"pg_restore --clean --if-exists --single-transaction {address} {file}\n",
    }
    assert told.output.endswith(expected[command])
    told = run_todo("memory://", command, file)
    assert told.exit_code == 1
    assert "in memory" in told.output
    assert list(tmp_path.iterdir()) == []
