"""Cursors: positions in lists as opaque, signed text, and positions in feeds as opaque, plain text."""

import hmac
import re
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import msgspec

from todo_core.ids import UserId
from todo_core.model.change import FeedPosition
from todo_core.model.rules import Broken

SIGNATURE_BYTES: Final = 16
LONG: Final = 256
FEED_CURSOR: Final = re.compile(r"([0-9a-f]{32})-(0|[1-9][0-9]{0,17})")


class Cursors:
    """Signs with the first key and accepts all. A cursor is valid for one owner, one list and one sort order."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self.keys = tuple(keys)

    def write(self, position: Any, owner: UserId, listed: str, order: str) -> str:
        """The text for a position that msgpack can encode."""
        payload = msgspec.msgpack.encode(position)
        packed = b"z" + zlib.compress(payload) if len(payload) > LONG else b"p" + payload
        signature = _sign(self.keys[0], packed, owner, listed, order)
        return urlsafe_b64encode(signature + packed).rstrip(b"=").decode("ascii")

    def read(self, text: str, owner: UserId, listed: str, order: str, form: Any) -> Any:
        """The position, of this type. Raises Broken for text that was not written for this owner, list and order."""
        try:
            raw = text.encode("ascii")
            signed = urlsafe_b64decode(raw + b"=" * (-len(raw) % 4))
            if urlsafe_b64encode(signed).rstrip(b"=") != raw:
                raise ValueError("there is one spelling of every cursor")
        except ValueError:
            raise _unknown() from None
        signature, packed = signed[:SIGNATURE_BYTES], signed[SIGNATURE_BYTES:]
        if not any(hmac.compare_digest(signature, _sign(key, packed, owner, listed, order)) for key in self.keys):
            raise _unknown()
        payload = zlib.decompress(packed[1:]) if packed[:1] == b"z" else packed[1:]
        return _decoder(form).decode(payload)


@cache
def _decoder(form: Any) -> msgspec.msgpack.Decoder[Any]:
    return msgspec.msgpack.Decoder(form)


def _sign(key: bytes, packed: bytes, owner: UserId, listed: str, order: str) -> bytes:
    message = listed.encode("ascii") + b"\0" + owner.bytes + order.encode("ascii") + b"\0" + packed
    return hmac.new(key, message, sha256).digest()[:SIGNATURE_BYTES]


def _unknown() -> Broken:
    return Broken("invalid-cursor", "This is not a cursor that a list in this order has given to you.")


def feed_cursor(position: FeedPosition, owner: UserId) -> str:
    """The text for a position in the owner's feed.

    It holds the epoch combined with the owner, so that a cursor of another owner's feed is one of another epoch.
    """
    return f"{position.epoch.int ^ owner.int:032x}-{position.seq}"


def read_feed_cursor(text: str, owner: UserId) -> FeedPosition:
    """The position in the owner's feed. Raises Broken for text that ``feed_cursor`` never returns."""
    found = FEED_CURSOR.fullmatch(text)
    if found is None:
        raise Broken("invalid-cursor", "This is not a cursor of a snapshot, of changes or of an event.")
    return FeedPosition(UUID(int=int(found[1], 16) ^ owner.int), int(found[2]))
