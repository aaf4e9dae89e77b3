"""Commands on the feeds of all accounts."""

import click

from todo_adapters.cli.running import reporting_errors, with_todo
from todo_adapters.runtime import new_epoch
from todo_core.todo import Todo


@click.group()
def feed() -> None:
    """The changes that clients synchronize from."""


@feed.command()
@reporting_errors
def renew_epoch() -> None:
    """Have every client start again with a snapshot. Run this after a PostgreSQL database has been restored."""

    async def renew(todo: Todo) -> None:
        await todo.run.accounts(lambda tx: tx.renew_epoch(new_epoch()))

    with_todo(renew, quiet=True)
    click.echo("Renewed the epoch: clients start again with a snapshot.")
