"""What the terminal and scripts see of tasks: tables, lines separated by tabs, and JSON."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime, tzinfo
from typing import Any, Final, TextIO

import click

from todo_adapters.cli.escapes import printable
from todo_adapters.cli.short_ids import short_ids
from todo_core import DueOption, Task, TaskList, TaskQuery

COLORS: Final = {"overdue": "bold red", "done": "dim", "high": "bold"}
OVERDUE: Final = TaskQuery(due=DueOption.OVERDUE)


@dataclass(frozen=True, slots=True)
class Row:
    """A task as it is printed: texts without control characters, in the order of the columns."""

    id: str
    status: str
    due: str
    priority: str
    list: str
    tags: str
    title: str


def rows(tasks: Sequence[Task], lists: Iterable[TaskList], now: datetime, zone: tzinfo) -> list[Row]:
    """The rows of these tasks at this time in the user's zone. The status is open, overdue or done."""
    short = short_ids([task.id for task in tasks])
    names: Mapping[Any, str] = {each.id: printable(each.name) for each in lists}
    overdue = OVERDUE.at(now, zone)
    return [
        Row(
            id=short[task.id],
            status="done" if task.completed else "overdue" if overdue.matches(task) else "open",
            due=task.due_date.text if task.due_date else "",
            priority=task.priority or "",
            list=names.get(task.list_id, ""),
            tags=", ".join(map(printable, task.tags)),
            title=printable(task.title),
        )
        for task in tasks
    ]


def print_rows(found: Sequence[Row], output: TextIO) -> None:
    """Prints a table at a terminal; elsewhere a line for each row, with tabs between the columns."""
    if not output.isatty():
        for row in found:
            click.echo("\t".join(astuple(row)), file=output)
    elif found:
        _print_table(found, output)
    else:
        click.echo("No tasks.", file=output)


def _print_table(found: Sequence[Row], terminal: TextIO) -> None:
    """As wide as the terminal, in colours unless NO_COLOR is set. What a colour says, a word says as well."""
    from rich.console import Console  # noqa: PLC0415 - slow to import
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    names = ("id", "due", "priority", "list", "title", "tags")
    cells = [(row.id, _due(row), row.priority, row.list, row.title, row.tags) for row in found]
    table = Table(box=None, pad_edge=False, header_style="dim")
    used = [number for number in range(len(names)) if any(line[number] for line in cells)]
    for number in used:
        table.add_column(names[number], no_wrap=names[number] in {"id", "due"}, overflow="fold")
    for row, line in zip(found, cells, strict=True):
        style = COLORS.get(row.status) or COLORS.get(row.priority, "")
        table.add_row(*[Text(line[number]) for number in used], style=style)
    Console(file=terminal, highlight=False).print(table)


def _due(row: Row) -> str:
    return row.due if row.status == "open" else f"{row.due} {row.status}".strip()


def print_json(things: Task | TaskList | Sequence[Task | TaskList], output: TextIO) -> None:
    """Prints tasks and lists as the API returns them, in ASCII: what is not is escaped, control characters too."""
    from msgspec import to_builtins  # noqa: PLC0415 - slow to import, as what follows

    from todo_http.api.lists import LIST_RESOURCE  # noqa: PLC0415
    from todo_http.api.task_types import TASK_RESOURCE  # noqa: PLC0415

    def wire(thing: Task | TaskList) -> Any:
        return to_builtins(TASK_RESOURCE.of(thing) if isinstance(thing, Task) else LIST_RESOURCE.of(thing))

    found = wire(things) if isinstance(things, Task | TaskList) else [wire(each) for each in things]
    click.echo(json.dumps(found, indent=2), file=output)
