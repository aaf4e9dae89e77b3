"""The trash: list what was deleted, restore it, and delete it permanently."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, ClassVar, Final, TypeAlias
from uuid import UUID

import msgspec

from todo_core.limits import PAGE_MAX
from todo_core.model.trash import Trashed
from todo_core.usecases.trash import empty_trash, list_trash, purge_thing, restore_thing
from todo_http.kernel.body import instant
from todo_http.kernel.context import RequestContext
from todo_http.kernel.entity_tags import conditional_response, tag_of
from todo_http.kernel.guards import authenticated
from todo_http.kernel.operation import Operation, OperationController, Success, delete, get, post
from todo_http.kernel.pages import CURSOR, limit_parameter, next_page, read_cursor, unchanged_since
from todo_http.kernel.resource import Resource, changed
from todo_http.kernel.responses import Response
from todo_http.kernel.schemas import Instant, note

Resources: TypeAlias = Sequence[Resource[Any]]

TRASH: Final = "trash"
ONE: Final = "/{thing_id:str}"
SCHEMAS: Final = "#/components/schemas/"


class TrashEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A deletion: of the thing with this id, and of what was deleted with it."""

    id: UUID
    entity: str
    deleted_at: Instant
    purged_at: Instant
    things: Annotated[int, note("The number of deleted things, this one included.", 1, minimum=1)]
    value: Any


def entry_type(resources: Resources) -> type[msgspec.Struct]:
    """TrashEntry as the OpenAPI document describes it, with the kinds of things and their wire types."""
    names = [each.kind.name for each in resources]
    values = [{"$ref": f"{SCHEMAS}{each.out.__name__}"} for each in resources]
    entity: Any = Annotated[str, note("The kind of the deleted thing.", enum=names)]
    value: Any = Annotated[Any, note("The deleted thing, as it was.", anyOf=values)]
    described = {"entity": entity, "value": value}
    fields = [(each.name, described.get(each.name, each.type)) for each in msgspec.structs.fields(TrashEntry)]
    doc = {"__doc__": TrashEntry.__doc__}
    return msgspec.defstruct("TrashEntry", fields, namespace=doc, forbid_unknown_fields=True)


class TrashController(OperationController):
    """What was deleted, until it is deleted permanently."""

    path = "/api/{user_id:str}/trash"
    tags = (TRASH,)
    guards = (authenticated,)
    resources: ClassVar[Mapping[str, Resource[Any]]]

    async def _list(self, request: RequestContext) -> Response:
        cursor = read_cursor(request, TRASH, "", tuple[datetime, bytes])
        after = None if cursor is None else (cursor[0], UUID(bytes=cursor[1]))
        if (latest := await unchanged_since(request)) is not None:
            return latest
        limit = request.query.values.get("limit", PAGE_MAX)
        page = await request.todo.run.read(request.actor.user_id, list_trash, after, limit)
        links = next_page(request, TRASH, "", (page.next[0], page.next[1].bytes)) if page.next else ()
        tag = None if page.as_of is None else tag_of(page.as_of)
        kept = timedelta(days=request.service.options.trash_days)
        return conditional_response(request.fields, [self._entry(each, kept) for each in page.items], tag, *links)

    async def _restore(self, request: RequestContext) -> Response:
        restored = await request.write(restore_thing, request.path_id("thing_id"))
        resource = next(each for each in self.resources.values() if each.kind.entity is type(restored.value))
        return changed(resource, restored)

    async def _purge(self, request: RequestContext) -> Response:
        await request.write(purge_thing, request.path_id("thing_id"))
        return Response(204)

    async def _empty(self, request: RequestContext) -> Response:
        await request.write(empty_trash)
        return Response(204)

    def _entry(self, trashed: Trashed, kept: timedelta) -> TrashEntry:
        return TrashEntry(
            trashed.id,
            trashed.entity,
            instant(trashed.deleted_at),
            instant(trashed.deleted_at + kept),
            trashed.things,
            self.resources[trashed.entity].of(trashed.value),
        )


def trash_controller(resources: Resources) -> type[OperationController]:
    """The controller for the trash of these resources."""
    made = {name: operation(getattr(TrashController, f"_{name}")) for name, operation in _operations(resources).items()}
    by_name = {each.kind.name: each for each in resources}
    return type("Trash", (TrashController,), {"__doc__": TrashController.__doc__, "resources": by_name, **made})


def _operations(resources: Resources) -> dict[str, Operation]:
    page: Any = list[entry_type(resources)]  # type: ignore[misc]
    outs = tuple(each.out for each in resources)
    return {
        "list": get(
            operation_id="listTrash",
            summary="List the trash",
            description="Returns the deletions, latest first. A page that is not the last has `X-Next-Cursor`.",
            query=(limit_parameter("deletions"), CURSOR),
            success=Success(200, "The deletions.", page, headers=("ETag", "Link", "X-Next-Cursor")),
        ),
        "restore": post(
            f"{ONE}/restore",
            operation_id="restoreThing",
            summary="Restore a deleted thing",
            description="Restores the task or list with everything that was deleted with it. A task whose list or "
            "parent does not exist any more comes back in the inbox or at the top level.",
            success=Success(200, "The restored thing.", outs, headers=("ETag",)),
        ),
        "purge": delete(
            ONE,
            operation_id="purgeThing",
            summary="Delete a thing permanently",
            description="Deletes the thing permanently, with everything that was deleted with it.",
            success=Success(204, "It has been deleted permanently."),
        ),
        "empty": delete(
            operation_id="emptyTrash",
            summary="Empty the trash",
            description="Deletes everything in the trash permanently.",
            success=Success(204, "The trash is empty."),
        ),
    }
