"""Completions: the occurrences of recurring tasks that were completed or skipped."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeAlias
from uuid import UUID

from todo_core.ids import CompletionId, TaskId, UserId
from todo_core.model.due import DueDate
from todo_core.model.kinds import Kind
from todo_core.model.task import Task


@dataclass(frozen=True, slots=True)
class Before:
    """What a completion has changed, as JSON: the fields of the task, and when its subtasks were completed."""

    text: str

    @staticmethod
    def of(fields: Mapping[str, str | None], subtasks: Mapping[UUID, datetime | None]) -> "Before":
        times = {str(each): at and at.isoformat() for each, at in subtasks.items()}
        return Before(json.dumps({"fields": dict(fields), "subtasks": times}, separators=(",", ":")))

    @property
    def fields(self) -> Mapping[str, str | None]:
        found: dict[str, str | None] = json.loads(self.text)["fields"]
        return found

    @property
    def subtasks(self) -> Mapping[UUID, datetime | None]:
        found: dict[str, Any] = json.loads(self.text)["subtasks"]
        return {UUID(each): at and datetime.fromisoformat(at) for each, at in found.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """An occurrence of a recurring task that was completed, or skipped. ``occurrence`` is when it was due.

    ``series`` and ``number`` are ``since`` and ``number`` of its recurrence: no occurrence is completed twice.
    ``before`` is what taking it back restores.
    """

    id: CompletionId
    user_id: UserId
    task_id: TaskId
    title: str
    occurrence: DueDate
    series: int
    number: int
    completed_at: datetime
    skipped: bool = False
    before: Before
    revision: int = 0
    created_at: datetime
    updated_at: datetime

    @property
    def key(self) -> tuple[int, int]:
        """What tells the occurrence from all others of the task."""
        return self.series, self.number


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What was done at some time: a completion, or a task that does not recur, which has its id here as well."""

    id: UUID
    task_id: TaskId
    title: str
    occurrence: DueDate | None
    completed_at: datetime
    skipped: bool


DonePosition: TypeAlias = tuple[datetime, UUID]
"""A position in what was done: the latest comes first, of several at one time the one with the greatest id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DoneFilter:
    """Which part of the log: of one task, from a time on, up to but not including another one."""

    task_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None

    def matches(self, done: Done) -> bool:
        return (
            self.task_id in (None, done.task_id)
            and (self.since is None or done.completed_at >= self.since)
            and (self.until is None or done.completed_at < self.until)
        )


def done_once(task: Task) -> Done | None:
    """A task in the log; None if it is open or recurs, because completions tell of it then."""
    if task.completed_at is None or task.recurrence is not None:
        return None
    return Done(
        id=task.id,
        task_id=task.id,
        title=task.title,
        occurrence=task.due_date,
        completed_at=task.completed_at,
        skipped=False,
    )


def done_by(completion: Completion) -> Done:
    """A completion in the log."""
    return Done(
        id=completion.id,
        task_id=completion.task_id,
        title=completion.title,
        occurrence=completion.occurrence,
        completed_at=completion.completed_at,
        skipped=completion.skipped,
    )


COMPLETIONS: Final = Kind(
    "completion", Completion, rules={}, unique=("task_id", "series", "number"), listed_in_trash=False
)
