"""Rules on single fields, and the collection of all broken ones into one error."""

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
"""Code points of a text that are decomposed at once."""


class Broken(ValueError):
    """A value breaks a rule: a stable code and a sentence for people."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


class Rules:
    """Applies rules field by field and collects the broken ones."""

    def __init__(self) -> None:
        self.violations: list[Violation] = []

    def keep(self, field: str, rule: Callable[[V], T], value: V, fallback: F) -> T | F:
        """The result of the rule, or the fallback if the rule is broken."""
        try:
            return rule(value)
        except Broken as broken:
            self.add(field, broken.code, broken.detail)
            return fallback

    def add(self, field: str, code: str, detail: str) -> None:
        self.violations.append(Violation(field, code, detail))

    def settle(self) -> None:
        """Raises Invalid with all broken rules, if any."""
        if self.violations:
            raise Invalid(self.violations)


def one_line(text: str, longest: int) -> str:
    """Trimmed text of 1 to ``longest`` code points without control characters. Raises Broken."""
    text = text.strip()
    if not text:
        raise Broken("blank", "This must not be empty.")
    if len(text) > longest:
        raise Broken("too-long", f"This must be at most {longest} characters.")
    if not text.isprintable() and any(category(char) in {"Cc", "Cs"} for char in text):
        raise Broken("control-character", "This must not contain control characters.")
    return text


def storable(text: str, longest: int) -> str:
    """Text of up to ``longest`` code points that every database can store: no NUL, no lone surrogate. Raises Broken."""
    if len(text) > longest:
        raise Broken("too-long", f"This must be at most {longest} characters.")
    if UNSTORABLE.search(text):
        raise Broken("control-character", "This must not contain NUL or unpaired surrogates.")
    return text


def fold(text: str, longest: int | None = None) -> str:
    """The form in which texts are searched and sorted: case-folded, without accents.

    With ``longest`` at most that many code points of the folded text. Some characters fold to eighteen.
    """
    if text.isascii():
        return text.lower()[:longest]
    bare = "".join(islice(filterfalse(combining, _decomposed(text)), longest))
    return normalize("NFC", bare.casefold())[:longest]


def _decomposed(text: str) -> Iterable[str]:
    """The code points of the text in NFKD, except for the order of combining marks between two slices.

    Slices bound the time, which is quadratic in the length of a run of marks. The caller drops the marks, so their
    order does not matter.
    """
    if len(text) <= SLICE:
        return normalize("NFKD", text)
    slices = (text[start : start + SLICE] for start in range(0, len(text), SLICE))
    return chain.from_iterable(normalize("NFKD", part) for part in slices)
