"""Responses that are ready to send: a status, header fields and a body in memory."""

from collections.abc import Sequence
from typing import Any

import msgspec
from litestar.types import Receive, Scope, Send

Field = tuple[bytes, bytes]

encode = msgspec.json.Encoder().encode
JSON = (b"content-type", b"application/json")


class Response:
    """What handlers return, an ASGI application. The edge adds the header fields that every response has."""

    __slots__ = ("body", "headers", "status")

    def __init__(self, status: int, body: bytes = b"", headers: Sequence[Field] = ()) -> None:
        self.status = status
        self.body = body
        self.headers = [*headers]

    @classmethod
    def json(cls, status: int, value: Any, *headers: Field) -> "Response":
        """A response whose body is a wire type, or a list of them."""
        return cls(status, encode(value), (JSON, *headers))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        status, headers = self.status, self.headers
        if status != 204 and status != 304:
            headers = [*headers, (b"content-length", b"%d" % len(self.body))]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": False})
