"""What a shell offers for the names of lists and the short ids of tasks."""

from collections.abc import Awaitable, Callable
from typing import Any

import click
from click.shell_completion import CompletionItem

from todo_adapters.cli.escapes import printable
from todo_adapters.cli.own_tasks import INBOX, Own, opened
from todo_adapters.cli.running import with_todo
from todo_adapters.cli.short_ids import short_ids


def complete_lists(context: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The lists whose names begin so."""

    async def found(own: Own) -> list[CompletionItem]:
        names = [INBOX, *(each.name for each in await own.space.lists.all(archived=False))]
        shown = [name for name in names if printable(name) == name]
        return [CompletionItem(name) for name in shown if name.lower().startswith(incomplete.lower())]

    return _offered(context, found)


def complete_tasks(context: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The short ids that begin so: of completed tasks for ``reopen``, otherwise of open ones."""
    completed = context.command.name == "reopen"

    async def found(own: Own) -> list[CompletionItem]:
        tasks = {each.id: each.title async for each in own.space.tasks.find(completed=completed)}
        short = short_ids(tasks)
        return [
            CompletionItem(short[task_id], help=printable(title))
            for task_id, title in tasks.items()
            if short[task_id].startswith(incomplete)
        ]

    return _offered(context, found)


def _offered(context: click.Context, find: Callable[[Own], Awaitable[list[CompletionItem]]]) -> list[CompletionItem]:
    """What is found; nothing instead of an error, which would appear in the line that is being written."""
    address: str | None = context.parent.params.get("address") if context.parent else None

    async def offer(todo: Any) -> list[CompletionItem]:
        return await find(await opened(todo, address))

    try:
        offered: list[CompletionItem] = with_todo(offer, quiet=True)
    except Exception:
        return []
    return offered
