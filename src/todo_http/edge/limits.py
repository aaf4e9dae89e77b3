"""Limits of header fields and URLs, allowed hosts and framing: checked before a request is routed."""

import re
from collections.abc import Sequence
from itertools import chain
from typing import Final, cast

from todo_http.kernel.context import FIELDS_MAX, RequestContext
from todo_http.kernel.responses import Field
from todo_http.options import HttpOptions
from todo_http.problems.errors import AddressTooLong, BadFraming, HeadersTooLarge, Malformed, TooLarge

ADDRESS_MAX: Final = 8_192
HEADERS_MAX: Final = 32_768
HOST: Final = re.compile(rb"([A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")


class RequestBounds:
    """The limits and the allowed hosts of one application."""

    def __init__(self, options: HttpOptions) -> None:
        self.hosts = tuple(host.lower() for host in options.allowed_hosts)

    def check(self, request: RequestContext) -> None:
        """Raises HeadersTooLarge, AddressTooLong, Malformed or TooLarge."""
        scope, fields = request.scope, request.fields
        headers = cast("Sequence[Field]", scope["headers"])
        weight = sum(map(len, chain.from_iterable(headers))) + 4 * len(headers)
        if weight > HEADERS_MAX or len(headers) > FIELDS_MAX:
            raise HeadersTooLarge(
                f"A request may have at most {FIELDS_MAX} header fields with {HEADERS_MAX} bytes in all."
            )
        if len(scope.get("raw_path") or scope["path"]) + len(scope["query_string"]) > ADDRESS_MAX:
            raise AddressTooLong(f"Path and query may have at most {ADDRESS_MAX} bytes.")
        self._check_host(fields.get(b"host", b""))
        declared, coding = fields.get(b"content-length"), fields.get(b"transfer-encoding")
        plain = declared is None or declared.isdigit()
        if not plain or (coding is not None and (declared is not None or coding.lower() != b"chunked")):
            raise BadFraming("The length of the body is not told in one plain way.")
        if declared is not None and (len(declared) > 15 or int(declared) > request.body_max):
            raise TooLarge(request.body_max)

    def _check_host(self, field: bytes) -> None:
        """Accepts exactly one valid Host; if hosts are configured, one of them."""
        found = HOST.fullmatch(field)
        if found is None:
            raise Malformed("A request needs exactly one proper Host.")
        if self.hosts:
            host = found[1].decode("ascii").lower()
            if not any(host == name or (name[:2] == "*." and host.endswith(name[1:])) for name in self.hosts):
                raise Malformed("This service does not answer to that Host.")
