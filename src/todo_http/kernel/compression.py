"""Responses compressed for clients that accept it. Entity tags stay the same, see decision 39."""

import asyncio
import gzip
import re
import sys
from collections.abc import Callable, Sequence
from typing import Final

from todo_http.kernel.responses import JSON, Response

CODING: Final = re.compile(rb"\s*([a-z]+|\*)\s*(?:;\s*q\s*=\s*([01](?:\.[0-9]{0,3})?)\s*)?", re.IGNORECASE)

CODINGS_MAX: Final = 256
"""Bytes of an Accept-Encoding."""

SHORTEST: Final = 1_000
"""Bytes of the shortest body that is compressed."""

LARGE: Final = 65_536
"""Bytes from which on a body is compressed in a thread, and more thoroughly."""

NEVER: Final = "/api/auth/"
"""Below it responses have tokens, which their length could tell something about (BREACH)."""


def _gzip(body: bytes) -> bytes:
    return gzip.compress(body, 6 if len(body) >= LARGE else 1, mtime=0)


CODERS: Final[dict[bytes, Callable[[bytes], bytes]]] = {b"gzip": _gzip}
"""The best one last."""

if sys.version_info >= (3, 14):
    from compression import zstd

    CODERS[b"zstd"] = zstd.compress


async def compressed(response: Response, path: str, accepted: bytes) -> Response:
    """A response of SHORTEST bytes or more, in the coding that an Accept-Encoding prefers, or as it is."""
    if not accepted or path.startswith(NEVER) or JSON not in response.headers:
        return response
    coding = preferred_coding(accepted, [*reversed(CODERS)])
    if coding is None:
        return response
    compress, body = CODERS[coding], response.body
    body = compress(body) if len(body) < LARGE else await asyncio.to_thread(compress, body)
    return Response(response.status, body, (*response.headers, (b"content-encoding", coding)))


def preferred_coding(field: bytes, codings: Sequence[bytes]) -> bytes | None:
    """The coding that an Accept-Encoding prefers (RFC 9110, 12.5.3), the first of equals; None if it accepts none of
    them. Overlong fields are ignored.
    """
    weights: dict[bytes, float] = {}
    for part in field.split(b",") if len(field) <= CODINGS_MAX else ():
        if found := CODING.fullmatch(part):
            weights[found[1].lower()] = float(found[2] or 1)
    others = weights.get(b"*", 0.0)
    best = max(codings, key=lambda coding: weights.get(coding, others))
    return best if weights.get(best, others) > 0 else None


def takes_gzip(field: bytes) -> bool:
    """True if an Accept-Encoding accepts gzip."""
    return preferred_coding(field, [b"gzip"]) is not None
