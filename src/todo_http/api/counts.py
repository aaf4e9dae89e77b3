"""How many tasks there are to do, for the numbers beside lists, tags and views."""

from collections.abc import Mapping
from datetime import datetime
from hashlib import blake2b
from typing import Annotated, Final
from zoneinfo import ZoneInfo

import msgspec

from todo_core.ids import ListId
from todo_core.usecases.tasks import count_tasks, this_minute
from todo_http.kernel.context import RequestContext
from todo_http.kernel.entity_tags import conditional_response, not_modified, not_modified_since
from todo_http.kernel.guards import authenticated
from todo_http.kernel.operation import OperationController, Success, get
from todo_http.kernel.pages import checked_query
from todo_http.kernel.responses import Response
from todo_http.kernel.schemas import note

Number = Annotated[int, note("A number of open tasks that are not deferred.", 3, minimum=0)]
ByList = Annotated[Mapping[ListId, Number], note("By the id of the list; lists without such tasks are left out.")]
ByTag = Annotated[Mapping[str, Number], note("By the name of the tag; tags without such tasks are left out.")]


class CountsOut(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The numbers of open tasks that are not deferred; upcoming are those of the seven days after today."""

    inbox: Number
    overdue: Number
    today: Number
    upcoming: Number
    lists: ByList
    tags: ByTag


COUNTED: Final = Success(200, "The numbers of tasks.", CountsOut, headers=("ETag",))


def _tag(revision: int, minute: datetime, zone: ZoneInfo) -> bytes:
    """The entity tag: the counts change with the tasks, with time, and with the time zone."""
    facts = f"{revision} {minute.isoformat()} {zone.key}".encode()
    return b'"h%s"' % blake2b(facts, digest_size=12).hexdigest().encode()


class TaskCounts(OperationController):
    """How many tasks there are to do."""

    path = "/api/{user_id:str}/counts"
    tags = ("tasks",)
    guards = (authenticated,)

    @get(
        operation_id="countTasks",
        summary="Count open tasks",
        description="Returns how many tasks there are to do at the beginning of this minute, in the user's time zone.",
        success=COUNTED,
    )
    async def count(self, request: RequestContext) -> Response:
        checked_query(request)
        run, owner = request.todo.run, request.actor.user_id
        view, minute = run.store.view(owner), this_minute(run.clock)
        zone = await view.zone()
        if b"if-none-match" in request.fields:
            latest = _tag(await view.revision(), minute, zone)
            if not_modified_since(request.fields, latest, any_tag=False):
                return not_modified(latest)
        found = await run.read(owner, count_tasks, run.clock)
        lists, tags = dict(sorted(found.lists.items())), dict(sorted(found.tags.items()))  # storages use any order
        counts = CountsOut(found.inbox, found.overdue, found.today, found.upcoming, lists, tags)
        return conditional_response(request.fields, counts, _tag(found.as_of, minute, zone))
