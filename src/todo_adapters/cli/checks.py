"""The command that checks the settings, and on request everything that they name."""

import asyncio
import dataclasses
import os
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from todo_adapters.cli.ports import CannotListenError, listeners, try_to_bind
from todo_adapters.settings.declarations import KEPT_FILE, Settings, declared, variable
from todo_adapters.settings.sources import SIGNING, SettingsError, exposed_file, gathered
from todo_adapters.sql.postgres.address import read
from todo_adapters.sql.urls import address_notes, is_memory, is_sqlite, sqlite_path

Row = tuple[str, str, str]


@click.command("check-config")
@click.option("--connect", is_flag=True, help="Try everything: the database, the folders, the ports.")
def check_config(connect: bool) -> None:
    """Check the settings. The exit code is 1 if something does not work."""
    try:
        settings = Settings.from_env(os.environ, Path.cwd(), create=False)
    except SettingsError as error:
        rows: list[Row] = [("settings", "FAILED", problem) for problem in error.problems]
    else:
        rows = [*_of_settings(settings), *(_of_surroundings(settings) if connect else ())]
    width = max(len(what) for what, _, _ in rows)
    for what, state, text in rows:
        click.echo(f"{what:<{width}}  {state:<6}  {text}")
    if any(state == "FAILED" for _, state, _ in rows):
        sys.exit(1)


def _of_settings(settings: Settings) -> Iterable[Row]:
    url = settings.database_url
    yield "settings", "ok", "All are valid."
    if caution := exposed_file(Path.cwd()):
        yield "settings", "note", f"{caution[:1].upper()}{caution[1:]}"
    yield "secret", "ok", _secret(settings)
    if is_memory(url):
        yield "database", "note", "Everything is lost when the process ends (memory://)."
    else:
        yield "database", "ok", f"SQLite file {sqlite_path(url).absolute()}" if is_sqlite(url) else read(url).public
    for note in address_notes(url):
        yield "database", "note", note
    for note in settings.notes:
        yield "settings", "note", note
    for field in declared():
        if field.repr and (value := getattr(settings, field.name)) != _default(field):
            yield variable(field), "set", ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _secret(settings: Settings) -> str:
    kept, number = settings.data_dir / KEPT_FILE, len(settings.secrets)
    if SIGNING in gathered(os.environ, Path.cwd(), [SIGNING]).texts:
        return "1 is given." if number == 1 else f"{number} are given; the first one signs."
    if is_memory(settings.database_url):
        return "It lasts as long as the process, as the database does."
    return f"It is kept in {kept}." if kept.exists() else f"None yet: `todo serve` creates it in {kept}."


def _default(field: "dataclasses.Field[Any]") -> object:
    value = field.metadata["read"](field.metadata["default"])
    return Path(value).resolve() if isinstance(value, Path) else value


def _of_surroundings(settings: Settings) -> Iterable[Row]:
    from todo_adapters.runtime import SystemClock  # noqa: PLC0415 - slow to import
    from todo_adapters.sql.inspection import inspect  # noqa: PLC0415 - slow to import
    from todo_adapters.sql.postgres.database import PostgresOptions  # noqa: PLC0415 - slow to import

    url = settings.database_url
    if not is_memory(url):
        if is_sqlite(url):
            yield _folder(sqlite_path(url).absolute().parent)
        options = PostgresOptions(url, pool_size=settings.pool_size, pgbouncer=settings.pgbouncer)
        yield from asyncio.run(inspect(options, SystemClock().now))
    for listener in listeners(settings):
        what = f"port {listener.port}"
        try:
            try_to_bind(listener)
        except CannotListenError as error:
            # The service itself may be running.
            yield what, "note" if error.in_use else "FAILED", str(error)
        else:
            yield what, "ok", f"free on {listener.host}"


def _folder(folder: Path) -> Row:
    """SQLite creates files beside the database."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            return "folder", "ok", f"{folder} is writable."
    except OSError as error:
        return "folder", "FAILED", f"{folder} cannot be written to: {(error.strerror or str(error)).lower()}."
