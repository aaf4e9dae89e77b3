"""A restore of SQLite leaves the old database or the new one, and never a mixture of two."""

import asyncio
import os
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.commands import run_todo
from tests.support.server import serving
from tests.support.sqlite_files import spoil, titles, words
from tests.support.sqlite_service import looked_up
from todo_adapters.sql import migrate, schema
from todo_adapters.sql.sqlite import restore as restoring


@pytest.mark.check("M11")
def test_the_database_has_the_content_of_the_backup_and_the_old_one_is_kept(database: Path, backup: Path) -> None:
    told = run_todo(database, "restore", backup)
    assert told.exit_code == 0, told.output
    kept = database.with_name("todo.db.before-restore-1")
    assert told.output == (
        f"Restored {database} from {backup}, revision {schema.head()}.\n"
        f"The content from before is in {kept}; delete it when it is no longer needed.\n"
    )
    assert sorted(database.parent.iterdir()) == [database, kept]
    assert titles(database) == titles(backup)
    assert len(titles(kept)) == 25, "with what was in the log"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert run_todo(database, "restore", kept).exit_code == 0
    assert words(database) == words(kept) == {"old"}
    assert words(database.with_name("todo.db.before-restore-2")) == {"new"}


@pytest.mark.check("M11")
def test_a_restored_database_and_a_command_renew_the_epoch_of_feeds(database: Path, backup: Path) -> None:
    epochs = [epoch(backup)]
    assert run_todo(database, "restore", backup).exit_code == 0
    epochs.append(epoch(database))
    told = run_todo(database, "feed", "renew-epoch")
    assert (told.exit_code, told.output) == (0, "Renewed the epoch: clients start again with a snapshot.\n")
    epochs.append(epoch(database))
    assert len({*epochs}) == 3
    assert {len(each) for each in epochs} == {16}


def epoch(file: Path) -> bytes:
    with closing(sqlite3.connect(file)) as connection:
        [(found,)] = connection.execute("SELECT epoch FROM feed_epoch").fetchall()
    return bytes(found)


def test_where_there_is_no_database_one_is_created(backup: Path, tmp_path: Path) -> None:
    file = tmp_path / "folder" / "todo.db"
    told = run_todo(file, "restore", backup)
    assert told.output == f"Restored {file} from {backup}, revision {schema.head()}.\n"
    assert list(file.parent.iterdir()) == [file]
    assert (stat.S_IMODE(file.stat().st_mode), words(file)) == (0o600, {"new"})


@pytest.mark.check("M11")
@pytest.mark.parametrize("damaged", [False, True])
def test_a_crash_leaves_the_old_database_or_the_new_one(database: Path, backup: Path, damaged: bool) -> None:
    shutil.copy(backup, database.with_name("backup.db"))
    if damaged:
        os.truncate(database, 8192)
    command = [sys.executable, "-m", "tests.support.crashing_restore", str(database.parent)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    outcomes = [line.rpartition(" -> ")[2] for line in done.stdout.splitlines()]
    assert len(outcomes) > 20
    assert set(outcomes) == {"37 new", "database disk image is malformed" if damaged else "25 old"}
    assert outcomes.count("37 new") < len(outcomes) / 2


def test_a_backup_of_an_older_version_has_to_be_migrated(database: Path, tmp_path: Path) -> None:
    older = tmp_path / "older.db"
    asyncio.run(migrate.upgrade(f"sqlite:///{older}", "0006"))
    told = run_todo(database, "restore", older)
    assert told.output.endswith(f"Run `todo migrate` before the service, which needs revision {schema.head()}.\n")
    assert run_todo(database, "migrate").output == f"The database is at revision {schema.head()}.\n"


def test_a_link_to_the_database_is_followed_as_sqlite_does(database: Path, backup: Path, tmp_path: Path) -> None:
    link = tmp_path / "elsewhere" / "link.db"
    link.parent.mkdir()
    link.symlink_to(database)
    assert run_todo(link, "restore", backup).exit_code == 0
    assert list(link.parent.iterdir()) == [link]
    assert link.is_symlink()
    assert words(database) == {"new"}
    assert words(database.with_name("todo.db.before-restore-1")) == {"old"}


def test_a_disk_that_becomes_full_leaves_the_old_database_and_nothing_else(
    database: Path, backup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lock(target: sqlite3.Connection, lock: Callable[[sqlite3.Connection], None] = restoring._lock) -> None:
        lock(target)
        target.execute("PRAGMA max_page_count = 1")  # no more than there are

    monkeypatch.setattr(restoring, "_lock", lock)
    assert (
        run_todo(database, "restore", backup).output == f"Error: Cannot write {database}: database or disk is full.\n"
    )
    assert list(database.parent.iterdir()) == [database]
    assert words(database) == {"old"}


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ("letter", "file is not a database"),
        ("damaged", "malformed"),
        ("DROP TABLE alembic_version", "is not a database of this service"),
        ("UPDATE alembic_version SET version_num = '9999'", "use the version that made it"),
        ("UPDATE tasks SET user_id = x'00'", "refers to a missing row of users"),
    ],
)
def test_a_backup_that_is_no_good_changes_nothing(database: Path, backup: Path, how: str, why: str) -> None:
    file = Path(shutil.copy(backup, database.with_name("backup.db")))
    spoil(file, how)
    before = {each: each.read_bytes() for each in database.parent.iterdir()}
    told = run_todo(database, "restore", file)
    assert (told.exit_code, told.output.count("\n")) == (1, 1), told.output
    assert why in told.output
    assert str(file) in told.output
    assert {each: each.read_bytes() for each in database.parent.iterdir()} == before


