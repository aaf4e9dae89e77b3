"""Sorts the inbox by words: ``.venv/bin/python examples/sort_inbox.py sqlite:///var/todo.db ada@example.org``.

Creates lists that are missing. Run it as often as you like: tasks that are sorted are no longer in the inbox.
"""

import argparse
import asyncio
import sys

from todo_adapters.bootstrap import open_todo
from todo_core import TodoError, Workspace, fold

RULES = {
    "Shopping": ("buy", "milk", "bread"),
    "Calls": ("call", "phone", "ring"),
    "Work": ("invoice", "meeting", "report"),
}
"""The words that bring a task into a list."""


async def sort_inbox(space: Workspace) -> int:
    """Moves tasks from the inbox to the lists of RULES. Returns their number."""
    lists = {each.name: each.id for each in await space.lists.all()}
    moved = 0
    async for task in space.tasks.find(completed=False, lists=[None], parents=[None]):
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
        space = await todo.of_email(email)
        moved = await sort_inbox(space)
        print(f"{moved} sorted, {(await space.counts()).inbox} left in the inbox")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Sorts the inbox of a user into lists by words.")
    parser.add_argument("url", help="address of the database, such as sqlite:///var/todo.db")
    parser.add_argument("email", help="email address of the account")
    given = parser.parse_args()
    try:
        asyncio.run(main(given.url, given.email))
    except (TodoError, ValueError) as error:
        sys.exit(str(error))
