"""A restore of SQLite leaves the old database or the new one, and never a mixture of two."""

import asyncio
import os
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.support.server import SECRET, free_port, serving
from tests.support.sqlite_files import killed_database, titles
from tests.support.sqlite_service import looked_up
from todo_adapters.cli.main import main
from todo_adapters.sql import migrate, schema
from todo_adapters.sql.sqlite.backup import back_up
from todo_adapters.sql.sqlite.connection import connect
from todo_core.errors import Unavailable

LOGS = ("-wal", "-shm", "-journal")


def run(file: Path, *arguments: str | Path) -> Result:
    environ = {"DATABASE_URL": f"sqlite:///{file}", "BETTER_AUTH_SECRET": SECRET}
    return CliRunner().invoke(main, [str(each) for each in arguments], env=environ)


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database that was in use when its process was killed: part of its tasks are in the log."""
    return killed_database(tmp_path_factory.mktemp("old"), "old")


@pytest.fixture(scope="module")
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


def words(file: Path) -> set[str]:
    """The first words of all titles."""
    assert looked_up(file, "PRAGMA integrity_check") == [("ok",)]
    return {title.split()[0] for title in titles(file)}


@pytest.mark.check("M11")
def test_the_database_has_the_content_of_the_backup_and_the_old_one_is_kept(database: Path, backup: Path) -> None:
    told = run(database, "restore", backup)
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
    assert run(database, "restore", kept).exit_code == 0
    assert words(database) == words(kept) == {"old"}
    assert words(database.with_name("todo.db.before-restore-2")) == {"new"}


def test_where_there_is_no_database_one_is_created(backup: Path, tmp_path: Path) -> None:
    file = tmp_path / "folder" / "todo.db"
    told = run(file, "restore", backup)
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
    told = run(database, "restore", older)
    assert told.output.endswith(f"Run `todo migrate` before the service, which needs revision {schema.head()}.\n")
    assert run(database, "migrate").output == f"The database is at revision {schema.head()}.\n"


def spoil(file: Path, how: str) -> None:
    if how == "letter":
        file.write_text("Dear database, " * 1000)
    elif how == "damaged":
        with file.open("r+b") as opened:
            opened.seek(4096 * 3)
            opened.write(b"\x77" * 4096 * 20)
    else:
        with closing(sqlite3.connect(file)) as connection, connection:
            connection.execute(how)


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
    told = run(database, "restore", file)
    assert (told.exit_code, told.output.count("\n")) == (1, 1), told.output
    assert why in told.output
    assert str(file) in told.output
    assert {each: each.read_bytes() for each in database.parent.iterdir()} == before


def test_a_missing_backup_and_the_database_itself_are_refused(database: Path) -> None:
    assert run(database, "restore", "missing.db").output == "Error: There is no file missing.db.\n"
    assert run(database, "restore", database).output == f"Error: {database} is the database itself.\n"


@pytest.mark.parametrize("how", ["letter", "damaged"])
def test_a_database_that_is_damaged_is_replaced_and_kept_as_it_was(database: Path, backup: Path, how: str) -> None:
    spoil(database, how)
    before = [database.with_name(f"todo.db{ending}").read_bytes() for ending in ("", "-wal")]
    assert run(database, "restore", backup).exit_code == 0
    assert words(database) == {"new"}
    kept = [database.with_name(f"todo.db.before-restore-1{ending}").read_bytes() for ending in ("", "-wal")]
    assert kept == before


def test_a_log_without_a_database_does_not_reach_the_new_one(database: Path, backup: Path) -> None:
    database.unlink()
    assert run(database, "restore", backup).exit_code == 0
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
        assert run(file, "backup", copy).exit_code == 0
        assert run(file, "restore", backup).output == f"Error: {file} {IN_USE}\n", "although it is idle"
        await server.stop(signal.SIGINT)
    assert looked_up(copy, "SELECT email FROM users") == [("ada@example.org",)]
    secret = (tmp_path / "var" / "secret").read_bytes().strip()
    assert secret not in copy.read_bytes()
    assert run(file, "restore", backup).exit_code == 0
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
        assert run(database, "restore", backup).output == f"Error: {database} {IN_USE}\n"
        process.kill()
    assert not list(database.parent.glob("*before*")) + list(database.parent.glob(".*"))


def test_a_process_that_opens_the_database_at_the_last_moment_is_in_the_way(database: Path, backup: Path) -> None:
    with closing(sqlite3.connect(database)) as connection:  # of this process, whose own locks are not looked for
        connection.execute("SELECT * FROM users").fetchall()
        assert run(database, "restore", backup).output == f"Error: {database} {IN_USE}\n"
    assert not list(database.parent.glob("*before*")) + list(database.parent.glob(".*"))
    assert words(database) == {"old"}


def test_a_backup_with_pages_of_another_size_is_restored(database: Path, backup: Path) -> None:
    file = database.with_name("backup.db")
    with closing(sqlite3.connect(backup)) as connection:
        connection.execute("PRAGMA page_size = 8192")
        connection.execute("VACUUM INTO ?", (str(file),))
    assert run(database, "restore", file).exit_code == 0
    assert words(database) == {"new"}


def snapshot(folder: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in folder.iterdir() if not each.name.endswith("-shm")}


@pytest.mark.parametrize(
    "command", [["serve", "--migrate"], ["serve"], ["migrate"], ["user", "list"], ["backup", "copy.db"]]
)
def test_a_backup_copied_by_hand_beside_an_old_log_is_not_opened(
    database: Path, backup: Path, command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "umask", lambda _: 0)
    monkeypatch.setenv("TODO_PORT", str(free_port()))
    shutil.copy(backup, database)
    before = snapshot(database.parent)
    told = run(database, *command)
    assert told.exit_code == 1
    assert told.output.startswith(
        f"Error: {database} was replaced, but the log beside it, todo.db-wal, is the one of another database."
    )
    assert snapshot(database.parent) == before
    assert run(database, "restore", backup).exit_code == 0
    assert words(database) == {"new"}


def test_no_connection_reads_a_backup_copied_by_hand_beside_an_old_log(database: Path, backup: Path) -> None:
    shutil.copy(backup, database)
    with pytest.raises(Unavailable, match="is the one of another database"):
        connect(database)


def test_serving_stops_when_a_replaced_file_and_the_log_do_not_fit_together(
    database: Path, backup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "umask", lambda _: 0)
    monkeypatch.setenv("TODO_PORT", str(free_port()))
    shutil.copy(backup, database)
    with database.open("r+b") as file:  # as in a copy that was not made by `todo backup`
        file.seek(18)
        file.write(b"\2\2")
    before = snapshot(database.parent)
    told = run(database, "serve", "--migrate")
    assert told.exit_code == 1
    assert f"Error: {database} is damaged, or the log beside it is the one of another database (" in told.output
    assert "Restore a backup: `todo restore FILE`." in told.output
    assert snapshot(database.parent) == before


def test_a_log_that_a_killed_process_left_is_used(database: Path) -> None:
    assert run(database, "migrate").exit_code == 0
    assert len(titles(database)) == 25
