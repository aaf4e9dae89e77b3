"""What commands share: errors in one sentence, and the use cases over the database of the settings."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import click

from todo_adapters.settings.configuration import configured
from todo_adapters.settings.sources import SettingsError
from todo_core.errors import Invalid, TodoError, Unavailable
from todo_core.model.rules import Broken
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
        except Unavailable as error:
            raise click.ClickException(error.reason) from None
        except (TodoError, Broken) as error:
            raise click.ClickException(error.detail) from None
        except OSError as error:
            place = f"{error.filename}: " if error.filename else ""
            raise click.ClickException(f"{place}{error.strerror or error}.") from None

    return run


def with_todo(work: Callable[[Todo], Awaitable[Any]]) -> Any:
    """Does the work with all use cases, over the database of the settings."""
    from todo_adapters.bootstrap import open_todo  # noqa: PLC0415 - slow to import

    settings = configured(os.environ)

    async def run() -> Any:
        async with open_todo(settings.database_url, pgbouncer=settings.pgbouncer) as todo:
            return await work(todo)

    return asyncio.run(run())
