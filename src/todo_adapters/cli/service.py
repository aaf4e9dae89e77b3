"""Commands that run the service: serve, migrate, check the settings, print the OpenAPI document."""

import asyncio
import json
import os
from functools import partial
from pathlib import Path

import click
import structlog

from todo_adapters.cli.ports import require_free
from todo_adapters.cli.running import reporting_errors
from todo_adapters.cli.welcome import announce
from todo_adapters.settings.configuration import configured
from todo_adapters.settings.declarations import Settings
from todo_adapters.sql import schema
from todo_adapters.sql.sqlite.connection import require_usable
from todo_adapters.sql.sqlite.damage import require_sound
from todo_adapters.sql.urls import address_notes, is_memory, is_sqlite, sqlite_path
from todo_adapters.telemetry.log_writer import replace_streams


@click.command()
@click.option("--migrate", "migrate_first", is_flag=True, help="Migrate the database first.")
@click.option("--host", help="Overrides TODO_HOST.")
@click.option("--port", type=click.IntRange(1, 65535), help="Overrides TODO_PORT.")
@click.option("--workers", type=click.IntRange(1, 64), help="Overrides TODO_WORKERS.")
@reporting_errors
def serve(migrate_first: bool, host: str | None, port: int | None, workers: int | None) -> None:
    """Serve the API."""
    from todo_adapters.server.serving import run_server  # noqa: PLC0415 - slow to import

    for name, value in (("TODO_HOST", host), ("TODO_PORT", port), ("TODO_WORKERS", workers)):
        if value is not None:
            os.environ[name] = str(value)  # the workers read it there
    settings = configured(os.environ, serving=True, create=migrate_first)
    url = settings.database_url
    for note in address_notes(url):
        structlog.get_logger().info("database_address", note=note)
    if is_sqlite(url):
        require_sound(sqlite_path(url))
    if migrate_first and not is_memory(url) and not asyncio.run(schema.is_current(url)):
        _migrate(settings)
    if is_sqlite(url):
        require_usable(sqlite_path(url))
    require_free(settings)
    if not migrate_first:
        Settings.from_env(os.environ, Path.cwd())  # keeps a secret if there is none, now that the database is there
    replace_streams()
    run_server(settings, partial(announce, settings))


@click.command()
@reporting_errors
def migrate() -> None:
    """Migrate the database to the schema of this version."""
    settings = configured(os.environ)
    if is_memory(settings.database_url):
        raise click.ClickException("There is nothing to migrate in memory://.")
    click.echo(f"The database is at revision {_migrate(settings)}.")


def _migrate(settings: Settings) -> str:
    from todo_adapters.sql import migrate as migrations  # noqa: PLC0415 - slow to import

    asyncio.run(migrations.upgrade(settings.database_url))
    return migrations.head()


@click.command()
def openapi() -> None:
    """Print the OpenAPI document."""
    from todo_http.openapi.document import document  # noqa: PLC0415

    click.echo(json.dumps(document(), indent=2, ensure_ascii=False))
