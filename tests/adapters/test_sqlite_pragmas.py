"""What durability and privacy rest on in SQLite is set, read back, and has the effect that is promised."""

import sqlite3
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from tests.e2e.web.patience import until
from tests.support.commands import invoke
from tests.support.server import free_port
from tests.support.sqlite_service import Service, service_on
from todo_adapters import background, bootstrap
from todo_adapters.contracts.kit import join
from todo_adapters.sql import migrate
from todo_adapters.sql.sqlite import connection as sqlite_connection
from todo_adapters.sql.sqlite.connection import READ_BACK, set_pragmas
from todo_adapters.sql.sqlite.database import SqliteDatabase
from todo_adapters.sql.store import SqlStore
from todo_core.errors import Unavailable
from todo_core.model.task import TASKS
from todo_core.usecases.things import add_thing, change_thing, remove_thing
from todo_core.usecases.trash import purge_thing


def refusing(pragma: str, file: Path) -> sqlite3.Connection:
    """A connection to a SQLite that knows a pragma and does not do what it says."""
    connection = sqlite3.connect(file, isolation_level=None, timeout=1)

    def decide(action: int, first: str | None, value: str | None, *_: str | None) -> int:
        is_set = action == sqlite3.SQLITE_PRAGMA and first == pragma and value is not None
        return sqlite3.SQLITE_IGNORE if is_set else sqlite3.SQLITE_OK

    connection.execute("PRAGMA secure_delete = OFF")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.set_authorizer(decide)
    return connection


@pytest.mark.check("K18")
def test_what_a_build_of_sqlite_sets_by_itself_is_not_relied_on(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "todo.db", isolation_level=None)) as connection:
        for pragma in ("secure_delete = OFF", "synchronous = OFF", "foreign_keys = OFF"):
            connection.execute(f"PRAGMA {pragma}")
        set_pragmas(connection)
        found = {name: connection.execute(f"PRAGMA {name}").fetchone()[0] for name in READ_BACK}
    assert found == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 5000,
        "secure_delete": 1,
    }


@pytest.mark.check("K18")
@pytest.mark.parametrize("pragma", READ_BACK)
def test_a_setting_that_does_not_hold_is_refused_by_its_name(tmp_path: Path, pragma: str) -> None:
    with (
        closing(refusing(pragma, tmp_path / "todo.db")) as connection,
        pytest.raises(Unavailable, match=f"PRAGMA {pragma} = "),
    ):
        set_pragmas(connection)


@pytest.mark.check("K18")
async def test_no_connection_is_used_whose_settings_do_not_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await migrate.upgrade(f"sqlite:///{tmp_path}/todo.db")
    monkeypatch.setitem(sqlite_connection.PRAGMAS, "synchronous", "NORMAL")
    database = SqliteDatabase(tmp_path / "todo.db")
    with pytest.raises(Unavailable, match="PRAGMA synchronous = 2"):
        await SqlStore(database).ping()
    await database.close()


@pytest.mark.check("K18")
def test_serving_stops_before_it_listens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sqlite_connection.PRAGMAS, "foreign_keys", "OFF")
    told = invoke("serve", "--migrate", "--port", str(free_port()))
    assert told.exit_code == 1
    assert "SQLite does not apply PRAGMA foreign_keys = 1 to this database: it reports 0." in told.output


def traces(file: Path) -> dict[str, int]:
    """How often the marked text is found in the bytes of the database and of its log."""
    files = (file, file.with_name(file.name + "-wal"))
    return {each.name: each.read_bytes().lower().count(b"canary") for each in files}


async def fill(service: Service) -> None:
    """Texts of all sizes, in cells and on pages of their own, changed and partly removed."""
    chance = Random(7)
    tasks = []
    for number in range(60):
        size = chance.choice([10, 300, 3_000, 9_000])
        tasks.append(await service.add(f"Canary title {number}", f"canary description {number}" + "x" * size))
    for task in tasks[::2]:
        patch = TASKS.patch(title="canary again", description="canary" * chance.choice([1, 1_000]))
        await service.run.write(service.owner, change_thing, task.id, patch)
    for task in tasks[::3]:
        await service.run.write(service.owner, remove_thing, task.id, TASKS)


async def test_no_text_of_a_closed_account_stays_in_the_file_or_its_log(tmp_path: Path) -> None:
    file = tmp_path / "todo.db"
    async with service_on(file) as service:
        bob = await service.another()
        for number in range(20):
            await service.run.write(bob, add_thing, TASKS.draft(title=f"stays {number}", description="y" * 500))
        await fill(service)
        assert min(traces(file).values()) > 0
        async with service.run.store.begin_accounts() as tx:
            await tx.users.remove(service.owner)
            await tx.commit()
        await service.database.truncate_log()
        assert traces(file)["todo.db"] <= 3, "SQLite leaves copies in the gaps of pages that it has divided"
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("VACUUM")
        await service.database.truncate_log()
        assert traces(file) == {"todo.db": 0, "todo.db-wal": 0}
    assert b"stays 19" in file.read_bytes()


async def test_a_purged_task_stays_in_its_owners_feed_alone(tmp_path: Path) -> None:
    file = tmp_path / "todo.db"
    async with service_on(file) as service:
        task = await service.add("canary")
        await service.run.write(service.owner, remove_thing, task.id, TASKS)
        await service.database.truncate_log()
        assert traces(file) == {"todo.db": 2, "todo.db-wal": 0}, "in the trash and the entry of the feed that made it"
        await service.run.write(service.owner, purge_thing, task.id)
        await service.database.truncate_log()
        assert traces(file) == {"todo.db": 1, "todo.db-wal": 0}, "in the entry of the feed that made it"
        assert (await service.feed())[0].value is not None


async def test_a_read_that_takes_long_does_not_hold_up_writers(tmp_path: Path) -> None:
    file = tmp_path / "todo.db"
    async with service_on(file) as service:
        await service.add("canary")
        with closing(sqlite3.connect(file, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM tasks").fetchone()
            await service.add("later")
            await service.database.truncate_log()  # in vain
            assert traces(file)["todo.db-wal"] > 0
            await service.add("goes on")
        await service.database.truncate_log()
        assert traces(file)["todo.db-wal"] == 0
        assert await service.writer_runs("PRAGMA busy_timeout") == 5000


async def test_the_log_is_emptied_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "CLEANUP_SECONDS", 0.01)
    url = f"sqlite:///{tmp_path}/todo.db"
    await migrate.upgrade(url)
    async with bootstrap.open_store(url) as store:
        await join(store)
        await until(lambda: _is_empty(tmp_path / "todo.db-wal"))


async def _is_empty(file: Path) -> bool:
    return file.stat().st_size == 0
