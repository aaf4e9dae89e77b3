"""Every way a use case can refuse, one small class each, with a code that never changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken rule: the field that breaks it, a stable code, and a sentence for people."""

    field: str
    code: str
    detail: str


class TodoError(Exception):
    """The base of all refusals. ``detail`` is one sentence that a person may read."""

    code: ClassVar[str]
    detail: str

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class Invalid(TodoError):
    """The input breaks rules; ``violations`` names every one of them."""

    code = "invalid"

    def __init__(self, violations: Sequence[Violation]) -> None:
        super().__init__("The request breaks one or more rules.")
        self.violations = tuple(violations)


class Unauthenticated(TodoError):
    """Nobody has said who is asking."""

    code = "unauthenticated"

    def __init__(self) -> None:
        super().__init__("This needs an access token.")


class InvalidToken(TodoError):
    """The token is not one of ours, is spent or expired, or its login session has ended."""

    code = "invalid-token"

    def __init__(self) -> None:
        super().__init__("The token is not valid or no longer valid.")


class InvalidCredentials(TodoError):
    """Unknown address, wrong password or disabled account: deliberately one answer for all three."""

    code = "invalid-credentials"

    def __init__(self) -> None:
        super().__init__("Invalid email or password.")


class Forbidden(TodoError):
    """The caller is known and may not do this."""

    code = "forbidden"

    def __init__(self) -> None:
        super().__init__("This belongs to somebody else.")


class NotFound(TodoError):
    """There is no such thing among the caller's own; whether another owner has it is not said."""

    code = "not-found"

    def __init__(self, what: str = "item") -> None:
        super().__init__(f"There is no such {what}.")


class EmailTaken(TodoError):
    """An account with this address exists."""

    code = "email-taken"

    def __init__(self) -> None:
        super().__init__("An account with this email address already exists.")


class Conflict(TodoError):
    """The state of things does not allow this now."""

    code = "conflict"


class MovedOn(Conflict):
    """A row is no longer the one that was read. The runner answers it by running the use case again."""

    def __init__(self) -> None:
        super().__init__("Somebody else changed this at the same moment.")


class Stale(TodoError):
    """The thing is no longer what the caller has seen; ``revision`` is what it is now, None when it is gone."""

    code = "stale"

    def __init__(self, revision: int | None) -> None:
        super().__init__("This has changed since you saw it; look again before you write over it.")
        self.revision = revision


class StepFailed(TodoError):
    """A step of a batch cannot be taken, so none was; ``refusal`` says why, and lends its code. Places count from 0."""

    code = "conflict"

    def __init__(self, place: int, refusal: TodoError) -> None:
        super().__init__(refusal.detail)
        self.place = place
        self.refusal = refusal
        self.code = refusal.code  # type: ignore[misc]


class LimitReached(TodoError):
    """The account has as much of something as it may have."""

    code = "limit-reached"


class PreconditionRequired(TodoError):
    """The service is set to refuse writes that do not say what they expect."""

    code = "precondition-required"

    def __init__(self) -> None:
        super().__init__("Say in If-Match which state you have seen; `*` for any.")


class KeyReused(TodoError):
    """The idempotency key has been used for something else."""

    code = "key-reused"

    def __init__(self) -> None:
        super().__init__("This idempotency key has been used for another request.")


class RequestInProgress(TodoError):
    """Another write of the same owner, perhaps the first one under this key, is still under way."""

    code = "request-in-progress"

    def __init__(self) -> None:
        super().__init__("The first request with this idempotency key may still be running; ask again.")
        self.retry_after = 1


class TooManyRequests(TodoError):
    """Too many attempts or requests; ``retry_after`` is in whole seconds."""

    code = "too-many-requests"

    def __init__(self, retry_after: int) -> None:
        super().__init__("Too many requests; wait before the next one.")
        self.retry_after = retry_after


class Unavailable(TodoError):
    """The storage or another resource is out of reach, and nothing happened; ``retry_after`` is in seconds."""

    code = "unavailable"

    def __init__(self, detail: str = "The service is unavailable for the moment.", retry_after: int = 1) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class Contention(Unavailable):
    """A serialisation failure or a deadlock: nothing happened, and the unit of work may run again at once."""


class OwnerBusy(Unavailable):
    """Other writes of the same owner take too long: nothing happened."""

    def __init__(self) -> None:
        super().__init__("Other writes to your data take too long; try again.")


class OutcomeUnknown(TodoError):
    """The link was lost while committing: the write may or may not have happened."""

    code = "outcome-unknown"

    def __init__(self) -> None:
        super().__init__("The write may or may not have happened; look before you repeat it.")
        self.retry_after = 1
