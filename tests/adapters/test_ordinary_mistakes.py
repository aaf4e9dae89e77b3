"""Ordinary mistakes of an operator: one sentence, exit code 1, no traceback, and nothing is created."""

import os
import re
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.support.commands import invoke
from tests.support.server import SECRET, free_port
from todo_adapters.cli.ports import CannotListenError, Listener, try_to_bind
from todo_adapters.server import serving
from todo_adapters.settings.declarations import Settings
from todo_adapters.settings.sources import SettingsError

NOBODY = 65534
COMMANDS = (["migrate"], ["user", "list"], ["serve"], ["serve", "--migrate"])
CONNECT = ["check-config", "--connect"]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder of a command, which does not come to serve."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(serving, "run_server", lambda _: pytest.fail("It serves."))
    return tmp_path


def told(command: list[str], **environ: str) -> str:
    """What a command says that fails: one line, which is a sentence."""
    done = invoke(*command, **{"BETTER_AUTH_SECRET": SECRET} | environ)
    assert done.exit_code == 1, done.output
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    assert not re.search("Traceback|Error\\(", done.output)
    if command == CONNECT:
        return next(line for line in done.output.splitlines() if "FAILED" in line).split("FAILED")[1].strip()
    lines = [line for line in done.output.splitlines() if not line.startswith("{")]
    assert len(lines) == 1, done.output
    return lines[0].removeprefix("Error: ")


def test_a_postgresql_that_refuses_is_quoted_by_every_command(postgres_url: str) -> None:
    given = urlsplit(postgres_url)
    server = f"{given.hostname}:{given.port}"
    for url, sentence in (
        (f"postgresql://postgres:canary@{server}/d", 'password authentication failed for user "postgres".'),
        (f"postgresql://{given.username}:{given.password}@{server}/nowhere", 'database "nowhere" does not exist.'),
        ("postgresql://u:canary@nowhere.invalid/d", "its host name does not resolve."),
    ):
        for command in (["migrate"], ["user", "list"], ["user", "disable", "ada@example.org"], CONNECT):
            found = told(command, DATABASE_URL=url)
            assert found.endswith(sentence)
            assert "canary" not in found


def test_a_mistyped_path_is_refused_and_nothing_is_created(folder: Path) -> None:
    missing = f"There is no database at {folder}/var/todo.db; create it with `todo migrate`."
    for command in (["user", "list"], ["serve"], CONNECT):
        done = invoke(*command)
        assert (done.exit_code, missing in done.output) == (1, True), done.output
    for command in (["user", "add", "ada@example.org", "--name", "Ada", "--password", "correct horse"], ["serve"]):
        found = told(command, DATABASE_URL="sqlite:///deep/nowhere.db")
        assert found == f"There is no database at {folder}/deep/nowhere.db; create it with `todo migrate`."
    assert list(folder.iterdir()) == []


def test_what_is_no_database_is_told_by_its_path(folder: Path) -> None:
    (folder / "letter.db").write_text("Dear Ada, this is a letter. " * 100)
    (folder / "folder.db").mkdir()
    reasons = {"letter.db": "file is not a database", "folder.db": "it is a folder"}
    for name, reason in reasons.items():
        for command in (*COMMANDS, CONNECT):
            found = told(command, DATABASE_URL=f"sqlite:///{name}")
            assert found == f"The database at {folder}/{name} cannot be used: {reason}."
    below = told(["migrate"], DATABASE_URL="sqlite:///letter.db/todo.db")
    assert below == f"The database at {folder}/letter.db/todo.db cannot be used: not a directory."


def test_storage_in_memory_has_nothing_to_migrate() -> None:
    assert told(["migrate"], DATABASE_URL="memory://") == "There is nothing to migrate in memory://."


