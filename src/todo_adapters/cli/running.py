"""What commands share: errors in one sentence, and the use cases over the database of the settings."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any, Final, ParamSpec, TypeVar

import click

from todo_adapters.settings.configuration import configured
from todo_adapters.settings.sources import SettingsError
from todo_core.errors import Invalid, TodoError, Unavailable
from todo_core.model.rules import Broken
from todo_core.todo import Todo

STATEMENT_SECONDS: Final = 600.0
"""The limit of a statement of a command: the data of a large account is deleted in one."""

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
        except Unavailable as error:
            raise click.ClickException(error.reason) from None
        except (TodoError, Broken) as error:
            raise click.ClickException(error.detail) from None
        except BrokenPipeError:
            raise  # click ends the command silently
        except OSError as error:
            place = f"{error.filename}: " if error.filename else ""
            raise click.ClickException(f"{place}{error.strerror or error}.") from None

    return run


def with_todo(work: Callable[[Todo], Awaitable[Any]], *, quiet: bool = False) -> Any:
    """Does the work with all use cases, over the database of the settings.

    If ``quiet``, only warnings are logged, unless TODO_LOG_LEVEL asks for more.
    """
    from todo_adapters.bootstrap import open_todo  # noqa: PLC0415 - slow to import

    settings = configured({"TODO_LOG_LEVEL": "warning", **os.environ} if quiet else os.environ)

    async def run() -> Any:
        async with open_todo(
            settings.database_url,
            pgbouncer=settings.pgbouncer,
            secrets=settings.secrets,
            statement_limit=STATEMENT_SECONDS,
        ) as todo:
            return await work(todo)

    return asyncio.run(run())
