"""Prints what to do today: ``python examples/what_next.py Europe/Berlin < tasks.json``.

The tasks are as the API returns them. It needs ``todo_core`` and a clock: the rules of the service without the service.
"""

import json
import sys
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from todo_adapters.runtime import SystemClock
from todo_core.ids import ListId, TaskId, UserId
from todo_core.model.counts import Moments, count
from todo_core.model.due import DueDate
from todo_core.model.task import Priority, Task
from todo_core.model.task_filter import DueOption, TaskQuery
from todo_core.model.task_sort import SortField, TaskSort

BY_PRIORITY = TaskSort(SortField.PRIORITY, descending=True)


def task_of(item: dict[str, str | None]) -> Task:
    """The task in an item of the API's JSON."""

    def moment(name: str) -> datetime:
        return datetime.fromisoformat(str(item[name]))

    return Task(
        id=TaskId(UUID(item["id"])),
        user_id=UserId(UUID(item["user_id"])),
        title=str(item["title"]),
        completed_at=moment("completed_at") if item["completed_at"] else None,
        priority=Priority(item["priority"]) if item["priority"] else None,
        due_date=DueDate.parse(item["due_date"]) if item["due_date"] else None,
        deferred_until=DueDate.parse(item["deferred_until"]) if item["deferred_until"] else None,
        list_id=ListId(UUID(item["list_id"])) if item["list_id"] else None,
        tags=tuple(item["tags"] or ()),
        created_at=moment("created_at"),
        updated_at=moment("updated_at"),
    )


def main(zone: ZoneInfo, now: datetime) -> None:
    """Prints what is overdue or due today in this zone, the most important first, and how much is still to come."""
    tasks = [task_of(item) for item in json.load(sys.stdin)]
    queries = [TaskQuery(completed=False, due=due, deferred=False) for due in (DueOption.OVERDUE, DueOption.TODAY)]
    filters = [query.at(now, zone) for query in queries]
    due = [task for task in tasks if any(each.matches(task) for each in filters)]
    for task in BY_PRIORITY.arrange(due):
        print(f"{task.priority or '':<7} {task.title}")
    print(f"{count(tasks, Moments.at(now, zone)).upcoming} in the next seven days")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(ZoneInfo(sys.argv[1]), SystemClock().now())
