"""What one application has for all of its requests."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from todo_core.errors import Unavailable
from todo_core.todo import Todo
from todo_http.edge.client_address import ClientAddresses
from todo_http.kernel.concurrency import ConcurrencyLimit
from todo_http.kernel.cursors import Cursors
from todo_http.kernel.rate_limit import RateLimit
from todo_http.options import HttpOptions

if TYPE_CHECKING:
    from todo_http.api.health import Readiness
    from todo_http.kernel.files import File
    from todo_http.web.site import Site


@dataclass(slots=True, kw_only=True)
class Service:
    """Made with the application; the use cases and ``readiness`` come when it has started.

    ``users`` and ``networks`` limit concurrent requests: of a user, and of a network without a token.
    """

    options: HttpOptions
    places: ClientAddresses
    cursors: Cursors
    rate_limit: RateLimit | None
    users: ConcurrencyLimit
    networks: ConcurrencyLimit
    openapi: "File"
    web: "Site"
    opened: Todo | None = None
    readiness: "Readiness | None" = None

    @property
    def todo(self) -> Todo:
        """Every use case. Raises Unavailable before the service has started."""
        if self.opened is None:
            raise Unavailable("The service is starting.")
        return self.opened
