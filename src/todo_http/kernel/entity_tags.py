"""Entity tags, and 304 for clients that have the current representation (RFC 9110, 13.1.2)."""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any, Final

from todo_http.kernel.conditions import entity_tags
from todo_http.kernel.responses import JSON, Field, Response, encode

PRIVATE: Final[Field] = (b"cache-control", b"private, no-cache")
"""Only the client itself may keep it, and must revalidate it each time."""


def tag_of(revision: int) -> bytes:
    """The strong entity tag of a revision."""
    return b'"%d"' % revision


def not_modified_since(fields: Mapping[bytes, bytes], tag: bytes, *, any_tag: bool = True) -> bool:
    """True when If-None-Match has this tag, by weak comparison, or is ``*`` and ``any_tag`` is set."""
    field = fields.get(b"if-none-match")
    if field is None:
        return False
    if field == tag:  # by far the most frequent case
        return True
    if field.strip() == b"*":
        return any_tag
    return any(b'"%s"' % text.encode("latin-1") == tag for _, text in entity_tags(field, "If-None-Match"))


def not_modified(tag: bytes) -> Response:
    """304, with the header fields that 200 would have."""
    return Response(304, headers=((b"etag", tag), PRIVATE))


def conditional_response(fields: Mapping[bytes, bytes], value: Any, tag: bytes | None, *headers: Field) -> Response:
    """200 with a body and its entity tag, or 304. Without a ``tag`` a digest of the body is used."""
    conditional = b"if-none-match" in fields
    if conditional and tag is not None and not_modified_since(fields, tag):
        return not_modified(tag)
    body = encode(value)
    if tag is None:
        tag = b'"h%s"' % blake2b(body, digest_size=12).hexdigest().encode()
        if conditional and not_modified_since(fields, tag):
            return not_modified(tag)
    return Response(200, body, (JSON, (b"etag", tag), PRIVATE, *headers))
