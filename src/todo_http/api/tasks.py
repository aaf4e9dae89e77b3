"""Tasks: list, add, return, change, move, complete, skip and delete."""

from datetime import datetime
from typing import Final

from todo_core.ids import TaskId
from todo_core.limits import OCCURRENCES_LISTED, OCCURRENCES_MAX
from todo_core.usecases.completing import complete_task, reopen_task, skip_task
from todo_core.usecases.tasks import upcoming_occurrences
from todo_http.api.task_pages import PARAMETERS, list_tasks
from todo_http.api.task_types import TASK_RESOURCE, TaskCompletion, TaskOut
from todo_http.kernel.body import read_shape
from todo_http.kernel.context import RequestContext
from todo_http.kernel.entity_tags import conditional_response
from todo_http.kernel.operation import Success, get, patch, post
from todo_http.kernel.pages import checked_query, limit_parameter
from todo_http.kernel.resource import ResourceController, changed
from todo_http.kernel.responses import Response
from todo_http.kernel.schemas import DueText

LIMIT: Final = limit_parameter("occurrences", OCCURRENCES_MAX, OCCURRENCES_LISTED)
DUE_DATES: Final = Success(200, "The due dates.", list[DueText], headers=("ETag",))


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
        "does not change them. A recurring task stays open: its current occurrence is completed, the next one becomes "
        "the current one, and its subtasks are open again; at the end of the series the task is completed. Repeated "
        "within two seconds, without Idempotency-Key and If-Match, this changes nothing. Reopening a recurring task "
        "takes the latest completion back.",
        body=TaskCompletion,
        success=TASK_RESOURCE.found,
    )
    async def complete(self, request: RequestContext) -> Response:
        completion = await read_shape(request, TaskCompletion)
        task_id = TaskId(request.path_id("task_id"))
        if completion.completed:
            below = completion.subtasks == "complete"
            done = await request.write(complete_task, task_id, subtasks=below, asked=_asked(request))
        else:
            done = await request.write(reopen_task, task_id)
        return changed(TASK_RESOURCE, done)

    @post(
        f"{TASK_RESOURCE.one}/skip",
        operation_id="skipTask",
        summary="Skip an occurrence of a recurring task",
        description="The next occurrence becomes the current one. The log of completions tells that it was skipped. "
        "Repeated within two seconds, without Idempotency-Key and If-Match, this changes nothing.",
        success=TASK_RESOURCE.found,
    )
    async def skip(self, request: RequestContext) -> Response:
        task_id = TaskId(request.path_id("task_id"))
        return changed(TASK_RESOURCE, await request.write(skip_task, task_id, asked=_asked(request)))

    @get(
        f"{TASK_RESOURCE.one}/occurrences",
        operation_id="listOccurrences",
        summary="List the occurrences of a task",
        description="Returns the due date of the task and, if it recurs, those that follow if each occurrence is "
        "completed when it is due, or now if that has passed. Of a completed task there are none.",
        query=(LIMIT,),
        success=DUE_DATES,
    )
    async def occurrences(self, request: RequestContext) -> Response:
        limit = checked_query(request).get("limit", OCCURRENCES_LISTED)
        run, task_id = request.todo.run, request.path_id("task_id")
        found = await run.read(request.actor.user_id, upcoming_occurrences, run.clock, task_id, limit)
        return conditional_response(request.fields, [due.text for due in found], None)


def _asked(request: RequestContext) -> datetime | None:
    """When the request arrived; None if it has a key or a precondition and is not taken for a repeated one."""
    return None if request.fields.keys() & {b"if-match", b"idempotency-key"} else request.arrived_at
