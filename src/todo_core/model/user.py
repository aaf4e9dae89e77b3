"""Users, their email addresses and names, registrations and profile changes."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from todo_core.ids import SessionId, UserId
from todo_core.limits import COMPOSED, EMAIL_MAX, NAME_MAX
from todo_core.model.password import new_password
from todo_core.model.rules import UNSTORABLE, Broken, Rules, checked, one_line
from todo_core.model.zones import zone_name

LABEL: Final = r"[^\s.\x00-\x2c/:-@\[-`{-\x9f]"
"""A character of a domain name. The only ASCII characters are letters, digits and the hyphen."""

ADDRESS: Final = re.compile(rf"[^\s@\x00-\x1f\x7f-\x9f]{{1,64}}@(?:{LABEL}+\.)+{LABEL}{{2,}}")


@dataclass(frozen=True, slots=True)
class Actor:
    """The authenticated caller: a user in one login session."""

    user_id: UserId
    session_id: SessionId


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """The holder of an account. ``email`` is in canonical form. A disabled user cannot log in."""

    id: UserId
    email: str
    name: str
    time_zone: str = "UTC"
    created_at: datetime
    disabled: bool = False

    def change(self, patch: "ProfilePatch") -> "User":
        return replace(self, **patch.values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """A user and the hash of their password."""

    user: User
    password_hash: str


def canonical_email(text: str) -> str:
    """The form in which email addresses are stored and compared: trimmed, case-folded, NFC.

    Raises Broken if the text is too long in any form, without normalising it.
    """
    text = text.strip()
    if len(text) > COMPOSED * EMAIL_MAX:
        raise Broken("too-long", f"This must be at most {EMAIL_MAX} characters.")
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def readable_email(text: str) -> str:
    """The canonical form of an email address for logging in. Raises Broken if it cannot be stored."""
    address = canonical_email(text)
    if UNSTORABLE.search(address):
        raise Broken("control-character", "This must not contain NUL or unpaired surrogates.")
    return address


def email(text: str) -> str:
    """The canonical form of a plausible email address. Raises Broken. Does not check that it exists."""
    address = canonical_email(text)
    if not address:
        raise Broken("blank", "This must not be empty.")
    if len(address) > EMAIL_MAX:
        raise Broken("too-long", f"This must be at most {EMAIL_MAX} characters.")
    if UNSTORABLE.search(address) or not ADDRESS.fullmatch(address):
        raise Broken("invalid-email", "This must be an email address such as ada@example.org.")
    return address


def name(text: str) -> str:
    """A display name. Raises Broken."""
    return one_line(text, NAME_MAX)


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """The data of a new account. Create with ``of``."""

    email: str
    password: str
    name: str

    @classmethod
    def of(cls, **given: str) -> "Registration":
        """Raises Invalid with all broken rules."""
        rules = Rules(given, required=("email", "password", "name"))
        address, display = rules.keep("email", email) or "", rules.keep("name", name) or ""
        secret = rules.keep("password", lambda text: new_password(text, address, display))
        rules.settle()
        return cls(email=address, password=secret, name=display)


@dataclass(frozen=True, slots=True)
class ProfilePatch:
    """New values of some fields of a user's profile, name and time zone. Create with ``of``."""

    values: Mapping[str, Any]

    @classmethod
    def of(cls, **given: str) -> "ProfilePatch":
        """Raises Invalid with all broken rules."""
        return cls(checked(given, {"name": name, "time_zone": zone_name}))
