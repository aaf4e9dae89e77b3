"""Reading batches: operations become steps, with all faults of all operations."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import Any, Final
from uuid import UUID

import msgspec
from msgspec import Raw, Struct

from todo_core.errors import Invalid, Violation
from todo_core.model import rules
from todo_core.model.task import UNKNOWN_REFERENCE
from todo_core.model.write_options import Revisions
from todo_core.usecases.batch import AddStep, ChangeStep, CompleteStep, MoveStep, RemoveStep, Step, Target
from todo_core.usecases.moving import Move
from todo_http.api.batch_types import ANCHORS, DESCRIPTIONS, REF_MAX, Reference, Resources, envelope_type, members
from todo_http.kernel.body import read_built, read_fields
from todo_http.kernel.conditions import revisions_of
from todo_http.kernel.guards import CANONICAL_ID
from todo_http.kernel.query import FAULTS_MAX
from todo_http.kernel.resource import Resource
from todo_http.problems.errors import Fault, InvalidRequest

ENVELOPES: Final = {op: envelope_type(op) for op in DESCRIPTIONS}
UNNAMED: Final = "No earlier operation has made this."

_members: Final = msgspec.json.Decoder(dict[str, Raw]).decode
_text: Final = msgspec.json.Decoder(str).decode
_reference: Final = msgspec.json.Decoder(Reference).decode


class Shapes:
    """The resources by the names of their kinds, and the wire types of operations on them."""

    def __init__(self, resources: Resources) -> None:
        self.resources = {each.kind.name: each for each in resources}
        self.first = resources[0]
        self.members = members(resources)


class OperationReader:
    """Turns the operations of one batch into steps, and collects all faults.

    ``unconditional`` is the index of the first operation that writes over a thing without ``if_match``.
    """

    def __init__(self, shapes: Shapes) -> None:
        self.faults: list[Fault] = []
        self.steps: list[Step] = []
        self.unconditional: int | None = None
        self._shapes = shapes
        self._named: dict[str, Resource[Any]] = {}

    def read(self, index: int, raw: Raw) -> None:
        self._pointer = f"/operations/{index}"
        op, fields = _opened(raw)
        if op not in DESCRIPTIONS:
            self._refuse("/op", "unknown-value", f"This must be one of {', '.join(DESCRIPTIONS)}.")
            return
        resource = self._resource(op, fields)
        value = self._value(op, resource, fields)
        envelope = ENVELOPES[op]
        given, faults = read_fields(msgspec.json.encode(_worth_reading(fields, envelope)), envelope)
        self._tell("", faults)
        self.steps.append(self._step(op, resource, given, value))
        if isinstance(given.get("id"), str) and "if_match" not in given and self.unconditional is None:
            self.unconditional = index

    def _resource(self, op: str, fields: Mapping[str, Raw]) -> Resource[Any]:
        """The one that the operation is about: the one that it names, else that of its reference, else the first."""
        known = self._shapes.resources
        named = [name for name in known if name in fields]
        for name in named[1:]:
            self._refuse(f"/{name}", "conflicting", f"An operation is about one thing: give {named[0]} or {name}.")
        if named:
            return known[named[0]]
        if op == "remove" and "entity" in fields:
            try:
                return known[_text(fields["entity"])]
            except (msgspec.ValidationError, KeyError):
                self._refuse("/entity", "unknown-value", f"This must be one of {', '.join(known)}.")
        meant = self._named.get(_ref(fields), self._shapes.first)
        return meant if op == "remove" or (op, meant.kind.name) in self._shapes.members else self._shapes.first

    def _value(self, op: str, resource: Resource[Any], fields: dict[str, Raw]) -> Any:
        """What the member that is named after the kind says, taken out of the fields."""
        name, kind = resource.kind.name, resource.kind
        wire = self._shapes.members.get((op, name))
        if wire is None:
            return None  # so the member, if there is one, is an unknown field
        for other in self._shapes.resources:
            if other != name:
                fields.pop(other, None)  # which has been told already
        raw = fields.pop(name, None)
        if raw is None:
            if op == "complete":
                return wire()
            self._refuse(f"/{name}", "required", "This field is required.")
            return None
        builds: dict[str, Callable[..., Any]] = {
            "add": kind.draft,
            "change": kind.patch,
            "complete": wire,
            "move": partial(Move.of, kind),
        }
        try:
            value, faults = read_built(bytes(raw), wire, partial(self._built, resource, builds[op]))
        except InvalidRequest as invalid:  # it is no object
            value, faults = None, [*invalid.faults]
        self._tell(f"/{name}", faults)
        return value

    def _built(self, resource: Resource[Any], build: Callable[..., Any], **given: Any) -> Any:
        """What ``build`` makes of fields in which things may be named. Raises Invalid for unknown names as well."""
        kinds = {**resource.kind.references, **dict.fromkeys(ANCHORS, resource.kind.name)}
        unknown = []
        for field, value in given.items():
            if isinstance(value, Reference):
                given[field] = rules.Reference(value.ref)
                if not self._has(value.ref, kinds[field]):
                    unknown.append(Violation(f"{field}/$ref", UNKNOWN_REFERENCE, UNNAMED))
        try:
            built = build(**given)
        except Invalid as invalid:
            raise Invalid([*invalid.violations, *unknown]) from None
        if unknown:
            raise Invalid(unknown)
        return built

    def _step(self, op: str, resource: Resource[Any], given: dict[str, Any], value: Any) -> Step:
        """A step that can be used only if there are no faults at all."""
        if op == "add":
            return AddStep(value, self._name(given.get("ref"), resource))
        target: Any = self._target(given["id"], resource) if "id" in given else None
        revisions = self._revisions(given["if_match"]) if "if_match" in given else None
        if op == "change":
            return ChangeStep(target, value, revisions)
        if op == "complete" and value is not None:
            return CompleteStep(target, value.completed, value.subtasks == "complete", revisions)
        if op == "move":
            return MoveStep(target, value, revisions)
        return RemoveStep(resource.kind, target, revisions)

    def _name(self, name: str | None, resource: Resource[Any]) -> str | None:
        if name is not None:
            if not 1 <= len(name) <= REF_MAX or name in self._named:
                self._refuse("/ref", "unusable-name", f"This must be 1 to {REF_MAX} characters, and used once.")
            self._named[name] = resource
        return name

    def _target(self, target: str | Reference, resource: Resource[Any]) -> Target | None:
        if isinstance(target, Reference):
            if not self._has(target.ref, resource.kind.name):
                self._refuse("/id/$ref", UNKNOWN_REFERENCE, UNNAMED)
            return rules.Reference(target.ref)
        if CANONICAL_ID.fullmatch(target):
            return UUID(target)
        self._refuse("/id", "invalid-id", f"This must be the id of {resource.a_thing}.")
        return None

    def _has(self, name: str, kind: str) -> bool:
        """True if an earlier operation has made a thing of this kind under the name."""
        return name in self._named and self._named[name].kind.name == kind

    def _revisions(self, text: str) -> Revisions:
        try:
            return revisions_of(text.encode("utf-8"))
        except InvalidRequest as invalid:
            self._refuse("/if_match", invalid.faults[0].code, invalid.faults[0].detail)
            return None

    def _refuse(self, pointer: str, code: str, detail: str) -> None:
        self.faults.append(Fault(code=code, detail=detail, pointer=self._pointer + pointer))

    def _tell(self, pointer: str, faults: Sequence[Fault]) -> None:
        """Adds the faults of a part of the operation."""
        for fault in faults:
            self._refuse(f"{pointer}{fault.pointer or ''}", fault.code, fault.detail)


def _opened(raw: Raw) -> tuple[str, dict[str, Raw]]:
    """The name of an operation, empty if it has none, and its other members."""
    try:
        fields = _members(raw)
        return _text(fields.pop("op", Raw(b"null"))), fields
    except msgspec.ValidationError:
        return "", {}


def _ref(fields: Mapping[str, Raw]) -> str:
    """The name that an operation refers to; empty if it refers to none."""
    try:
        return _reference(fields.get("id", Raw(b"{}"))).ref
    except msgspec.ValidationError:
        return ""


def _worth_reading(fields: dict[str, Raw], shape: type[Struct]) -> dict[str, Raw]:
    """The members that the type has, and as many others as are reported at once."""
    known = shape.__struct_encode_fields__
    unknown = islice((name for name in fields if name not in known), FAULTS_MAX)
    return {name: fields[name] for name in (*known, *unknown) if name in fields}
