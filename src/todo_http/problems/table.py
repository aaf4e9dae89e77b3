"""The one table from errors to problem details (RFC 9457)."""

from dataclasses import dataclass
from typing import Final

import msgspec
from litestar.exceptions import HTTPException

from todo_core.errors import (
    Invalid,
    InvalidToken,
    NotFound,
    RequestInProgress,
    Stale,
    StepFailed,
    TodoError,
    UndoConflict,
    Violation,
)
from todo_http.problems.errors import (
    ECHO_MAX,
    BadFraming,
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
    """A kind of problem: its status, its title, and what it means or what to do."""

    status: int
    title: str
    meaning: str


PROBLEM_KINDS: Final[dict[str, Kind]] = {
    "malformed": Kind(400, "Malformed request", "It is not JSON in UTF-8, is nested too deeply, or has no valid Host."),
    "invalid": Kind(400, "Invalid request", "The request breaks rules: detail has the first, errors has all of them."),
    "unauthenticated": Kind(401, "Not logged in", "Send an access token in the header Authorization: Bearer."),
    "invalid-token": Kind(401, "Invalid token", "The token is invalid or expired, or its login session has ended."),
    "invalid-credentials": Kind(401, "Invalid credentials", "The address or the password is wrong."),
    "forbidden": Kind(
        403, "Forbidden", "The path belongs to another user, who may or may not exist; or sign-up is closed."
    ),
    "not-found": Kind(404, "Not found", "The resource does not exist, or is not yours."),
    "method-not-allowed": Kind(405, "Method not allowed", "The header Allow lists the methods of this path."),
    "request-timeout": Kind(408, "Request timeout", "The body did not arrive in time."),
    "email-taken": Kind(409, "Email address taken", "An account with this address exists; log in instead."),
    "conflict": Kind(409, "Conflict", "It was changed concurrently or since, or its new id is in use; read it first."),
    "limit-reached": Kind(409, "Limit reached", "The account has reached a limit; delete something first."),
    "request-in-progress": Kind(409, "Request in progress", "The first request with this key may still be running."),
    "too-many": Kind(409, "Too many changes", "One request may change at most 10,000 items; nothing was changed."),
    "cursor-expired": Kind(
        410,
        "Cursor expired",
        "The changes are no longer kept, or the cursor is of another feed; begin with a snapshot.",
    ),
    "stale": Kind(
        412, "Precondition failed", "The resource has changed; the header ETag has the current tag of a single task."
    ),
    "too-large": Kind(413, "Body too large", "Send a shorter body."),
    "uri-too-long": Kind(414, "Address too long", "Shorten the path or the query."),
    "unsupported-media-type": Kind(415, "Unsupported media type", "Send JSON in UTF-8, without a content coding."),
    "key-reused": Kind(422, "Key reused", "This idempotency key has been used for another request; use a new one."),
    "precondition-required": Kind(428, "Precondition required", "Send the entity tag of the resource in If-Match."),
    "too-many-requests": Kind(429, "Too many requests", "Wait for the number of seconds in the header Retry-After."),
    "headers-too-large": Kind(431, "Headers too large", "Send fewer or shorter header fields."),
    "internal": Kind(500, "Internal error", "An error of the service; its log has the cause under the request id."),
    "unavailable": Kind(503, "Unavailable", "Nothing has been changed; try again after Retry-After seconds."),
    "outcome-unknown": Kind(503, "Outcome unknown", "The write may have happened; read before you repeat it."),
}


class Problem(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Problem details as in RFC 9457. ``instance`` is the request id."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: tuple[Fault, ...] | msgspec.UnsetType = msgspec.UNSET


def error_of(raised: Exception) -> TodoError:
    """The error that the client is told: the one raised if it is meant for clients, and Internal if it is not."""
    if isinstance(raised, TodoError):
        return raised
    if isinstance(raised, HTTPException):
        if raised.status_code == 404:
            return NotFound("resource")
        if raised.status_code == 405:
            return MethodNotAllowed((raised.headers or {}).get("allow", ""))
        if raised.status_code < 500:
            return Malformed("The request cannot be understood.")
    return Internal("Something went wrong here; the request id helps to find out what.")


def problem_of(error: TodoError, request_id: str) -> Problem:
    """The problem details of an error."""
    kind = PROBLEM_KINDS[error.code]
    faults = _faults(error)
    return Problem(
        type=f"/problems/{error.code}",
        title=kind.title,
        status=kind.status,
        detail=_sentence(faults) if faults and error.code == "invalid" else error.detail,
        instance=request_id,
        errors=faults or msgspec.UNSET,
    )


def _faults(error: TodoError) -> tuple[Fault, ...]:
    if isinstance(error, InvalidRequest):
        return error.faults
    if isinstance(error, Invalid):
        return tuple(body_fault(violation) for violation in error.violations)
    if isinstance(error, StepFailed):
        inner = error.error
        return (Fault(code=inner.code, detail=inner.detail, pointer=f"/operations/{error.index}"),)
    if isinstance(error, UndoConflict):
        return tuple(
            Fault(code=each.code, detail=each.detail, entity=each.entity, id=each.id, field=each.field)
            for each in error.conflicts
        )
    return ()


def _sentence(faults: tuple[Fault, ...]) -> str:
    """The first broken rule with its field in words, and how many more there are."""
    first, more = faults[0], len(faults) - 1
    name, text = _name(first), first.detail
    if name and name.isprintable():
        abbreviated = text[1:2].isupper()
        text = f"{name}: {text if abbreviated else text[:1].lower() + text[1:]}"
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
        inside = words[3:] if words[2:3] != ["id"] and words[3:] else words[2:]
        return ", ".join([f"Operation {int(parts[1]) + 1}", *inside[:1]])
    return words[0][:1].upper() + words[0][1:] if words else ""


def body_fault(violation: Violation) -> Fault:
    """A rule of the core that a field of the body breaks, as a fault."""
    return Fault(code=violation.code, detail=violation.detail, pointer=f"/{violation.field}")


def problem_headers(error: TodoError) -> list[tuple[bytes, bytes]]:
    """The header fields of the response that carries the problem details of an error."""
    status = PROBLEM_KINDS[error.code].status
    headers = [(b"content-type", MEDIA_TYPE.encode())]
    if status == 401:
        reason = b', error="invalid_token"' if isinstance(error, InvalidToken) else b""
        headers.append((b"www-authenticate", b'Bearer realm="todo"' + reason))
    if isinstance(error, MethodNotAllowed):
        headers.append((b"allow", error.allow.encode("ascii")))
    if isinstance(error, UnsupportedMediaType):
        headers.append((b"accept-patch" if error.patch else b"accept-post", error.accepted.encode("ascii")))
    if isinstance(error, BadFraming | RequestTimeout | TooLarge):
        headers.append((b"connection", b"close"))
    if isinstance(error, Stale) and error.revision is not None:
        headers.append((b"etag", b'"%d"' % error.revision))
    if status in {429, 503} or isinstance(error, RequestInProgress):
        headers.append((b"retry-after", b"%d" % max(1, getattr(error, "retry_after", 1))))
    return headers
