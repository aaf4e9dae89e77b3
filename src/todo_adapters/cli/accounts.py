"""Commands that manage accounts."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import click

from todo_adapters.cli.escapes import printable
from todo_adapters.cli.running import reporting_errors, with_todo
from todo_adapters.private_files import private_opener
from todo_adapters.runtime import new_password
from todo_core.errors import NotFound
from todo_core.model.user import Registration, User, readable_email
from todo_core.paging import every_page
from todo_core.todo import Todo

ADDRESS = click.argument("email", metavar="ADDRESS")
GENERATE = click.option("--generate", is_flag=True, help="Generate the password and print it.")


@click.group()
def user() -> None:
    """Manage accounts."""


@user.command("add")
@ADDRESS
@click.option("--name", prompt=True)
@click.option("--password", help="Asked for when not given, because other users can read the arguments of processes.")
@GENERATE
@reporting_errors
def add_user(email: str, name: str, password: str | None, generate: bool) -> None:
    """Create an account."""
    if password is not None and generate:
        raise click.UsageError("--password and --generate exclude each other.")
    if password is None:
        password = new_password() if generate else _typed("Password")
    registration = Registration.of(email=email, password=password, name=name)
    user = with_todo(lambda todo: todo.accounts.add(registration))
    click.echo(f"{user.id}  {printable(user.email)}")
    if generate:
        click.echo(password)


@user.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
@reporting_errors
def list_users(as_json: bool) -> None:
    """List all accounts."""

    async def show(todo: Todo) -> None:
        async for page in every_page(todo.accounts.list):
            addresses = [printable(user.email) for user in page.items]
            width = max(map(len, addresses), default=0)
            for user, address in zip(page.items, addresses, strict=True):
                state = "disabled" if user.disabled else ""
                click.echo(f"{user.id}  {user.created_at:%Y-%m-%d}  {address:{width}}  {state}".rstrip())

    async def show_json(todo: Todo) -> None:
        from todo_adapters.cli.account_export import account, array_of  # noqa: PLC0415 - slow to import

        async for piece in array_of(
            account(user) async for page in every_page(todo.accounts.list) for user in page.items
        ):
            click.echo(piece, nl=False)
        click.echo()

    with_todo(show_json if as_json else show)


@user.command("disable")
@ADDRESS
@click.option("--undo", is_flag=True, help="Enable the account again.")
@reporting_errors
def disable_user(email: str, undo: bool) -> None:
    """Disable an account: revoke its login sessions and refuse logins."""
    user = _found(email)
    with_todo(lambda todo: todo.accounts.disable(user.email, not undo))
    address = printable(user.email)
    click.echo(f"{address} can log in again." if undo else f"{address} is disabled.")


@user.command("password")
@ADDRESS
@GENERATE
@reporting_errors
def reset_password(email: str, generate: bool) -> None:
    """Set a new password: end all login sessions, and the pause after failed logins."""
    user = _found(email)
    address = printable(user.email)
    password = new_password() if generate else _typed(f"New password of {address}")
    with_todo(lambda todo: todo.accounts.reset_password(user.email, password))
    click.echo(f"{address} has a new password and has to log in again.", err=True)
    if user.disabled:
        click.echo("The account is still disabled.", err=True)
    if generate:
        click.echo(password)


@user.command("remove")
@ADDRESS
@click.option("--yes", is_flag=True, help="Do not ask.")
@reporting_errors
def remove_user(email: str, yes: bool) -> None:
    """Delete an account and everything in it."""
    user = _found(email)
    address, name = printable(user.email), printable(user.name)
    if not yes:
        created = f"{user.created_at:%Y-%m-%d}"
        click.confirm(f"Delete {address} ({name}, since {created}) and everything in it?", abort=True, err=True)
    with_todo(lambda todo: todo.accounts.remove(user.email))
    click.echo(f"{address} is deleted.")


@user.command("export")
@ADDRESS
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True), default="-")
@click.option("--force", is_flag=True, help="Replace the file if it exists.")
@reporting_errors
def export_user(email: str, file: Path, force: bool) -> None:
    """Write everything in an account to FILE, or to standard output, as JSON."""
    from todo_adapters.cli.account_export import exported  # noqa: PLC0415 - slow to import

    user = _found(email)

    async def write(todo: Todo) -> None:
        export = await todo.accounts.export(user.email)
        async for piece in exported(export, todo.run.clock.now()):
            output.write(piece)

    with output_to(file, force) as output:
        with_todo(write)


def _typed(prompt: str) -> str:
    """A password that is asked for twice."""
    password: str = click.prompt(prompt, hide_input=True, confirmation_prompt=True, err=True)
    return password


def _found(email: str) -> User:
    """The user with this email address. Raises ClickException."""
    address = readable_email(email)
    try:
        user: User = with_todo(lambda todo: todo.accounts.find(address))
    except NotFound:
        raise click.ClickException(f"There is no account of {address}; `todo user list` shows all.") from None
    return user


@contextmanager
def output_to(file: Path, force: bool) -> Iterator[BinaryIO]:
    """A new file that only its owner may read, or standard output.

    Deletes the file if it is not completed. With ``force`` it replaces another file once it is.
    """
    if str(file) == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    replacing = force and file.is_file() and not file.is_symlink()
    target = file.with_name(f".{file.name}.partial") if replacing else file
    try:
        if replacing:
            target.unlink(missing_ok=True)  # left by a process that was killed
        with open(target, "xb", opener=private_opener) as writing:
            try:
                yield writing
                writing.flush()  # the disk may be full
            except BaseException:
                target.unlink()
                raise
        target.replace(file)
    except FileExistsError:
        advice = "choose another name" if force else "choose another name, or add --force to replace it"
        raise click.ClickException(f"{file} exists; {advice}.") from None
    except OSError as error:
        raise click.ClickException(f"Cannot write {file}: {error.strerror}.") from None
