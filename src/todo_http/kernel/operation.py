"""What is known about every operation: enough to route it, to guard it and to describe it truthfully."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final, Literal

import msgspec
from litestar.handlers import HTTPRouteHandler

from todo_http.kernel.conditions import DRY_RUN, IDEMPOTENCY_KEY, IF_MATCH, IF_NONE_MATCH, HeaderField
from todo_http.kernel.endpoint import Endpoint, Handler, handled
from todo_http.kernel.query import Parameter
from todo_http.problems.table import KINDS

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]

JSON: Final = "application/json"
MERGE_PATCH: Final = "application/merge-patch+json"

PUBLIC_BODY_MAX: Final = 16_384
"""Bytes of the body of a public operation: what costs no login must not cost much else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gives:
    """One good answer: what it says, the wire type of its body if it has one, and its header fields."""

    description: str
    body: Any = None
    media_types: tuple[str, ...] = (JSON,)
    headers: tuple[str, ...] = ()


UNCHANGED: Final = Gives(description="Nothing has changed since.", headers=("ETag",))


@dataclass(frozen=True, kw_only=True)
class Operation:
    """``public`` needs no token; ``takes`` is the wire type of the body; ``refuses`` are codes of its own.

    With ``any_query`` the query is not looked at, because it is meant for the page that is answered.
    """

    method: Method
    path: str
    id: str
    tag: str
    summary: str
    description: str = ""
    public: bool = False
    takes: type[msgspec.Struct] | None = None
    query: tuple[Parameter, ...] = ()
    any_query: bool = False
    gives: Mapping[int, Gives]
    refuses: tuple[str, ...] = ()
    path_schemas: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @cached_property
    def media_types(self) -> tuple[str, ...]:
        """The formats of the body that it takes."""
        return (JSON, MERGE_PATCH) if self.method == "PATCH" else (JSON,)

    @cached_property
    def body_max(self) -> int | None:
        """The most bytes of its body; None where only the limit of the service holds."""
        return PUBLIC_BODY_MAX if self.public else None

    @cached_property
    def template(self) -> str:
        """The path as people write it."""
        return self.path.replace(":str}", "}")

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """The names in the path."""
        parts = [part for part in self.path.split("/") if part.startswith("{")]
        return tuple(part.strip("{}").partition(":")[0] for part in parts)

    @cached_property
    def writes(self) -> bool:
        """True when it changes something of an owner's; then it has the terms of todo_http/kernel/conditions.py."""
        return self.method != "GET" and "user_id" in self.parameters

    @cached_property
    def target(self) -> str | None:
        """The parameter that names the existing thing it is about, if it is about one."""
        return self.parameters[-1] if self.parameters[-1:] not in ((), ("user_id",)) else None

    @property
    def fields(self) -> tuple[HeaderField, ...]:
        """The header fields that it understands besides those that every operation does."""
        if self.writes:
            return (IDEMPOTENCY_KEY, IF_MATCH) if self.target else (IDEMPOTENCY_KEY,)
        return (IF_NONE_MATCH,) if 304 in self.gives else ()

    def problems(self) -> dict[int, list[str]]:
        """By status, the codes of every problem that this operation can answer with."""
        codes = {"malformed", "invalid", "uri-too-long", "headers-too-large", "internal", *self.refuses}
        if not self.public:
            codes |= {"unauthenticated", "invalid-token", "too-many-requests", "unavailable"}
        elif self.takes:
            codes |= {"too-many-requests", "unavailable"}
        if "user_id" in self.parameters:
            codes |= {"forbidden", "not-found"}
        if self.writes:
            codes |= {"conflict", "key-reused", "limit-reached", "outcome-unknown", "request-in-progress", "stale"}
            codes |= {"precondition-required"} if self.target else set()
        if self.takes:
            codes |= {"unsupported-media-type", "too-large", "request-timeout"}
        by_status: dict[int, list[str]] = {}
        for code in sorted(codes, key=lambda code: (KINDS[code].status, code)):
            by_status.setdefault(KINDS[code].status, []).append(code)
        return by_status


def operation(method: Method, path: str, **known: Any) -> Callable[[Handler], HTTPRouteHandler]:
    """Makes a function the handler of an operation; the keywords are the other fields of Operation."""
    facts = Operation(method=method, path=path, **known)
    if facts.writes:
        facts = replace(facts, query=(*facts.query, DRY_RUN))
    if facts.method == "GET" and any("ETag" in gives.headers for gives in facts.gives.values()):
        facts = replace(facts, gives={**facts.gives, 304: UNCHANGED})

    def decorate(handler: Handler) -> HTTPRouteHandler:
        return handled(method, path, Endpoint(facts, handler), operation=facts)

    return decorate
