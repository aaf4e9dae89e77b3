"""What the edge knows about one request, kept beside its scope for everything further inside."""

from collections.abc import Sequence
from typing import Final

from litestar.types import Scope

from todo_core.model.user import Actor
from todo_http.kernel.concurrency import ConcurrencyLimit
from todo_http.kernel.query import Query
from todo_http.kernel.responses import Answer
from todo_http.kernel.service import Service

KEY = "todo.visit"
FIELDS_MAX: Final = 100
"""Header fields of a request."""


class Visit:
    """One request: its id, its header fields, and what is found out about it on the way in."""

    __slots__ = (
        "actor",
        "answer",
        "body",
        "body_max",
        "fields",
        "method",
        "problem",
        "query",
        "rate",
        "replayed",
        "request_id",
        "sent",
        "service",
        "status",
        "turn",
        "user",
    )

    def __init__(self, service: Service, method: str, fields: dict[bytes, bytes], request_id: str) -> None:
        self.service = service
        self.method = method
        self.fields = fields
        self.request_id = request_id
        self.actor: Actor | None = None
        self.user = ""  # the id of the one who is asking, as text
        self.answer: Answer | None = None
        self.query: Query | None = None
        self.body = b""
        self.body_max = service.options.max_body_bytes
        self.problem: str | None = None
        self.replayed = False
        self.rate: tuple[tuple[bytes, bytes], ...] = ()
        self.turn: tuple[ConcurrencyLimit, str] | None = None
        self.status = 0
        self.sent = 0


def fields_of(headers: Sequence[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """The header fields by name; those that come twice are joined as RFC 9110, section 5.3, says.

    So a second Host, Authorization or Content-Type spoils the first, and none of them is ever chosen. Of too many
    fields, which are refused as soon as they can be, only the first ones are looked at.
    """
    if len(headers) > FIELDS_MAX:
        headers = headers[:FIELDS_MAX]
    fields = dict(headers)
    return fields if len(fields) == len(headers) else _joined(headers)


def _joined(headers: Sequence[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    values: dict[bytes, list[bytes]] = {}
    for name, value in headers:
        values.setdefault(name, []).append(value)
    return {name: b", ".join(parts) for name, parts in values.items()}


def visit_of(scope: Scope) -> Visit:
    visit: Visit = scope[KEY]  # type: ignore[literal-required]
    return visit
