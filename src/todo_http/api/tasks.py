"""One task over HTTP: added, read, changed, completed, removed."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from todo_core.ids import TaskId, UserId
from todo_core.model.task import TASKS, Priority, Task
from todo_core.usecases.tasks import complete_task, reopen_task
from todo_core.usecases.things import add_thing, change_thing, get_thing_as, remove_thing
from todo_http.kernel.body import instant, read_body, read_shape
from todo_http.kernel.call import Call
from todo_http.kernel.entity_tags import answer_to, tag_of
from todo_http.kernel.operation import Gives, operation
from todo_http.kernel.responses import Answer, Field
from todo_http.kernel.schemas import Description, DueText, Instant, PriorityName, Title, note

Revision = Annotated[int, note("The number of the owner's change that last touched it.", 42, minimum=1)]

PATH = "/api/{user_id:str}/tasks"
TASK = PATH + "/{task_id:str}"


class NewTask(msgspec.Struct, forbid_unknown_fields=True):
    """A task to be added."""

    title: Title
    description: Description | UnsetType | None = UNSET
    completed: bool | UnsetType = UNSET
    priority: PriorityName | UnsetType | None = UNSET
    due_date: DueText | UnsetType | None = UNSET


class TaskChanges(msgspec.Struct, forbid_unknown_fields=True):
    """What a task shall become: an absent field stays as it is, null clears it."""

    title: Title | UnsetType = UNSET
    description: Description | UnsetType | None = UNSET
    completed: bool | UnsetType = UNSET
    priority: PriorityName | UnsetType | None = UNSET
    due_date: DueText | UnsetType | None = UNSET


class Completion(msgspec.Struct, forbid_unknown_fields=True):
    """Whether a task is done."""

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
        """The Form of the wire."""
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

    @staticmethod
    def of(task: Task) -> "TaskOut":
        return TaskOut.shaped(*TASKS.plain(task))


def _etag(task: Task) -> Field:
    return b"etag", tag_of(task.revision)


TASK_GIVEN = Gives(description="The task.", body=TaskOut, headers=("ETag",))


@operation(
    "POST",
    PATH,
    id="addTask",
    tag="tasks",
    summary="Add a task",
    takes=NewTask,
    gives={201: Gives(description="The new task.", body=TaskOut, headers=("ETag", "Location"))},
)
async def add(request: Call) -> Answer:
    draft = await read_body(request, NewTask, TASKS.draft)
    task = await request.write(add_thing, draft)
    location = f"/api/{task.user_id}/tasks/{task.id}".encode("ascii")
    return Answer.json(201, TaskOut.of(task), _etag(task), (b"location", location))


@operation("GET", TASK, id="getTask", tag="tasks", summary="Read a task", gives={200: TASK_GIVEN})
async def get(request: Call) -> Answer:
    task = await request.todo.run.read(
        request.actor.user_id, get_thing_as, request.id("task_id"), TASKS, TaskOut.shaped
    )
    return answer_to(request.visit, task, tag_of(task.revision))


async def _change(request: Call) -> Answer:
    patch = await read_body(request, TaskChanges, TASKS.patch)
    task = await request.write(change_thing, TaskId(request.id("task_id")), patch)
    return Answer.json(200, TaskOut.of(task), _etag(task))


@operation(
    "PATCH",
    TASK,
    id="changeTask",
    tag="tasks",
    summary="Change some fields of a task",
    description="A change that changes nothing keeps the revision.",
    takes=TaskChanges,
    gives={200: TASK_GIVEN},
)
async def patch(request: Call) -> Answer:
    return await _change(request)


@operation(
    "PUT",
    TASK,
    id="putTask",
    tag="tasks",
    summary="Change some fields of a task",
    description="The same as PATCH: what is absent stays as it is.",
    takes=TaskChanges,
    gives={200: TASK_GIVEN},
)
async def put(request: Call) -> Answer:
    return await _change(request)


@operation(
    "PATCH",
    TASK + "/complete",
    id="completeTask",
    tag="tasks",
    summary="Complete a task, or reopen it",
    takes=Completion,
    gives={200: TASK_GIVEN},
)
async def complete(request: Call) -> Answer:
    wish = await read_shape(request, Completion)
    task = await request.write(complete_task if wish.completed else reopen_task, TaskId(request.id("task_id")))
    return Answer.json(200, TaskOut.of(task), _etag(task))


@operation(
    "DELETE",
    TASK,
    id="removeTask",
    tag="tasks",
    summary="Remove a task",
    gives={204: Gives(description="There is no such task any more.")},
)
async def remove(request: Call) -> Answer:
    await request.write(remove_thing, TaskId(request.id("task_id")), TASKS)
    return Answer(204)
