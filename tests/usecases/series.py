"""Short ways to have recurring tasks, to complete, skip and take back, and to see what was done."""

from datetime import UTC, datetime
from typing import Any, Final

from tests.usecases.person import Person
from todo_core.model.completion import COMPLETIONS, Completion, DoneQuery
from todo_core.model.task import Task
from todo_core.paging import every_page
from todo_core.usecases.completing import complete_task, reopen_task, skip_task
from todo_core.usecases.tasks import find_done

DAILY: Final = {"rule": "FREQ=DAILY"}
WEEKLY: Final = {"rule": "FREQ=WEEKLY"}
TWICE: Final = {"rule": "FREQ=DAILY;COUNT=2"}
EACH_DAY: Final = {"rule": "FREQ=DAILY", "catch_up": "all"}
AFTER_DOING: Final = {"rule": "FREQ=DAILY;INTERVAL=3", "anchor": "completion"}
TODAY: Final = "2026-11-20"


async def recurring(person: Person, recurrence: Any = DAILY, due: str = TODAY, **fields: Any) -> Task:
    """A recurring task that is due today."""
    return await person.add("Water the plants", due_date=due, recurrence=recurrence, **fields)


async def complete(person: Person, task: Task, **options: Any) -> Task:
    done: Task = await person.do(complete_task, task.id, **options)
    return done


async def skip(person: Person, task: Task) -> Task:
    skipped: Task = await person.do(skip_task, task.id)
    return skipped


async def take_back(person: Person, task: Task) -> Task:
    back: Task = await person.do(reopen_task, task.id)
    return back


def due(task: Task) -> str | None:
    return None if task.due_date is None else task.due_date.text


async def log(person: Person, task: Task | None = None) -> list[str]:
    """The due dates of what was done, the latest first; of occurrences that were skipped in brackets."""
    page = await person.see(find_done, DoneQuery(task_id=None if task is None else task.id))
    found = [each.occurrence.text if each.occurrence else "none" for each in page.items]
    return [f"({text})" if each.skipped else text for text, each in zip(found, page.items, strict=True)]


async def completions(person: Person) -> list[Completion]:
    """All completions, the oldest first."""
    found: list[Completion] = []
    things = person.store.view(person.owner).of(COMPLETIONS)
    async for page in every_page(lambda after: things.page(after, 1000)):
        found += page.items
    return found


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
