"""Reading only what has changed: entity tags on answers, and 304 for whoever has the current one (RFC 9110, 13.1.2)."""

from hashlib import blake2b
from typing import Any, Final

from todo_http.kernel.conditions import entity_tags
from todo_http.kernel.responses import JSON, Answer, Field, encode
from todo_http.kernel.visit import Visit

PRIVATE: Final[Field] = (b"cache-control", b"private, no-cache")
"""May be kept by the client itself, and asked about every time."""


def tag_of(revision: int) -> bytes:
    """The strong tag of what a change with this number left behind."""
    return b'"%d"' % revision


def has_seen(visit: Visit, tag: bytes, *, whatever: bool = True) -> bool:
    """True when If-None-Match names this tag, by weak comparison as for all reads, or ``whatever`` there is."""
    field = visit.fields.get(b"if-none-match")
    if field is None:
        return False
    if field == tag:  # as nearly everybody sends it
        return True
    if field.strip() == b"*":
        return whatever
    return any(b'"%s"' % text.encode("latin-1") == tag for _, text in entity_tags(field, "If-None-Match"))


def unchanged(tag: bytes) -> Answer:
    """304, with the fields that 200 would have had."""
    return Answer(304, headers=[(b"etag", tag), PRIVATE])


def answer_to(visit: Visit, value: Any, tag: bytes | None, *headers: Field) -> Answer:
    """200 with a body and its tag, or 304. Without a tag of its own the body is named by a digest."""
    if tag is not None and has_seen(visit, tag):
        return unchanged(tag)
    body = encode(value)
    if tag is None:
        tag = b'"h%s"' % blake2b(body, digest_size=12).hexdigest().encode()
        if has_seen(visit, tag):
            return unchanged(tag)
    return Answer(200, body, [JSON, (b"etag", tag), PRIVATE, *headers])
