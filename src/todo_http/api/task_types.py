"""The wire types of tasks."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from todo_core.ids import TaskId, UserId
from todo_core.model.task import TASKS, Priority
from todo_http.kernel.body import instant
from todo_http.kernel.resource import Resource
from todo_http.kernel.schemas import Description, DueText, Instant, PriorityName, Title, note

Revision = Annotated[int, note("The number of the owner's change that last changed the task.", 42, minimum=1)]


class NewTask(msgspec.Struct, forbid_unknown_fields=True):
    """The fields of a new task."""

    title: Title
    description: Description | UnsetType | None = UNSET
    completed: bool | UnsetType = UNSET
    priority: PriorityName | UnsetType | None = UNSET
    due_date: DueText | UnsetType | None = UNSET


class TaskChanges(msgspec.Struct, forbid_unknown_fields=True):
    """Changes to a task: an absent field is left unchanged, null clears it."""

    title: Title | UnsetType = UNSET
    description: Description | UnsetType | None = UNSET
    completed: bool | UnsetType = UNSET
    priority: PriorityName | UnsetType | None = UNSET
    due_date: DueText | UnsetType | None = UNSET


class Completion(msgspec.Struct, forbid_unknown_fields=True):
    """Whether a task is completed."""

    completed: bool


class TaskOut(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """A task."""

    id: UUID
    user_id: UUID
    title: Title
    description: Description | None
    completed: bool
    completed_at: Instant | None
    priority: PriorityName | None
    due_date: DueText | None
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
            revision,
            instant(created_at),
            instant(updated_at),
        )


TASK_RESOURCE: Final = Resource(TASKS, "tasks", out=TaskOut, new=NewTask, changes=TaskChanges, shaped=TaskOut.shaped)
