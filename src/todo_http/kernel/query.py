"""Query strings, read strictly: nothing unknown, nothing twice, nothing that is not UTF-8."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote_to_bytes

from todo_core.model.rules import Broken
from todo_http.problems.errors import ECHO_MAX, Fault

BAD_ESCAPE: Final = re.compile(rb"%(?![0-9A-Fa-f]{2})")
FAULTS_MAX: Final = 100
"""How many broken rules of one message are told, so that an answer stays shorter than what it answers."""

REPEATS_MAX: Final = 16
"""How often a parameter may be given that may be given several times."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One query parameter: how its text is read (raising Broken), and how it is described to people."""

    name: str
    read: Callable[[str], Any]
    schema: Mapping[str, Any]
    description: str
    repeatable: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """What a query string says: a value for each parameter in it (a list for a repeatable one), and its faults."""

    values: dict[str, Any]
    faults: list[Fault]


EMPTY: Final = Query({}, [])


def read_query(raw: bytes, parameters: Sequence[Parameter]) -> Query:
    """All of a query string, and every rule that it breaks."""
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
    except Broken as broken:
        query.faults.append(_fault(name, broken))
        query.values.setdefault(name, [] if parameter and parameter.repeatable else None)
        return
    if parameter.repeatable:
        query.values.setdefault(name, []).append(value)
    else:
        query.values[name] = value


def _decode(text: bytes) -> str:
    text = text.replace(b"+", b" ")
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
