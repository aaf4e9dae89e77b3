"""The request as handlers see it: who is asking, the use cases, the query and the body."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar
from uuid import UUID

from litestar.types import Receive, Scope

from todo_core.model.user import Actor
from todo_core.ports.storage import UnitOfWork
from todo_core.todo import Todo
from todo_http.kernel.conditions import write_options_of
from todo_http.kernel.query import EMPTY, Query
from todo_http.kernel.service import Service
from todo_http.kernel.visit import Visit
from todo_http.problems.errors import BrokenOff, InvalidRequest

if TYPE_CHECKING:
    from todo_http.kernel.operation import Operation

P = ParamSpec("P")
T = TypeVar("T")


class Call:
    """One request on its way through a handler."""

    __slots__ = ("facts", "receive", "scope", "visit")

    def __init__(self, facts: "Operation", scope: Scope, receive: Receive, visit: Visit) -> None:
        self.facts = facts
        self.scope = scope
        self.receive = receive
        self.visit = visit

    @property
    def service(self) -> Service:
        """What all requests share."""
        return self.visit.service

    @property
    def todo(self) -> Todo:
        """Every use case. Raises Unavailable before the service has started."""
        return self.visit.service.todo

    @property
    def actor(self) -> Actor:
        """Who is asking. There is nobody on public operations."""
        actor = self.visit.actor
        if actor is None:
            raise LookupError("nobody is known to be asking on a public operation")
        return actor

    @property
    def query(self) -> Query:
        """The query string, read by the rules of the operation."""
        return self.visit.query or EMPTY

    @property
    def client(self) -> str:
        """What the client calls itself, the label of its login session."""
        return self.visit.fields.get(b"user-agent", b"").decode("utf-8", "replace")

    @property
    def place(self) -> str:
        """The network that the request comes from."""
        return self.service.places.of(self.scope, self.visit.fields)

    def text(self, parameter: str) -> str:
        """A parameter of the path."""
        return str(self.scope["path_params"][parameter])

    def id(self, parameter: str) -> UUID:
        """An id from the path, which has been found canonical on the way in."""
        return UUID(self.scope["path_params"][parameter])

    async def whole_body(self) -> bytes:
        """The body, which the edge keeps within its limits. Raises BrokenOff."""
        parts: list[bytes] = []
        while True:
            message: Any = await self.receive()
            if message["type"] == "http.disconnect":
                raise BrokenOff
            parts.append(message.get("body", b""))
            if not message.get("more_body"):
                self.visit.body = parts[0] if len(parts) == 1 else b"".join(parts)
                return self.visit.body

    async def write(
        self,
        use_case: Callable[Concatenate[UnitOfWork, P], Awaitable[T]],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """The result of a use case on the caller's things, on the terms that the request sets: once under its key,
        only over what If-Match names, or only as a dry run. The one way in which routes write.
        """
        if self.query.faults:
            raise InvalidRequest(self.query.faults)
        target = self.id(self.facts.target) if self.facts.target else None
        path, query = self.scope["path"].encode(), self.scope["query_string"]
        options = write_options_of(self.visit, path, query, target, self.service.options.require_if_match)
        outcome = await self.todo.run.carry_out(self.actor.user_id, options, use_case, *args, **kwargs)
        self.visit.replayed = outcome.replayed
        return outcome.value
