"""Cursors: positions in lists of tasks as opaque, signed text."""

import hmac
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import msgspec

from todo_core.ids import TaskId, UserId
from todo_core.model.rules import Broken
from todo_core.model.task_filter import SortField, TaskPosition, TaskSort

SIGNATURE_BYTES: Final = 16
LONG: Final = 256
FORMS: Final[dict[SortField, Any]] = {
    SortField.CREATED_AT: tuple[str, bytes],
    SortField.UPDATED_AT: tuple[datetime, bytes],
    SortField.DUE_DATE: tuple[datetime | None, bytes],
    SortField.PRIORITY: tuple[int | None, bytes],
    SortField.TITLE: tuple[str, bytes],
}
DECODERS: Final[dict[SortField, msgspec.msgpack.Decoder[Any]]] = {
    field: msgspec.msgpack.Decoder(form) for field, form in FORMS.items()
}


class Cursors:
    """Signs with the first key and accepts all. A cursor is valid for one owner and one sort order."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self.keys = tuple(keys)

    def write(self, position: TaskPosition, owner: UserId, sort: TaskSort) -> str:
        """The cursor of a position."""
        payload = msgspec.msgpack.encode((position.value, position.id.bytes))
        packed = b"z" + zlib.compress(payload) if len(payload) > LONG else b"p" + payload
        signature = _sign(self.keys[0], packed, owner, sort)
        return urlsafe_b64encode(signature + packed).rstrip(b"=").decode("ascii")

    def read(self, text: str, owner: UserId, sort: TaskSort) -> TaskPosition:
        """The position of a cursor. Raises Broken if it was not issued for this owner and this sort order."""
        try:
            raw = text.encode("ascii")
            signed = urlsafe_b64decode(raw + b"=" * (-len(raw) % 4))
            if urlsafe_b64encode(signed).rstrip(b"=") != raw:
                raise ValueError("there is one spelling of every cursor")
        except ValueError:
            raise _unknown() from None
        signature, packed = signed[:SIGNATURE_BYTES], signed[SIGNATURE_BYTES:]
        if not any(hmac.compare_digest(signature, _sign(key, packed, owner, sort)) for key in self.keys):
            raise _unknown()
        payload = zlib.decompress(packed[1:]) if packed[:1] == b"z" else packed[1:]
        value, task_id = DECODERS[sort.field].decode(payload)
        return TaskPosition(value, TaskId(UUID(bytes=task_id)))


def _sign(key: bytes, packed: bytes, owner: UserId, sort: TaskSort) -> bytes:
    order = f"{'-' if sort.descending else '+'}{sort.field.value}".encode("ascii")
    message = b"tasks\0" + owner.bytes + order + b"\0" + packed
    return hmac.new(key, message, sha256).digest()[:SIGNATURE_BYTES]


def _unknown() -> Broken:
    return Broken("invalid-cursor", "This is not a cursor that a list in this order has given to you.")
