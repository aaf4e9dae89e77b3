"""Plans a week with the domain and the memory store, without a server, a database or any other package."""

import asyncio
from datetime import date, timedelta

from todo_adapters.memory.security import ListEventLog
from todo_adapters.memory.store import MemoryStore
from todo_adapters.runtime import SystemClock, UuidSevens
from todo_core.ids import UserId
from todo_core.model.task import TASKS
from todo_core.model.task_filter import TaskQuery
from todo_core.model.task_sort import SortField, TaskSort
from todo_core.model.user import User
from todo_core.ports.accounts import AccountsUnitOfWork
from todo_core.runner import Runner
from todo_core.usecases.tasks import complete_task, find_tasks
from todo_core.usecases.things import add_thing

PLAN = [
    ("Water the plants", "low", 0),
    ("Send the invoice", "high", 1),
    ("Call grandmother", "medium", 1),
    ("Return the library books", None, 3),
    ("Run ten kilometres", "medium", 5),
    ("Repair the garden gate", "low", 9),
]
"""Title, priority, and days until due."""


async def create_user(run: Runner) -> UserId:
    """Creates a user in Berlin. Nobody logs in, so the password hash does not matter."""
    ada = User(
        id=UserId(run.ids.new()),
        email="ada@example.org",
        name="Ada",
        time_zone="Europe/Berlin",
        created_at=run.clock.now(),
    )

    async def add(tx: AccountsUnitOfWork) -> None:
        await tx.users.add(ada, "no hash")

    await run.accounts(add)
    return ada.id


async def main() -> None:
    """Adds all tasks, completes the first, and prints the rest of the week."""
    run = Runner(MemoryStore(), SystemClock(), UuidSevens(), ListEventLog())
    ada = await create_user(run)
    today = run.clock.now().astimezone(await run.store.view(ada).zone()).date()

    for title, priority, days in PLAN:
        due_date = (today + timedelta(days)).isoformat()
        task = await run.write(ada, add_thing, TASKS.draft(title=title, priority=priority, due_date=due_date))
        if title == PLAN[0][0]:
            await run.write(ada, complete_task, task.id)

    this_week = TaskQuery(completed=False, due_before=today + timedelta(days=7))
    page = await run.read(ada, find_tasks, run.clock, this_week, TaskSort(SortField.DUE_DATE), None, 100)
    for task in page.items:
        day = f"{date.fromisoformat(task.due_date.text):%A}" if task.due_date else "some day"
        print(f"{day:<10} {task.priority or '':<7} {task.title}")


if __name__ == "__main__":
    asyncio.run(main())
