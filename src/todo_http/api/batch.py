"""Batches: several operations on tasks in one request, all or none."""

from collections.abc import Callable, Sequence
from itertools import islice
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from todo_core.errors import PreconditionRequired, StepFailed
from todo_core.ids import TaskId
from todo_core.model.task import Task, TaskDraft, TaskPatch
from todo_core.model.write_options import Revisions
from todo_core.usecases.batch import Add, Change, Remove, Step, Target, apply_batch
from todo_http.api.task_types import NewTask, TaskChanges, TaskOut
from todo_http.kernel.body import read_built, read_fields
from todo_http.kernel.conditions import revisions_of
from todo_http.kernel.context import RequestContext
from todo_http.kernel.guards import CANONICAL_ID, authenticated
from todo_http.kernel.operation import OperationController, Success, post
from todo_http.kernel.query import FAULTS_MAX
from todo_http.kernel.responses import Response
from todo_http.kernel.schemas import note
from todo_http.problems.errors import Fault, InvalidRequest

STEPS_MAX: Final = 100
REF_MAX: Final = 64


class Reference(Struct, forbid_unknown_fields=True, rename={"ref": "$ref"}):
    """The task that an earlier operation of the batch added under this name."""

    ref: str


Ref = Annotated[str, note("A name for the new task, for later operations.", "milk", minLength=1, maxLength=REF_MAX)]
Id = Annotated[str, note("The id of a task.", "01936f4e-7a2b-7c3d-8e4f-5a6b7c8d9e0f", format="uuid")]
IfMatch = Annotated[str, note("As the header field If-Match, for this task alone.", '"17"')]


class AddStep(Struct, forbid_unknown_fields=True, tag_field="op", tag="add"):
    """Adds a task."""

    task: NewTask
    ref: Ref | UnsetType = UNSET


class ChangeStep(Struct, forbid_unknown_fields=True, tag_field="op", tag="change"):
    """Changes some fields of a task; with ``completed`` it completes or reopens it."""

    id: Id | Reference
    task: TaskChanges
    if_match: IfMatch | UnsetType = UNSET


class RemoveStep(Struct, forbid_unknown_fields=True, tag_field="op", tag="remove"):
    """Removes a task."""

    id: Id | Reference
    if_match: IfMatch | UnsetType = UNSET


AnyStep = AddStep | ChangeStep | RemoveStep
SHAPES: Final[dict[str, type[AnyStep]]] = {"add": AddStep, "change": ChangeStep, "remove": RemoveStep}
TASKS: Final[dict[str, tuple[Any, Callable[..., TaskPatch]]]] = {
    "add": (NewTask, TaskDraft.of),
    "change": (TaskChanges, TaskPatch.of),
}


class Batch(Struct, forbid_unknown_fields=True):
    """Operations that run in order, all of them or none."""

    operations: Annotated[list[AnyStep], note("The operations, in order.", minItems=1, maxItems=STEPS_MAX)]


class StepResult(Struct, frozen=True, forbid_unknown_fields=True):
    """The result of one operation: the status that it would have had alone, and its task after the batch."""

    status: int
    task: TaskOut | None

    @staticmethod
    def of(step: Step, task: Task | None) -> "StepResult":
        status = 204 if isinstance(step, Remove) else 201 if isinstance(step, Add) else 200
        return StepResult(status, None if task is None else TaskOut.of(task))


