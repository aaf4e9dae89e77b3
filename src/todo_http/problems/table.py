"""The only table from refusals to HTTP: RFC 9457 problem details."""

from dataclasses import dataclass
from typing import Final

import msgspec
from litestar.exceptions import HTTPException

from todo_core.errors import Invalid, InvalidToken, NotFound, RequestInProgress, Stale, StepFailed, TodoError, Violation
from todo_http.kernel.query import ECHO_MAX
from todo_http.kernel.responses import Answer, Field, encode
from todo_http.problems.errors import (
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
    "invalid": Kind(400, "Invalid request", "It breaks rules: detail tells the first, the member errors all of them."),
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
        detail=_sentence(faults) if faults and refusal.code == "invalid" else refusal.detail,
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


def _sentence(faults: tuple[Fault, ...]) -> str:
    """The first broken rule with its field in words, and how many more there are."""
    first, more = faults[0], len(faults) - 1
    name, text = _name(first), first.detail
    if name and name.isprintable():
        text = f"{name}: {_small(text)}"
    return f"{text.removesuffix('.')}; {more} more." if more else text


def _name(fault: Fault) -> str:
    """``/new_password`` is "New password", ``/operations/2/task/title`` "Operation 3, title"; empty for the body.

    Names that a client has made up are repeated up to ECHO_MAX characters.
    """
    if fault.pointer is msgspec.UNSET:
        return fault.parameter if fault.parameter and len(fault.parameter) <= ECHO_MAX else ""
    parts = [part.replace("~1", "/").replace("~0", "~") for part in fault.pointer.split("/")[1:]]
    words = [part.replace("_", " ") for part in parts if len(part) <= ECHO_MAX]
    if len(parts) > 1 and parts[0] == "operations" and parts[1].isdecimal():
        inside = words[3:] if words[2:3] == ["task"] and words[3:] else words[2:]
        return ", ".join([f"Operation {int(parts[1]) + 1}", *inside[:1]])
    return words[0][:1].upper() + words[0][1:] if words else ""


def _small(sentence: str) -> str:
    """With a small first letter, unless that belongs to an abbreviation."""
    return sentence if sentence[1:2].isupper() else sentence[:1].lower() + sentence[1:]


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
