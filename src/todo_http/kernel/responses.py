"""A finished answer: status, header fields and bytes."""

from collections.abc import Sequence
from typing import Any

import msgspec

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
