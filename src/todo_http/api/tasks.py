"""Tasks: list, add, return, change, move, complete and delete."""

from todo_core.ids import TaskId
from todo_core.usecases.tasks import complete_task, reopen_task
from todo_http.api.task_pages import PARAMETERS, list_tasks
from todo_http.api.task_types import TASK_RESOURCE, TaskCompletion, TaskOut
from todo_http.kernel.body import read_shape
from todo_http.kernel.context import RequestContext
from todo_http.kernel.operation import Success, get, patch
from todo_http.kernel.resource import ResourceController, changed
from todo_http.kernel.responses import Response


class Tasks(ResourceController):
    """The tasks of a user."""

    resource = TASK_RESOURCE

    @get(
        operation_id="listTasks",
        summary="List tasks",
        description="Returns the tasks that match, oldest first unless `sort` is given. A page that is not the last "
        "has `X-Next-Cursor`. It ends at about 2 MB, so it may hold fewer tasks than the limit.",
        query=PARAMETERS,
        success=Success(200, "The tasks.", list[TaskOut], headers=("ETag", "Link", "X-Next-Cursor")),
    )
    async def list(self, request: RequestContext) -> Response:
        return await list_tasks(request)

    @patch(
        f"{TASK_RESOURCE.one}/complete",
        operation_id="completeTask",
        summary="Complete or reopen a task",
        description="Completing a task also completes its open subtasks, unless `subtasks` is `keep`. Reopening it "
        "does not change them.",
        body=TaskCompletion,
        success=TASK_RESOURCE.found,
    )
    async def complete(self, request: RequestContext) -> Response:
        completion = await read_shape(request, TaskCompletion)
        task_id = TaskId(request.path_id("task_id"))
        if completion.completed:
            done = await request.write(complete_task, task_id, subtasks=completion.subtasks == "complete")
        else:
            done = await request.write(reopen_task, task_id)
        return changed(TASK_RESOURCE, done)
