"""The operations of a batch: their wire types, made from the resources, and how they become steps."""

from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import Annotated, Any, Final, TypeAlias
from uuid import UUID

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from todo_core.model.kinds import Patch
from todo_core.model.write_options import Revisions
from todo_core.usecases.batch import AddStep, ChangeStep, RemoveStep, Step, Target
from todo_http.kernel.body import read_built, read_fields
from todo_http.kernel.conditions import revisions_of
from todo_http.kernel.guards import CANONICAL_ID
from todo_http.kernel.query import FAULTS_MAX
from todo_http.kernel.resource import Resource
from todo_http.kernel.schemas import note
from todo_http.problems.errors import Fault, InvalidRequest

Resources: TypeAlias = Sequence[Resource[Any]]

REF_MAX: Final = 64


class Reference(Struct, forbid_unknown_fields=True, rename={"ref": "$ref"}):
    """The thing that an earlier operation of the batch created under this name."""

    ref: str


Ref = Annotated[str, note("A name for the new thing, for later operations.", "milk", minLength=1, maxLength=REF_MAX)]
Id = Annotated[str, note("The id of a thing.", "01936f4e-7a2b-7c3d-8e4f-5a6b7c8d9e0f", format="uuid")]
IfMatch = Annotated[str, note("As the header field If-Match, for this thing alone.", '"17"')]

DESCRIPTIONS: Final = {
    "add": "Adds a thing.",
    "change": "Changes some fields of a thing; with ``completed`` it completes or reopens a task.",
    "remove": "Deletes a thing.",
}


def operation_type(op: str, resources: Resources, entity: Any = None) -> type[Struct]:
    """The wire type of an operation. Of several resources, it takes exactly one by the name of its kind.

    Deletions name the kind in ``entity``, which has this type, or no such field.
    """
    optional: Any = UnsetType if len(resources) > 1 else None

    def members(types: Mapping[str, Any]) -> list[Any]:
        return [(name, kind | optional, UNSET) if optional else (name, kind) for name, kind in types.items()]

    target = ("id", Id | Reference)
    if_match = ("if_match", IfMatch | UnsetType, UNSET)
    fields: list[Any]
    if op == "add":
        fields = [*members({each.kind.name: each.new for each in resources}), ("ref", Ref | UnsetType, UNSET)]
    elif op == "change":
        fields = [target, *members({each.kind.name: each.changes for each in resources}), if_match]
    else:
        fields = [target, *([("entity", entity | UnsetType, UNSET)] if entity else []), if_match]
    return msgspec.defstruct(
        f"{op.capitalize()}Step",
        sorted(fields, key=len),
        namespace={"__doc__": DESCRIPTIONS[op]},
        module=__name__,
        forbid_unknown_fields=True,
        tag_field="op",
        tag=op,
    )


