"""Rules on single fields, and the collection of all broken ones into one error."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import chain, filterfalse, islice
from typing import Any, Final
from unicodedata import category, combining, normalize
from uuid import UUID

from todo_core.errors import Invalid, Violation

Rule = Callable[[Any], Any]
"""Makes the value of a field from plain text, numbers and truth values. Raises Broken, or Invalid about its parts."""

UNSTORABLE: Final = re.compile("[\0\ud800-\udfff]")

CANONICAL_ID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[47][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")

SLICE: Final = 32
"""Code points of a text that are decomposed at once."""


class Broken(ValueError):
    """A value breaks a rule: a stable code and a sentence for people."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Reference:
    """In the place of an id within a batch: the thing that an earlier step created under this name."""

    name: str


class Rules:
    """Applies rules to the given values field by field and collects the broken ones."""

    def __init__(self, given: Mapping[str, Any], required: Iterable[str] = ()) -> None:
        self._given = given
        missing = [name for name in required if name not in given]
        self._violations = [Violation(name, "required", "This field is required.") for name in missing]

    def keep(self, field: str, rule: Rule) -> Any:
        """The result of the rule; None if it is broken or the field is not given."""
        try:
            return rule(self._given[field]) if field in self._given else None
        except Broken as broken:
            self._violations.append(Violation(field, broken.code, broken.detail))
        except Invalid as invalid:
            self._violations += [replace(each, field=f"{field}/{each.field}") for each in invalid.violations]
        return None

    def settle(self) -> None:
        """Raises Invalid with all broken rules, if any."""
        if self._violations:
            raise Invalid(self._violations)


def checked(given: Mapping[str, Any], by_field: Mapping[str, Rule], required: Iterable[str] = ()) -> dict[str, Any]:
    """The given values, each by the rule of its field. Raises Invalid with all broken rules.

    Raises TypeError for fields without a rule.
    """
    if unknown := given.keys() - by_field.keys():
        raise TypeError(f"there is no field {', '.join(sorted(unknown))}")
    rules = Rules(given, required)
    values = {field: rules.keep(field, by_field[field]) for field in given}
    rules.settle()
    return values


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


def flag(value: bool) -> bool:
    """True or False; nothing else is taken for one of them. Raises Broken."""
    if not isinstance(value, bool):
        raise Broken("wrong-type", "This must be true or false.")
    return value


def id_of(text: str | UUID) -> UUID:
    """A UUID of version 4 or 7, as text in canonical form (RFC 9562). Raises Broken."""
    text = str(text) if isinstance(text, UUID) else text
    if CANONICAL_ID.fullmatch(text):
        return UUID(text)
    raise Broken("invalid-id", "This must be a UUID of version 4 or 7, in lower case and with dashes.")


def optional(rule: Rule) -> Rule:
    """The rule for a field that may be None."""
    return lambda value: None if value is None else rule(value)


def storable(text: str, longest: int, composed: int = 1) -> str:
    """Text that every database can store: no NUL, no lone surrogate. Raises Broken.

    It has up to ``longest`` code points, ``composed`` times as many if it is composed later.
    """
    if len(text) > longest * composed:
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
