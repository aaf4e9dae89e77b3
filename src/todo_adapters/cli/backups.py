"""Commands that back up and restore the database."""

import os
import shlex
from pathlib import Path

import click

from todo_adapters.cli.running import reporting_errors
from todo_adapters.settings.configuration import configured
from todo_adapters.sql import schema
from todo_adapters.sql.postgres.address import read
from todo_adapters.sql.sqlite.backup import BackupError, back_up
from todo_adapters.sql.sqlite.restore import restore as put_back
from todo_adapters.sql.urls import is_memory, is_postgres, sqlite_path

FILE = click.argument("file", type=click.Path(path_type=Path, dir_okay=False))


@click.command()
@FILE
@click.option("--force", is_flag=True, help="Replace the file if it exists.")
@reporting_errors
def backup(file: Path, force: bool) -> None:
    """Copy the SQLite database to FILE, while the service runs, and check the copy."""
    database = _sqlite_database(["pg_dump", "--format=custom", f"--file={file}"], "--dbname={}")
    try:
        copied = back_up(database, file, replace=force)
    except BackupError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"Copied {database} to {file}: {copied.size:,} bytes, revision {copied.revision}.")


@click.command()
@FILE
@reporting_errors
def restore(file: Path) -> None:
    """Replace the SQLite database by the content of FILE. The service must not be running.

    The content from before is kept in a file beside the database.
    """
    command = ["pg_restore", "--clean", "--if-exists", "--single-transaction"]
    database = _sqlite_database(command, "--dbname={}", str(file))
    try:
        restored = put_back(file, database)
    except BackupError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"Restored {database} from {file}, revision {restored.revision}.")
    if restored.previous:
        click.echo(f"The content from before is in {restored.previous}; delete it when it is no longer needed.")
    if restored.revision != schema.head():
        click.echo(f"Run `todo migrate` before the service, which needs revision {schema.head()}.")


def _sqlite_database(command: list[str], address: str, *more: str) -> Path:
    """The file of the database of the settings. Raises ClickException with the command for PostgreSQL."""
    url = configured(os.environ).database_url
    if is_memory(url):
        raise click.ClickException("A database in memory cannot be backed up or restored; set DATABASE_URL.")
    if is_postgres(url):
        line = shlex.join([*command, address.format(read(url).for_commands), *more])
        raise click.ClickException(
            f"The database is PostgreSQL; use its own command, which asks for the password:\n{line}"
        )
    return sqlite_path(url)