class OperationReader:
    """Turns the operations of one batch into steps, and collects all faults.

    ``unconditional`` is the index of the first operation that writes over a thing without ``if_match``.
    """

    def __init__(self, shapes: Mapping[tuple[str, str], type[Struct]], resources: Resources) -> None:
        self.faults: list[Fault] = []
        self.steps: list[Step] = []
        self.unconditional: int | None = None
        self._shapes = shapes
        self._resources = {each.kind.name: each for each in resources}
        self._names: set[str] = set()

    def read(self, index: int, raw: Raw) -> None:
        pointer = f"/operations/{index}"
        fields: dict[str, Raw] = {}
        try:
            fields = msgspec.json.decode(raw, type=dict[str, Raw])
            op = msgspec.json.decode(fields.pop("op", Raw(b"null")), type=str)
        except msgspec.ValidationError:
            op = ""
        if op not in DESCRIPTIONS:
            self._add(f"{pointer}/op", "unknown-value", f"This must be one of {', '.join(DESCRIPTIONS)}.")
            return
        resource = self._resource(pointer, fields)
        shape = self._shapes[op, resource.kind.name]
        given, faults = read_fields(msgspec.json.encode(_worth_reading(fields, shape)), shape)
        name, patch = resource.kind.name, None
        if op != "remove" and name in fields:
            wire, build = (
                (resource.new, resource.kind.draft) if op == "add" else (resource.changes, resource.kind.patch)
            )
            patch, inner = _built(bytes(fields[name]), wire, build)
            faults = [fault for fault in faults if fault.pointer != f"/{name}"] + _inside(f"/{name}", inner)
        self.faults += _inside(pointer, faults)
        self.steps.append(self._step(pointer, op, resource, given, patch))
        if isinstance(given.get("id"), str) and "if_match" not in given and self.unconditional is None:
            self.unconditional = index

    def _resource(self, pointer: str, fields: Mapping[str, Raw]) -> Resource[Any]:
        """The one that the operation names, else the first."""
        names = [*self._resources]
        named = [name for name in names if name in fields]
        if "entity" in fields and len(names) > 1:
            named = [name for name in names if bytes(fields["entity"]) == msgspec.json.encode(name)]
            if not named:
                self._add(f"{pointer}/entity", "unknown-value", f"This must be one of {', '.join(names)}.")
        return self._resources[(named or names)[0]]

    def _step(self, pointer: str, op: str, resource: Resource[Any], given: dict[str, Any], patch: Any) -> Step:
        """A step that can be used only if there are no faults at all."""
        if op == "add":
            return AddStep(patch, self._name(pointer, given.get("ref")))
        target = self._target(pointer, given["id"], resource) if "id" in given else ""
        revisions = self._revisions(pointer, given["if_match"]) if "if_match" in given else None
        if op == "change":
            return ChangeStep(target, patch, revisions)
        return RemoveStep(resource.kind, target, revisions)

    def _name(self, pointer: str, name: str | None) -> str | None:
        if name is not None:
            if not 1 <= len(name) <= REF_MAX or name in self._names:
                self._add(f"{pointer}/ref", "unusable-name", f"This must be 1 to {REF_MAX} characters, and used once.")
            self._names.add(name)
        return name

    def _target(self, pointer: str, target: str | Reference, resource: Resource[Any]) -> Target:
        if isinstance(target, Reference):
            if target.ref not in self._names:
                self._add(f"{pointer}/id/$ref", "unknown-reference", "No earlier operation has made this.")
            return target.ref
        if CANONICAL_ID.fullmatch(target):
            return UUID(target)
        self._add(f"{pointer}/id", "invalid-id", f"This must be the id of {resource.a_thing}.")
        return ""

    def _revisions(self, pointer: str, text: str) -> Revisions:
        try:
            return revisions_of(text.encode("utf-8"))
        except InvalidRequest as invalid:
            self._add(f"{pointer}/if_match", invalid.faults[0].code, invalid.faults[0].detail)
            return None

    def _add(self, pointer: str, code: str, detail: str) -> None:
        self.faults.append(Fault(code=code, detail=detail, pointer=pointer))


def _worth_reading(fields: dict[str, Raw], shape: type[Struct]) -> dict[str, Raw]:
    """The members that the type has, and as many others as are reported at once."""
    known = shape.__struct_encode_fields__
    unknown = islice((name for name in fields if name not in known), FAULTS_MAX)
    return {name: fields[name] for name in (*known, *unknown) if name in fields}


def _built(body: bytes, wire: Any, build: Callable[..., Patch[Any]]) -> tuple[Patch[Any] | None, Sequence[Fault]]:
    try:
        return read_built(body, wire, build)
    except InvalidRequest as invalid:  # it is no object
        return None, invalid.faults


def _inside(pointer: str, faults: Sequence[Fault]) -> list[Fault]:
    return [msgspec.structs.replace(fault, pointer=f"{pointer}{fault.pointer or ''}") for fault in faults]
