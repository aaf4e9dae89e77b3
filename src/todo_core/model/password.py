"""Rules for passwords: length and a list of guessable ones, no composition rules (NIST SP 800-63B)."""

import unicodedata
from functools import cache
from importlib.resources import files

from todo_core.limits import COMPOSED, PASSWORD_MAX, PASSWORD_MIN
from todo_core.model.rules import Broken, storable

SERVICE_NAMES = frozenset({"todo-service", "todoservice", "todo service"})


def readable(text: str) -> str:
    """The password in NFC, which does not depend on the keyboard. Raises Broken if no password can be like this."""
    return unicodedata.normalize("NFC", storable(text, PASSWORD_MAX, COMPOSED))


def new_password(text: str, email: str, name: str) -> str:
    """The NFC form of a new password for the user with this email address and name. Raises Broken."""
    password = readable(text)
    if len(password) < PASSWORD_MIN:
        raise Broken("too-short", f"This must be at least {PASSWORD_MIN} characters.")
    if len(password) > PASSWORD_MAX:
        raise Broken("too-long", f"This must be at most {PASSWORD_MAX} characters.")
    plain = password.casefold()
    if plain in {email.casefold(), email.casefold().partition("@")[0], name.casefold()} | SERVICE_NAMES:
        raise Broken("guessable", "This must not be your email address, your name or the name of this service.")
    if plain in common_passwords():
        raise Broken("common", "This is one of the most common passwords; choose another.")
    return password


@cache
def common_passwords() -> frozenset[str]:
    """The most common passwords that are long enough to be accepted, from a file shipped with the service."""
    text = files("todo_core.model").joinpath("common_passwords.txt").read_text("utf-8")
    return frozenset(line for line in text.splitlines() if line and not line.startswith("#!"))
