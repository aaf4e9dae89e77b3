"""Operations: Litestar route handlers that also know what guards and the OpenAPI document need."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, Final, Literal, cast

import msgspec
from litestar import Controller, Litestar, Request
from litestar.connection import ASGIConnection
from litestar.handlers import HTTPRouteHandler
from litestar.types import AnyCallable, ASGIApp, Guard

from todo_http.kernel.compression import SHORTEST, compressed
from todo_http.kernel.conditions import DRY_RUN, IDEMPOTENCY_KEY, IF_MATCH, IF_NONE_MATCH, HeaderField
from todo_http.kernel.context import RequestContext
from todo_http.kernel.guards import authenticated, check_media_type, check_path
from todo_http.kernel.query import Parameter, read_query
from todo_http.kernel.responses import Response
from todo_http.problems.errors import InvalidRequest
from todo_http.problems.table import PROBLEM_KINDS

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]

JSON: Final = "application/json"
MERGE_PATCH: Final = "application/merge-patch+json"

PUBLIC_BODY_MAX: Final = 16_384
"""Bytes of the body of a public operation, which anyone may send."""


@dataclass(frozen=True, slots=True)
class Success:
    """A successful response: what it means, the wire type of its body if it has one, and its header fields.

    Of several wire types, in a tuple, the body has one.
    """

    status: int
    description: str
    body: Any = None
    headers: tuple[str, ...] = ()
    media_types: tuple[str, ...] = (JSON,)

    def __deepcopy__(self, _: object) -> "Success":
        return self  # Litestar copies operations deeply, and some wire types cannot be copied

    @property
    def bodies(self) -> tuple[Any, ...]:
        """The wire types that the body can have."""
        if isinstance(self.body, tuple):
            return self.body
        return () if self.body is None else (self.body,)


NOT_MODIFIED: Final = Success(304, "Not modified.", headers=("ETag",))


class Operation(HTTPRouteHandler):
    """``body`` is the wire type of the request body; ``errors`` are codes that do not follow from the rest.

    With ``any_query`` the query string is not checked, because it is meant for the page that is returned. With
    ``ends_with_text`` the last part of the path is percent-encoded text. One that ``changes_nothing`` has no write
    conditions. ``mentions`` are further wire types that its description refers to.
    """

    controller: "type[OperationController] | None" = None

    def __init__(
        self,
        method: Method,
        path: str = "/",
        *,
        success: Success,
        body: type[msgspec.Struct] | None = None,
        query: tuple[Parameter, ...] = (),
        fields: tuple[HeaderField, ...] = (),
        any_query: bool = False,
        ends_with_text: bool = False,
        changes_nothing: bool = False,
        mentions: Sequence[type[msgspec.Struct]] = (),
        guards: Sequence[Guard] = (),
        errors: tuple[str, ...] = (),
        path_schemas: Mapping[str, Mapping[str, Any]] | None = None,
        **known: Any,
    ) -> None:
        # The status is the response's own; this one only keeps Litestar from assuming another.
        super().__init__(path, http_method=method, status_code=200, guards=[*guards, cast(Guard, self.admit)], **known)
        self.method = method
        self.body = body
        self.media_types = (JSON, MERGE_PATCH) if method == "PATCH" else (JSON,)
        self.own_query = query
        self.own_fields = fields
        self.any_query = any_query
        self.ends_with_text = ends_with_text
        self.changes_nothing = changes_nothing
        self.mentions = mentions
        self.errors = errors
        self.path_schemas = path_schemas or {}
        self.success = success

    # Three steps of Litestar's that operations need in their simplest form only, and that take longer than all guards:

    def on_registration(self, app: Litestar) -> None:
        """The only argument of handlers is the request, which needs no conversion. Raises TypeError for others."""
        super().on_registration(app)
        if self.parsed_fn_signature.parameters.keys() - {"request"}:
            raise TypeError(f"the handler of {self.operation_id} takes more than the request")
        cast(Any, self.signature_model).parse_values_from_connection_kwargs = lambda connection, kwargs: kwargs

    async def authorize_connection(self, connection: ASGIConnection[Any, Any, Any, Any]) -> None:
        """Runs the guards, without a copy of this handler for each of them."""
        for guard in self.resolve_guards():
            await guard(connection, self)  # type: ignore[misc]

    async def to_response(self, app: Litestar, data: Any, request: Request[Any, Any, Any]) -> ASGIApp:
        """Returns a ready Response, compressed if that is worth it; others are left to Litestar."""
        if not isinstance(data, Response):
            return await super().to_response(app, data, request)
        if len(data.body) < SHORTEST:
            return data
        fields = cast(RequestContext, request).fields
        return await compressed(data, request.scope["path"], fields.get(b"accept-encoding", b""))

    def __call__(self, fn: AnyCallable) -> "Operation":
        super().__call__(fn)
        return self

    async def admit(self, request: RequestContext, _: object) -> None:
        """The last guard: checks the path, the media type of the body and the query, and waits for a turn."""
        check_path(request, self.ids, self.ends_with_text)
        limit, caller = request.service.users, request.user_id
        if self.body is not None:
            if not caller:  # other public operations are served from memory
                request.limit_body(PUBLIC_BODY_MAX)
                limit, caller = request.service.networks, request.client_network
            check_media_type(request, self.media_types, self.method)
        if (query := request.scope["query_string"]) and not self.any_query:
            request.query = read_query(query, self.query)
            if request.query.faults and self.body is None and not self.query:
                raise InvalidRequest(request.query.faults)
        if caller:
            await request.take_turn(limit, caller)

    @cached_property
    def path(self) -> str:
        """The whole path, as Litestar reads it."""
        (own,) = self.paths
        return (self.controller.path.rstrip("/") + own).rstrip("/") if self.controller else own

    @cached_property
    def template(self) -> str:
        """The whole path, as people read it."""
        return self.path.replace(":str}", "}")

    @cached_property
    def tag(self) -> str:
        (tag,) = self.tags or (self.controller.tags if self.controller else ())
        return tag

    @cached_property
    def public(self) -> bool:
        """True when it needs no token."""
        inherited = self.controller.guards if self.controller else ()
        return authenticated not in (*(self.guards or ()), *inherited)

    @cached_property
    def documented(self) -> bool:
        """False for pages and their files, which are not in the OpenAPI document."""
        given = self.controller.include_in_schema if self.controller else self.include_in_schema
        return given is not False

    @cached_property
    def path_parameters(self) -> tuple[str, ...]:
        return tuple(part.strip("{}") for part in self.template.split("/") if part.startswith("{"))

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """The parameters in the path that are ids of the user's things."""
        return tuple(name for name in self.path_parameters if name.endswith("_id") and name != "user_id")

    @cached_property
    def writes(self) -> bool:
        """True when it changes data of the user in the path; then it has write conditions."""
        return self.method != "GET" and "user_id" in self.path_parameters and not self.changes_nothing

    @cached_property
    def target(self) -> str | None:
        """The parameter that names the existing resource it is about, if it is about one."""
        return self.ids[-1] if self.ids else None

    @cached_property
    def query(self) -> tuple[Parameter, ...]:
        return (*self.own_query, DRY_RUN) if self.writes else self.own_query

    @property
    def successes(self) -> tuple[Success, ...]:
        """The response, and 304 where clients can have the current representation already."""
        tagged = self.method == "GET" and "ETag" in self.success.headers
        return (self.success, NOT_MODIFIED) if tagged else (self.success,)

    @property
    def fields(self) -> tuple[HeaderField, ...]:
        """The header fields that it reads besides those that every operation reads."""
        if self.writes:
            return (IDEMPOTENCY_KEY, IF_MATCH) if self.target else (IDEMPOTENCY_KEY,)
        return (*self.own_fields, IF_NONE_MATCH) if NOT_MODIFIED in self.successes else self.own_fields

    def problems(self) -> dict[int, list[str]]:
        """The codes of all problems that it can respond with, by status."""
        codes = {"malformed", "invalid", "uri-too-long", "headers-too-large", "internal", *self.errors}
        codes |= {"not-found"} if self.path_parameters else set()
        codes |= {"outcome-unknown"} if self.method != "GET" and not self.changes_nothing else set()
        if not self.public:
            codes |= {"unauthenticated", "invalid-token", "too-many-requests", "unavailable"}
        if "user_id" in self.path_parameters:
            codes.add("forbidden")
        if self.writes:
            codes |= {"conflict", "key-reused", "limit-reached", "request-in-progress", "stale", "too-many"}
            codes |= {"precondition-required"} if self.target else set()
        if self.body:
            codes |= {"unsupported-media-type", "too-large", "request-timeout", "too-many-requests", "unavailable"}
        by_status: dict[int, list[str]] = {}
        for code in sorted(codes, key=lambda code: (PROBLEM_KINDS[code].status, code)):
            by_status.setdefault(PROBLEM_KINDS[code].status, []).append(code)
        return by_status


class OperationController(Controller):
    """A Litestar controller whose route handlers are operations."""

    path: str = "/"
    tags: Sequence[str] = ()
    guards: Sequence[Guard] = ()

    def __init_subclass__(cls, **known: Any) -> None:
        super().__init_subclass__(**known)
        for operation in vars(cls).values():
            if isinstance(operation, Operation):
                operation.controller = cls


def operations_of(controller: type[OperationController]) -> list[Operation]:
    """The operations of a controller, inherited ones first."""
    known = {name: value for each in reversed(controller.__mro__) for name, value in vars(each).items()}
    return [value for value in known.values() if isinstance(value, Operation)]


get = partial(Operation, "GET")
post = partial(Operation, "POST")
patch = partial(Operation, "PATCH")
delete = partial(Operation, "DELETE")
