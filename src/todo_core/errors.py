"""The errors of the domain: one class each, with a stable code."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken rule: the field, a stable code, and a sentence for people."""

    field: str
    code: str
    detail: str


class TodoError(Exception):
    """Base class of all errors of the domain. ``detail`` is one sentence for people."""

    code: ClassVar[str]
    detail: str = ""

    def __init__(self, detail: str = "") -> None:
        self.detail = detail or self.detail
        super().__init__(self.detail)


class Invalid(TodoError):
    """The input breaks rules, all of which are in ``violations``."""

    code = "invalid"
    detail = "The request breaks one or more rules."

    def __init__(self, violations: Sequence[Violation]) -> None:
        super().__init__()
        self.violations = tuple(violations)


class Unauthenticated(TodoError):
    """There is no access token."""

    code = "unauthenticated"
    detail = "An access token is required."


class InvalidToken(TodoError):
    """The token was not issued by this service, has been used, has expired, or its login session has ended."""

    code = "invalid-token"
    detail = "The token is invalid, expired or revoked."


class InvalidCredentials(TodoError):
    """Unknown email address, wrong password or disabled account, deliberately not distinguished."""

    code = "invalid-credentials"
    detail = "Invalid email or password."


class Forbidden(TodoError):
    """The caller is authenticated but not permitted to do this."""

    code = "forbidden"
    detail = "This belongs to another user."


class NotFound(TodoError):
    """The caller has no such entity. Whether another owner has it is not disclosed."""

    code = "not-found"

    def __init__(self, what: str = "item") -> None:
        super().__init__(f"There is no such {what}.")


class EmailTaken(TodoError):
    """An account with this email address exists."""

    code = "email-taken"
    detail = "An account with this email address already exists."


class Conflict(TodoError):
    """The current state does not allow this."""

    code = "conflict"


class MovedOn(Conflict):
    """A row has changed since it was read. The runner runs the use case again."""

    detail = "Another request changed this at the same time."


class CursorExpired(TodoError):
    """The feed does not go back that far, or the position is not one of this feed: begin with a snapshot."""

    code = "cursor-expired"
    detail = "This cursor is no longer valid; start again with a snapshot."


@dataclass(frozen=True, slots=True)
class FieldConflict:
    """A field of a thing that cannot be reverted; ``field`` is None if it is the thing as a whole."""

    entity: str
    id: UUID
    field: str | None
    code: str
    detail: str


class UndoConflict(Conflict):
    """A set of changes cannot be reverted, for all of these reasons. Nothing happened."""

    detail = "Some of this has been changed since, so nothing was undone."

    def __init__(self, conflicts: Sequence[FieldConflict]) -> None:
        super().__init__()
        self.conflicts = tuple(conflicts)


class Stale(TodoError):
    """A precondition failed; ``revision`` is the current one, None if the entity was deleted."""

    code = "stale"
    detail = "This has changed since it was read; read it again before changing it."

    def __init__(self, revision: int | None) -> None:
        super().__init__()
        self.revision = revision


class StepFailed(TodoError):
    """A step of a batch failed, so none was performed. ``index`` counts from 0, ``error`` is what it raised."""

    code = "conflict"

    def __init__(self, index: int, error: TodoError) -> None:
        super().__init__(error.detail)
        self.index = index
        self.error = error
        self.code = error.code  # type: ignore[misc]


class LimitReached(TodoError):
    """The account has reached a quota."""

    code = "limit-reached"


class TooMany(TodoError):
    """One request would write more things than AFFECTED_MAX. Nothing happened."""

    code = "too-many"
    detail = "This would change too many items at once."


class PreconditionRequired(TodoError):
    """The service is configured to reject writes without a precondition."""

    code = "precondition-required"
    detail = "If-Match is required; `*` accepts any state."


class KeyReused(TodoError):
    """The idempotency key was used for a different request."""

    code = "key-reused"
    detail = "This idempotency key was used for a different request."


class RequestInProgress(TodoError):
    """Another write of the same owner, possibly the first one with this key, is still running."""

    code = "request-in-progress"
    detail = "The first request with this idempotency key may still be running; try again."
    retry_after = 1


class TooManyRequests(TodoError):
    """Too many attempts or requests. ``retry_after`` is in seconds."""

    code = "too-many-requests"
    detail = "Too many requests; try again later."

    def __init__(self, retry_after: int) -> None:
        super().__init__()
        self.retry_after = retry_after


class Unavailable(TodoError):
    """The storage or another resource is unavailable. Nothing happened. ``retry_after`` is in seconds.

    ``reason``, the text of the exception, is for operators and scripts: the cause if it is known, otherwise ``detail``.
    """

    code = "unavailable"
    detail = "The service is temporarily unavailable."

    def __init__(self, detail: str = "", retry_after: int = 1, reason: str = "") -> None:
        super().__init__(detail)
        self.retry_after = retry_after
        self.reason = reason or self.detail

    def __str__(self) -> str:
        return self.reason


class Contention(Unavailable):
    """A serialisation failure or a deadlock. Nothing happened; the unit of work may be repeated at once."""


class OwnerBusy(Unavailable):
    """Other writes of the same owner took too long. Nothing happened."""

    detail = "Other writes to your data are taking too long; try again."


class OutcomeUnknown(TodoError):
    """The connection was lost during the commit, which may or may not have happened."""

    code = "outcome-unknown"
    detail = "The write may or may not have happened; check before repeating it."
    retry_after = 1
