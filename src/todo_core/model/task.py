"""Tasks: what they consist of, and the rules of their fields."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Any, Final

from todo_core.ids import TaskId, UserId
from todo_core.limits import DESCRIPTION_MAX, TITLE_MAX
from todo_core.model.due import DueDate
from todo_core.model.kinds import Kind
from todo_core.model.rules import Broken, one_line, optional, storable


class Priority(StrEnum):
    """How much a task matters; in order from low to high."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"

    @property
    def rank(self) -> int:
        """1 for low, 2 for medium, 3 for high."""
        return RANKS[self]


RANKS = {Priority.LOW: 1, Priority.MEDIUM: 2, Priority.HIGH: 3}


def _priority(name: str) -> Priority:
    try:
        return Priority(name)
    except ValueError:
        raise Broken("unknown-value", "This must be high, medium or low.") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Something to do."""

    id: TaskId
    user_id: UserId
    title: str
    description: str | None = None
    completed_at: datetime | None = None
    priority: Priority | None = None
    due_date: DueDate | None = None
    revision: int = 0
    created_at: datetime
    updated_at: datetime

    def __post_init__(self) -> None:
        if not 0 < len(self.title) <= TITLE_MAX:
            raise ValueError("a task has a title of 1 to 255 characters")
        if self.revision < 0:
            raise ValueError("revisions count from 0")

    @property
    def completed(self) -> bool:
        return self.completed_at is not None


def _completion(values: dict[str, Any], task: Task | None, now: datetime) -> None:
    """Completing a completed task keeps its time."""
    before = task is not None and task.completed
    completed = values.pop("completed", before)
    if completed != before:
        values["completed_at"] = now if completed else None


TASKS: Final = Kind(
    "task",
    Task,
    rules={
        "title": partial(one_line, longest=TITLE_MAX),
        "description": optional(partial(storable, longest=DESCRIPTION_MAX)),
        "completed": bool,
        "priority": optional(_priority),
        "due_date": optional(DueDate.parse),
    },
    required=["title"],
    settle=_completion,
    counted=True,
)
