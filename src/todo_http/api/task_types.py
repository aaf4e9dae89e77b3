"""The wire types of tasks."""

from datetime import datetime
from typing import Annotated, Final, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from todo_core.ids import ListId, TaskId, UserId
from todo_core.limits import TAGS_MAX
from todo_core.model.task import TASKS, Priority
from todo_http.api.recurrence_types import RecurrenceChange, RecurrenceOut, recurrence_out
from todo_http.kernel.body import instant
from todo_http.kernel.resource import Resource
from todo_http.kernel.schemas import (
    Deferral,
    Description,
    DueText,
    Id,
    Instant,
    NewId,
    Position,
    PriorityName,
    Tag,
    Title,
    note,
)

Revision = Annotated[int, note("The number of the owner's change that last changed this.", 42, minimum=1)]
Tags = Annotated[
    list[Tag],
    note(
        "The names of tags, in the order sent. Letter case and accents make no difference.",
        ["errand"],
        maxItems=TAGS_MAX,
    ),
]
Subtasks = Literal["complete", "keep"]
"""What becomes of the open subtasks of a task that is completed."""


Completed = Annotated[bool, note("Whether the task is completed.", True)]


class NewTask(msgspec.Struct, forbid_unknown_fields=True):
    """The fields of a new task."""

    title: Title
    id: NewId | UnsetType = UNSET
    description: Description | UnsetType | None = UNSET
    completed: bool | UnsetType = UNSET
    priority: PriorityName | UnsetType | None = UNSET
    due_date: DueText | UnsetType | None = UNSET
    deferred_until: Deferral | UnsetType | None = UNSET
    recurrence: RecurrenceChange | UnsetType | None = UNSET
    list_id: Id | UnsetType | None = UNSET
    parent_id: Id | UnsetType | None = UNSET
    tags: Tags | UnsetType = UNSET


class TaskChange(msgspec.Struct, forbid_unknown_fields=True):
    """Changes to a task: an absent field is left unchanged, null clears it."""

    title: Title | UnsetType = UNSET
    description: Description | UnsetType | None = UNSET
    completed: bool | UnsetType = UNSET
    priority: PriorityName | UnsetType | None = UNSET
    due_date: DueText | UnsetType | None = UNSET
    deferred_until: Deferral | UnsetType | None = UNSET
    recurrence: RecurrenceChange | UnsetType | None = UNSET
    list_id: Id | UnsetType | None = UNSET
    parent_id: Id | UnsetType | None = UNSET
    tags: Tags | UnsetType = UNSET


class TaskMove(msgspec.Struct, forbid_unknown_fields=True):
    """Where a task goes: an absent list or parent stays, null is the inbox or the top level."""

    list_id: Id | UnsetType | None = UNSET
    parent_id: Id | UnsetType | None = UNSET
    before: Id | UnsetType | None = UNSET
    after: Id | UnsetType | None = UNSET


class TaskCompletion(msgspec.Struct, forbid_unknown_fields=True):
    """Whether a task is completed, and whether its open subtasks are completed with it or kept open."""

    completed: Completed
    subtasks: Subtasks = "complete"


class TaskOut(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """A task."""

    id: UUID
    user_id: UUID
    title: Title
    description: Description | None
    completed: Completed
    completed_at: Instant | None
    priority: PriorityName | None
    due_date: DueText | None
    deferred_until: Deferral | None
    recurrence: RecurrenceOut | None
    list_id: UUID | None
    parent_id: UUID | None
    position: Position
    tags: tuple[Tag, ...]
    revision: Revision
    created_at: Instant
    updated_at: Instant

    @staticmethod
    def shaped(
        id: TaskId,
        user_id: UserId,
        title: str,
        description: str | None,
        completed_at: datetime | None,
        priority: Priority | None,
        due_date: str | None,
        deferred_until: str | None,
        recurrence: str | None,
        list_id: ListId | None,
        parent_id: TaskId | None,
        position: str,
        tags: tuple[str, ...],
        revision: int,
        created_at: datetime,
        updated_at: datetime,
        /,
    ) -> "TaskOut":
        """The Form of tasks on the wire."""
        return TaskOut(
            id,
            user_id,
            title,
            description,
            completed_at is not None,
            None if completed_at is None else instant(completed_at),
            priority,
            due_date,
            deferred_until,
            None if recurrence is None else recurrence_out(recurrence),
            list_id,
            parent_id,
            position,
            tags,
            revision,
            instant(created_at),
            instant(updated_at),
        )


TASK_RESOURCE: Final = Resource(
    TASKS, "tasks", out=TaskOut, new=NewTask, changes=TaskChange, moves=TaskMove, shaped=TaskOut.shaped
)
