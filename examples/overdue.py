"""Prints overdue tasks: ``.venv/bin/python examples/overdue.py sqlite:///var/todo.db ada@example.org``."""

import argparse
import asyncio
import sys

from todo_adapters.bootstrap import open_todo
from todo_core import TodoError


async def main(url: str, email: str) -> None:
    """Prints the overdue tasks of the user with this email address, in order of due date."""
    async with open_todo(url) as todo:
        user = await todo.of_email(email)
        found = [task async for task in user.tasks.find(due="overdue", sort="due_date")]
    for task in found:
        print(f"{task.due_date.text if task.due_date else '':<32} {task.title}")
    if not found:
        print("Nothing is overdue.")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Prints the overdue tasks of a user.")
    parser.add_argument("url", help="address of the database, such as sqlite:///var/todo.db")
    parser.add_argument("email", help="email address of the account")
    given = parser.parse_args()
    try:
        asyncio.run(main(given.url, given.email))
    except (TodoError, ValueError) as error:
        sys.exit(str(error))
