"""A finished answer: status, header fields and bytes, as an ASGI application: the fastest thing to return."""

from collections.abc import Sequence
from typing import Any

import msgspec
from litestar.types import Receive, Scope, Send

Field = tuple[bytes, bytes]

encode = msgspec.json.Encoder().encode
JSON = (b"content-type", b"application/json")


class Answer:
    """What a handler returns."""

    __slots__ = ("body", "headers", "status")

    def __init__(self, status: int, body: bytes = b"", headers: Sequence[Field] = ()) -> None:
        self.status = status
        self.body = body
        self.headers = headers

    @classmethod
    def json(cls, status: int, value: Any, *headers: Field) -> "Answer":
        """With a wire type, or a list of them, as its body."""
        return cls(status, encode(value), (JSON, *headers))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = list(self.headers)
        if self.status != 204 and self.status != 304:
            headers.append((b"content-length", b"%d" % len(self.body)))
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": False})
