"""Completions: the occurrences of recurring tasks that were completed or skipped."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any, Final, TypeAlias
from uuid import UUID

from todo_core.ids import CompletionId, TaskId, UserId
from todo_core.model.due import DueDate
from todo_core.model.kinds import Kind
from todo_core.model.rules import checked, id_of, optional
from todo_core.model.task import Task
from todo_core.model.task_filter import Point, bound_of, point


@dataclass(frozen=True, slots=True)
class Before:
    """What a completion has changed: the fields of the task, and when its subtasks were completed."""

    fields: Mapping[str, str | None]
    subtasks: Mapping[UUID, datetime | None]

    @staticmethod
    def read(text: str) -> "Before":
        """Reads what ``text`` returned."""
        found: dict[str, dict[str, Any]] = json.loads(text)
        times = {UUID(each): at and datetime.fromisoformat(at) for each, at in found["subtasks"].items()}
        return Before(found["fields"], times)

    def text(self) -> str:
        """The JSON that a completion keeps."""
        times = {str(each): at and at.isoformat() for each, at in self.subtasks.items()}
        return json.dumps({"fields": dict(self.fields), "subtasks": times}, separators=(",", ":"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """An occurrence of a recurring task that was completed, or skipped. ``occurrence`` is when it was due.

    ``series`` and ``number`` are ``since`` and ``number`` of its recurrence: no occurrence is completed twice.
    ``before`` is the text of a ``Before``, which taking it back restores.
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
    before: str
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


@dataclass(frozen=True, slots=True, kw_only=True)
class DoneQuery:
    """The query of a user: of one task, from ``after`` on, up to but not including ``before``.

    Days become a ``DoneFilter`` with a time zone.
    """

    task_id: UUID | None = None
    after: Point | None = None
    before: Point | None = None

    @staticmethod
    def of(**plain: Any) -> "DoneQuery":
        """The query of plain values. Raises Invalid with every rule that they break."""
        return DoneQuery(**checked(plain, DONE_RULES))

    @property
    def needs_zone(self) -> bool:
        """True if the result depends on the user's time zone."""
        return any(isinstance(each, date) and not isinstance(each, datetime) for each in (self.after, self.before))

    def at(self, where: tzinfo) -> DoneFilter:
        """The filter in this zone, which matters only if ``needs_zone`` is true."""
        since = None if self.after is None else bound_of(self.after, where).fixed
        until = None if self.before is None else bound_of(self.before, where).fixed
        return DoneFilter(task_id=self.task_id, since=since, until=until)


DONE_RULES: Final = {"task_id": optional(id_of), "after": optional(point), "before": optional(point)}


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
