"""Commands that run the service: serve, migrate, check the settings, print the OpenAPI document."""

import asyncio
import json
import os
import socket
import sqlite3
from contextlib import suppress
from functools import partial

import click

from todo_adapters.cli.running import reporting_errors
from todo_adapters.cli.welcome import announce
from todo_adapters.settings.configuration import configured
from todo_adapters.settings.declarations import Settings
from todo_adapters.sql import schema
from todo_adapters.sql.urls import is_memory, is_postgres, sqlite_path
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
    settings = configured(os.environ, serving=True)
    if migrate_first and not is_memory(settings.database_url) and not schema.is_current(settings.database_url):
        _migrate(settings)
    _require_sqlite(settings.database_url)
    _require_free(settings.host, settings.port, "TODO_PORT")
    if settings.metrics_port:
        _require_free(settings.metrics_host, settings.metrics_port, "TODO_METRICS_PORT")
    replace_streams()
    run_server(settings, partial(announce, settings))


def _require_sqlite(url: str) -> None:
    """Raises Unavailable when SQLite cannot be durable here. The server itself waits for a missing file."""
    if is_postgres(url) or is_memory(url):
        return
    from todo_adapters.sql.sqlite.connection import connect  # noqa: PLC0415 - slow to import

    with suppress(OSError, sqlite3.Error):
        connect(sqlite_path(url)).close()


def _require_free(host: str, port: int, name: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            reason = error.strerror or str(error)
            raise click.ClickException(
                f"Cannot listen on {host}, port {port}: {reason}. Set {name} to another one."
            ) from None


@click.command()
@reporting_errors
def migrate() -> None:
    """Migrate the database to the schema of this version."""
    revision = _migrate(configured(os.environ))
    click.echo(f"The database is at revision {revision}.")


def _migrate(settings: Settings) -> str:
    from todo_adapters.sql import migrate as migrations  # noqa: PLC0415 - slow to import

    asyncio.run(migrations.upgrade(settings.database_url))
    return migrations.head()


@click.command("check-config")
@reporting_errors
def check_config() -> None:
    """Check the settings; the exit code is 1 if they are not valid."""
    settings = configured(os.environ)
    click.echo(f"The settings are valid: {settings}")


@click.command()
def openapi() -> None:
    """Print the OpenAPI document."""
    from todo_http.openapi.document import document  # noqa: PLC0415

    click.echo(json.dumps(document(), indent=2, ensure_ascii=False))
