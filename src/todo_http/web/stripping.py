"""Scripts and style sheets without comments and white space.

Line breaks stay where they can end a statement. Strings, templates and regular expressions stay as they are. What
begins with a slash is told from what comes before it; where that takes a parser, the source is refused.
"""

import re
from collections.abc import Iterator
from typing import Final

COMMENT: Final = r"/\*(?:[^*]|\*(?!/))*+\*/"
SCRIPT: Final = re.compile(
    rf"""(?P<gap>(?:\s|//[^\n]*+|{COMMENT})++)
    |(?P<string>"(?:[^"\\\n]|\\.)*+"|'(?:[^'\\\n]|\\.)*+')
    |(?P<word>[\w$#]++)
    |(?P<template>`)
    |(?P<slash>/(?!\*))
    |(?P<mark>\+\+|--|=>|[^\s"'`\w$#/])""",
    re.VERBOSE | re.DOTALL,
)
TEMPLATE: Final = re.compile(r"[`}](?:[^`\\$]|\\.|\$(?!\{))*+(?:`|\$\{)", re.DOTALL)
PATTERN: Final = re.compile(r"/(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*+\])++/\w*+")
SHEET: Final = re.compile(
    rf"""(?P<gap>(?:{COMMENT})*+\s(?:\s|{COMMENT})*+)
    |(?:{COMMENT})++|"(?:[^"\\]|\\.)*+"|'(?:[^'\\]|\\.)*+'|url\([^)"']*+\)|[\w-]++|.""",
    re.VERBOSE | re.DOTALL,
)

BEFORE_OPERAND: Final = frozenset(
    {"await", "case", "delete", "do", "else", "extends", "in", "instanceof", "new", "of", "return", "throw", "typeof"}
    | {"void", "yield"}
)
"""Keywords behind which a slash begins a regular expression."""

WITH_HEAD: Final = frozenset({"for", "if", "while"})
"""Keywords whose parentheses a statement follows."""

BRACKETS: Final = {")": "(", "]": "[", "}": "{"}
HEAD: Final = "if ("
INSERTED: Final = "${"


class UnknownForm(Exception):
    """A file of the client is written in a form that the server does not know."""


SEPARATORS: Final = frozenset("{};,:(")
"""Characters of style sheets behind which white space means nothing."""

ENDS: Final = frozenset({")", "]", "}", "++", "--"})
"""Marks behind which a statement can end."""

CONTINUES: Final = frozenset(")]},;.?:=&|<>^%")
"""Marks with which no statement begins."""


def strip_script(source: str) -> str:
    """A script without comments and without white space that means nothing. Raises UnknownForm.

    Outside of brackets lines stay lines.
    """
    parts: list[str] = []
    before_kind = before = gap = ""
    tokens = Tokens(source)
    for kind, text in tokens:
        if kind == "gap":
            gap = "\n" if "\n" in text else " "
            if before and gap == "\n" and not tokens.opened:
                parts.append(gap)
                gap = ""
            continue
        if before and gap:
            parts.append(_between(before_kind, before, gap, kind, text))
        parts.append(text)
        before_kind, before, gap = kind, text, ""
    return "".join(parts).rstrip() + "\n"


def _between(before_kind: str, before: str, gap: str, kind: str, text: str) -> str:
    """What remains of a gap: a line break that can end a statement, a space that separates tokens, or nothing."""
    continued = (before_kind in {"mark", "slash"} and before not in ENDS) or (kind == "mark" and text in CONTINUES)
    if gap == "\n" and not continued:
        return "\n"
    both_words = before_kind in {"word", "pattern"} and kind == "word"
    one_mark = before[-1] == text[0] and text[0] in "+-/"
    point_of_number = before[0].isdigit() and text == "."
    return " " if both_words or one_mark or point_of_number else ""


def strip_sheet(source: str) -> str:
    """A style sheet without comments and without white space that means nothing."""
    parts: list[str] = []
    gap = False
    for found in SHEET.finditer(source):
        text = found[0]
        if found["gap"] is not None:
            gap = True
            continue
        if gap and parts and parts[-1] not in SEPARATORS and text not in "{}":
            parts.append(" ")
        parts.append(text)
        gap = False
    return "".join(parts) + "\n"


class Tokens:
    """The tokens of a script with their kinds; ``gap`` is what lies between them. Raises UnknownForm."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.place = 0
        self.opened: list[str] = []
        """The brackets around the place; HEAD and INSERTED are special ones."""
        self.last = ""
        """The token before."""
        self.ended: bool | None = False
        """Whether the token before ends an operand, so that a slash divides; None if only a parser knows."""

    def __iter__(self) -> Iterator[tuple[str, str]]:
        while self.place < len(self.source):
            found = SCRIPT.match(self.source, self.place)
            kind = found.lastgroup if found else None
            if found is None or kind is None:
                raise self._unknown()
            text = found[0]
            if kind == "gap":
                self.place += len(text)
                yield kind, text
                continue
            if kind == "slash" and self.ended is None:
                raise self._unknown()
            if kind == "slash" and not self.ended:
                kind, text = "pattern", self._match(PATTERN)
            elif kind == "template" or (text == "}" and self.opened[-1:] == [INSERTED]):
                kind, text = "template", self._template(text)
            self._follow(kind, text)
            self.place += len(text)
            self.last = text
            yield kind, text
        if self.opened:
            raise self._unknown()

    def _template(self, begin: str) -> str:
        """The part of a template up to its end, or up to what is inserted next."""
        if begin == "}":
            self.opened.pop()
        text = self._match(TEMPLATE)
        if text.endswith(INSERTED):
            self.opened.append(INSERTED)
        return text

    def _follow(self, kind: str, text: str) -> None:
        """Keeps ``opened`` and ``ended`` current. ``last`` is still the token before."""
        if kind == "word":
            self.ended = text not in BEFORE_OPERAND or self.last == "."
        elif kind == "template":
            self.ended = text.endswith("`")
        elif kind != "mark":
            self.ended = kind != "slash"
        elif text in "([{":
            self.opened.append(HEAD if text == "(" and self.last in WITH_HEAD else text)
            self.ended = False
        elif text in BRACKETS:
            opener = self.opened.pop() if self.opened else ""
            if opener.removeprefix("if ") != BRACKETS[text]:
                raise self._unknown()
            self.ended = None if text == "}" else opener != HEAD
        elif text not in {"++", "--"}:  # which may be behind an operand, and are not before a slash otherwise
            self.ended = None if text == "." else False

    def _match(self, form: re.Pattern[str]) -> str:
        found = form.match(self.source, self.place)
        if found is None:
            raise self._unknown()
        return found[0]

    def _unknown(self) -> UnknownForm:
        number = self.source.count("\n", 0, self.place) + 1
        return UnknownForm(f"line {number} cannot be read: {self.source[self.place : self.place + 40]!r}")
