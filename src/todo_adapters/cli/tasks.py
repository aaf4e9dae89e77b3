"""Commands for one's own tasks: add, list, complete, reopen and remove them, over the use cases of the facade."""

import sys
from collections.abc import Callable, Sequence
from typing import Final, Literal, get_args

import click

from todo_adapters.cli.completion import complete_lists, complete_tasks
from todo_adapters.cli.days import due_text
from todo_adapters.cli.escapes import printable
from todo_adapters.cli.own_tasks import list_named, opened, tasks_named
from todo_adapters.cli.printing import print_json, print_rows, rows
from todo_adapters.cli.running import reporting_errors, with_todo
from todo_adapters.cli.short_ids import SHOWN
from todo_core import (
    TASKS,
    CompleteStep,
    DueOption,
    NewTaskFields,
    Priority,
    RemoveStep,
    SortName,
    Step,
    Task,
    Todo,
)

IDS: Final = click.argument("ids", metavar="ID...", nargs=-1, required=True, shell_complete=complete_tasks)
JSON: Final = click.option("--json", "as_json", is_flag=True, help="Print JSON, in the form of the API.")
LIST: Final = "Name of a list, or inbox."


@click.group()
@click.option("--user", "address", metavar="ADDRESS", help="Whose tasks, when there are several accounts.")
@click.pass_context
def task(context: click.Context, address: str | None) -> None:
    """Add, list and complete your own tasks.

    ID is the end of a task's id, as `todo task list` shows it in the first column.
    """
    context.obj = address


@task.command("add")
@click.argument("title", nargs=-1, required=True)
@click.option("--due", help="today, tomorrow, +3d, 2026-11-30, 2026-11-30T15:00 or a time with an offset.")
@click.option("--priority", type=click.Choice([each.value for each in Priority]))
@click.option("--list", "list_name", help=LIST, shell_complete=complete_lists)
@click.option("--tag", "tags", multiple=True, help="A tag; may be repeated.")
@click.option("--note", help="A description.")
@JSON
@click.pass_obj
@reporting_errors
def add_task(
    address: str | None,
    title: Sequence[str],
    due: str | None,
    priority: str | None,
    list_name: str | None,
    tags: Sequence[str],
    note: str | None,
    as_json: bool,
) -> None:
    """Add a task. Several words are one title."""
    fields: NewTaskFields = {"title": " ".join(title), "priority": priority, "tags": tags, "description": note}

    async def add(todo: Todo) -> Task:
        own = await opened(todo, address)
        if due is not None:
            fields["due_date"] = due_text(due, own.today)
        if list_name is not None:
            fields["list_id"] = await list_named(own.space, list_name)
        return await own.space.tasks.add(**fields)

    added = with_todo(add, quiet=True)
    if as_json:
        print_json(added, sys.stdout)
    else:
        _say("Added", [added])


@task.command("list")
@click.argument("words", nargs=-1)
@click.option(
    "--due",
    type=click.Choice([each.value for each in DueOption]),
    help="Tasks due today, overdue, or without a due date.",
)
@click.option("--list", "list_name", help=LIST, shell_complete=complete_lists)
@click.option("--tag", "tags", multiple=True, help="Tasks with this tag; with all of several.")
@click.option("--sort", type=click.Choice(get_args(SortName)), default="due_date", show_default=True, metavar="FIELD")
@click.option("--done", "which", flag_value="done", help="Completed tasks instead of open ones.")
@click.option("--all", "which", flag_value="all", help="All tasks, completed and deferred ones too.")
@JSON
@click.pass_obj
@reporting_errors
def list_tasks(
    address: str | None,
    words: Sequence[str],
    due: DueOption | None,
    list_name: str | None,
    tags: Sequence[str],
    sort: SortName,
    which: Literal["done", "all"] | None,
    as_json: bool,
) -> None:
    """List open tasks that are not deferred; with WORDS, those in whose title or description all of them occur."""

    async def show(todo: Todo) -> None:
        own = await opened(todo, address)
        wanted = [await list_named(own.space, list_name)] if list_name is not None else []
        found = own.space.tasks.find(
            completed={None: False, "done": True, "all": None}[which],
            deferred=False if which is None else None,
            words=" ".join(words),
            due=due,
            lists=wanted,
            tags=tags,
            sort=sort,
        )
        tasks = [each async for each in found]
        if as_json:
            print_json(tasks, sys.stdout)
        else:
            print_rows(rows(tasks, await own.space.lists.all(), own.now, own.zone), sys.stdout)

    with_todo(show, quiet=True)


@task.command("done")
@IDS
@JSON
@click.pass_obj
@reporting_errors
def complete_tasks_named(address: str | None, ids: Sequence[str], as_json: bool) -> None:
    """Complete tasks and the open subtasks below them."""
    _carry_out(address, ids, lambda found: CompleteStep(found.id), "Done", as_json)


@task.command("reopen")
@IDS
@JSON
@click.pass_obj
@reporting_errors
def reopen_tasks(address: str | None, ids: Sequence[str], as_json: bool) -> None:
    """Reopen completed tasks."""
    _carry_out(address, ids, lambda found: CompleteStep(found.id, completed=False), "Open", as_json)


@task.command("remove")
@IDS
@click.pass_obj
@reporting_errors
def remove_tasks(address: str | None, ids: Sequence[str]) -> None:
    """Move tasks and their subtasks to the trash."""
    _carry_out(address, ids, lambda found: RemoveStep(TASKS, found.id), "In the trash", as_json=False)


@task.command("lists")
@JSON
@click.pass_obj
@reporting_errors
def show_lists(address: str | None, as_json: bool) -> None:
    """List the lists, each after its number of open tasks."""

    async def show(todo: Todo) -> None:
        own = await opened(todo, address)
        lists = await own.space.lists.all(archived=False)
        if as_json:
            print_json(lists, sys.stdout)
            return
        counts = await own.space.counts()
        click.echo(f"{counts.inbox}\tinbox")
        for each in lists:
            click.echo(f"{counts.lists.get(each.id, 0)}\t{printable(each.name)}")

    with_todo(show, quiet=True)


def _carry_out(address: str | None, ids: Sequence[str], step: Callable[[Task], Step], word: str, as_json: bool) -> None:
    """Takes a step for each of the tasks with these short ids, for all of them or for none."""

    async def carry_out(todo: Todo) -> Sequence[Task]:
        own = await opened(todo, address)
        found = await tasks_named(own.space, ids)
        results = await own.space.batch([step(each) for each in found])
        return [result or before for before, result in zip(found, results, strict=True)]

    changed = with_todo(carry_out, quiet=True)
    if as_json:
        print_json(changed, sys.stdout)
    else:
        _say(word, changed)


def _say(word: str, tasks: Sequence[Task]) -> None:
    for each in tasks:
        click.echo(f"{word}: {each.id.hex[-SHOWN:]}  {printable(each.title)}")
