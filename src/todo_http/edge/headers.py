"""Header fields that every response has: security, caching, the request id, and CORS where it is enabled."""

from collections.abc import Collection
from typing import Final

import structlog

from todo_http.kernel.context import RequestContext
from todo_http.kernel.responses import Field, Response
from todo_http.options import HttpOptions

ALWAYS: Final[tuple[Field, ...]] = (
    (b"server", b"todo"),  # or the server would give its own name
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
UNLESS_GIVEN: Final[tuple[Field, ...]] = (
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cache-control", b"no-store"),
)
HSTS: Final = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")
EXPOSED: Final = (
    b"ETag, Idempotency-Replayed, Link, Location, RateLimit, RateLimit-Policy, Retry-After, WWW-Authenticate, "
    b"X-Changes, X-Next-Cursor, X-Request-Id"
)
"""The header fields of the OpenAPI document, all of which pages of other origins may read."""

METHODS: Final = b"GET, HEAD, POST, PUT, PATCH, DELETE"
HEADERS: Final = b"Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, X-Request-Id"
LOCAL: Final = (b"://localhost", b"://127.0.0.1")
"""Two ways to write the same machine, and two origins to a browser."""

log = structlog.get_logger("todo_http")


def other_spellings(origins: Collection[bytes]) -> dict[bytes, bytes]:
    """The origins that are allowed in the other spelling of the local machine alone, with the allowed one."""
    others = {
        origin.replace(one, other): origin
        for origin in origins
        for one, other in (LOCAL, LOCAL[::-1])
        if origin.endswith(one) or one + b":" in origin
    }
    return {other: origin for other, origin in others.items() if other not in origins}


class ResponseHeaders:
    """The common header fields of one application's responses."""

    def __init__(self, options: HttpOptions) -> None:
        self.options = options
        self.origins = {origin.encode("ascii") for origin in options.cors_origins}
        self.misspelt = other_spellings(self.origins)
        self.leaving = False
        """True when the process is about to stop, so that clients open their next connection elsewhere."""
        self.vary = b"Accept-Encoding, Authorization, Origin" if self.origins else b"Accept-Encoding, Authorization"

    def add(self, headers: list[Field], request: RequestContext) -> None:
        """Adds the common fields to those of a response."""
        given = dict(headers)
        headers += ALWAYS
        for field in UNLESS_GIVEN:
            if field[0] not in given:
                headers.append(field)
        headers.append((b"x-request-id", request.request_id.encode("ascii")))
        headers.extend(request.response_fields)
        headers.append((b"vary", self.vary))
        if self.origins and (origin := request.fields.get(b"origin")):
            if origin in self.origins:
                headers.append((b"access-control-allow-origin", origin))
                headers.append((b"access-control-expose-headers", EXPOSED))
            elif allowed := self.misspelt.pop(origin, None):  # told once
                log.warning("origin_refused", origin=origin.decode("ascii"), allowed=allowed.decode("ascii"))
        if request.scope.get("scheme") == "https" or (
            b"x-forwarded-proto" in request.fields and self._is_forwarded_https(request)
        ):
            headers.append(HSTS)
        if self.leaving and b"connection" not in given:
            headers.append((b"connection", b"close"))

    def preflight(self, request: RequestContext) -> Response | None:
        """The response to a CORS preflight request; None for other OPTIONS requests.

        Needs no token. Origins are compared byte for byte.
        """
        fields = request.fields
        if b"access-control-request-method" not in fields or fields.get(b"origin") not in self.origins:
            return None
        allowed = ((b"access-control-allow-methods", METHODS), (b"access-control-allow-headers", HEADERS))
        return Response(204, headers=(*allowed, (b"access-control-max-age", b"600")))

    def _is_forwarded_https(self, request: RequestContext) -> bool:
        if request.fields[b"x-forwarded-proto"].strip().lower() != b"https":
            return False
        client = request.scope.get("client")
        return client is not None and self.options.trusts(client[0])
