"""The log of what was done, and when."""

from datetime import datetime
from typing import Final
from uuid import UUID

from todo_core.limits import PAGE_MAX
from todo_core.model.completion import DoneQuery
from todo_core.model.rules import CANONICAL_ID, id_of
from todo_core.usecases.tasks import find_done
from todo_http.api.completion_types import DoneOut
from todo_http.api.task_pages import POINT, read_point
from todo_http.kernel.context import RequestContext
from todo_http.kernel.entity_tags import conditional_response, tag_of
from todo_http.kernel.guards import authenticated
from todo_http.kernel.operation import OperationController, Success, get
from todo_http.kernel.pages import CURSOR, limit_parameter, next_page, read_cursor, unchanged_since
from todo_http.kernel.query import Parameter
from todo_http.kernel.responses import Response

LOG: Final = "completions"
PARAMETERS: Final = (
    Parameter(
        "task",
        id_of,
        {"type": "string", "format": "uuid", "pattern": f"^{CANONICAL_ID.pattern}$"},
        "Only what was done of this task.",
    ),
    Parameter("after", read_point, POINT, "From this on, inclusive; days are those of the user's time zone."),
    Parameter("before", read_point, POINT, "Before this, exclusive; days are those of the user's time zone."),
    limit_parameter("entries"),
    CURSOR,
)


class CompletionLog(OperationController):
    """What was done: occurrences of recurring tasks, and other tasks."""

    path = f"/api/{{user_id:str}}/{LOG}"
    tags = (LOG,)
    guards = (authenticated,)

    @get(
        operation_id="listCompletions",
        summary="List what was done",
        description="Returns what was completed or skipped, latest first: occurrences of recurring tasks, and other "
        "tasks that are completed. What is in the trash is left out. A page that is not the last has `X-Next-Cursor`.",
        query=PARAMETERS,
        success=Success(200, "What was done.", list[DoneOut], headers=("ETag", "Link", "X-Next-Cursor")),
    )
    async def list(self, request: RequestContext) -> Response:
        cursor = read_cursor(request, LOG, "", tuple[datetime, bytes])
        after = None if cursor is None else (cursor[0], UUID(bytes=cursor[1]))
        values = request.query.values
        query = DoneQuery(task_id=values.get("task"), after=values.get("after"), before=values.get("before"))
        steady = not query.needs_zone
        if steady and (latest := await unchanged_since(request)) is not None:
            return latest
        limit = values.get("limit", PAGE_MAX)
        page = await request.todo.run.read(request.actor.user_id, find_done, query, after, limit)
        links = next_page(request, LOG, "", (page.next[0], page.next[1].bytes)) if page.next else ()
        tag = tag_of(page.as_of) if steady and page.as_of is not None else None
        return conditional_response(request.fields, [DoneOut.of(each) for each in page.items], tag, *links)
