#!/usr/bin/env python3
"""A page of results: which test proves which check of docs/checks.md, and why the others are not covered.

`python3 scripts/report.py` prints it, `--write` keeps it as docs/check-results.md. A test proves a check by naming its
number in a comment that begins with it.
"""

import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CHECKS = ROOT / "docs" / "checks.md"
RESULTS = ROOT / "docs" / "check-results.md"

SECTION = re.compile(r"## ([A-P])\. (.+)")
CHECK = re.compile(r"- \*\*([A-P][0-9]{1,2})\*\* (.+)")
REASON = re.compile(r"\| ([A-P][0-9A-P, -]+?) \| (.+) \|")
RANGE = re.compile(r"([A-P])([0-9]{1,2})(?:-[A-P]?([0-9]{1,2}))?")
TEST = re.compile(r"\s*(?:async )?def (test_\w+)")
COMMENT = re.compile(r"# [A-T][0-9]{1,2}\b.*$")
UPPER = re.compile(r"[A-Z_]+\b")
NUMBER = re.compile(r"\b[A-P][0-9]{1,2}\b")


@dataclass(frozen=True)
class Page:
    """What docs/checks.md says: sections, what each number means, and the reasons."""

    sections: dict[str, str]
    checks: dict[str, str]
    reasons: dict[str, str]


def read_page(text: str) -> Page:
    """Raises ValueError when a reason is given for a number that is not in the list."""
    page = Page({}, {}, {})
    for line in text.splitlines():
        if found := SECTION.fullmatch(line):
            page.sections[found[1]] = found[2]
        elif found := CHECK.fullmatch(line):
            page.checks[found[1]] = found[2]
        elif found := REASON.fullmatch(line):
            page.reasons.update(dict.fromkeys(spread(found[1]), found[2]))
    if unknown := page.reasons.keys() - page.checks.keys():
        raise ValueError(f"reasons for what is no check: {sorted(unknown)}")
    return page


def spread(text: str) -> list[str]:
    """The numbers that "A1, B2-B4" means."""
    numbers = []
    for letter, first, last in RANGE.findall(text):
        numbers += [f"{letter}{number}" for number in range(int(first), int(last or first) + 1)]
    return numbers


def proofs(folder: Path) -> dict[str, list[str]]:
    """By number, the tests that name it."""
    found: dict[str, list[str]] = defaultdict(list)
    for file in sorted(folder.rglob("test_*.py")):
        if file.parent.name == "tooling":  # tests of tools, this one among them
            continue
        for test, number in named_in(file.read_text("utf-8")):
            place = f"{file.relative_to(folder).as_posix()}::{test}".removesuffix("::")
            if place not in found[number]:
                found[number].append(place)
    # The file alone says nothing where a test of it is known.
    return {n: [p for p in places if "::" in p or not any(q.startswith(f"{p}::") for q in places)]
            for n, places in found.items()}  # fmt: skip


def named_in(text: str) -> Iterator[tuple[str, str]]:
    """Tests with the numbers in comments on them: in their decorators, their signatures and their bodies.

    What is named in data or in a helper is proved by the tests of the file, without the name of one.
    """
    test, above = "", list[str]()
    for line in text.splitlines():
        comment = COMMENT.search(line)
        numbers = NUMBER.findall(comment[0]) if comment else []
        if line.startswith(("@", "class ", "def ", "async def ")) or (test and UPPER.match(line)):
            test = ""
        if defined := TEST.match(line):
            test, numbers, above = defined[1], above + numbers, []
        elif not test:
            above = above + numbers if line.startswith(("@", " ", ")", "]")) else []
            yield from (("", number) for number in numbers)
        yield from ((test, number) for number in numbers if test)


def report(page: Page, proved: dict[str, list[str]]) -> str:
    """The page, in Markdown."""
    covered = [number for number in page.checks if number in proved]
    open_numbers = [number for number in page.checks if number not in proved and number not in page.reasons]
    lines = ["# Results of the checks", "", "Made by `make report` from the tests and from [the list](checks.md).", ""]
    lines += [f"{len(covered)} of {len(page.checks)} checks are proved by tests that name them, "
              f"{len(page.checks) - len(covered) - len(open_numbers)} have a reason not to be, "
              f"{len(open_numbers)} are open."]  # fmt: skip
    for letter, title in page.sections.items():
        lines += ["", f"## {letter}. {title}", "", "| check | what | proved by |", "| --- | --- | --- |"]
        for number, meaning in page.checks.items():
            if number.startswith(letter):
                lines.append(f"| {number} | {meaning} | {_how(number, page, proved)} |")
    return "\n".join(lines) + "\n"


def _how(number: str, page: Page, proved: dict[str, list[str]]) -> str:
    if number in proved:
        first, *others = proved[number]
        return f"`{first}`" + (f" and {len(others)} more" if others else "")
    return f"not: {page.reasons[number]}" if number in page.reasons else "**open**"


def main(arguments: list[str]) -> int:
    page, proved = read_page(CHECKS.read_text("utf-8")), proofs(ROOT / "tests")
    if unknown := proved.keys() - page.checks.keys():
        print(f"Tests name numbers that docs/checks.md does not know: {sorted(unknown)}", file=sys.stderr)
    text = report(page, proved)
    if "--write" in arguments:
        RESULTS.write_text(text, "utf-8")
        print(f"{RESULTS.relative_to(ROOT)}: {text.splitlines()[4]}")
    else:
        print(text)
    return 1 if unknown else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
