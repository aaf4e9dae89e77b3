"""Batches: several operations in one request, all or none."""

from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from todo_core.errors import PreconditionRequired, StepFailed
from todo_core.usecases.batch import AddStep, RemoveStep, Step, apply_batch
from todo_http.api.batch_operations import DESCRIPTIONS, OperationReader, Resources, operation_type
from todo_http.kernel.body import read_fields
from todo_http.kernel.context import RequestContext
from todo_http.kernel.guards import authenticated
from todo_http.kernel.operation import OperationController, Success, post
from todo_http.kernel.query import FAULTS_MAX
from todo_http.kernel.responses import Response
from todo_http.kernel.schemas import note
from todo_http.problems.errors import Fault, InvalidRequest

STEPS_MAX: Final = 100


class Envelope(Struct, forbid_unknown_fields=True):
    """A batch whose operations are not parsed yet."""

    operations: list[Raw]


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


class BatchReader:
    """Reads the batches of operations on these resources, and writes their results."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources
        self._by_kind = {each.kind.name: each for each in resources}
        self._shapes = {
            (op, each.kind.name): operation_type(op, [each], str if len(resources) > 1 else None)
            for op in DESCRIPTIONS
            for each in resources
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
        else:
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
        return {"status": status, name: None if thing is None else self._by_kind[name].of(thing)}


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
            return Response.json(200, results, replayed=done.replayed)

    return Batches