def test_a_database_of_a_newer_version_is_not_migrated(folder: Path) -> None:
    environ = {"DATABASE_URL": "sqlite:///todo.db", "BETTER_AUTH_SECRET": SECRET}
    assert invoke("migrate", **environ).exit_code == 0
    with closing(sqlite3.connect("todo.db")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    for command in (["migrate"], ["serve", "--migrate"]):
        assert told(command, **environ) == (
            "The database is at revision 9999, which this version does not know: a newer version has migrated it."
        )
    looked = invoke(*CONNECT, **environ)
    assert (looked.exit_code, "9999, of a newer version" in looked.output) == (0, True)


def test_a_database_of_an_older_version_is_not_migrated_in_passing(folder: Path) -> None:
    with closing(sqlite3.connect("todo.db")) as connection, connection:
        connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
        connection.execute("INSERT INTO alembic_version VALUES ('0001')")
    for command in (["user", "list"], CONNECT):
        found = told(command, DATABASE_URL="sqlite:///todo.db")
        assert found == "The database has no schema, or an outdated one; run `todo migrate`."


@contextmanager
def unprivileged() -> Iterator[None]:
    """Root may write everything, so tests that run as root become nobody for a while."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_file_or_a_folder_that_cannot_be_written_is_told(folder: Path) -> None:
    url = f"sqlite:///{folder}/todo.db"
    environ = {"DATABASE_URL": url, "BETTER_AUTH_SECRET": SECRET}
    for command in (["migrate"], ["user", "list"], CONNECT):  # imports everything, which nobody may not read
        assert invoke(*command, **environ).exit_code == 0
    for path in (folder, *folder.parents[:-2]):
        path.chmod(0o755)
    (folder / "todo.db").chmod(0o444)
    folder.chmod(0o555)
    place = f"The database at {folder}/todo.db cannot be used: "
    try:
        with unprivileged():
            for command in (["user", "list"], ["serve"]):
                assert told(command, DATABASE_URL=url) == f"{place}attempt to write a readonly database."
            assert told(CONNECT, DATABASE_URL=url) == f"{folder} cannot be written to: permission denied."
            new = told(["migrate"], DATABASE_URL=f"sqlite:///{folder}/new.db")
            assert new == f"The database at {folder}/new.db cannot be used: permission denied."
    finally:
        folder.chmod(0o755)


def test_a_place_where_the_service_cannot_listen_is_told_with_the_setting_that_mends_it() -> None:
    memory = {"DATABASE_URL": "memory://"}
    assert told(["serve"], TODO_HOST="nonsense", **memory) == (
        "nonsense does not resolve: set TODO_HOST to an address of this machine, such as 127.0.0.1 or 0.0.0.0."
    )
    assert told(["serve"], TODO_HOST="203.0.113.7", **memory) == (
        "203.0.113.7 is not an address of this machine: set TODO_HOST to one that is, or to 0.0.0.0."
    )
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        sentence = f"Cannot listen on 127.0.0.1, port {port}: Address already in use. Set TODO_PORT to another one."
        assert told(["serve"], TODO_PORT=port, **memory) == sentence
        ports = {"TODO_PORT": str(free_port()), "TODO_METRICS_PORT": port}
        assert told(["serve"], **ports, **memory) == sentence.replace("TODO_PORT", "TODO_METRICS_PORT")


def test_a_port_that_needs_a_privilege_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(socket.socket, "bind", refuse)
    with pytest.raises(CannotListenError) as refused:
        try_to_bind(Listener("127.0.0.1", 80, "TODO_HOST", "TODO_PORT"))
    assert str(refused.value) == "Only privileged users may listen on port 80: set TODO_PORT to 1024 or more."
    assert not refused.value.in_use


def test_one_port_for_two_listeners_is_a_contradiction(folder: Path) -> None:
    with pytest.raises(SettingsError, match="TODO_METRICS_PORT must not be TODO_PORT"):
        Settings.from_env({"TODO_PORT": "9000", "TODO_METRICS_PORT": "9000"}, folder)


def test_options_that_a_pooler_would_refuse_are_a_contradiction(folder: Path) -> None:
    url = "postgresql://u:p@h/d?options=-c%20geqo%3Doff"
    environ = {"DATABASE_URL": url, "BETTER_AUTH_SECRET": SECRET}
    Settings.from_env(environ, folder)
    with pytest.raises(SettingsError, match="without options when PgBouncer is used"):
        Settings.from_env(environ | {"TODO_PGBOUNCER": "1"}, folder)


SCRIPT = """
import asyncio, sys
from todo_adapters.bootstrap import open_todo
from todo_core.errors import Unavailable
from todo_core.model.user import Registration

async def main():
    try:
        async with open_todo("sqlite:///todo.db"):
            pass
    except Unavailable as error:
        print(error)
    async with open_todo("sqlite:///todo.db", create=True) as todo:
        await todo.accounts.add(Registration.of(email="a@example.org", password="correct horse battery", name="Ada"))
        todo.run.event_log.record("disk_full", place="here and there")
    try:
        async with open_todo("postgresql://u:canary@h/d?foo=1"):
            pass
    except ValueError as error:
        print(error)

asyncio.run(main())
"""


def test_a_script_hears_of_warnings_alone_and_on_standard_error(folder: Path) -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.splitlines() == [
        f"There is no database at {folder}/todo.db; create it with `todo migrate`.",
        "The address of the database must be an address without unknown parameters: foo.",
    ]
    assert done.stderr.splitlines() == ['event=disk_full place="here and there"']
