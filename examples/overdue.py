"""Prints the overdue tasks of a user: ``python examples/overdue.py sqlite:///var/todo.db ada@example.org``."""

import asyncio
import sys

from todo_adapters.bootstrap import open_todo
from todo_core.errors import NotFound, Unavailable
from todo_core.model.task_filter import DueOption, TaskQuery
from todo_core.model.task_sort import SortField, TaskSort


async def main(url: str, email: str) -> None:
    """Prints the overdue tasks of the user with this email address, in order of due date."""
    async with open_todo(url) as todo:
        try:
            user = await todo.of_email(email)
        except NotFound:
            sys.exit(f"There is no account with the address {email}.")
        overdue, by_date = TaskQuery(due=DueOption.OVERDUE), TaskSort(SortField.DUE_DATE)
        found = [task async for task in user.tasks.find(overdue, by_date)]
        for task in found:
            print(f"{task.due_date.text if task.due_date else '':<32} {task.title}")
        if not found:
            print("Nothing is overdue.")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    try:
        asyncio.run(main(sys.argv[1], sys.argv[2]))
    except Unavailable as error:
        sys.exit(str(error))
