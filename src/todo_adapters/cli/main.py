"""The ``todo`` command and what it consists of."""

import io
import os
import sys

import click

from todo_adapters.cli import accounts, backups, checks, feed, service, tasks


@click.group(
    commands=[
        service.serve,
        service.migrate,
        checks.check_config,
        service.openapi,
        accounts.user,
        tasks.task,
        backups.backup,
        backups.restore,
        feed.feed,
    ],
)
@click.version_option(package_name="todo-service")
def main() -> None:
    """A to-do service. Settings come from the environment and from .env."""
    os.umask(0o077)  # files that a command creates are private
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # names and titles may have any characters
