"""The wire types of batches, made from the resources."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Annotated, Any, Final, Literal, TypeAlias

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from todo_core.model.task import TASKS
from todo_http.api.task_types import Subtasks
from todo_http.kernel.resource import Resource
from todo_http.kernel.schemas import SAMPLE_ID, note

Resources: TypeAlias = Sequence[Resource[Any]]

STEPS_MAX: Final = 1_000
REF_MAX: Final = 64
ANCHORS: Final = ("before", "after")


class Envelope(Struct, forbid_unknown_fields=True):
    """A batch whose operations are not parsed yet."""

    operations: list[Raw]


class Reference(Struct, forbid_unknown_fields=True, rename={"ref": "$ref"}):
    """The thing that an earlier operation of the batch created under this name."""

    ref: str


class TaskCompletionInBatch(Struct, forbid_unknown_fields=True):
    """Whether a task is completed, which is the default, and whether its open subtasks are completed with it."""

    completed: bool = True
    subtasks: Subtasks = "complete"


Ref = Annotated[str, note("A name for the new thing, for later operations.", "milk", minLength=1, maxLength=REF_MAX)]
Id = Annotated[str, note("The id of a thing.", SAMPLE_ID, format="uuid")]
IfMatch = Annotated[str, note("As the header field If-Match, for this thing alone.", '"17"')]

DESCRIPTIONS: Final = {
    "add": "Adds a thing.",
    "change": "Changes some fields of a thing; with ``completed`` it completes or reopens a task alone.",
    "remove": "Moves a thing to the trash, with its subtasks or tasks. ``entity`` is its kind, by default task.",
    "complete": "Completes a task with its subtasks, or as it says.",
    "move": "Moves a thing in the manual order.",
}
MEMBERS: Final[Mapping[str, Callable[[Resource[Any]], type[Struct] | None]]] = {
    "add": lambda resource: _with_references(resource.new, resource.kind.references),
    "change": lambda resource: _with_references(resource.changes, resource.kind.references),
    "remove": lambda _: None,
    "complete": lambda resource: TaskCompletionInBatch if resource.kind is TASKS else None,
    "move": lambda resource: resource.moves and _with_references(resource.moves, (*resource.kind.references, *ANCHORS)),
}
"""By operation, the wire type of the member that is named after the kind of a resource; None where there is none."""


def members(resources: Resources) -> dict[tuple[str, str], type[Struct]]:
    """The wire types by operation and kind."""
    made = {(op, each.kind.name): member(each) for op, member in MEMBERS.items() for each in resources}
    return {key: wire for key, wire in made.items() if wire is not None}


def _with_references(wire: type[Struct], names: Collection[str]) -> type[Struct]:
    """The wire type with references allowed in the place of these ids; itself if it has none of them."""
    if not {*names} & {*wire.__struct_fields__}:
        return wire
    fields: list[Any] = []
    for field in msgspec.structs.fields(wire):
        hint = field.type | Reference if field.name in names else field.type
        fields.append((field.name, hint) if field.required else (field.name, hint, field.default))
    doc = {"__doc__": wire.__doc__}
    return msgspec.defstruct(f"{wire.__name__}InBatch", fields, namespace=doc, forbid_unknown_fields=True)


def envelope_type(op: str) -> type[Struct]:
    """The wire type of an operation without the member that is named after a kind."""
    fields = [field for field in _fields(op, str) if field[0] != "op"]
    return msgspec.defstruct(f"{op.capitalize()}Envelope", fields, forbid_unknown_fields=True)


def _fields(op: str, entity: Any) -> list[Any]:
    if op == "add":
        return [("ref", Ref | UnsetType, UNSET)]
    kind: list[Any] = [("entity", entity | UnsetType, UNSET)] if op == "remove" else []
    return [("id", Id | Reference), *kind, ("if_match", IfMatch | UnsetType, UNSET)]


def operation_type(op: str, resources: Resources, wires: Mapping[tuple[str, str], type[Struct]]) -> type[Struct]:
    """The wire type of an operation. It takes exactly one of the members that are named after kinds."""
    names: Any = Literal[tuple(each.kind.name for each in resources)]
    fields = _fields(op, names)
    for each in resources:
        if wire := wires.get((op, each.kind.name)):
            hint: Any = wire | UnsetType
            fields.append((each.kind.name, hint, UNSET))
    return msgspec.defstruct(
        f"{op.capitalize()}Step",
        sorted(fields, key=len),
        namespace={"__doc__": DESCRIPTIONS[op]},
        module=__name__,
        forbid_unknown_fields=True,
        tag_field="op",
        tag=op,
    )


def batch_type(resources: Resources) -> type[Struct]:
    """The wire type of a batch, for the OpenAPI document."""
    wires = members(resources)
    add, change, remove, complete, move = [operation_type(op, resources, wires) for op in DESCRIPTIONS]
    step: Any = add | change | remove | complete | move
    example = [{"op": "add", "task": {"title": "Buy milk"}}]
    operations = Annotated[list[step], note("The operations, in order.", example, minItems=1, maxItems=STEPS_MAX)]
    doc = {"__doc__": "Operations that run in order, all of them or none."}
    return msgspec.defstruct("Batch", [("operations", operations)], namespace=doc, forbid_unknown_fields=True)


def result_type(resources: Resources) -> type[Struct]:
    """The wire type of what became of one operation."""
    fields: list[Any] = [("status", Annotated[int, note("The status of the operation.", 201)])]
    for each in resources:
        out: Any = each.out | None
        fields.append((each.kind.name, out | UnsetType, UNSET))
    text = "The result of one operation: the status that it would have alone, and its thing as it is in the end."
    return msgspec.defstruct("StepResult", fields, namespace={"__doc__": text}, forbid_unknown_fields=True)
