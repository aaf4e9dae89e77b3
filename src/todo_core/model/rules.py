"""How a rule on one field says that it is broken, and how all broken rules are gathered into one refusal."""

import re
from collections.abc import Callable, Iterable
from itertools import chain, filterfalse, islice
from typing import Final, TypeVar
from unicodedata import category, combining, normalize

from todo_core.errors import Invalid, Violation

T = TypeVar("T")
V = TypeVar("V")
F = TypeVar("F")

UNSTORABLE: Final = re.compile("[\0\ud800-\udfff]")

SLICE: Final = 32
"""Code points of a text that are decomposed together."""


class Broken(ValueError):
    """Raised by a rule on one value: a stable code and a sentence."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


class Rules:
    """Applies rules field by field, remembers every broken one, and refuses at the end."""

    def __init__(self) -> None:
        self.violations: list[Violation] = []

    def keep(self, field: str, rule: Callable[[V], T], value: V, fallback: F) -> T | F:
        """What the rule makes of the value, or the fallback when the rule is broken."""
        try:
            return rule(value)
        except Broken as broken:
            self.add(field, broken.code, broken.detail)
            return fallback

    def add(self, field: str, code: str, detail: str) -> None:
        self.violations.append(Violation(field, code, detail))

    def settle(self) -> None:
        """Raises Invalid with everything that was broken."""
        if self.violations:
            raise Invalid(self.violations)


def one_line(text: str, longest: int) -> str:
    """Trimmed text of 1 to ``longest`` code points without control characters."""
    text = text.strip()
    if not text:
        raise Broken("blank", "This must not be empty.")
    if len(text) > longest:
        raise Broken("too-long", f"This must be at most {longest} characters.")
    if not text.isprintable() and any(category(char) in {"Cc", "Cs"} for char in text):
        raise Broken("control-character", "This must not contain control characters.")
    return text


def storable(text: str, longest: int) -> str:
    """Any text up to ``longest`` code points that every database can store: no NUL, no lone surrogate."""
    if len(text) > longest:
        raise Broken("too-long", f"This must be at most {longest} characters.")
    if UNSTORABLE.search(text):
        raise Broken("control-character", "This must not contain NUL or unpaired surrogates.")
    return text


def fold(text: str, longest: int | None = None) -> str:
    """The form in which texts are searched and sorted: without case and accents.

    With ``longest`` only its beginning, of about so many code points and never more, from as much of the text as that
    takes: there are characters that are folded to eighteen.
    """
    if text.isascii():
        return text.lower()[:longest]
    bare = "".join(islice(filterfalse(combining, _decomposed(text)), longest))
    return normalize("NFC", bare.casefold())[:longest]


def _decomposed(text: str) -> Iterable[str]:
    """The code points of the text in Unicode's form NFKD, but for the order of marks where two slices meet.

    In slices, since the time that this takes grows with the square of a run of marks. Once marks are dropped, their
    order makes no difference.
    """
    if len(text) <= SLICE:
        return normalize("NFKD", text)
    slices = (text[start : start + SLICE] for start in range(0, len(text), SLICE))
    return chain.from_iterable(normalize("NFKD", part) for part in slices)
