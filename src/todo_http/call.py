"""The request as handlers see it: who is asking, the use cases, the query and the body."""

from typing import Any, cast
from uuid import UUID

from litestar import Request
from litestar.datastructures import State

from todo_core.errors import Unavailable
from todo_core.front import Todo
from todo_core.model.user import Actor
from todo_http.query import EMPTY, Query
from todo_http.refusals import BrokenOff
from todo_http.visit import Visit, visit_of


class Call(Request[Actor, None, State]):
    """One request on its way through a handler."""

    __slots__ = ()

    @property
    def todo(self) -> Todo:
        """Every use case. Raises Unavailable before the service has started."""
        todo = self.app.state.get("todo")
        if todo is None:
            raise Unavailable("The service is starting.")
        return cast(Todo, todo)

    @property
    def visit(self) -> Visit:
        return visit_of(self.scope)

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
    def client(self) -> str:  # type: ignore[override]
        """What the client calls itself, the label of its login session."""
        return self.visit.fields.get(b"user-agent", b"").decode("utf-8", "replace")

    def id(self, parameter: str) -> UUID:
        """An id from the path, which has been found canonical on the way in."""
        return UUID(self.scope["path_params"][parameter])

    async def whole_body(self) -> bytes:
        """The body, which the edge keeps within its limits. Raises BrokenOff."""
        parts: list[bytes] = []
        while True:
            message = cast("dict[str, Any]", await self.receive())
            if message["type"] == "http.disconnect":
                raise BrokenOff
            parts.append(message.get("body", b""))
            if not message.get("more_body"):
                return parts[0] if len(parts) == 1 else b"".join(parts)