def test_a_missing_backup_and_the_database_itself_are_refused(database: Path) -> None:
    assert run_todo(database, "restore", "missing.db").output == "Error: There is no file missing.db.\n"
    assert run_todo(database, "restore", database).output == f"Error: {database} is the database itself.\n"


@pytest.mark.parametrize("how", ["letter", "damaged"])
def test_a_database_that_is_damaged_is_replaced_and_kept_as_it_was(database: Path, backup: Path, how: str) -> None:
    spoil(database, how)
    before = [database.with_name(f"todo.db{ending}").read_bytes() for ending in ("", "-wal")]
    assert run_todo(database, "restore", backup).exit_code == 0
    assert words(database) == {"new"}
    kept = [database.with_name(f"todo.db.before-restore-1{ending}").read_bytes() for ending in ("", "-wal")]
    assert kept == before


def test_a_log_without_a_database_does_not_reach_the_new_one(database: Path, backup: Path) -> None:
    database.unlink()
    assert run_todo(database, "restore", backup).exit_code == 0
    assert not database.with_name("todo.db-wal").exists()
    assert words(database) == {"new"}


IN_USE = "is in use; stop the service, and every other process that has it open."


@pytest.mark.check("M12")
async def test_a_running_service_is_backed_up_and_in_the_way_of_a_restore(tmp_path: Path, backup: Path) -> None:
    copy, file = tmp_path / "copy.db", tmp_path / "var" / "todo.db"
    async with serving(tmp_path, "--migrate") as server:
        async with server.client() as client:
            ada = {"email": "ada@example.org", "password": "correct horse battery", "name": "Ada"}
            assert (await client.post("/api/auth/register", json=ada)).status_code == 201
        assert run_todo(file, "backup", copy).exit_code == 0
        assert run_todo(file, "restore", backup).output == f"Error: {file} {IN_USE}\n", "although it is idle"
        await server.stop(signal.SIGINT)
    assert looked_up(copy, "SELECT email FROM users") == [("ada@example.org",)]
    secret = (tmp_path / "var" / "secret").read_bytes().strip()
    assert secret not in copy.read_bytes()
    assert run_todo(file, "restore", backup).exit_code == 0
    assert words(file) == {"new"}


def test_a_process_that_has_a_damaged_database_open_is_in_the_way(database: Path, backup: Path) -> None:
    code = "import sqlite3, sys; connection = sqlite3.connect(sys.argv[1])\n"
    code += "connection.execute('SELECT * FROM users').fetchall(); print('open', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", code, str(database)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        with database.open("r+b") as file:
            file.write(b"\0" * 4096)
        assert run_todo(database, "restore", backup).output == f"Error: {database} {IN_USE}\n"
        process.kill()
    assert not list(database.parent.glob("*before*")) + list(database.parent.glob(".*"))


def test_a_process_that_opens_the_database_at_the_last_moment_is_in_the_way(database: Path, backup: Path) -> None:
    with closing(sqlite3.connect(database)) as connection:  # of this process, whose own locks are not looked for
        connection.execute("SELECT * FROM users").fetchall()
        assert run_todo(database, "restore", backup).output == f"Error: {database} {IN_USE}\n"
    assert not list(database.parent.glob("*before*")) + list(database.parent.glob(".*"))
    assert words(database) == {"old"}


def test_two_restores_at_once_keep_the_content_from_before_each(
    database: Path, backup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = restoring._lock

    def lock_late(target: sqlite3.Connection) -> None:
        monkeypatch.setattr(restoring, "_lock", lock)
        restoring.restore(backup, database)
        lock(target)

    monkeypatch.setattr(restoring, "_lock", lock_late)
    restoring.restore(backup, database)
    kept = [database.with_name(f"todo.db.before-restore-{number}") for number in (1, 2)]
    assert [words(file) for file in kept] == [{"old"}, {"new"}]


def test_a_backup_with_pages_of_another_size_is_restored(database: Path, backup: Path) -> None:
    file = database.with_name("backup.db")
    with closing(sqlite3.connect(backup)) as connection:
        connection.execute("PRAGMA page_size = 8192")
        connection.execute("VACUUM INTO ?", (str(file),))
    assert run_todo(database, "restore", file).exit_code == 0
    assert words(database) == {"new"}
