"""An operation as it is reached: let in, handled, and its answer left with the visit for the edge to send."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Literal

from litestar.handlers import HTTPRouteHandler, route
from litestar.types import ASGIApp, Receive, Scope, Send

from todo_http.kernel.call import Call
from todo_http.kernel.guards import Admission
from todo_http.kernel.responses import Answer
from todo_http.kernel.visit import visit_of

if TYPE_CHECKING:
    from todo_http.kernel.operation import Operation

Handler = Callable[[Call], Awaitable[Answer]]


class Endpoint:
    """What the framework is given as the response to every request of one operation.

    A response may be any ASGI application, so this one does the work itself: neither a signature is looked at nor
    a response converted for each request.
    """

    __slots__ = ("admission", "facts", "handler")

    def __init__(self, facts: "Operation", handler: Handler) -> None:
        self.facts = facts
        self.handler = handler
        self.admission = Admission(facts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        visit = visit_of(scope)
        self.admission.admit(scope, visit)
        limit, caller = visit.service.users, visit.user
        if not caller and self.facts.takes is not None:  # a login and its like; what is in memory needs no limit
            limit, caller = visit.service.networks, visit.service.places.of(scope, visit.fields)
        if caller:
            if not limit.enters(caller):
                await limit.wait(caller)
            visit.turn = limit, caller
        visit.answer = await self.handler(Call(self.facts, scope, receive, visit))


class Options:
    """The answer to OPTIONS, which tells all the methods of a path: the framework's own knows only some of them."""

    __slots__ = ("answer",)

    def __init__(self, allow: str) -> None:
        self.answer = Answer(204, headers=[(b"allow", allow.encode("ascii"))])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        visit_of(scope).answer = self.answer


def handled(
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"], path: str, response: ASGIApp, **opt: Any
) -> HTTPRouteHandler:
    """The framework's handler for a method and a path: it has the response ready."""

    def respond() -> ASGIApp:
        return response

    # The status is the answer's own; this one only keeps the framework from assuming another.
    return route(path, http_method=method, status_code=200, sync_to_thread=False, opt=opt)(respond)
