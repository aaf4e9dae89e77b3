"""Bodies, parsed strictly; all broken rules are reported at once."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from enum import EnumType
from functools import cache
from types import NoneType, UnionType
from typing import Any, Final, Literal, TypeVar, Union, cast, get_args, get_origin

import msgspec

from todo_core.errors import Invalid
from todo_http.kernel.context import RequestContext
from todo_http.kernel.json_errors import malformed
from todo_http.kernel.query import FAULTS_MAX
from todo_http.problems.errors import ECHO_MAX, Fault, InvalidRequest, Malformed
from todo_http.problems.table import body_fault

S = TypeVar("S", bound=msgspec.Struct)
T = TypeVar("T")

MEMBERS_MAX: Final = 1_000
"""How many members one object may have: far more than any has fields, and few enough to report on quickly."""

FIELD_TYPES: Final[dict[Any, str]] = {
    str: "a string",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    NoneType: "null",
    list: "a list",
}
"""The types of fields in words, besides enumerations. All others are objects."""


def instant(moment: datetime) -> str:
    """RFC 3339 in UTC, always with microseconds, so that the texts sort like the instants."""
    if moment.microsecond and moment.tzinfo is UTC:
        return cast(str, moment)  # the encoder writes the very same text, in a tenth of the time
    return f"{moment.isoformat(timespec='microseconds')[:26]}Z"


class Part(msgspec.Struct, forbid_unknown_fields=True):
    """An object in a field of a body. It is read as a mapping of the fields that it has."""


async def read_body(request: RequestContext, shape: type[S], build: Callable[..., T]) -> T:
    """Passes the fields of the body to ``build`` by name, which may raise Invalid. Returns its result.

    Raises InvalidRequest with the faults of the query and of the body together.
    """
    built, faults = read_built(await request.body(), shape, build)
    if built is None or request.query.faults:
        raise InvalidRequest([*request.query.faults, *faults])
    return built


def read_built(body: bytes, shape: type[S], build: Callable[..., T]) -> tuple[T | None, list[Fault]]:
    """The result of ``build``, or the faults of shape and rules together.

    A field of the wrong shape has no other faults.
    """
    given, faults = read_fields(body, shape)
    try:
        built = build(**given)
    except Invalid as invalid:
        told = {fault.pointer for fault in faults}
        return None, [*faults, *(fault for fault in map(body_fault, invalid.violations) if fault.pointer not in told)]
    return (None, faults) if faults else (built, [])


async def read_shape(request: RequestContext, shape: type[S]) -> S:
    """The body as its wire type, for operations whose use case checks the rules."""
    given, faults = read_fields(await request.body(), shape)
    if faults := [*request.query.faults, *faults]:
        raise InvalidRequest(faults)
    return shape(**given)


def read_fields(body: bytes, shape: type[msgspec.Struct]) -> tuple[dict[str, Any], list[Fault]]:
    """The fields of the body that have the right shape, and the faults of the others."""
    try:
        value = _decoder(shape).decode(body)
        if not _names_come_once(body, shape):
            _refuse_repeated_names(body)
    except msgspec.ValidationError:
        return _field_by_field(body, shape)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise malformed(body, error) from None
    given = _given(value)
    for name in _parts(shape):
        if isinstance(part := given.get(name), Part):
            given[name] = _given(part)
    return given, []


def _given(value: msgspec.Struct) -> dict[str, Any]:
    fields = {name: getattr(value, name) for name in value.__struct_fields__}
    return {name: each for name, each in fields.items() if each is not msgspec.UNSET}


@cache
def _parts(shape: type[msgspec.Struct]) -> Mapping[str, type[Part]]:
    """The fields that can be a part, with its type."""
    kinds = {field.name: _field_types(field.type) for field in msgspec.structs.fields(shape)}
    parts = ((name, kind) for name, each in kinds.items() for kind in each if isinstance(kind, type))
    return {name: kind for name, kind in parts if issubclass(kind, Part)}


def _field_by_field(body: bytes, shape: type[msgspec.Struct]) -> tuple[dict[str, Any], list[Fault]]:
    """Decodes a faulty body field by field, because the decoder reports only the first fault."""
    given: dict[str, Any] = {}
    faults: list[Fault] = []
    try:
        _refuse_repeated_names(body)
        raw = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    except msgspec.ValidationError:
        fault = Fault(code="wrong-type", detail="The body must be an object.", pointer="")
        raise InvalidRequest([fault]) from None
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise malformed(body, error) from None
    for field in msgspec.structs.fields(shape):
        pointer = f"/{field.name}"
        if field.encode_name not in raw:
            if field.required:
                faults.append(Fault(code="required", detail="This field is required.", pointer=pointer))
            continue
        part = _parts(shape).get(field.name)
        if part and bytes(raw[field.encode_name])[:1] == b"{":
            given[field.name], inner = _field_by_field(bytes(raw[field.encode_name]), part)
            faults += [msgspec.structs.replace(fault, pointer=f"{pointer}{fault.pointer}") for fault in inner]
            continue
        try:
            given[field.name] = msgspec.json.decode(raw[field.encode_name], type=_decodable(field.type))
        except msgspec.ValidationError:
            faults.append(Fault(code="wrong-type", detail=f"This must be {_in_words(field.type)}.", pointer=pointer))
        except (msgspec.DecodeError, RecursionError) as error:
            raise malformed(body, error) from None
    unknown = [name for name in raw if name not in shape.__struct_fields__]
    for name in unknown[: max(0, FAULTS_MAX - len(faults))]:
        pointer = "/" + name.replace("~", "~0").replace("/", "~1") if len(name) <= ECHO_MAX else ""
        faults.append(Fault(code="unknown-field", detail="There is no such field here.", pointer=pointer))
    return given, faults


def _names_come_once(body: bytes, shape: type[msgspec.Struct]) -> bool:
    """True when counting is enough to see that no object in the body has two members of the same name."""
    return b"\\" not in body and all(body.count(name) <= 1 for name in _quoted_names(shape))


@cache
def _quoted_names(shape: type[msgspec.Struct]) -> Sequence[bytes]:
    """All names that a body of this shape can have; if it can have others, one that every body has twice."""
    names: list[bytes] = []
    for field in msgspec.structs.fields(shape):
        names.append(f'"{field.encode_name}"'.encode())
        for part in _field_types(field.type):
            inner = get_args(part)[0] if get_origin(part) is list else part
            for kind in _field_types(inner):
                if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
                    names += _quoted_names(kind)
                elif kind not in FIELD_TYPES and not _values(kind):
                    names.append(b"")
    return names


def _refuse_repeated_names(body: bytes) -> None:
    """Raises Malformed for too many names and for repeated ones, of which the decoder takes the last, others any."""
    json.loads(body.decode("utf-8"), object_pairs_hook=_unique, parse_int=str, parse_float=str)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(pairs) > MEMBERS_MAX:
        raise Malformed(f"An object in the body has more than {MEMBERS_MAX:,} members.")
    unique = dict(pairs)
    if len(unique) != len(pairs):
        raise Malformed("An object in the body has two members of the same name.")
    return unique


@cache
def _decoder(shape: type[msgspec.Struct]) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(shape)


@cache
def _field_types(annotation: Any) -> Sequence[Any]:
    """The types that the JSON of a field may have, without constraints that are only documentation."""
    bare = get_args(annotation)[0] if hasattr(annotation, "__metadata__") else annotation
    if get_origin(bare) in (Union, UnionType):
        return [kind for part in get_args(bare) for kind in _field_types(part)]
    return [] if bare is msgspec.UnsetType else [bare]


def _values(kind: Any) -> Sequence[Any]:
    """The values of an enumeration."""
    if get_origin(kind) is Literal:
        return get_args(kind)
    return [item.value for item in cast(Any, kind)] if isinstance(kind, EnumType) else ()


def _in_words(annotation: Any) -> str:
    return " or ".join(dict.fromkeys(map(_type_in_words, _field_types(annotation))))


def _type_in_words(kind: Any) -> str:
    if values := _values(kind):
        return f"one of {', '.join(map(str, values))}"
    return FIELD_TYPES.get(get_origin(kind) or kind, "an object")


@cache
def _decodable(annotation: Any) -> Any:
    return Union[tuple(_field_types(annotation))]  # noqa: UP007 - of types that are known only here
