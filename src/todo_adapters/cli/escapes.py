r"""Texts of users as a terminal may get them: with escapes such as \x1b in the place of control characters."""

from typing import Final
from unicodedata import category

JOINERS: Final = frozenset("\u200c\u200d")
"""Format characters within words and emoji. The others can hide or reorder text."""


def printable(text: str) -> str:
    """The text in one line, with escapes in the place of what a terminal would obey."""
    return text if text.isprintable() else "".join(map(_shown, text))


def _shown(char: str) -> str:
    if category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"} and char not in JOINERS:
        return char.encode("unicode_escape").decode("ascii")
    return char
