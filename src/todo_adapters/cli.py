"""The ``todo`` command: serve, migrate, check the settings, manage accounts, print the OpenAPI document."""

import asyncio
import json
import os
import socket
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import click

from todo_adapters.settings.configuration import configured
from todo_adapters.settings.declarations import Settings
from todo_adapters.settings.sources import SettingsError
from todo_adapters.sql import schema
from todo_adapters.sql.urls import is_memory, is_postgres, sqlite_path
from todo_adapters.telemetry.log_writer import replace_streams
from todo_core.errors import Invalid, TodoError
from todo_core.model.rules import Broken
from todo_core.model.user import Registration, readable_email
from todo_core.todo import Todo

P = ParamSpec("P")
T = TypeVar("T")


def reporting_errors(command: Callable[P, T]) -> Callable[P, T]:
    """Turns errors of the service into a message and an exit code, without a traceback."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return command(*args, **kwargs)
        except SettingsError as error:
            raise click.ClickException("\n       ".join(error.problems)) from None
        except Invalid as error:
            raise click.ClickException("; ".join(f"{v.field}: {v.detail}" for v in error.violations)) from None
        except (TodoError, Broken) as error:
            raise click.ClickException(error.detail) from None
        except OSError as error:
            raise click.ClickException(f"The database does not answer ({error}).") from None

    return run


@click.group()
@click.version_option(package_name="todo-service")
def main() -> None:
    """A to-do service. Settings come from the environment and from .env."""
    os.umask(0o077)  # files that a command creates are private


@main.command()
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
    _print_address(settings)
    run_server(settings)


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
                f"Cannot listen on {host}, port {port}: {reason}. Choose another one with {name}."
            ) from None


def _print_address(settings: Settings) -> None:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    address = f"http://{host}:{settings.port}"
    if settings.log_format == "console":
        print(f"\n  To-do service   {address}")
        if settings.docs:
            print(f"  API             {address}/docs")
        print("\n  Next: create an account (see the README), or stop with Ctrl-C.")
        print(
            f"""
    curl -X POST {address}/api/auth/register -H 'Content-Type: application/json' \\
      -d '{{"email": "ada@example.org", "password": "correct horse battery", "name": "Ada"}}'
"""
        )
    else:
        docs = {"docs": f"{address}/docs"} if settings.docs else {}
        print(json.dumps({"event": "serving", "address": address} | docs))


@main.command()
@reporting_errors
def migrate() -> None:
    """Migrate the database to the schema of this version."""
    revision = _migrate(configured(os.environ))
    click.echo(f"The database is at revision {revision}.")


def _migrate(settings: Settings) -> str:
    from todo_adapters.sql import migrate as migrations  # noqa: PLC0415 - slow to import

    asyncio.run(migrations.upgrade(settings.database_url))
    return migrations.head()


@main.command("check-config")
@reporting_errors
def check_config() -> None:
    """Check the settings; the exit code is 1 if they are not valid."""
    settings = configured(os.environ)
    click.echo(f"The settings are valid: {settings}")


@main.command()
def openapi() -> None:
    """Print the OpenAPI document."""
    from todo_http.openapi.document import document  # noqa: PLC0415

    click.echo(json.dumps(document(), indent=2, ensure_ascii=False))


@main.group()
def user() -> None:
    """Manage accounts."""


@user.command("add")
@click.argument("email")
@click.option("--name", prompt=True)
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True)
@reporting_errors
def add_user(email: str, name: str, password: str) -> None:
    """Create an account."""
    registration = Registration.of(email=email, password=password, name=name)
    user = _with_service(lambda todo: todo.accounts.add(registration))
    click.echo(f"{user.id}  {user.email}")


@user.command("list")
@reporting_errors
def list_users() -> None:
    """List all accounts."""

    async def show(todo: Todo) -> None:
        after = None
        while True:
            page = await todo.accounts.list(after)
            for user in page.items:
                state = "disabled" if user.disabled else ""
                click.echo(f"{user.id}  {user.created_at:%Y-%m-%d}  {user.email}  {state}".rstrip())
            if page.next is None:
                return
            after = page.next

    _with_service(show)


@user.command("disable")
@click.argument("email")
@click.option("--undo", is_flag=True, help="Enable the account again.")
@reporting_errors
def disable_user(email: str, undo: bool) -> None:
    """Disable an account: revoke its login sessions and refuse logins."""
    address = readable_email(email)
    user = _with_service(lambda todo: todo.accounts.disable(address, not undo))
    click.echo(f"{user.email} can log in again." if undo else f"{user.email} is disabled.")


def _with_service(work: Callable[[Todo], Awaitable[Any]]) -> Any:
    from todo_adapters.bootstrap import open_todo  # noqa: PLC0415 - slow to import

    settings = configured(os.environ)

    async def run() -> Any:
        async with open_todo(settings.database_url, pgbouncer=settings.pgbouncer) as todo:
            return await work(todo)

    return asyncio.run(run())
