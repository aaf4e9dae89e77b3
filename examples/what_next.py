"""Prints what to do today: ``.venv/bin/todo task list --json | python3 examples/what_next.py Europe/Berlin``.

The tasks are as the API returns them. It needs ``todo_core`` and a clock: the rules of the service without the service.
"""

import argparse
import json
import sys
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).parents[1] / "src"))  # nothing needs to be installed

from todo_adapters.runtime import SystemClock
from todo_core import DueDate, ListId, Priority, Task, TaskId, TaskQuery, TaskSort, UserId
from todo_core.model.zones import zone as zone_named

BY_PRIORITY = TaskSort.of("-priority")


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

    def matching(*queries: TaskQuery) -> list[Task]:
        filters = [query.at(now, zone) for query in queries]
        return [task for task in tasks if any(each.matches(task) for each in filters)]

    overdue, today = (TaskQuery.of(completed=False, due=due, deferred=False) for due in ("overdue", "today"))
    for task in BY_PRIORITY.arrange(matching(overdue, today)):
        print(f"{task.priority or '':<7} {task.title}")
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    week = TaskQuery(completed=False, due_after=tomorrow, due_before=tomorrow + timedelta(days=7), deferred=False)
    print(f"{len(matching(week))} in the next seven days")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Prints what to do today, from tasks in JSON on standard input.")
    parser.add_argument("zone", type=zone_named, help="time zone in which it is today, such as Europe/Berlin")
    main(parser.parse_args().zone, SystemClock().now())
