"""Sorts the inbox into lists by words: ``python examples/sort_inbox.py sqlite:///var/todo.db ada@example.org``.

Creates lists that are missing. Run it as often as you like: tasks that are sorted are no longer in the inbox.
"""

import asyncio
import sys

from todo_adapters.bootstrap import open_todo
from todo_core.errors import TodoError, Unavailable
from todo_core.model.rules import fold
from todo_core.model.task_filter import TaskQuery
from todo_core.workspace import Workspace

RULES = {
    "Shopping": ("buy", "milk", "bread"),
    "Calls": ("call", "phone", "ring"),
    "Work": ("invoice", "meeting", "report"),
}
"""The words that bring a task into a list."""

INBOX = TaskQuery(completed=False, lists=frozenset([None]), parents=frozenset([None]))


async def sort_inbox(space: Workspace) -> int:
    """Moves tasks from the inbox to the lists of RULES. Returns their number."""
    lists = {each.name: each.id for each in await space.lists.all()}
    moved = 0
    async for task in space.tasks.find(INBOX):
        words = set(fold(task.title).split())
        name = next((name for name, listed in RULES.items() if words & set(listed)), None)
        if name is None:
            continue
        if name not in lists:
            lists[name] = (await space.lists.add(name=name)).id
        await space.tasks.change(task.id, list_id=lists[name], tags=[*task.tags, "sorted"])
        print(f"{name:<10} {task.title}")
        moved += 1
    return moved


async def main(url: str, email: str) -> None:
    """Sorts the inbox of the user with this email address."""
    async with open_todo(url) as todo:
        try:
            moved = await sort_inbox(await todo.of_email(email))
        except TodoError as error:
            sys.exit(error.detail)
        print(f"{moved} sorted, {(await (await todo.of_email(email)).counts()).inbox} left in the inbox")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    try:
        asyncio.run(main(sys.argv[1], sys.argv[2]))
    except Unavailable as error:
        sys.exit(str(error))
