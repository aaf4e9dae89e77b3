"""The functions of the adapters that see texts from outside."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable

from tests.costs.growth import Subject
from tests.costs.hostile import FIELDS, TEXTS, bytes_of
from tests.http.service import SECRETS
from todo_adapters.contracts.fakes import NOON, CountingIds
from todo_adapters.security.jwt_tokens import JwtTokens
from todo_adapters.security.refresh_tokens import HmacRefreshTokens
from todo_adapters.telemetry.logs import _text as printable

ACCESS = JwtTokens(SECRETS, CountingIds())
REFRESHING = HmacRefreshTokens(SECRETS)
HEADERS, BODY = 32_000, 200_000


def _with_header(make: Callable[[int], bytes]) -> Callable[[int], bytes]:
    """Makes tokens with such a header, which is read before the signature is checked."""

    def token(length: int) -> bytes:
        header = urlsafe_b64encode(make(length * 3 // 4)).rstrip(b"=")
        return header + b"." + urlsafe_b64encode(json.dumps({}).encode()).rstrip(b"=") + b"." + b"A" * 43

    return token


TOKENS = {
    **FIELDS,
    "three parts": bytes_of(b"a.a."),
    "dots alone": bytes_of(b"."),
    "letters for a header": bytes_of(b"a", b"", b".a.a"),
    "a header of lists": _with_header(bytes_of(b"[")),
    "a header of a number": _with_header(bytes_of(b"9", b'{"alg":', b"}")),
    "a header of objects": _with_header(bytes_of(b'{"a":')),
    "a header of names": _with_header(bytes_of(b'"a":1,', b"{", b'"alg":"HS256"}')),
    "a header of numbers": _with_header(bytes_of(b"1e9,", b'{"alg":[', b"1]}")),
}

SUBJECTS: list[Subject] = [
    Subject(
        name="JwtTokens.read",
        run=lambda token: ACCESS.read(token.decode("latin-1"), NOON),
        hostile=TOKENS,
        longest=HEADERS,
    ),
    Subject(
        name="JwtTokens.read, as far as it looks",
        run=lambda token: ACCESS.read(token.decode("latin-1"), NOON),
        hostile=TOKENS,
        longest=8_000,
    ),
    Subject(
        name="HmacRefreshTokens.read",
        run=REFRESHING.read,
        hostile=TEXTS,
        longest=BODY,
    ),
    Subject(name="printable", run=printable, hostile=TEXTS, longest=BODY),
]
