"""The request as guards and handlers see it: the actor, the use cases, the query, the body and the write conditions."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from time import perf_counter
from typing import Any, Concatenate, Final, ParamSpec, TypeVar
from uuid import UUID

from litestar import Request
from litestar.connection.base import empty_receive, empty_send
from litestar.datastructures import State
from litestar.types import Empty, Receive, Scope, Send

from todo_core.errors import TooManyRequests, Unavailable
from todo_core.model.user import Actor
from todo_core.model.write_options import WriteOptions
from todo_core.ports.storage import UnitOfWork
from todo_core.runner import Outcome
from todo_core.todo import Todo
from todo_http.kernel.concurrency import ConcurrencyLimit
from todo_http.kernel.conditions import expected_of, key_of
from todo_http.kernel.query import EMPTY, Query, percent_decoded
from todo_http.kernel.responses import Field
from todo_http.kernel.service import Service
from todo_http.problems.errors import BadFraming, InvalidRequest, RequestTimeout, TooLarge

P = ParamSpec("P")
T = TypeVar("T")

SCOPE_KEY: Final = "todo.request"
REPLAYED: Final[Field] = (b"idempotency-replayed", b"true")
FIELDS_MAX: Final = 100
"""Header fields of a request."""


class RequestContext(Request[Actor, None, State]):
    """One request. The edge makes it; when Litestar asks for the request of the same scope, it gets this one again."""

    __slots__ = (
        "actor",
        "body_max",
        "fields",
        "head",
        "patience",
        "query",
        "request_id",
        "response_fields",
        "service",
        "turn",
        "user_id",
        "waited",
    )

    actor: Actor
    """Set by the guard of operations that need a token."""

    response_fields: tuple[Field, ...]
    """Header fields of the response that do not depend on the operation: the rate limit and the outcome of a write."""

    patience: float
    """Seconds that each part of a stream may take to be sent; 0 for other responses."""

    waited: float
    """Seconds that the request has spent ``aside``."""

    def __new__(cls, scope: Scope, *_: Any, **__: Any) -> "RequestContext":
        known: Any = scope
        return known.get(SCOPE_KEY) or super().__new__(cls)

    def __init__(
        self, scope: Scope, receive: Receive = empty_receive, send: Send = empty_send, service: Service | None = None
    ) -> None:
        if service is None:
            return  # Litestar's call
        super().__init__(scope, receive, send)
        scope[SCOPE_KEY] = self  # type: ignore[typeddict-unknown-key]
        self.service = service
        self.request_id = ""
        self.fields = header_fields(scope["headers"])  # type: ignore[arg-type]
        self.body_max = service.options.max_body_bytes
        self.user_id = ""  # of the actor, in canonical form
        self.query: Query = EMPTY
        self.response_fields: tuple[Field, ...] = ()
        self.turn: tuple[ConcurrencyLimit, str] | None = None
        self.head = False
        self.patience = self.waited = 0.0

    @property
    def todo(self) -> Todo:
        """All use cases. Raises Unavailable before the service has started."""
        todo = self.service.todo
        if todo is None:
            raise Unavailable("The service is starting.")
        return todo

    @property
    def user_agent(self) -> str:
        """What the client calls itself, the label of its login session."""
        return self.fields.get(b"user-agent", b"").decode("utf-8", "replace")

    @property
    def client_network(self) -> str:
        """The network that the request comes from."""
        return self.service.client_addresses.network_of(self.scope, self.fields)

    @property
    def raw_path(self) -> bytes:
        """The path as it was sent."""
        return self.scope.get("raw_path") or self.scope["path"].encode()

    def path_text(self) -> str:
        """The last part of the path, percent-decoded. Raises Broken."""
        return percent_decoded(self.raw_path.rpartition(b"/")[2])

    def path_id(self, name: str) -> UUID:
        """An id from the path, which a guard has found to be canonical."""
        return UUID(self.scope["path_params"][name])

    async def take_turn(self, limit: ConcurrencyLimit, caller: str) -> None:
        """Waits for a turn, which the edge gives back when the response has been sent. Raises TooManyRequests."""
        if not limit.enters(caller):
            await limit.wait(caller)
        self.turn = limit, caller

    @contextmanager
    def aside(self) -> Iterator[None]:
        """While it is open the request does not count as running, because it waits for changes. Gives the turn back."""
        began = perf_counter()
        if self.turn is not None:
            limit, caller = self.turn
            limit.leave(caller)
            self.turn = None
        self.service.set_aside(1)
        try:
            yield
        finally:
            self.service.set_aside(-1)
            self.waited += perf_counter() - began

    def count(self, requests: int = 1) -> None:
        """Counts so many requests of the user. Raises TooManyRequests."""
        limit = self.service.rate_limit
        if limit is not None and requests:
            share = limit.take(self.user_id, requests)
            self.response_fields = limit.fields(share)
            if share.wait:
                raise TooManyRequests(share.wait)

    def limit_body(self, most: int) -> None:
        """Lowers the limit of the body. Raises TooLarge when it is declared to be longer."""
        if most < self.body_max:
            self.body_max = most
            declared = self.fields.get(b"content-length")
            if declared is not None and int(declared) > most:
                raise TooLarge(most)

    async def body(self) -> bytes:
        """The whole body. Raises TooLarge, RequestTimeout and BadFraming.

        Servers close neither a connection whose body stalls nor one whose body never ends.
        """
        if self._body is Empty:
            deadline = self.service.options.body_deadline
            try:
                async with asyncio.timeout(deadline):
                    self._body = await self._read_body()
            except TimeoutError:
                raise RequestTimeout(f"The body did not arrive within {deadline:g} seconds.") from None
        return self._body

    async def stream(self) -> AsyncGenerator[bytes, None]:
        """The body as one part: what Litestar's own ways of reading see is bounded as well."""
        yield await self.body()

    async def write(
        self, use_case: Callable[Concatenate[UnitOfWork, P], Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> Outcome[T]:
        """Runs a use case on the actor's data under the write conditions of the request: Idempotency-Key, If-Match
        and dry_run. Routes write in no other way.
        """
        if self.query.faults:
            raise InvalidRequest(self.query.faults)
        parameter = self.route_handler.target  # type: ignore[attr-defined]
        target = self.path_id(parameter) if parameter else None
        scope, body = self.scope, b"" if self._body is Empty else self._body
        options = WriteOptions(
            expected=expected_of(self.fields, target, self.service.options.require_if_match),
            key=key_of(self.fields, scope["method"], scope["path"], scope["query_string"], body),
            dry_run=bool(self.query.values.get("dry_run")),
            session=self.actor.session_id,
        )
        outcome = await self.todo.run.carry_out(self.actor.user_id, options, use_case, *args, **kwargs)
        if outcome.replayed:
            self.response_fields += (REPLAYED,)
        if options.dry_run:
            self.response_fields += ((b"x-changes", b"%d" % len(outcome.changes)),)
        return outcome

    async def _read_body(self) -> bytes:
        parts: list[bytes] = []
        length = 0
        while True:
            message: Any = await self.receive()
            if message["type"] == "http.disconnect":
                raise BadFraming("The body ended before it was complete.")
            part = message.get("body", b"")
            length += len(part)
            if length > self.body_max:
                raise TooLarge(self.body_max)
            parts.append(part)
            if not message.get("more_body"):
                return part if len(parts) == 1 else b"".join(parts)


def header_fields(headers: Sequence[Field]) -> dict[bytes, bytes]:
    """Header fields by name; repeated ones are joined (RFC 9110, 5.3), so that neither of two Host fields counts.

    Of too many fields, which are refused as soon as they can be, only the first are read.
    """
    if len(headers) > FIELDS_MAX:
        headers = headers[:FIELDS_MAX]
    fields = dict(headers)
    if len(fields) == len(headers):
        return fields
    values: dict[bytes, list[bytes]] = {}
    for name, value in headers:
        values.setdefault(name, []).append(value)
    return {name: b", ".join(parts) for name, parts in values.items()}
