"""Batches: several operations in one request, all or none. Their wire types are made from the resources."""

from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import Annotated, Any, Final, Literal, TypeAlias
from uuid import UUID

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from todo_core.errors import PreconditionRequired, StepFailed
from todo_core.model.write_options import Revisions
from todo_core.usecases.batch import AddStep, ChangeStep, RemoveStep, Step, Target, apply_batch
from todo_http.kernel.body import read_built, read_fields
from todo_http.kernel.conditions import revisions_of
from todo_http.kernel.context import RequestContext
from todo_http.kernel.guards import CANONICAL_ID, authenticated
from todo_http.kernel.operation import OperationController, Success, post
from todo_http.kernel.query import FAULTS_MAX
from todo_http.kernel.resource import Resource
from todo_http.kernel.responses import Response
from todo_http.kernel.schemas import note
from todo_http.problems.errors import Fault, InvalidRequest

Resources: TypeAlias = Sequence[Resource[Any]]

STEPS_MAX: Final = 1_000
REF_MAX: Final = 64


class Envelope(Struct, forbid_unknown_fields=True):
    """A batch whose operations are not parsed yet."""

    operations: list[Raw]


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
    fields: list[Any] = [] if op == "add" else [("id", Id | Reference)]
    if op == "remove":
        fields += [("entity", entity | UnsetType, UNSET)] if entity else []
    else:
        wires: dict[str, Any] = {each.kind.name: each.new if op == "add" else each.changes for each in resources}
        several = len(wires) > 1
        fields += [(name, wire | UnsetType, UNSET) if several else (name, wire) for name, wire in wires.items()]
    fields.append(("ref", Ref | UnsetType, UNSET) if op == "add" else ("if_match", IfMatch | UnsetType, UNSET))
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
    names: Any = Literal[tuple(each.kind.name for each in resources)] if len(resources) > 1 else None
    add, change, remove = [operation_type(op, resources, names) for op in DESCRIPTIONS]
    step: Any = add | change | remove
    operations = Annotated[list[step], note("The operations, in order.", minItems=1, maxItems=STEPS_MAX)]
    doc = {"__doc__": "Operations that run in order, all of them or none."}
    return msgspec.defstruct("Batch", [("operations", operations)], namespace=doc, forbid_unknown_fields=True)


def result_type(resources: Resources) -> type[Struct]:
    """The wire type of what became of one operation."""
    fields: list[Any] = [("status", int)]
    for each in resources:
        out: Any = each.out | None
        fields.append((each.kind.name, out | UnsetType, UNSET) if len(resources) > 1 else (each.kind.name, out))
    text = "The result of one operation: the status that it would have alone, and its thing as it is in the end."
    return msgspec.defstruct("StepResult", fields, namespace={"__doc__": text}, forbid_unknown_fields=True)


class OperationReader:
    """Turns the operations of one batch into steps, and collects all faults.

    ``unconditional`` is the index of the first operation that writes over a thing without ``if_match``.
    """

    def __init__(self, shapes: Mapping[tuple[str, str], type[Struct]], resources: Mapping[str, Resource[Any]]) -> None:
        self.faults: list[Fault] = []
        self.steps: list[Step] = []
        self.unconditional: int | None = None
        self._shapes = shapes
        self._resources = resources
        self._named: dict[str, Resource[Any]] = {}

    def read(self, index: int, raw: Raw) -> None:
        self._pointer = f"/operations/{index}"
        fields: dict[str, Raw] = {}
        try:
            fields = msgspec.json.decode(raw, type=dict[str, Raw])
            op = msgspec.json.decode(fields.pop("op", Raw(b"null")), type=str)
        except msgspec.ValidationError:
            op = ""
        if op not in DESCRIPTIONS:
            self._refuse("/op", "unknown-value", f"This must be one of {', '.join(DESCRIPTIONS)}.")
            return
        resource = self._resource(fields)
        shape = self._shapes[op, resource.kind.name]
        given, faults = read_fields(msgspec.json.encode(_worth_reading(fields, shape)), shape)
        name, patch = resource.kind.name, None
        if op != "remove" and name in fields:
            wire = resource.new if op == "add" else resource.changes
            build: Callable[..., Any] = resource.kind.draft if op == "add" else resource.kind.patch
            try:
                patch, inner = read_built(bytes(fields[name]), wire, build)
            except InvalidRequest as invalid:  # it is no object
                inner = [*invalid.faults]
            faults = [fault for fault in faults if fault.pointer != f"/{name}"] + _inside(f"/{name}", inner)
        self.faults += _inside(self._pointer, faults)
        self.steps.append(self._step(op, resource, given, patch))
        if isinstance(given.get("id"), str) and "if_match" not in given and self.unconditional is None:
            self.unconditional = index

    def _resource(self, fields: Mapping[str, Raw]) -> Resource[Any]:
        """The one that the operation names, else the first."""
        names = [*self._resources]
        named = [name for name in names if name in fields]
        if "entity" in fields and len(names) > 1:
            try:
                return self._resources[msgspec.json.decode(fields["entity"], type=str)]
            except (msgspec.ValidationError, KeyError):
                self._refuse("/entity", "unknown-value", f"This must be one of {', '.join(names)}.")
        if not named and (ref := _ref(fields)) in self._named:
            return self._named[ref]
        return self._resources[(named or names)[0]]

    def _step(self, op: str, resource: Resource[Any], given: dict[str, Any], patch: Any) -> Step:
        """A step that can be used only if there are no faults at all."""
        if op == "add":
            name = given.get("ref")
            if name is not None:
                if not 1 <= len(name) <= REF_MAX or name in self._named:
                    self._refuse("/ref", "unusable-name", f"This must be 1 to {REF_MAX} characters, and used once.")
                self._named[name] = resource
            return AddStep(patch, name)
        target = self._target(given["id"], resource) if "id" in given else ""
        revisions = self._revisions(given["if_match"]) if "if_match" in given else None
        if op == "change":
            return ChangeStep(target, patch, revisions)
        return RemoveStep(resource.kind, target, revisions)

    def _target(self, target: str | Reference, resource: Resource[Any]) -> Target:
        if isinstance(target, Reference):
            if target.ref not in self._named:
                self._refuse("/id/$ref", "unknown-reference", "No earlier operation has made this.")
            return target.ref
        if CANONICAL_ID.fullmatch(target):
            return UUID(target)
        self._refuse("/id", "invalid-id", f"This must be the id of {resource.a_thing}.")
        return ""

    def _revisions(self, text: str) -> Revisions:
        try:
            return revisions_of(text.encode("utf-8"))
        except InvalidRequest as invalid:
            self._refuse("/if_match", invalid.faults[0].code, invalid.faults[0].detail)
            return None

    def _refuse(self, pointer: str, code: str, detail: str) -> None:
        self.faults.append(Fault(code=code, detail=detail, pointer=self._pointer + pointer))