class Reading:
    """Parses the operations of one batch into steps, and collects their faults.

    ``unconditional`` is the index of the first that changes an existing task without ``if_match``.
    """

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.steps: list[Step] = []
        self.unconditional: int | None = None
        self._names: set[str] = set()

    def read(self, place: int, raw: Raw) -> None:
        pointer = f"/operations/{place}"
        try:
            fields = msgspec.json.decode(raw, type=dict[str, Raw])
            op = msgspec.json.decode(fields.pop("op", Raw(b"null")), type=str)
            shape = SHAPES[op]
        except (msgspec.ValidationError, KeyError):
            self._add(f"{pointer}/op", "unknown-value", f"This must be one of {', '.join(SHAPES)}.")
            return
        given, faults = read_fields(msgspec.json.encode(_worth_reading(fields, shape)), shape)
        patch: Any = None
        if op in TASKS and "task" in fields:
            patch, inner = _built(bytes(fields["task"]), *TASKS[op])
            faults = [fault for fault in faults if fault.pointer != "/task"] + _inside("/task", inner)
        self.faults += _inside(pointer, faults)
        self.steps.append(self._step(pointer, op, given, patch))
        if isinstance(given.get("id"), str) and "if_match" not in given and self.unconditional is None:
            self.unconditional = place

    def _step(self, pointer: str, op: str, given: dict[str, Any], patch: Any) -> Step:
        """The step, which is valid only if there are no faults."""
        if op == "add":
            return Add(patch, self._name(pointer, given.get("ref")))
        target = self._target(pointer, given["id"]) if "id" in given else ""
        revisions = self._revisions(pointer, given["if_match"]) if "if_match" in given else None
        return Change(target, patch, revisions) if op == "change" else Remove(target, revisions)

    def _name(self, pointer: str, name: str | None) -> str | None:
        if name is not None:
            if not 1 <= len(name) <= REF_MAX or name in self._names:
                self._add(f"{pointer}/ref", "unusable-name", f"This must be 1 to {REF_MAX} characters, and used once.")
            self._names.add(name)
        return name

    def _target(self, pointer: str, asked: str | Reference) -> Target:
        if isinstance(asked, Reference):
            if asked.ref not in self._names:
                self._add(f"{pointer}/id/$ref", "unknown-reference", "No earlier operation has made this.")
            return asked.ref
        if CANONICAL_ID.fullmatch(asked):
            return TaskId(UUID(asked))
        self._add(f"{pointer}/id", "invalid-id", "This must be the id of a task.")
        return ""

    def _revisions(self, pointer: str, text: str) -> Revisions:
        try:
            return revisions_of(text.encode("utf-8"))
        except InvalidRequest as invalid:
            self._add(f"{pointer}/if_match", invalid.faults[0].code, invalid.faults[0].detail)
            return None

    def _add(self, pointer: str, code: str, detail: str) -> None:
        self.faults.append(Fault(code=code, detail=detail, pointer=pointer))


def _worth_reading(fields: dict[str, Raw], shape: type[AnyStep]) -> dict[str, Raw]:
    """The members that the shape knows, and as many others as are reported."""
    known = shape.__struct_encode_fields__
    unknown = islice((name for name in fields if name not in known), FAULTS_MAX)
    return {name: fields[name] for name in (*known, *unknown) if name in fields}


def _built(body: bytes, shape: Any, build: Callable[..., TaskPatch]) -> tuple[TaskPatch | None, Sequence[Fault]]:
    try:
        return read_built(body, shape, build)
    except InvalidRequest as invalid:  # it is no object
        return None, invalid.faults


def _inside(pointer: str, faults: Sequence[Fault]) -> list[Fault]:
    return [msgspec.structs.replace(fault, pointer=f"{pointer}{fault.pointer or ''}") for fault in faults]


class Envelope(Struct, forbid_unknown_fields=True):
    """A batch whose operations are not parsed yet."""

    operations: list[Raw]


async def _read(request: RequestContext) -> list[Step]:
    """Raises InvalidRequest with the faults of all operations, up to FAULTS_MAX."""
    given, faults = read_fields(await request.body(), Envelope)
    reading = Reading()
    reading.faults += [*request.query.faults, *faults]
    operations = given.get("operations", [])
    if not faults and not 1 <= len(operations) <= STEPS_MAX:
        detail = f"There must be 1 to {STEPS_MAX} operations."
        reading.faults.append(Fault(code="out-of-range", detail=detail, pointer="/operations"))
    else:
        for place, raw in enumerate(operations):
            if len(reading.faults) < FAULTS_MAX:
                reading.read(place, raw)
    if reading.faults:
        raise InvalidRequest(reading.faults[:FAULTS_MAX])
    if request.service.options.require_if_match and reading.unconditional is not None:
        raise StepFailed(reading.unconditional, PreconditionRequired())
    return reading.steps


class Batches(OperationController):
    """Several writes in one request."""

    path = "/api/{user_id:str}/batch"
    tags = ("tasks",)
    guards = (authenticated,)

    @post(
        operation_id="batch",
        summary="Run several operations on tasks",
        description="Runs the operations in order, all of them or none. A problem names the operation that failed.",
        body=Batch,
        errors=("precondition-required",),
        success={200: Success(description="The result of each operation.", body=list[StepResult])},
    )
    async def batch(self, request: RequestContext) -> Response:
        steps = await _read(request)
        request.count(len(steps) - 1)
        done = await request.write(apply_batch, steps)
        results = [StepResult.of(step, task) for step, task in zip(steps, done.value, strict=True)]
        return Response.json(200, results, replayed=done.replayed)
