"""Tasks: list, add, return, change, complete and delete."""

from todo_core.ids import TaskId
from todo_core.model.task import Task, TaskDraft, TaskPatch
from todo_core.runner import Outcome
from todo_core.usecases.tasks import add_task, change_task, complete_task, get_task, remove_task, reopen_task
from todo_http.api.task_list import PARAMETERS, list_tasks
from todo_http.api.task_types import Completion, NewTask, TaskChanges, TaskOut
from todo_http.kernel.body import read_body, read_shape
from todo_http.kernel.context import RequestContext
from todo_http.kernel.entity_tags import conditional_response, tag_of
from todo_http.kernel.guards import authenticated
from todo_http.kernel.operation import OperationController, Success, delete, get, patch, post, put
from todo_http.kernel.responses import Field, Response

TASK = "/{task_id:str}"


TASK_FOUND = Success(description="The task.", body=TaskOut, headers=("ETag",))


class Tasks(OperationController):
    """The tasks of a user."""

    path = "/api/{user_id:str}/tasks"
    tags = ("tasks",)
    guards = (authenticated,)

    @get(
        operation_id="listTasks",
        summary="List tasks",
        description="Returns the tasks that match, oldest first unless `sort` is given. A page that is not the last "
        "has a Link to the next one. It ends at about 2 MB, so it may hold fewer tasks than the limit.",
        query=PARAMETERS,
        success={200: Success(description="The tasks.", body=list[TaskOut], headers=("ETag", "Link", "X-Next-Cursor"))},
    )
    async def list(self, request: RequestContext) -> Response:
        return await list_tasks(request)

    @post(
        operation_id="addTask",
        summary="Add a task",
        body=NewTask,
        success={201: Success(description="The new task.", body=TaskOut, headers=("ETag", "Location"))},
    )
    async def add(self, request: RequestContext) -> Response:
        draft = await read_body(request, NewTask, TaskDraft.of)
        added = await request.write(add_task, draft)
        task = added.value
        location = f"/api/{task.user_id}/tasks/{task.id}".encode("ascii")
        fields = (_etag(task), (b"location", location))
        return Response.json(201, TaskOut.of(task), *fields, replayed=added.replayed)

    @get(TASK, operation_id="getTask", summary="Return a task", success={200: TASK_FOUND})
    async def get_one(self, request: RequestContext) -> Response:
        task = await request.todo.run.read(request.actor.user_id, get_task, TaskId(request.path_id("task_id")))
        return conditional_response(request.fields, TaskOut.of(task), tag_of(task.revision))

    @patch(
        TASK,
        operation_id="changeTask",
        summary="Change a task",
        description="Changes the given fields. If nothing changes, the revision stays the same.",
        body=TaskChanges,
        success={200: TASK_FOUND},
    )
    async def change(self, request: RequestContext) -> Response:
        return await _change(request)

    @put(
        TASK,
        operation_id="putTask",
        summary="Change a task",
        description="The same as PATCH: absent fields are left unchanged.",
        body=TaskChanges,
        success={200: TASK_FOUND},
    )
    async def change_by_put(self, request: RequestContext) -> Response:
        return await _change(request)

    @patch(
        TASK + "/complete",
        operation_id="completeTask",
        summary="Complete or reopen a task",
        body=Completion,
        success={200: TASK_FOUND},
    )
    async def complete(self, request: RequestContext) -> Response:
        completion = await read_shape(request, Completion)
        use_case = complete_task if completion.completed else reopen_task
        return _changed(await request.write(use_case, TaskId(request.path_id("task_id"))))

    @delete(
        TASK,
        operation_id="removeTask",
        summary="Delete a task",
        success={204: Success(description="The task has been deleted.")},
    )
    async def remove(self, request: RequestContext) -> Response:
        removed = await request.write(remove_task, TaskId(request.path_id("task_id")))
        return Response(204, replayed=removed.replayed)


async def _change(request: RequestContext) -> Response:
    changes = await read_body(request, TaskChanges, TaskPatch.of)
    return _changed(await request.write(change_task, TaskId(request.path_id("task_id")), changes))


def _changed(outcome: Outcome[Task]) -> Response:
    task = outcome.value
    return Response.json(200, TaskOut.of(task), _etag(task), replayed=outcome.replayed)


def _etag(task: Task) -> Field:
    return b"etag", tag_of(task.revision)
