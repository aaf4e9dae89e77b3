"""Texts made to be slow: long runs of what expressions, normalisation and parsers have to look at again and again."""

from collections.abc import Callable, Mapping


def run_of(unit: str, before: str = "", after: str = "") -> Callable[[int], str]:
    """Makes texts of about a given length: the whole unit over and over, between a beginning and an end."""

    def make(length: int) -> str:
        room = max(length - len(before) - len(after), 0)
        return before + unit * (room // len(unit)) + after

    return make


def bytes_of(unit: bytes, before: bytes = b"", after: bytes = b"") -> Callable[[int], bytes]:
    """The same in bytes, as header fields and query strings come."""
    make = run_of(unit.decode("latin-1"), before.decode("latin-1"), after.decode("latin-1"))
    return lambda length: make(length).encode("latin-1")


MARKS = "\u0316\u0301"
"""One mark below and one above: normalisation sorts every run of them, by insertion."""

TEXTS: Mapping[str, Callable[[int], str]] = {
    "marks": run_of(MARKS),
    "a letter and marks": run_of(MARKS, "e"),
    "letters with a mark": run_of("e\u0301"),
    "marks in disguise": run_of("\u0f73"),
    "one sign for eighteen": run_of("\ufdfa"),
    "syllables": run_of("\ud55c"),
    "spaces": run_of(" ", "a", "x"),
    "letters": run_of("a"),
    "capitals": run_of("\u1e9e"),
    "dots": run_of("a.", "a@"),
    "lines": run_of("\n"),
    "NULs": run_of("\0"),
    "faces": run_of("\U0001f600"),
}

FIELDS: Mapping[str, Callable[[int], bytes]] = {
    "spaces": bytes_of(b" ", b"a", b"x"),
    "tabs and spaces": bytes_of(b"\t ", b"a;", b"x"),
    "letters": bytes_of(b"a"),
    "commas": bytes_of(b","),
    "commas and spaces": bytes_of(b", "),
    "semicolons": bytes_of(b";"),
    "semicolons and spaces": bytes_of(b"; ", b"a"),
    "quotes": bytes_of(b'"'),
    "quotes and commas": bytes_of(b'"",'),
    "backslashes": bytes_of(b"\\", b'"'),
    "digits": bytes_of(b"9"),
    "dots": bytes_of(b"a."),
    "colons": bytes_of(b"1:"),
    "percent signs": bytes_of(b"%"),
    "escapes": bytes_of(b"%C3%A4"),
    "equals signs": bytes_of(b"a=b&"),
    "bytes beyond ASCII": bytes_of(b"\xff"),
}
