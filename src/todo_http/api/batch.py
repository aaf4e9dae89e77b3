"""Batches: several operations in one request, all or none."""

import asyncio
from collections.abc import Sequence
from typing import Any

from todo_core.errors import Invalid, PreconditionRequired, StepFailed
from todo_core.usecases.batch import AT_ONCE, AddStep, RemoveStep, Step, apply_batch
from todo_http.api.batch_reading import OperationReader, Shapes
from todo_http.api.batch_types import STEPS_MAX, Envelope, Resources, batch_type, result_type
from todo_http.kernel.body import read_fields
from todo_http.kernel.context import RequestContext
from todo_http.kernel.guards import authenticated
from todo_http.kernel.operation import OperationController, Success, post
from todo_http.kernel.query import FAULTS_MAX
from todo_http.kernel.responses import Response
from todo_http.problems.errors import Fault, InvalidRequest


async def read_steps(request: RequestContext, shapes: Shapes) -> list[Step]:
    """The operations of a batch. Raises InvalidRequest with the faults of all, up to FAULTS_MAX."""
    given, faults = read_fields(await request.body(), Envelope)
    reading = OperationReader(shapes)
    reading.faults += [*request.query.faults, *faults]
    operations = given.get("operations", [])
    if not faults and not 1 <= len(operations) <= STEPS_MAX:
        detail = f"There must be 1 to {STEPS_MAX:,} operations."
        reading.faults.append(Fault(code="out-of-range", detail=detail, pointer="/operations"))
        operations = []
    for index, raw in enumerate(operations):
        if len(reading.faults) < FAULTS_MAX:
            reading.read(index, raw)
        if index % AT_ONCE == AT_ONCE - 1:
            await asyncio.sleep(0)
    if reading.faults:
        raise InvalidRequest(reading.faults[:FAULTS_MAX])
    if request.service.options.require_if_match and reading.unconditional is not None:
        raise StepFailed(reading.unconditional, PreconditionRequired())
    return reading.steps


def _result(step: Step, thing: Any, shapes: Shapes) -> dict[str, Any]:
    """The wire form of what became of a step."""
    status = 204 if isinstance(step, RemoveStep) else 201 if isinstance(step, AddStep) else 200
    name = step.kind.name
    return {"status": status, name: None if thing is None else shapes.resources[name].of(thing)}


def _broken_rules(steps: Sequence[Step], failed: StepFailed, invalid: Invalid) -> InvalidRequest:
    """The rules that a step breaks, each with its place in the body."""
    place = f"/operations/{failed.index}/{steps[failed.index].kind.name}"
    return InvalidRequest(
        [Fault(code=rule.code, detail=rule.detail, pointer=f"{place}/{rule.field}") for rule in invalid.violations]
    )


def batch_controller(resources: Resources) -> type[OperationController]:
    """The controller for batches of operations on these resources."""
    shapes = Shapes(resources)

    class Batches(OperationController):
        """Several writes in one request."""

        path = "/api/{user_id:str}/batch"
        tags = ("batches",)
        guards = (authenticated,)

        @post(
            operation_id="runBatch",
            summary="Run several operations",
            description="Runs the operations in order, all of them or none. A problem names the operation that failed. "
            "Each is about one thing: it has one of the members that are named after kinds.",
            body=batch_type(resources),
            errors=("precondition-required",),
            success=Success(200, "The results.", list[result_type(resources)]),  # type: ignore[misc]
        )
        async def batch(self, request: RequestContext) -> Response:
            steps = await read_steps(request, shapes)
            request.count(len(steps) - 1)
            try:
                done = await request.write(apply_batch, steps)
            except StepFailed as failed:
                if isinstance(failed.error, Invalid):
                    raise _broken_rules(steps, failed, failed.error) from failed
                raise
            return Response.json(200, [_result(*each, shapes) for each in zip(steps, done.value, strict=True)])

    return Batches
