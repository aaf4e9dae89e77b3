"""The functions of the HTTP layer that see header fields, paths and queries from outside."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from tests.costs.growth import Subject
from tests.costs.hostile import FIELDS, bytes_of
from tests.http.service import NOBODY, OPTIONS
from todo_core.ids import UserId
from todo_http.api.task_pages import PARAMETERS
from todo_http.edge.headers import ResponseHeaders
from todo_http.edge.limits import ADDRESS_MAX, RequestBounds
from todo_http.edge.not_found import prefers_html
from todo_http.kernel.client_address import ClientAddresses
from todo_http.kernel.compression import takes_gzip
from todo_http.kernel.conditions import key_of, revisions_of
from todo_http.kernel.context import header_fields
from todo_http.kernel.cursors import Cursors
from todo_http.kernel.entity_tags import not_modified_since
from todo_http.kernel.guards import media_type
from todo_http.kernel.query import percent_decoded, read_query
from todo_http.options import HttpOptions

SERVER = 200_000
"""Bytes of all header fields that a server passes on before anything has been counted."""

HEADERS = 32_000
"""Bytes of one header field, when it takes all the room there is."""

QUERIES = {
    **FIELDS,
    "one name": bytes_of(b"q=a&"),
    "unknown names": lambda length: b"&".join(b"%d=" % number for number in range(length // 5)),
    "one repeatable": bytes_of(b"priority=high&"),
    "ampersands": bytes_of(b"&"),
    "escaped words": bytes_of(b"%61+", b"q="),
    "a search": bytes_of(b"%CC%96%CC%81", b"q="),
    "a date": bytes_of(b"9", b"due_before="),
    "a number": bytes_of(b"9", b"limit="),
    "lists": bytes_of(b"list=inbox&"),
    "a long tag": bytes_of(b"%CC%96%CC%81", b"tag="),
    "signs for eighteen in tags": bytes_of(b"%EF%B7%BA" * 64 + b"&tag=", b"tag=", b"x"),
    "a long id": bytes_of(b"0", b"parent="),
}
ACCEPTED = {
    **FIELDS,
    "types": bytes_of(b"text/html,"),
    "parameters": bytes_of(b";q=1", b"text/html"),
    "a long weight": bytes_of(b"9", b"text/html;q="),
}
HOPS = {
    **FIELDS,
    "proxies": bytes_of(b"127.0.0.1,"),
    "one hop of colons": bytes_of(b":"),
    "one hop of digits": bytes_of(b"1"),
    "one hop in brackets": bytes_of(b"[", b"["),
}
TAGS = {
    **FIELDS,
    "tags": bytes_of(b'"1",'),
    "weak tags": bytes_of(b'W/"1",'),
    "a long tag": bytes_of(b"1", b'"', b'"'),
    "spaces between": bytes_of(b" ", b'"1",', b'"1"'),
}
KEYS = {
    **FIELDS,
    "escaped quotes": bytes_of(b'\\"', b'"', b'"'),
    "no end": bytes_of(b"\\\\", b'"'),
}
CODINGS = {
    **FIELDS,
    "codings": bytes_of(b"gzip,"),
    "weights": bytes_of(b"gzip;q=0.001,"),
    "spaces inside": bytes_of(b" ", b"gzip", b";q=1"),
}


def repeated(name: bytes, value: bytes) -> Callable[[int], list[tuple[bytes, bytes]]]:
    """Makes header fields of one name, of a given length in all."""
    return lambda length: [(name, value)] * (length // len(name + value))


REPEATED: dict[str, Callable[[int], list[tuple[bytes, bytes]]]] = {
    "one name": repeated(b"x", b""),
    "one name with values": repeated(b"x", b"y" * 30),
    "two long ones": lambda length: [(b"x", b"y" * (length // 2))] * 2,
    "many names": lambda length: [(b"%d" % number, b"") for number in range(length // 6)],
}

PROXIED = HttpOptions(cursor_keys=OPTIONS.cursor_keys, version="1", trusted_proxies=("127.0.0.1",))
CROSS = HttpOptions(
    cursor_keys=OPTIONS.cursor_keys, version="1", cors_origins=("https://a.test",), allowed_hosts=("*.a",)
)
ADDRESSES, CURSORS, BOUNDS, ANSWERS = (
    ClientAddresses(PROXIED),
    Cursors(OPTIONS.cursor_keys),
    RequestBounds(CROSS),
    ResponseHeaders(CROSS),
)
OWNER = UserId(UUID(NOBODY))
SCOPE: Any = {"client": ("127.0.0.1", 1), "method": "OPTIONS", "path": "/", "query_string": b"", "scheme": "http"}


def named(**fields: bytes) -> dict[bytes, bytes]:
    """Header fields by name."""
    return {name.replace("_", "-").encode(): value for name, value in fields.items()}


def request(**fields: bytes) -> Any:
    """What the edge knows about a request with these header fields."""
    return SimpleNamespace(fields=named(**fields), scope=SCOPE, request_id="x", response_fields=())


def _bounds(name: bytes) -> Callable[[bytes], None]:
    def check(value: bytes) -> None:
        headers = [(b"host", b"a"), (name, value)]
        scope: Any = {**SCOPE, "headers": headers}
        facts: Any = SimpleNamespace(scope=scope, fields=header_fields(headers), body_max=16_384)
        BOUNDS.check(facts)

    return check


SUBJECTS: list[Subject] = [
    Subject(name="header_fields", run=header_fields, hostile=REPEATED, longest=SERVER),
    *[
        Subject(name=f"RequestBounds.check {name.decode()}", run=_bounds(name), hostile=FIELDS, longest=HEADERS)
        for name in (b"host", b"content-length", b"transfer-encoding")
    ],
    Subject(name="media_type", run=media_type, hostile=FIELDS, longest=HEADERS),
    Subject(
        name="ResponseHeaders.preflight",
        run=lambda origin: ANSWERS.preflight(request(origin=origin, access_control_request_method=origin)),
        hostile=FIELDS,
        longest=HEADERS,
    ),
    Subject(
        name="ResponseHeaders.add",
        run=lambda field: ANSWERS.add([], request(origin=field, x_forwarded_proto=field)),
        hostile=FIELDS,
        longest=HEADERS,
    ),
    Subject(name="read_query", run=lambda raw: read_query(raw, PARAMETERS), hostile=QUERIES, longest=ADDRESS_MAX),
    Subject(name="percent_decoded", run=percent_decoded, hostile=QUERIES, longest=ADDRESS_MAX),
    Subject(
        name="Cursors.read",
        run=lambda raw: CURSORS.read(raw.decode("latin-1"), OWNER, "tasks", "+created_at", tuple[str, bytes]),
        hostile=FIELDS,
        longest=ADDRESS_MAX,
    ),
    Subject(name="revisions_of", run=revisions_of, hostile=TAGS, longest=HEADERS),
    Subject(
        name="revisions_of, a whole batch",
        run=lambda given: [revisions_of(given) for _ in range(100)],
        hostile=TAGS,
        longest=2_000,
    ),
    Subject(
        name="not_modified_since",
        run=lambda tags: not_modified_since(named(if_none_match=tags), b'"1"'),
        hostile=TAGS,
        longest=HEADERS,
    ),
    Subject(
        name="key_of",
        run=lambda key: key_of(named(idempotency_key=key), "POST", "/", b"", b""),
        hostile=KEYS,
        longest=HEADERS,
    ),
    Subject(name="takes_gzip", run=takes_gzip, hostile=CODINGS, longest=HEADERS),
    Subject(name="prefers_html", run=prefers_html, hostile=ACCEPTED, longest=HEADERS),
    Subject(
        name="ClientAddresses.network_of",
        run=lambda hops: ADDRESSES.network_of(SCOPE, {b"x-forwarded-for": hops}),
        hostile=HOPS,
        longest=HEADERS,
    ),
]
