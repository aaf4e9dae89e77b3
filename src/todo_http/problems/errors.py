"""Errors that only HTTP has: about messages, not about tasks and accounts."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import msgspec

from todo_core.errors import TodoError

ECHO_MAX: Final = 64
"""Longest name of a client's own, in characters, that an error repeats."""


class Fault(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One broken rule, and where: a JSON pointer into the body, the name of a query parameter or header field, or a
    thing and its field, null for the thing as a whole.
    """

    code: str
    detail: str
    pointer: str | msgspec.UnsetType = msgspec.UNSET
    parameter: str | msgspec.UnsetType = msgspec.UNSET
    entity: str | msgspec.UnsetType = msgspec.UNSET
    id: UUID | msgspec.UnsetType = msgspec.UNSET
    field: str | msgspec.UnsetType | None = msgspec.UNSET


class Malformed(TodoError):
    """The message cannot be parsed."""

    code = "malformed"


class InvalidRequest(TodoError):
    """The message breaks rules; ``faults`` has all of them."""

    code = "invalid"

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("The request breaks one or more rules.")
        self.faults = tuple(faults)


class MethodNotAllowed(TodoError):
    """The resource does not support the method."""

    code = "method-not-allowed"

    def __init__(self, allow: str) -> None:
        super().__init__("This method is not among those that the Allow header lists.")
        methods = set(allow.split(", "))
        # Litestar does not add HEAD for GET.
        self.allow = ", ".join(sorted(methods | {"HEAD"} if "GET" in methods else methods))


class UnsupportedMediaType(TodoError):
    """The operation does not accept the media type of the body."""

    code = "unsupported-media-type"

    def __init__(self, accepted: Sequence[str], patch: bool) -> None:
        super().__init__(f"The body must be {' or '.join(accepted)} in UTF-8, without a content coding.")
        self.accepted = ", ".join(accepted)
        self.patch = patch


class TooLarge(TodoError):
    """The body exceeds its limit."""

    code = "too-large"

    def __init__(self, limit: int) -> None:
        super().__init__(f"A body may have at most {limit} bytes.")


class AddressTooLong(TodoError):
    """Path and query together exceed their limit."""

    code = "uri-too-long"


class HeadersTooLarge(TodoError):
    """Too many header fields, or too many bytes of them."""

    code = "headers-too-large"


class RequestTimeout(TodoError):
    """The body did not arrive in time."""

    code = "request-timeout"


class Internal(TodoError):
    """An error of the service. Its cause is in the log, under the request id."""

    code = "internal"


class BadFraming(Malformed):
    """Where the body ends is ambiguous, so that a proxy may read it differently (request smuggling), or not known.

    The connection is closed, because the next request on it could be part of this body.
    """
