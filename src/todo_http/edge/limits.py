"""What a request may weigh, and to whom it may be addressed: checked before anything is read or routed."""

import asyncio
import re
from collections.abc import Sequence
from typing import Any, Final, cast

from litestar.types import HTTPScope, Receive

from todo_http.kernel.visit import FIELDS_MAX, Visit
from todo_http.options import HttpOptions
from todo_http.problems.errors import AddressTooLong, BadFraming, HeadersTooLarge, Malformed, RequestTimeout, TooLarge

ADDRESS_MAX: Final = 8_192
HEADERS_MAX: Final = 32_768
HOST: Final = re.compile(rb"([A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")


class RequestBounds:
    """The limits and the host names of one application."""

    def __init__(self, options: HttpOptions) -> None:
        self.deadline = options.body_deadline
        self.hosts = tuple(host.lower() for host in options.allowed_hosts)

    def check(self, scope: HTTPScope, visit: Visit) -> None:
        """Raises HeadersTooLarge, AddressTooLong, Malformed or TooLarge."""
        headers = cast("Sequence[tuple[bytes, bytes]]", scope["headers"])
        weight = sum([len(name) + len(value) + 4 for name, value in headers])
        if weight > HEADERS_MAX or len(headers) > FIELDS_MAX:
            raise HeadersTooLarge(FIELDS_MAX, HEADERS_MAX)
        if len(scope.get("raw_path") or scope["path"]) + len(scope["query_string"]) > ADDRESS_MAX:
            raise AddressTooLong(ADDRESS_MAX)
        self._check_host(visit.fields.get(b"host", b""))
        declared = visit.fields.get(b"content-length")
        coding = visit.fields.get(b"transfer-encoding")
        if coding is not None and (declared is not None or coding.lower() != b"chunked"):
            raise BadFraming
        if declared is not None:
            if not declared.isdigit():
                raise BadFraming
            if len(declared) > 15 or int(declared) > visit.body_max:
                raise TooLarge(visit.body_max)

    def _check_host(self, field: bytes) -> None:
        """Exactly one Host, as two joined by a comma are no host; which one, only if names are configured."""
        found = HOST.fullmatch(field)
        if found is None:
            raise Malformed("A request needs exactly one proper Host.")
        if self.hosts:
            host = found[1].decode("ascii").lower()
            if not any(host == name or (name[:2] == "*." and host.endswith(name[1:])) for name in self.hosts):
                raise Malformed("This service does not answer to that Host.")


def narrow_body(visit: Visit, most: int) -> None:
    """Lowers the limit of a body that has not been read yet. Raises TooLarge when it is declared to be longer."""
    if most < visit.body_max:
        visit.body_max = most
        declared = visit.fields.get(b"content-length")
        if declared is not None and int(declared) > most:
            raise TooLarge(most)


class BoundedBody:
    """A ``receive`` that gives out so many bytes, within so many seconds from the first call, and no more.

    Servers close neither a connection whose body stalls nor one whose body never ends. Once the body is
    complete, waiting for what comes next (which is the end of the connection) has no limit.
    """

    __slots__ = ("complete", "deadline", "receive", "received", "until", "visit")

    def __init__(self, receive: Receive, deadline: float, visit: Visit) -> None:
        self.receive = receive
        self.deadline = deadline
        self.visit = visit
        self.received = 0
        self.complete = False
        self.until: float | None = None

    async def __call__(self) -> Any:
        if self.complete:
            return await self.receive()
        if self.until is None:
            self.until = asyncio.get_running_loop().time() + self.deadline
        try:
            async with asyncio.timeout_at(self.until):
                message = await self.receive()
        except TimeoutError:
            raise RequestTimeout(self.deadline) from None
        if message["type"] == "http.request":
            self.received += len(message.get("body", b""))
            self.complete = not message.get("more_body")
            if self.received > self.visit.body_max:
                raise TooLarge(self.visit.body_max)
        return message
