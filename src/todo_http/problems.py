"""The only table from refusals to HTTP: RFC 9457 problem details."""

from dataclasses import dataclass
from typing import Final

import msgspec
from litestar.exceptions import HTTPException

from todo_core.errors import Invalid, InvalidToken, NotFound, RequestInProgress, Stale, StepFailed, TodoError, Violation
from todo_http.answer import Answer, Field, encode
from todo_http.refusals import (
    BadFraming,
    BrokenOff,
    Fault,
    Internal,
    InvalidRequest,
    Malformed,
    MethodNotAllowed,
    RequestTimeout,
    TooLarge,
    UnsupportedMediaType,
)

MEDIA_TYPE: Final = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Kind:
    """What a code means: the status it comes with, its title, and what to do about it."""

    status: int
    title: str
    meaning: str


KINDS: Final[dict[str, Kind]] = {
    "malformed": Kind(400, "Malformed request", "It is not JSON, not UTF-8, too deep, or has no proper Host."),
    "invalid": Kind(400, "Invalid request", "It breaks rules; the member errors names every one of them."),
    "unauthenticated": Kind(401, "Not logged in", "Send an access token in the header Authorization: Bearer."),
    "invalid-token": Kind(401, "Invalid token", "The token is forged, spent or expired, or its login has ended."),
    "invalid-credentials": Kind(401, "Invalid credentials", "The address or the password is wrong."),
    "forbidden": Kind(403, "Forbidden", "The path belongs to another user, whether or not there is one."),
    "not-found": Kind(404, "Not found", "There is no such thing among those that are yours."),
    "method-not-allowed": Kind(405, "Method not allowed", "The header Allow lists what can be done here."),
    "request-timeout": Kind(408, "Request timeout", "The body did not arrive in time."),
    "email-taken": Kind(409, "Email address taken", "An account with this address exists; log in instead."),
    "conflict": Kind(409, "Conflict", "Somebody else changed the same thing at the same moment; look and try again."),
    "limit-reached": Kind(409, "Limit reached", "The account has as much as it may have; delete something first."),
    "request-in-progress": Kind(409, "Request in progress", "The first request with this key may still be running."),
    "stale": Kind(
        412,
        "Precondition failed",
        "It has changed since; the header ETag names the state of a single task now.",
    ),
    "too-large": Kind(413, "Body too large", "Send less at once."),
    "uri-too-long": Kind(414, "Address too long", "Shorten the path or the query."),
    "unsupported-media-type": Kind(415, "Unsupported media type", "Send JSON in UTF-8, without a content coding."),
    "key-reused": Kind(422, "Key reused", "This idempotency key has been used for another request; use a new one."),
    "precondition-required": Kind(428, "Precondition required", "Say in If-Match which state you have seen."),
    "too-many-requests": Kind(429, "Too many requests", "Wait as many seconds as the header Retry-After says."),
    "headers-too-large": Kind(431, "Headers too large", "Send fewer or shorter header fields."),
    "internal": Kind(500, "Internal error", "A fault of the service; its log has the cause under the request id."),
    "unavailable": Kind(503, "Unavailable", "Nothing has happened; try again after Retry-After seconds."),
    "outcome-unknown": Kind(503, "Outcome unknown", "The write may have happened; look before you repeat it."),
}


class Problem(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Problem details as in RFC 9457. ``instance`` is the request id."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: tuple[Fault, ...] | msgspec.UnsetType = msgspec.UNSET


def refusal_of(error: Exception) -> TodoError:
    """What to tell about an error: itself when it is a refusal, and next to nothing when it is a fault of ours."""
    if isinstance(error, TodoError):
        return error
    if isinstance(error, HTTPException):
        if error.status_code == 404:
            return NotFound("resource")
        if error.status_code == 405:
            return MethodNotAllowed((error.headers or {}).get("allow", ""))
        if error.status_code < 500:
            return Malformed("The request cannot be understood.")
    return Internal()


def problem_answer(refusal: TodoError, request_id: str) -> Answer:
    """The answer that tells a refusal."""
    kind = KINDS[refusal.code]
    faults = _faults(refusal)
    problem = Problem(
        type=f"/problems/{refusal.code}",
        title=kind.title,
        status=kind.status,
        detail=refusal.detail,
        instance=request_id,
        errors=faults or msgspec.UNSET,
    )
    return Answer(
        kind.status, encode(problem), [(b"content-type", MEDIA_TYPE.encode()), *_headers(refusal, kind.status)]
    )


def _faults(refusal: TodoError) -> tuple[Fault, ...]:
    if isinstance(refusal, InvalidRequest):
        return refusal.faults
    if isinstance(refusal, Invalid):
        return tuple(body_fault(violation) for violation in refusal.violations)
    if isinstance(refusal, StepFailed):
        inner = refusal.refusal
        return (Fault(code=inner.code, detail=inner.detail, pointer=f"/operations/{refusal.place}"),)
    return ()


def body_fault(violation: Violation) -> Fault:
    """A rule of the core that a field of the body breaks."""
    return Fault(code=violation.code, detail=violation.detail, pointer=f"/{violation.field}")


def _headers(refusal: TodoError, status: int) -> list[Field]:
    headers: list[Field] = []
    if status == 401:
        reason = b', error="invalid_token"' if isinstance(refusal, InvalidToken) else b""
        headers.append((b"www-authenticate", b'Bearer realm="todo"' + reason))
    if isinstance(refusal, MethodNotAllowed):
        headers.append((b"allow", refusal.allow.encode("ascii")))
    if isinstance(refusal, UnsupportedMediaType):
        headers.append((b"accept-patch" if refusal.patch else b"accept-post", refusal.accepted.encode("ascii")))
    if isinstance(refusal, BadFraming | BrokenOff | RequestTimeout | TooLarge):
        headers.append((b"connection", b"close"))
    if isinstance(refusal, Stale) and refusal.revision is not None:
        headers.append((b"etag", b'"%d"' % refusal.revision))
    if status in {429, 503} or isinstance(refusal, RequestInProgress):
        headers.append((b"retry-after", b"%d" % max(1, getattr(refusal, "retry_after", 1))))
    return headers
