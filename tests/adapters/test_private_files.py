"""Files of the service are readable by its user alone; a secret that others can read is refused."""

import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.server import SECRET, serving
from tests.support.sqlite_service import service_on
from todo_adapters import private_files
from todo_adapters.bootstrap import open_todo
from todo_adapters.security.signing_secrets import kept_secret
from todo_adapters.settings.configuration import configured
from todo_adapters.settings.declarations import Settings
from todo_adapters.settings.sources import SettingsError
from todo_adapters.sql import migrate
from todo_adapters.sql.sqlite.database import SqliteDatabase
from todo_adapters.sql.store import SqlStore
from todo_adapters.telemetry.metrics import ProcessMetrics
from todo_core.errors import Unavailable

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no file modes")


@pytest.fixture(autouse=True)
def umask() -> Iterator[None]:
    """The umask that takes nothing away."""
    before = os.umask(0)
    yield
    os.umask(before)


def modes(folder: Path) -> dict[str, str]:
    """The modes of everything below a folder, by path."""
    return {str(path.relative_to(folder)): oct(stat.S_IMODE(path.stat().st_mode)) for path in sorted(folder.rglob("*"))}


@pytest.mark.check("P15")
async def test_a_migrated_database_and_its_new_folders_are_private(tmp_path: Path) -> None:
    await migrate.upgrade(f"sqlite:///{tmp_path}/deep/data/todo.db")
    assert modes(tmp_path) == {"deep": "0o700", "deep/data": "0o700", "deep/data/todo.db": "0o600"}


@pytest.mark.check("P15")
async def test_sqlites_own_files_take_over_the_mode(tmp_path: Path) -> None:
    async with service_on(tmp_path / "todo.db") as service:
        await service.add()
        assert modes(tmp_path) == {"todo.db": "0o600", "todo.db-shm": "0o600", "todo.db-wal": "0o600"}
        assert await service.database.cautions() == ()


@pytest.mark.check("P15")
async def test_a_database_that_is_opened_before_any_migration_is_not_created(tmp_path: Path) -> None:
    database = SqliteDatabase(tmp_path / "todo.db")
    with pytest.raises(Unavailable):
        await SqlStore(database).ping()
    assert modes(tmp_path) == {}
    await database.close()


@pytest.mark.check("P15")
async def test_a_database_behind_a_dangling_link_is_private(tmp_path: Path) -> None:
    (tmp_path / "link.db").symlink_to(tmp_path / "real.db")
    await migrate.upgrade(f"sqlite:///{tmp_path}/link.db")
    assert modes(tmp_path)["real.db"] == "0o600"


@pytest.mark.check("P15")
async def test_a_script_makes_private_files(tmp_path: Path) -> None:
    async with open_todo(f"sqlite:///{tmp_path}/new/todo.db", create=True) as todo:
        await todo.check()
        assert set(modes(tmp_path / "new").values()) == {"0o600"}


@pytest.mark.check("P15")
def test_numbers_for_metrics_are_private(tmp_path: Path) -> None:
    ProcessMetrics().write(tmp_path)
    assert set(modes(tmp_path).values()) == {"0o600"}


@pytest.mark.check("P15")
def test_the_folder_of_the_secret_is_private_with_all_folders_above_that_are_new(tmp_path: Path) -> None:
    kept_secret(tmp_path / "deep" / "data" / "secret")
    assert modes(tmp_path) == {"deep": "0o700", "deep/data": "0o700", "deep/data/secret": "0o600"}


@pytest.mark.check("P15")
async def test_a_server_makes_nothing_that_others_can_read(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    async with serving(tmp_path / "run", "--migrate", TODO_DATA_DIR=str(tmp_path / "run" / "var" / "data")) as server:
        found = modes(tmp_path / "run" / "var")
        status = Path(f"/proc/{server.process.pid}/status")
        if status.exists():  # what libraries make is private as well
            assert "Umask:\t0077" in status.read_text()
    assert found == {
        "data": "0o700",
        "data/secret": "0o600",
        "data/todo.db": "0o600",
        "data/todo.db-shm": "0o600",
        "data/todo.db-wal": "0o600",
    }


@pytest.mark.check("P15")
async def test_existing_files_that_others_can_read_are_a_caution_with_the_command_that_closes_them(
    tmp_path: Path,
) -> None:
    file = tmp_path / "my data" / "todo.db"
    async with service_on(file) as service:
        await service.add()
        file.chmod(0o644)
        file.with_name("todo.db-wal").chmod(0o640)
        (caution,) = await service.database.cautions()
        command = caution.partition("; run: ")[2]
        assert command == f"chmod 600 '{file}' '{file}-wal'"
        assert os.system(command) == 0
        assert await service.database.cautions() == ()


@pytest.mark.check("P15")
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o620])
def test_a_secret_that_others_can_read_is_refused_until_the_command_has_run(tmp_path: Path, mode: int) -> None:
    Settings.from_env({}, tmp_path)
    file = tmp_path / "var" / "secret"
    file.chmod(mode)
    with pytest.raises(SettingsError) as refused:
        Settings.from_env({}, tmp_path)
    (problem,) = refused.value.problems
    assert problem == f"Other users can read the secret in {file}; run: chmod 600 {file}"
    assert os.system(problem.partition("; run: ")[2]) == 0
    Settings.from_env({}, tmp_path)


async def test_where_there_are_no_modes_nothing_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "var" / "secret"
    Settings.from_env({}, tmp_path)
    await migrate.upgrade(f"sqlite:///{tmp_path}/var/todo.db")
    file.chmod(0o777)
    (tmp_path / "var" / "todo.db").chmod(0o777)
    monkeypatch.setattr(os, "fstat", lambda _: os.stat(file))  # new files look like all others there
    Settings.from_env({}, tmp_path)
    assert await SqliteDatabase(tmp_path / "var" / "todo.db").cautions() == ()
    assert {path.name for path in (tmp_path / "var").iterdir()} == {"secret", "todo.db"}, "samples are gone"


@pytest.mark.check("P15")
def test_a_dotenv_file_with_a_secret_that_others_can_read_is_a_caution(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / ".env"
    file.write_text(f"BETTER_AUTH_SECRET={SECRET}\n")
    file.chmod(0o644)
    configured({})
    told = capsys.readouterr().err
    assert told.count("careless_settings") == 1
    assert f"chmod 600 {file}" in told
    assert SECRET not in told
    file.chmod(0o600)
    configured({})
    file.write_text("TODO_PORT=9000\n")
    file.chmod(0o644)
    configured({})
    assert "careless_settings" not in capsys.readouterr().err


def test_a_file_that_exists_keeps_its_locks(tmp_path: Path) -> None:
    """Closing any descriptor of a file releases the locks that the process holds on it (POSIX)."""
    file = tmp_path / "todo.db"
    with closing(sqlite3.connect(file, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        private_files.make_file(file)
        assert private_files.readable_by_others(file)
        script = "import sqlite3, sys; sqlite3.connect(sys.argv[1], timeout=0).execute('BEGIN IMMEDIATE')"
        rival = subprocess.run([sys.executable, "-c", script, file], capture_output=True, text=True, check=False)
        assert "database is locked" in rival.stderr
