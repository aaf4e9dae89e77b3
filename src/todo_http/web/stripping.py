"""Scripts and style sheets without comments, indentation and empty lines.

Line breaks between tokens stay, because the end of a line can end a statement. Strings, templates and regular
expressions stay as they are. What begins with a slash is told from what comes before it; where that takes a parser,
the source is refused.
"""

import re
from collections.abc import Iterable, Iterator
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


def strip_script(source: str) -> str:
    """A script without comments and indentation. Raises UnknownForm."""
    return _joined(Tokens(source))


def strip_sheet(source: str) -> str:
    """A style sheet without comments and indentation."""
    return _joined((found.lastgroup or "", found[0]) for found in SHEET.finditer(source))


def _joined(tokens: Iterable[tuple[str, str]]) -> str:
    """The tokens, with a line break or a space for each gap."""
    parts = [""]
    for kind, text in tokens:
        if kind != "gap":
            parts.append(text)
        elif "\n" in text:
            parts.append("\n")
        elif parts[-1] != "(":  # or a cast would leave a space
            parts.append(" ")
    return "".join(parts).strip() + "\n"


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
