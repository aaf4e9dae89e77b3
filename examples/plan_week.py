"""Plans a week without a database or any package: ``python3 examples/plan_week.py``."""

import argparse
import asyncio
import sys
from datetime import date, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "src"))  # nothing needs to be installed

from todo_adapters.memory.security import ListEventLog
from todo_adapters.memory.store import MemoryStore
from todo_adapters.runtime import SystemClock, UuidSevens
from todo_core import AccountsUnitOfWork, Runner, User, UserId, Workspace

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
    tasks = Workspace(run, ada).tasks
    today = run.clock.now().astimezone(await run.store.view(ada).zone()).date()

    for title, priority, days in PLAN:
        due_date = (today + timedelta(days)).isoformat()
        task = await tasks.add(title=title, priority=priority, due_date=due_date)
        if title == PLAN[0][0]:
            await tasks.complete(task.id)

    async for task in tasks.find(completed=False, due_before=today + timedelta(days=7), sort="due_date"):
        day = f"{date.fromisoformat(task.due_date.text):%A}" if task.due_date else "some day"
        print(f"{day:<10} {task.priority or '':<7} {task.title}")


if __name__ == "__main__":
    argparse.ArgumentParser(description="Plans a week with the domain and the memory store.").parse_args()
    asyncio.run(main())
