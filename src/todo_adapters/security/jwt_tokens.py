"""Access tokens: JSON Web Tokens signed with HS256 (RFC 7519, RFC 9068), verified without the storage."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any, Final
from uuid import UUID

from jwt.api_jws import PyJWS
from jwt.exceptions import InvalidSignatureError, PyJWTError

from todo_adapters.security.signing_secrets import SECRET_MIN
from todo_core.errors import InvalidToken
from todo_core.ids import SessionId, UserId
from todo_core.ports.runtime import IdSource
from todo_core.ports.security import Claims

ALGORITHM: Final = "HS256"
HEADER: Final = {"alg": ALGORITHM, "typ": "at+jwt"}
ISSUER: Final = "todo-service"
AUDIENCE: Final = "todo-api"

TOKEN_MAX: Final = 8192
"""Maximum length of a token."""

LEEWAY: Final = 10
"""Seconds by which the clock of the issuing replica may be ahead."""

REMEMBERED_FOR: Final = timedelta(minutes=10)
REMEMBERED_MAX: Final = 10_000
"""Verified tokens that are cached; verification costs forty times as much as a lookup."""

GENERATION_DIGITS: Final = 10

COMPACT: Final = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
NOT_BASE64_SAFE: Final = re.compile(r"[>?~\x7f]|[^\x00-\x7f]")


class JwtTokens:
    """Tokens of one issuer for one audience. All secrets are accepted, the first one signs.

    The secret itself is the key, so that any JWT library can verify the tokens with it.
    """

    def __init__(
        self,
        secrets: Sequence[str],
        ids: IdSource,
        lifetime: timedelta = timedelta(minutes=10),
        issuer: str = ISSUER,
        audience: str = AUDIENCE,
    ) -> None:
        if not secrets or any(len(secret.encode()) < SECRET_MIN for secret in secrets):
            raise ValueError(f"every secret needs at least {SECRET_MIN} bytes")
        # In base64url '-' and '_' stand for 62 and 63, which ASCII bytes yield only as the last six bits of '>', '?',
        # '~' and DEL. Without these characters plain base64 decoders can read every payload.
        if NOT_BASE64_SAFE.search(issuer + audience):
            raise ValueError("issuer and audience must be ASCII without '>', '?' and '~'")
        self._keys = [secret.encode() for secret in secrets]
        self._ids = ids
        self._lifetime = timedelta(seconds=int(lifetime.total_seconds()))
        self._issuer = issuer
        self._audience = audience
        self._jws = PyJWS(algorithms=[ALGORITHM])
        self._remembered: dict[bytes, tuple[Claims, datetime, datetime]] = {}

    @property
    def lifetime(self) -> timedelta:
        return self._lifetime

    def issue(self, user_id: UserId, session_id: SessionId, generation: int, now: datetime) -> str:
        issued_at = int(now.timestamp())
        claims = {
            "iss": self._issuer,
            "aud": self._audience,
            "sub": str(user_id),
            "sid": str(session_id),
            "jti": f"{self._ids.new()}.{generation}",
            "iat": issued_at,
            "exp": issued_at + int(self._lifetime.total_seconds()),
        }
        payload = json.dumps(claims, separators=(",", ":")).encode()
        return self._jws.encode(payload, self._keys[0], ALGORITHM, headers=dict(HEADER))

    def read(self, token: str, now: datetime) -> Claims:
        if len(token) > TOKEN_MAX or not token.isascii():
            raise InvalidToken
        digest = blake2b(token.encode(), digest_size=16).digest()
        if remembered := self._remembered.get(digest):
            claims, since, until = remembered
            if since <= now < until:
                return claims
        try:
            claims = self._claims(self._payload(token), now)
        except (PyJWTError, ValueError, RecursionError):
            raise InvalidToken from None
        if len(self._remembered) >= REMEMBERED_MAX:
            del self._remembered[next(iter(self._remembered))]  # the oldest
        self._remembered[digest] = claims, now, min(now + REMEMBERED_FOR, claims.expires_at)
        return claims

    def _payload(self, token: str) -> Mapping[str, Any]:
        """The payload of a token signed with one of the secrets. Raises PyJWTError or ValueError."""
        if not COMPACT.fullmatch(token):
            raise ValueError("not a compact signed token")
        read = self._verified(token)
        # Comparing the whole header rejects `kid`, `jku`, `jwk`, `crit`, `b64` and tokens for other purposes.
        if read["header"] != HEADER:
            raise ValueError("not the header of an access token")
        payload = json.loads(read["payload"].decode("ascii"))
        if not isinstance(payload, dict):
            raise ValueError("not a set of claims")
        return payload

    def _verified(self, token: str) -> dict[str, Any]:
        for key in self._keys[:-1]:
            try:
                return self._jws.decode_complete(token, key, [ALGORITHM])
            except InvalidSignatureError:
                continue
        return self._jws.decode_complete(token, self._keys[-1], [ALGORITHM])

    def _claims(self, payload: Mapping[str, Any], now: datetime) -> Claims:
        """The validated claims. Raises ValueError for a missing claim, a wrong type or a time out of range."""
        if payload.get("iss") != self._issuer or payload.get("aud") != self._audience:
            raise ValueError("another issuer or audience")
        if not isinstance(payload.get("jti"), str) or not payload["jti"]:
            raise ValueError("no token id")
        issued_at, expires_at = self._times(payload, now)
        return Claims(
            user_id=UserId(_canonical_uuid(payload.get("sub"))),
            session_id=SessionId(_canonical_uuid(payload.get("sid"))),
            generation=_generation(payload["jti"]),
            issued_at=issued_at,
            expires_at=expires_at,
        )

    def _times(self, payload: Mapping[str, Any], now: datetime) -> tuple[datetime, datetime]:
        present = now.timestamp()
        issued_at, expires_at = _whole_seconds(payload.get("iat")), _whole_seconds(payload.get("exp"))
        begins_at = _whole_seconds(payload.get("nbf", issued_at))
        if max(issued_at, begins_at) > present + LEEWAY or expires_at <= present:
            raise ValueError("not valid at this time")
        if not 0 < expires_at - issued_at <= self._lifetime.total_seconds():
            raise ValueError("a lifetime beyond the policy")
        return datetime.fromtimestamp(issued_at, UTC), datetime.fromtimestamp(expires_at, UTC)


def _generation(token_id: str) -> int:
    """The generation in a token id, after the dot; 0 for older ids without one."""
    digits = token_id.partition(".")[2]
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= GENERATION_DIGITS else 0


def _canonical_uuid(value: object) -> UUID:
    if not isinstance(value, str) or str(found := UUID(value)) != value:
        raise ValueError("not an id in its canonical form")
    return found


def _whole_seconds(value: object) -> int:
    if type(value) is not int:
        raise ValueError("not a number of seconds")
    return value
