"""What all requests to one application share."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from todo_core.todo import Todo
from todo_http.kernel.client_address import ClientAddresses
from todo_http.kernel.concurrency import ConcurrencyLimit
from todo_http.kernel.cursors import Cursors
from todo_http.kernel.files import File
from todo_http.kernel.rate_limit import RateLimit
from todo_http.kernel.readiness import Readiness
from todo_http.kernel.streams import Streams
from todo_http.options import HttpOptions


@dataclass(slots=True, kw_only=True)
class Service:
    """Made with the application; the use cases and ``readiness`` are set when it has started.

    ``users`` and ``networks`` limit the concurrent requests of a user, and of a client network without a token.
    ``files`` are those of the web client, by path. ``set_aside`` is told how many more requests wait for changes and
    so do not run, and is set by the edge.
    """

    options: HttpOptions
    client_addresses: ClientAddresses
    cursors: Cursors
    rate_limit: RateLimit | None
    users: ConcurrencyLimit
    networks: ConcurrencyLimit
    streams: Streams
    openapi: File
    files: Mapping[str, File]
    set_aside: Callable[[int], None] = lambda _: None
    todo: Todo | None = None
    readiness: Readiness | None = None
