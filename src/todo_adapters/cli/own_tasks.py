"""Whose tasks a command is about, and what its words name among them: lists and tasks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from uuid import UUID

import click

from todo_adapters.cli.escapes import printable
from todo_adapters.cli.short_ids import LONGEST, id_end, named
from todo_core import ListId, Task, Todo, Workspace, fold
from todo_core.model.zones import wall_clock

INBOX = "inbox"


@dataclass(frozen=True, slots=True)
class Own:
    """What somebody has and can do, with the time and their time zone."""

    space: Workspace
    now: datetime
    zone: tzinfo

    @property
    def today(self) -> date:
        return wall_clock(self.now, self.zone).date()


async def opened(todo: Todo, address: str | None) -> Own:
    """What the user with this address has, or the only one there is. Raises Invalid, NotFound, ClickException."""
    space = await todo.of_email(address) if address is not None else await _only_one(todo)
    return Own(space, todo.run.clock.now(), await todo.run.store.view(space.owner).zone())


async def _only_one(todo: Todo) -> Workspace:
    users = (await todo.accounts.list(limit=2)).items
    if not users:
        raise click.ClickException("There is no account yet; create one with `todo user add ADDRESS`.")
    if len(users) > 1:
        raise click.ClickException("There are several accounts; say whose tasks: `todo task --user ADDRESS ...`.")
    return todo.of(users[0].id)


async def list_named(space: Workspace, name: str) -> ListId | None:
    """The list with this name, ignoring case and accents; None for the inbox. Raises ClickException."""
    lists = await space.lists.all()
    matching = [each for each in lists if each.name == name] or [
        each for each in lists if fold(each.name) == fold(name)
    ]
    if not matching and fold(name) == INBOX:
        return None
    if len(matching) == 1:
        return matching[0].id
    found = "There are several lists" if matching else "There is no list"
    known = ", ".join([INBOX, *(printable(each.name) for each in lists)])
    raise click.ClickException(f"{found} called {printable(name)}; there are: {known}.")


async def tasks_named(space: Workspace, ids: Sequence[str]) -> list[Task]:
    """The tasks whose ids end so; unless all are whole ids, reads every task. Raises Broken, NotFound."""
    ends = [id_end(text) for text in ids]
    if all(len(end) == LONGEST for end in ends):
        return [await space.tasks.get(UUID(end)) for end in dict.fromkeys(ends)]
    return named(ends, [each async for each in space.tasks.find()])
