"""Query strings, parsed strictly: unknown or repeated parameters and invalid UTF-8 are errors."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote_to_bytes

from todo_core.model.rules import Broken
from todo_http.problems.errors import ECHO_MAX, Fault

BAD_ESCAPE: Final = re.compile(rb"%(?![0-9A-Fa-f]{2})")
FAULTS_MAX: Final = 100
"""Broken rules reported for one message at most, so that a response stays shorter than its request."""

REPEATS_MAX: Final = 16
"""Occurrences of a repeatable parameter at most."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A query parameter: how its text is parsed (raises Broken), and its OpenAPI description.

    One that is not ``documented`` is accepted as well.
    """

    name: str
    read: Callable[[str], Any]
    schema: Mapping[str, Any]
    description: str
    repeatable: bool = False
    documented: bool = True


def choice(
    name: str, values: Mapping[str, Any], description: str, *, repeatable: bool = False, names: Sequence[str] = ()
) -> Parameter:
    """A parameter whose text is one of the keys of ``values``, and which means the value.

    ``names`` are what generated clients call the keys, where these cannot be names.
    """

    def read(text: str) -> Any:
        if text not in values:
            raise Broken("unknown-value", f"This must be one of {', '.join(values)}.")
        return values[text]

    schema = {"type": "string", "enum": [*values]} | ({"x-enum-varnames": names} if names else {})
    return Parameter(name, read, schema, description, repeatable)


def number(name: str, most: int, description: str, *, default: int | None = None) -> Parameter:
    """A parameter whose text is a number from 1 to ``most``."""

    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit() and len(text) <= len(str(most)) and 1 <= int(text) <= most):
            raise Broken("out-of-range", f"This must be a number from 1 to {most}.")
        return int(text)

    schema = {"type": "integer", "minimum": 1, "maximum": most} | ({"default": default} if default else {})
    return Parameter(name, read, schema, description)


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed query string: a value for each parameter (a list for a repeatable one), and the faults."""

    values: dict[str, Any]
    faults: list[Fault]


EMPTY: Final = Query({}, [])


def read_query(raw: bytes, parameters: Sequence[Parameter]) -> Query:
    """Parses a query string, collecting every rule that it breaks."""
    if not raw:
        return EMPTY
    known = {parameter.name: parameter for parameter in parameters}
    query = Query({}, [])
    for part in raw.split(b"&"):
        if not part or len(query.faults) >= FAULTS_MAX:
            continue
        name, _, text = part.partition(b"=")
        try:
            decoded = _decode(name), _decode(text)
        except Broken as broken:
            query.faults.append(_fault(name.decode("ascii", "replace"), broken))
            continue
        _take(query, known, *decoded)
    return query


def _take(query: Query, known: Mapping[str, Parameter], name: str, text: str) -> None:
    parameter = known.get(name)
    try:
        if parameter is None:
            raise Broken("unknown-parameter", "There is no such parameter here.")
        if name in query.values:
            if not parameter.repeatable:
                raise Broken("repeated", "This must be given once.")
            if len(query.values[name]) >= REPEATS_MAX:
                raise Broken("repeated", f"This must be given at most {REPEATS_MAX} times.")
        value = parameter.read(text)
        query.values[name] = [*query.values.get(name, ()), value] if parameter.repeatable else value
    except Broken as broken:
        query.faults.append(_fault(name, broken))
        query.values.setdefault(name, [] if parameter and parameter.repeatable else None)


def _decode(text: bytes) -> str:
    return percent_decoded(text.replace(b"+", b" "))


def percent_decoded(text: bytes) -> str:
    """The text in percent-encoded UTF-8. Raises Broken."""
    if b"%" in text:
        if BAD_ESCAPE.search(text):
            raise Broken("bad-encoding", "A percent sign must be followed by two hexadecimal digits.")
        text = unquote_to_bytes(text)
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError:
        raise Broken("bad-encoding", "This must be percent-encoded UTF-8.") from None


def _fault(name: str, broken: Broken) -> Fault:
    """Names of more than 64 characters are not repeated."""
    return Fault(code=broken.code, detail=broken.detail, parameter=name if len(name) <= ECHO_MAX else "")
