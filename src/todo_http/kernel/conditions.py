"""Write conditions: Idempotency-Key, If-Match and dry_run; and the header fields of conditional reads."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from todo_core.errors import PreconditionRequired, Stale
from todo_core.model.rules import Broken
from todo_core.model.write_options import Expected, Key, Revisions
from todo_http.kernel.query import Parameter
from todo_http.problems.errors import Fault, InvalidRequest

KEY_FIELD: Final = "Idempotency-Key"
MATCH_FIELD: Final = "If-Match"
BARE_KEY: Final = re.compile(rb"[\x21-\x7e]{1,255}")
QUOTED_KEY: Final = re.compile(rb'"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"')
TAG: Final = rb'[ \t]*+(?:W/)?"[\x21\x23-\x7e\x80-\xff]*+"[ \t]*+'
TAGS: Final = re.compile(TAG + rb"(?:," + TAG + rb")*+")
EACH_TAG: Final = re.compile(rb'(W/)?"([^"]*)"')
ESCAPED: Final = re.compile(rb"\\(.)")
KEY_FIELD_MAX: Final = 512
"""Bytes of an Idempotency-Key: 255 characters, each of them escaped, in quotes."""

TAGS_MAX: Final = 2_000
"""Bytes of a field with entity tags."""

KEY_PATTERN: Final = r'^([!#-~][!-~]{0,254}|"([!#-\[\]-~]|\\["\\]){1,255}")$'
ONE_TAG: Final = r'(W/)?"[!#-~\u0080-\u00ff]*"'
TAGS_SCHEMA: Final = {
    "type": "string",
    "maxLength": TAGS_MAX,
    "pattern": rf"^[ \t]*(\*|{ONE_TAG}([ \t]*,[ \t]*{ONE_TAG})*)[ \t]*$",
    "examples": ['"17"', "*"],
}
"""For the OpenAPI document, with patterns of ECMA 262."""


def _truth(text: str) -> bool:
    if text not in {"true", "false"}:
        raise Broken("unknown-value", "This must be true or false.")
    return text == "true"


DRY_RUN: Final = Parameter(
    "dry_run",
    _truth,
    {"type": "boolean", "default": False},
    "If true, nothing is changed; the response is the one that the request would have had.",
)


@dataclass(frozen=True, slots=True)
class HeaderField:
    """A request header field in the OpenAPI document."""

    name: str
    description: str
    schema: Mapping[str, Any]


IDEMPOTENCY_KEY: Final = HeaderField(
    KEY_FIELD,
    "Makes the request idempotent: repeated with the same key within 48 hours, it returns the first response again.",
    {"type": "string", "minLength": 1, "maxLength": KEY_FIELD_MAX, "pattern": KEY_PATTERN},
)
IF_MATCH: Final = HeaderField(
    MATCH_FIELD,
    "Apply the change only if one of these entity tags is current; `*` matches any existing resource.",
    TAGS_SCHEMA,
)
IF_NONE_MATCH: Final = HeaderField(
    "If-None-Match", "Respond with 304 if one of these entity tags is current.", TAGS_SCHEMA
)


def expected_of(fields: Mapping[bytes, bytes], target: UUID | None, required: bool) -> Expected | None:
    """What If-Match expects of ``target``, the existing resource that a write is about.

    Raises InvalidRequest if the field is malformed, PreconditionRequired if it is ``required`` and absent, and Stale
    if there is no target: what does not exist yet has no state.
    """
    field = fields.get(b"if-match")
    if field is None:
        if required and target is not None:
            raise PreconditionRequired
        return None
    revisions = revisions_of(field)
    if target is None:
        raise Stale(None)
    return Expected(target, revisions)


def key_of(fields: Mapping[bytes, bytes], method: str, path: str, query: bytes, body: bytes) -> Key | None:
    """The Idempotency-Key with a digest of the request that it is for. Raises InvalidRequest if it is malformed."""
    field = fields.get(b"idempotency-key")
    if field is None:
        return None
    request = b"\0".join((method.encode(), path.encode(), query, fields.get(b"if-match", b""), body))
    return Key(_key(field), sha256(request).digest())


def _key(field: bytes) -> str:
    """The text of a key, sent bare or as a quoted string (RFC 9651, 3.3.3); both mean the same."""
    quoted = QUOTED_KEY.fullmatch(field) if len(field) <= KEY_FIELD_MAX else None
    text = ESCAPED.sub(rb"\1", quoted[1]) if quoted else field
    if not BARE_KEY.fullmatch(text) or (not quoted and field.startswith(b'"')):
        raise _malformed(KEY_FIELD, "This must be 1 to 255 visible ASCII characters, bare or in double quotes.")
    return text.decode("ascii")


def revisions_of(field: bytes) -> Revisions:
    """The revisions in an If-Match field, None for ``*``. Raises InvalidRequest."""
    if field.strip() == b"*":
        return None
    return frozenset(int(tag) for weak, tag in entity_tags(field, MATCH_FIELD) if not weak and _is_revision(tag))


def _is_revision(tag: str) -> bool:
    return tag.isascii() and tag.isdigit() and len(tag) <= 19 and tag[0] != "0"


def entity_tags(field: bytes, name: str) -> list[tuple[bool, str]]:
    """The entity tags of a list (RFC 9110, 8.8.3), each with whether it is weak. Raises InvalidRequest."""
    if len(field) > TAGS_MAX or not TAGS.fullmatch(field):
        raise _malformed(name, 'This must be * or a list of entity tags such as "17".')
    return [(bool(weak), tag.decode("latin-1")) for weak, tag in EACH_TAG.findall(field)]


def _malformed(name: str, detail: str) -> InvalidRequest:
    return InvalidRequest([Fault(code="malformed-field", detail=detail, parameter=name)])
