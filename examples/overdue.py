"""Prints the overdue tasks of a user: ``python examples/overdue.py sqlite:///var/todo.db ada@example.org``."""

import asyncio
import sys

from todo_adapters.bootstrap import open_todo
from todo_core.limits import PAGE_MAX
from todo_core.model.task_filter import DueOption, SortField, TaskQuery, TaskSort
from todo_core.model.user import canonical_email
from todo_core.usecases.tasks import find_tasks


async def main(url: str, email: str) -> None:
    """Prints the overdue tasks of the user with this email address, in order of due date."""
    async with open_todo(url) as todo:
        found = await todo.run.store.accounts().users.credentials(canonical_email(email))
        if found is None:
            sys.exit(f"There is no account with the address {email}.")
        overdue = TaskQuery(due=DueOption.OVERDUE)
        by_date = TaskSort(SortField.DUE_DATE)
        page = await todo.run.read(found.user.id, find_tasks, todo.run.clock, overdue, by_date, None, PAGE_MAX)
        for task in page.items:
            print(f"{task.due_date.text if task.due_date else '':<32} {task.title}")
        if not page.items:
            print("Nothing is overdue.")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    asyncio.run(main(sys.argv[1], sys.argv[2]))
