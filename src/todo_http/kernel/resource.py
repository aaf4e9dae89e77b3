"""Resources: a kind with its wire types, and the operations that every kind that clients write can have."""

from dataclasses import KW_ONLY, dataclass
from datetime import datetime
from functools import cached_property, partial
from typing import Any, ClassVar, Generic
from uuid import UUID

import msgspec

from todo_core.limits import PAGE_MAX
from todo_core.model.kinds import E, Form, Kind, alternatives
from todo_core.runner import Outcome
from todo_core.usecases.moving import Move, move_thing
from todo_core.usecases.things import add_thing, change_thing, get_thing_as, list_things, remove_thing
from todo_http.kernel.body import instant, read_body
from todo_http.kernel.context import RequestContext
from todo_http.kernel.entity_tags import conditional_response, tag_of
from todo_http.kernel.guards import authenticated
from todo_http.kernel.operation import Operation, OperationController, Success, delete, get, post
from todo_http.kernel.pages import CURSOR, limit_parameter, next_page, read_cursor, unchanged_since
from todo_http.kernel.responses import Field, Response


@dataclass(frozen=True)
class Wire(Generic[E]):
    """A kind, and the wire type of its things.

    ``shaped`` makes ``out`` from the plain fields of a thing. Without it the fields of both have the same names and
    order. ``internal`` are fields that clients do not see. Raises TypeError where kind and wire type do not match.
    """

    kind: Kind[E]
    plural: str
    _: KW_ONLY
    out: type[msgspec.Struct]
    shaped: Form[Any] | None = None
    internal: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if missing := {*self.kind.names} - {*self.out.__struct_fields__, *self.internal}:
            raise TypeError(f"{self.out.__name__} lacks fields of {self.kind!r}: {sorted(missing)}")
        if self.shaped is None and self.out.__struct_fields__ != self.kind.names:
            raise TypeError(f"the fields of {self.out.__name__} are not those of {self.kind!r}, in their order")

    @cached_property
    def form(self) -> Form[Any]:
        """Makes the wire type of things from their plain fields."""
        hints = [self.kind.hints[name] for name in self.kind.names]
        instants = [place for place, hint in enumerate(hints) if datetime in alternatives(hint)]

        def in_order(*fields: Any) -> Any:
            values = list(fields)
            for place in instants:
                if values[place] is not None:
                    values[place] = instant(values[place])
            return self.out(*values)

        return self.shaped or in_order

    def of(self, thing: E) -> Any:
        """The wire type of a thing."""
        return self.form(*self.kind.plain(thing))


@dataclass(frozen=True)
class Resource(Wire[E]):
    """A kind that clients write, with further wire types: ``new`` of drafts, ``changes`` of patches, ``moves`` of
    moves in the manual order, for kinds that have one.
    """

    _: KW_ONLY
    new: type[msgspec.Struct]
    changes: type[msgspec.Struct]
    moves: type[msgspec.Struct] | None = None

    def __post_init__(self) -> None:
        for wire, given in {self.new: {"id", *self.kind.rules}, self.changes: {*self.kind.rules}}.items():
            if wrong := given ^ {*wire.__struct_fields__}:
                raise TypeError(f"{wire.__name__} and the rules of {self.kind!r} differ in {sorted(wrong)}")
        if self.moves and {*self.moves.__struct_fields__} != {"before", "after", *self.kind.references}:
            raise TypeError(f"{self.moves.__name__} does not match the references of {self.kind!r}")
        super().__post_init__()

    @property
    def title(self) -> str:
        return self.kind.name.capitalize()

    @property
    def a_thing(self) -> str:
        return f"{'an' if self.kind.name[0] in 'aeiou' else 'a'} {self.kind.name}"

    @cached_property
    def parameter(self) -> str:
        return f"{self.kind.name}_id"

    @property
    def one(self) -> str:
        """The path of a thing below that of the resource."""
        return f"/{{{self.parameter}:str}}"

    @property
    def found(self) -> Success:
        return Success(200, f"The {self.kind.name}.", self.out, headers=("ETag",))


