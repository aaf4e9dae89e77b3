"""Lists of tasks: their wire types; list, add, return, change, move and delete."""

from typing import Annotated, Final
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from todo_core.model.task_list import LISTS
from todo_core.usecases.lists import empty_list_into_inbox, find_lists
from todo_core.usecases.things import remove_thing
from todo_http.kernel.context import RequestContext
from todo_http.kernel.entity_tags import conditional_response, tag_of
from todo_http.kernel.operation import Success, delete, get
from todo_http.kernel.pages import checked_query, unchanged_since
from todo_http.kernel.query import choice
from todo_http.kernel.resource import Resource, ResourceController
from todo_http.kernel.responses import Response
from todo_http.kernel.schemas import Color, Id, Instant, ListName, NewId, Position, note

Revision = Annotated[int, note("The number of the owner's change that last changed the list.", 42, minimum=1)]


class NewTaskList(msgspec.Struct, forbid_unknown_fields=True):
    """The fields of a new list."""

    name: ListName
    id: NewId | UnsetType = UNSET
    color: Color | UnsetType | None = UNSET
    archived: bool | UnsetType = UNSET


class TaskListChange(msgspec.Struct, forbid_unknown_fields=True):
    """Changes to a list: an absent field is left unchanged, null clears it."""

    name: ListName | UnsetType = UNSET
    color: Color | UnsetType | None = UNSET
    archived: bool | UnsetType = UNSET


class TaskListMove(msgspec.Struct, forbid_unknown_fields=True):
    """Where a list goes among the others."""

    before: Id | UnsetType | None = UNSET
    after: Id | UnsetType | None = UNSET


class TaskListOut(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """A list of tasks."""

    id: UUID
    user_id: UUID
    name: ListName
    color: Color | None
    archived: bool
    position: Position
    revision: Revision
    created_at: Instant
    updated_at: Instant


LIST_RESOURCE: Final = Resource(
    LISTS, "lists", out=TaskListOut, new=NewTaskList, changes=TaskListChange, moves=TaskListMove
)
ARCHIVED: Final = choice(
    "archived", {"hide": False, "only": True}, "Without archived lists, or nothing but those; all lists if absent."
)
KEEPING: Final = choice(
    "tasks",
    {"trash": False, "inbox": True},
    "What becomes of its tasks: they go to the trash with it, which is the default, or move to the inbox.",
)


class Lists(ResourceController):
    """The lists of a user."""

    resource = LIST_RESOURCE

    @get(
        operation_id="listLists",
        summary="List lists",
        description="Returns all lists, at most 1,000, in their manual order.",
        query=(ARCHIVED,),
        success=Success(200, "The lists.", list[TaskListOut], headers=("ETag",)),
    )
    async def list(self, request: RequestContext) -> Response:
        archived = checked_query(request).get("archived")
        if (latest := await unchanged_since(request)) is not None:
            return latest
        page = await request.todo.run.read(request.actor.user_id, find_lists, archived)
        tag = None if page.as_of is None else tag_of(page.as_of)
        return conditional_response(request.fields, [LIST_RESOURCE.of(each) for each in page.items], tag)

    @delete(
        LIST_RESOURCE.one,
        operation_id="removeList",
        summary="Delete a list",
        query=(KEEPING,),
        success=Success(204, "The list is in the trash."),
    )
    async def remove(self, request: RequestContext) -> Response:
        list_id = request.path_id(LIST_RESOURCE.parameter)
        if request.query.values.get("tasks"):
            await request.write(empty_list_into_inbox, list_id)
        else:
            await request.write(remove_thing, list_id, LISTS)
        return Response(204)
