"""The ``todo`` command and what it consists of."""

import os

import click

from todo_adapters.cli import accounts, backups, service


@click.group(
    commands=[
        service.serve,
        service.migrate,
        service.check_config,
        service.openapi,
        accounts.user,
        backups.backup,
        backups.restore,
    ],
)
@click.version_option(package_name="todo-service")
def main() -> None:
    """A to-do service. Settings come from the environment and from .env."""
    os.umask(0o077)  # files that a command creates are private
