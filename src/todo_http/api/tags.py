"""Tags: list them, rename one on all tasks, and remove one from all tasks."""

from typing import Annotated, Any, Final

import msgspec

from todo_core.errors import NotFound
from todo_core.limits import TAG_MAX
from todo_core.model.rules import Broken, checked
from todo_core.model.task import tag_name
from todo_core.usecases.tags import list_tags, remove_tag, rename_tag
from todo_http.kernel.body import read_body
from todo_http.kernel.context import RequestContext
from todo_http.kernel.entity_tags import conditional_response, tag_of
from todo_http.kernel.guards import authenticated
from todo_http.kernel.operation import OperationController, Success, delete, get, patch
from todo_http.kernel.pages import checked_query, unchanged_since
from todo_http.kernel.responses import Response
from todo_http.kernel.schemas import Tag, note

Number = Annotated[int, note("A number of tasks.", 3, minimum=0)]


class TagOut(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """A tag, and how many open tasks and tasks in all have it."""

    name: Tag
    open: Number
    total: Number


class TagChange(msgspec.Struct, forbid_unknown_fields=True):
    """The new name of a tag."""

    name: Tag


class ChangedTasks(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many tasks were changed."""

    changed: Number


NAME: Final = {"name": {"type": "string", "minLength": 1, "maxLength": TAG_MAX}}
CHANGED: Final = Success(200, "The number of changed tasks.", ChangedTasks)


def _named(request: RequestContext) -> str:
    """The tag in the path. Raises NotFound for what is no text."""
    try:
        return request.path_text()
    except Broken:
        raise NotFound("tag") from None


def new_name(**fields: Any) -> str:
    """The new name in the fields of a TagChange. Raises Invalid."""
    name: str = checked(fields, {"name": tag_name}, ["name"])["name"]
    return name


class Tags(OperationController):
    """The tags of a user's tasks. They have no ids: a tag is there as long as a task has it."""

    path = "/api/{user_id:str}/tags"
    tags = ("tags",)
    guards = (authenticated,)

    @get(
        operation_id="listTags",
        summary="List tags",
        description="Returns all tags, ordered by name.",
        success=Success(200, "The tags.", list[TagOut], headers=("ETag",)),
    )
    async def list(self, request: RequestContext) -> Response:
        checked_query(request)
        if (latest := await unchanged_since(request)) is not None:
            return latest
        page = await request.todo.run.read(request.actor.user_id, list_tags)
        tag = None if page.as_of is None else tag_of(page.as_of)
        uses = [TagOut(use.name, use.open, use.total) for use in page.items]
        return conditional_response(request.fields, uses, tag)

    @patch(
        "/{name:str}",
        operation_id="renameTag",
        summary="Rename a tag",
        description="Renames the tag on every task. A tag that has the new name already is merged with it.",
        body=TagChange,
        ends_with_text=True,
        path_schemas=NAME,
        success=CHANGED,
    )
    async def rename(self, request: RequestContext) -> Response:
        name = await read_body(request, TagChange, new_name)
        renamed = await request.write(rename_tag, _named(request), name)
        return Response.json(200, ChangedTasks(renamed.value))

    @delete(
        "/{name:str}",
        operation_id="removeTag",
        summary="Remove a tag",
        description="Removes the tag from every task.",
        ends_with_text=True,
        path_schemas=NAME,
        success=CHANGED,
    )
    async def remove(self, request: RequestContext) -> Response:
        removed = await request.write(remove_tag, _named(request))
        return Response.json(200, ChangedTasks(removed.value))
