"""The table of ``todo check-config``: what is valid, what works, what is careless, and nothing secret."""

import asyncio
import socket
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.support.commands import invoke
from tests.support.server import SECRET, free_port
from todo_adapters.runtime import SystemClock
from todo_adapters.sql import migrate
from todo_adapters.sql.inspection import CLOCK_SECONDS, clock, inspect, schema, tls, version
from todo_adapters.sql.postgres.address import read
from todo_adapters.sql.postgres.database import PostgresOptions


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder of the command."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def table(*options: str, code: int = 0, **environ: Any) -> list[tuple[str, str, str]]:
    """The rows that the command prints: what, state, text."""
    done = invoke("check-config", *options, **environ)
    assert done.exit_code == code, done.output
    assert SECRET not in done.output
    assert "canary" not in done.output
    return [(what, state, text) for what, state, text in (line.split(None, 2) for line in done.output.splitlines())]


def connected(environ: dict[str, str], code: int = 0) -> dict[str, list[tuple[str, str]]]:
    """What trying everything tells, by what it is about; the ports are left out."""
    rows: dict[str, list[tuple[str, str]]] = {}
    for what, state, text in table("--connect", code=code, **{"TODO_PORT": str(free_port())} | environ):
        if what not in {"port", "TODO_PORT"}:
            rows.setdefault(what, []).append((state, text))
    return rows


def test_without_settings_the_defaults_are_told_and_nothing_is_created(folder: Path) -> None:
    assert table() == [
        ("settings", "ok", "All are valid."),
        ("secret", "ok", f"None yet: `todo serve` creates it in {folder}/var/secret."),
        ("database", "ok", f"SQLite file {folder}/var/todo.db"),
    ]
    assert list(folder.iterdir()) == []


def test_settings_that_are_given_are_told_and_secrets_are_not(folder: Path) -> None:
    url = "postgresql://todo:canary@db.example.org/todo?keepalives=1"
    origins = "http://a.org,http://b.org"
    assert table(DATABASE_URL=url, BETTER_AUTH_SECRET=SECRET, TODO_PORT="9000", TODO_CORS_ORIGINS=origins) == [
        ("settings", "ok", "All are valid."),
        ("secret", "ok", "1 is given."),
        ("database", "ok", "PostgreSQL at db.example.org:5432, database todo, user todo"),
        ("database", "note", "keepalives has no effect: the service closes idle connections itself."),
        ("TODO_PORT", "set", "9000"),
        ("TODO_CORS_ORIGINS", "set", origins),
    ]


@pytest.mark.check("N18")
def test_every_fault_is_a_row_and_the_exit_code_is_1() -> None:
    rows = table(code=1, TODO_PORT="x", DATABASE_URL="postgresql://u:canary@h/d?foo=1", BETTER_AUTH_SECRET=SECRET)
    assert rows == [
        ("settings", "FAILED", "DATABASE_URL must be an address without unknown parameters: foo."),
        ("settings", "FAILED", "TODO_PORT must be a whole number from 1 to 65535."),
    ]


def test_a_careless_file_and_storage_that_is_lost_are_notes(folder: Path) -> None:
    (folder / ".env").write_text(f"BETTER_AUTH_SECRET={SECRET}\n")
    (folder / ".env").chmod(0o644)
    states = {(what, state) for what, state, _ in table(DATABASE_URL="memory://")}
    assert {("settings", "note"), ("database", "note")} <= states


async def test_everything_is_tried_on_sqlite(folder: Path) -> None:
    environ = {"DATABASE_URL": "sqlite:///todo.db", "BETTER_AUTH_SECRET": SECRET}
    await migrate.upgrade(environ["DATABASE_URL"])
    found = await asyncio.to_thread(connected, environ)
    assert found["folder"] == [("ok", f"{folder} is writable.")]
    assert found["database"][-1] == ("ok", "readable and writable")
    assert found["schema"] == [("ok", f"{migrate.head()}, of this version")]
    with closing(sqlite3.connect("todo.db")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '0001'")
    (folder / "todo.db").chmod(0o644)
    found = await asyncio.to_thread(connected, environ, 1)
    assert found["schema"] == [("FAILED", "The database has no schema, or an outdated one; run `todo migrate`.")]
    assert found["safety"][0][0] == "note"


@pytest.mark.check("K13")
async def test_everything_is_tried_on_postgresql(postgres_url: str) -> None:
    await migrate.upgrade(postgres_url)
    given = urlsplit(postgres_url)
    environ = {"DATABASE_URL": postgres_url, "BETTER_AUTH_SECRET": SECRET}
    found = await asyncio.to_thread(connected, environ)
    assert str(given.password) not in str(found)
    assert found["database"][-1] == ("ok", "answers")
    assert found["version"][0][1].startswith("PostgreSQL ")
    assert {found[what][0][0] for what in ("version", "TLS", "clock", "schema")} == {"ok"}
    assert ("note", "fsync is off: a crash can lose acknowledged writes.") in found["safety"]
    options = PostgresOptions(postgres_url)
    late = await inspect(options, lambda: SystemClock().now() + timedelta(hours=1))
    assert [row.state for row in late if row.what == "clock"] == ["note"]


def test_what_is_too_old_too_new_or_too_far_is_told() -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    assert [version(number, "x").state for number in (149_999, 150_000)] == ["FAILED", "ok"]
    assert [clock(now, now + timedelta(seconds=CLOCK_SECONDS + more)).state for more in (0, 1)] == ["ok", "note"]
    assert [schema(found).state for found in (migrate.head(), "9999")] == ["ok", "note"]


@pytest.mark.parametrize(
    ("address", "encrypted", "state"),
    [
        ("postgresql://localhost/d", False, "ok"),
        ("postgresql://127.0.0.2/d", False, "ok"),
        ("postgresql:///d?host=/tmp", False, "ok"),
        ("postgresql://db.example.org/d", False, "note"),
        ("postgresql://localhost,db.example.org/d", False, "note"),
        ("postgresql://db.example.org/d?sslmode=require", True, "note"),
        ("postgresql://db.example.org/d?sslmode=verify-full", True, "ok"),
        ("postgresql://db.example.org/d?sslrootcert=system", True, "ok"),
    ],
)
def test_a_connection_to_another_machine_should_be_encrypted_to_a_verified_server(
    address: str, encrypted: bool, state: str
) -> None:
    assert tls(read(address), encrypted).state == state


def test_a_port_in_use_is_a_note_because_the_service_may_be_running() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        rows = table("--connect", DATABASE_URL="memory://", TODO_PORT=port)
        assert rows[-1][:2] == ("port", port)
        assert rows[-1][2].startswith("note")
    rows = table("--connect", code=1, DATABASE_URL="memory://", TODO_HOST="nonsense")
    assert "FAILED" in rows[-1][2]