class ResourceController(OperationController):
    """Lists, adds, returns, changes and deletes the things of a resource. A subclass can replace each operation."""

    resource: ClassVar[Resource[Any]]
    guards = (authenticated,)

    def __init_subclass__(cls, **known: Any) -> None:
        resource = cls.resource
        cls.path = f"/api/{{user_id:str}}/{resource.plural}"
        cls.tags = (resource.plural,)
        for name, operation in _operations(resource).items():
            if not hasattr(cls, name):
                setattr(cls, name, operation(getattr(cls, f"_{name}")))
        super().__init_subclass__(**known)

    async def _list(self, request: RequestContext) -> Response:
        resource = self.resource
        after = read_cursor(request, resource.plural, "", bytes)
        position = None if after is None else UUID(bytes=after)
        limit = request.query.values.get("limit", PAGE_MAX)
        if (latest := await unchanged_since(request)) is not None:
            return latest
        page = await request.todo.run.read(request.actor.user_id, list_things, resource.kind, position, limit)
        links = next_page(request, resource.plural, "", page.next.bytes) if page.next else ()
        tag = None if page.as_of is None else tag_of(page.as_of)
        return conditional_response(request.fields, [resource.of(thing) for thing in page.items], tag, *links)

    async def _add(self, request: RequestContext) -> Response:
        resource = self.resource
        draft = await read_body(request, resource.new, resource.kind.draft)
        thing = (await request.write(add_thing, draft)).value
        location = (b"location", f"/api/{thing.user_id}/{resource.plural}/{thing.id}".encode("ascii"))
        return Response.json(201, resource.of(thing), _etag(thing), location)

    async def _get_one(self, request: RequestContext) -> Response:
        kind, form = self.resource.kind, self.resource.form
        thing_id = request.path_id(self.resource.parameter)
        thing = await request.todo.run.read(request.actor.user_id, get_thing_as, thing_id, kind, form)
        return conditional_response(request.fields, thing, tag_of(thing.revision))

    async def _change(self, request: RequestContext) -> Response:
        resource = self.resource
        changes = await read_body(request, resource.changes, resource.kind.patch)
        return changed(resource, await request.write(change_thing, request.path_id(resource.parameter), changes))

    _change_by_put = _change

    async def _remove(self, request: RequestContext) -> Response:
        thing_id = request.path_id(self.resource.parameter)
        await request.write(remove_thing, thing_id, self.resource.kind)
        return Response(204)

    async def _move(self, request: RequestContext) -> Response:
        resource = self.resource
        shape: Any = resource.moves
        move = await read_body(request, shape, partial(Move.of, resource.kind))
        return changed(resource, await request.write(move_thing, request.path_id(resource.parameter), move))


def _etag(thing: Any) -> Field:
    return b"etag", tag_of(thing.revision)


def changed(resource: Resource[Any], outcome: Outcome[Any]) -> Response:
    """The response to a change of a thing."""
    thing = outcome.value
    return Response.json(200, resource.of(thing), _etag(thing))


def _operations(resource: Resource[Any]) -> dict[str, Operation]:
    name, plural, title, one, a_thing = (
        resource.kind.name,
        resource.plural,
        resource.title,
        resource.one,
        resource.a_thing,
    )
    page: Any = list[resource.out]  # type: ignore[name-defined]
    listed = Success(200, f"The {plural}.", page, headers=("ETag", "Link", "X-Next-Cursor"))
    created = Success(201, f"The new {name}.", resource.out, headers=("ETag", "Location"))
    gone = Success(204, f"The {name} is in the trash.")
    change = partial(Operation, path=one, summary=f"Change {a_thing}", body=resource.changes, success=resource.found)
    return {
        "list": get(
            operation_id=f"list{plural.capitalize()}",
            summary=f"List {plural}",
            description=f"Returns the {plural}, oldest first. A page that is not the last has `X-Next-Cursor`.",
            query=(limit_parameter(plural), CURSOR),
            success=listed,
        ),
        "add": post(operation_id=f"add{title}", summary=f"Add {a_thing}", body=resource.new, success=created),
        "get_one": get(one, operation_id=f"get{title}", summary=f"Return {a_thing}", success=resource.found),
        "change": change(
            "PATCH",
            operation_id=f"change{title}",
            description="Changes the given fields. If nothing changes, the revision stays the same.",
        ),
        "change_by_put": change(
            "PUT", operation_id=f"put{title}", description="The same as PATCH: absent fields are left unchanged."
        ),
        "remove": delete(one, operation_id=f"remove{title}", summary=f"Delete {a_thing}", success=gone),
    } | ({"move": _move(resource)} if resource.moves else {})


def _move(resource: Resource[Any]) -> Operation:
    return post(
        f"{resource.one}/move",
        operation_id=f"move{resource.title}",
        summary=f"Move {resource.a_thing}",
        description="Moves it in the manual order: `before` or `after` another one. `after` null puts it first; "
        "`before` null, or neither of them, last.",
        body=resource.moves,
        success=resource.found,
    )
