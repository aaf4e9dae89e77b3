"""A database file that was replaced beside its log, by hand, is refused and not mixed with the log."""

import shutil
from pathlib import Path

import pytest

from tests.support.commands import run_todo
from tests.support.server import free_port
from tests.support.sqlite_files import titles, words
from todo_adapters.sql.failures import OUT_OF_REACH
from todo_adapters.sql.sqlite.connection import connect
from todo_core.errors import Unavailable


def snapshot(folder: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in folder.iterdir() if not each.name.endswith("-shm")}


@pytest.mark.parametrize(
    "command", [["serve", "--migrate"], ["serve"], ["migrate"], ["user", "list"], ["backup", "copy.db"]]
)
def test_a_backup_copied_by_hand_beside_an_old_log_is_not_opened(
    database: Path, backup: Path, command: list[str]
) -> None:
    shutil.copy(backup, database)
    before = snapshot(database.parent)
    told = run_todo(database, *command, TODO_PORT=str(free_port()))
    assert told.exit_code == 1
    assert told.output.startswith(
        f"Error: {database} was replaced, but the log beside it, todo.db-wal, is the one of another database."
    )
    assert snapshot(database.parent) == before
    assert run_todo(database, "restore", backup).exit_code == 0
    assert words(database) == {"new"}


def test_no_connection_reads_a_backup_copied_by_hand_beside_an_old_log(database: Path, backup: Path) -> None:
    shutil.copy(backup, database)
    link = database.with_name("link.db")
    link.symlink_to(database)
    for path in (database, link):
        with pytest.raises(Unavailable) as refused:
            connect(path)
        assert refused.value.detail == OUT_OF_REACH, "clients do not see the names of files"
        assert "is the one of another database" in refused.value.reason


def test_serving_stops_when_a_replaced_file_and_the_log_do_not_fit_together(database: Path, backup: Path) -> None:
    shutil.copy(backup, database)
    with database.open("r+b") as file:  # as in a copy that was not made by `todo backup`
        file.seek(18)
        file.write(b"\2\2")
    before = snapshot(database.parent)
    told = run_todo(database, "serve", "--migrate", TODO_PORT=str(free_port()))
    assert told.exit_code == 1
    assert f"Error: {database} is damaged, or the log beside it is the one of another database (" in told.output
    assert "Restore a backup: `todo restore FILE`." in told.output
    assert snapshot(database.parent) == before


def test_a_log_that_a_killed_process_left_is_used(database: Path) -> None:
    assert run_todo(database, "migrate").exit_code == 0
    assert len(titles(database)) == 25