def _ref(fields: Mapping[str, Raw]) -> str:
    """The name that an operation refers to; empty if it refers to none."""
    try:
        return msgspec.json.decode(fields.get("id", Raw(b"{}")), type=Reference).ref
    except msgspec.ValidationError:
        return ""


def _worth_reading(fields: dict[str, Raw], shape: type[Struct]) -> dict[str, Raw]:
    """The members that the type has, and as many others as are reported at once."""
    known = shape.__struct_encode_fields__
    unknown = islice((name for name in fields if name not in known), FAULTS_MAX)
    return {name: fields[name] for name in (*known, *unknown) if name in fields}


def _inside(pointer: str, faults: Sequence[Fault]) -> list[Fault]:
    return [msgspec.structs.replace(fault, pointer=f"{pointer}{fault.pointer or ''}") for fault in faults]


class BatchReader:
    """Reads the batches of operations on these resources, and writes their results."""

    def __init__(self, resources: Resources) -> None:
        self._resources = {each.kind.name: each for each in resources}
        entity = str if len(resources) > 1 else None
        self._shapes = {
            (op, name): operation_type(op, [each], entity)
            for op in DESCRIPTIONS
            for name, each in self._resources.items()
        }

    async def read(self, request: RequestContext) -> list[Step]:
        """Raises InvalidRequest with the faults of all operations, up to as many as are reported at once."""
        given, faults = read_fields(await request.body(), Envelope)
        reading = OperationReader(self._shapes, self._resources)
        reading.faults += [*request.query.faults, *faults]
        operations = given.get("operations", [])
        if not faults and not 1 <= len(operations) <= STEPS_MAX:
            detail = f"There must be 1 to {STEPS_MAX} operations."
            reading.faults.append(Fault(code="out-of-range", detail=detail, pointer="/operations"))
            operations = []
        for index, raw in enumerate(operations):
            if len(reading.faults) < FAULTS_MAX:
                reading.read(index, raw)
        if reading.faults:
            raise InvalidRequest(reading.faults[:FAULTS_MAX])
        if request.service.options.require_if_match and reading.unconditional is not None:
            raise StepFailed(reading.unconditional, PreconditionRequired())
        return reading.steps

    def result(self, step: Step, thing: Any) -> dict[str, Any]:
        """The wire form of what became of a step."""
        status = 204 if isinstance(step, RemoveStep) else 201 if isinstance(step, AddStep) else 200
        name = step.kind.name
        return {"status": status, name: None if thing is None else self._resources[name].of(thing)}


def batch_controller(resources: Resources) -> type[OperationController]:
    """The controller for batches of operations on these resources."""
    reader = BatchReader(resources)

    class Batches(OperationController):
        """Several writes in one request."""

        path = "/api/{user_id:str}/batch"
        tags = ("tasks",)
        guards = (authenticated,)

        @post(
            operation_id="batch",
            summary="Run several operations",
            description="Runs the operations in order, all of them or none. A problem names the operation that failed.",
            body=batch_type(resources),
            errors=("precondition-required",),
            success=Success(200, "The results.", list[result_type(resources)]),  # type: ignore[misc]
        )
        async def batch(self, request: RequestContext) -> Response:
            steps = await reader.read(request)
            request.count(len(steps) - 1)
            done = await request.write(apply_batch, steps)
            results = [reader.result(step, thing) for step, thing in zip(steps, done.value, strict=True)]
            return Response.json(200, results)

    return Batches
