"""Who exists: people, their addresses and names, and what they send to register or to change their profile."""

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from todo_core.ids import SessionId, UserId
from todo_core.limits import COMPOSED, EMAIL_MAX, NAME_MAX
from todo_core.model.password import new_password
from todo_core.model.rules import UNSTORABLE, Broken, Rules, one_line
from todo_core.model.zones import zone_name
from todo_core.partial import UNSET, Unset

LABEL: Final = r"[^\s.\x00-\x2c/:-@\[-`{-\x9f]"
"""A character of a domain name: of ASCII only letters, digits and the hyphen."""

ADDRESS: Final = re.compile(rf"[^\s@\x00-\x1f\x7f-\x9f]{{1,64}}@(?:{LABEL}+\.)+{LABEL}{{2,}}")


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is asking, as an access token says: a user in one login session."""

    user_id: UserId
    session_id: SessionId


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person with an account. ``email`` is in canonical form; a disabled account cannot log in."""

    id: UserId
    email: str
    name: str
    time_zone: str = "UTC"
    created_at: datetime
    disabled: bool = False

    def change(self, patch: "ProfilePatch") -> "User":
        return replace(self, **patch.given())


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """A user and the hash of their password."""

    user: User
    password_hash: str


def canonical_email(text: str) -> str:
    """The one form of an address that decides whether two are the same: trimmed, NFC, case-folded.

    Raises Broken for a text that is too long to be an address however it is composed, without composing it.
    """
    text = text.strip()
    if len(text) > COMPOSED * EMAIL_MAX:
        raise Broken("too-long", f"This must be at most {EMAIL_MAX} characters.")
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def readable_email(text: str) -> str:
    """The canonical form of what claims to be the address of an account. Raises Broken for what cannot be stored."""
    address = canonical_email(text)
    if UNSTORABLE.search(address):
        raise Broken("control-character", "This must not contain NUL or unpaired surrogates.")
    return address


def email(text: str) -> str:
    """The canonical form of a plausible address. Whether it exists, only a letter to it can tell."""
    address = canonical_email(text)
    if not address:
        raise Broken("blank", "This must not be empty.")
    if len(address) > EMAIL_MAX:
        raise Broken("too-long", f"This must be at most {EMAIL_MAX} characters.")
    if UNSTORABLE.search(address) or not ADDRESS.fullmatch(address):
        raise Broken("invalid-email", "This must be an email address such as ada@example.org.")
    return address


def name(text: str) -> str:
    """A display name: one line."""
    return one_line(text, NAME_MAX)


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """What somebody sends to get an account. Make it with ``of``."""

    email: str
    password: str
    name: str

    @classmethod
    def of(
        cls, *, email: str | Unset = UNSET, password: str | Unset = UNSET, name: str | Unset = UNSET
    ) -> "Registration":
        """Raises Invalid with every rule that the three break."""
        rules = Rules()
        given = {"email": email, "password": password, "name": name}
        for field in (field for field, value in given.items() if value is UNSET):
            rules.add(field, "required", "This field is required.")
        address = "" if isinstance(email, Unset) else rules.keep("email", _EMAIL, email, "")
        display = "" if isinstance(name, Unset) else rules.keep("name", _NAME, name, "")
        secret = ""
        if not isinstance(password, Unset):
            secret = rules.keep("password", lambda text: new_password(text, address, display), password, "")
        rules.settle()
        return cls(email=address, password=secret, name=display)


_EMAIL = email
_NAME = name


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfilePatch:
    """What a person wants to change about themselves; a field left UNSET stays. Make it with ``of``."""

    name: str | Unset = UNSET
    time_zone: str | Unset = UNSET

    @classmethod
    def of(cls, *, name: str | Unset = UNSET, time_zone: str | Unset = UNSET) -> "ProfilePatch":
        """Raises Invalid with every rule that the two break."""
        rules = Rules()
        patch = cls(
            name=UNSET if isinstance(name, Unset) else rules.keep("name", _NAME, name, UNSET),
            time_zone=UNSET if isinstance(time_zone, Unset) else rules.keep("time_zone", zone_name, time_zone, UNSET),
        )
        rules.settle()
        return patch

    def given(self) -> dict[str, Any]:
        """The fields that are set."""
        wanted = {"name": self.name, "time_zone": self.time_zone}
        return {field: value for field, value in wanted.items() if value is not UNSET}
