"""Commands that manage accounts."""

import click

from todo_adapters.cli.running import reporting_errors, with_todo
from todo_core.model.user import Registration, readable_email
from todo_core.todo import Todo


@click.group()
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
    user = with_todo(lambda todo: todo.accounts.add(registration))
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

    with_todo(show)


@user.command("disable")
@click.argument("email")
@click.option("--undo", is_flag=True, help="Enable the account again.")
@reporting_errors
def disable_user(email: str, undo: bool) -> None:
    """Disable an account: revoke its login sessions and refuse logins."""
    address = readable_email(email)
    user = with_todo(lambda todo: todo.accounts.disable(address, not undo))
    click.echo(f"{user.email} can log in again." if undo else f"{user.email} is disabled.")
