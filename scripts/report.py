#!/usr/bin/env python3
"""Lists the checks of tests/checks.toml with the tests that prove them, from their markers: `make report`.

Exits with 1 when a test names an unknown check, or when a check has neither a test nor a reason to have none, or both.
"""

import contextlib
import io
import re
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TESTS = ROOT / "tests"
CONTRACTS = ROOT / "src" / "todo_adapters" / "contracts"
RANGE = re.compile(r"([A-Z])([0-9]+)(?:-([0-9]+))?")
Proofs = Mapping[str, Mapping[str, None]]


class Collector:
    """A plugin of pytest that notes the tests of each check, in order."""

    def __init__(self) -> None:
        self.proofs: dict[str, dict[str, None]] = defaultdict(dict)

    def pytest_itemcollected(self, item: pytest.Item) -> None:
        for marker in item.iter_markers("check"):
            for number in marker.args:
                self.proofs[number][item.nodeid.partition("[")[0]] = None


def collect() -> Proofs:
    """The tests of each check. Raises SystemExit when tests cannot be collected."""
    collector, output = Collector(), io.StringIO()
    every = (file for folder in (TESTS, CONTRACTS) for file in sorted(folder.rglob("test_*.py")))
    files = [str(file) for file in every if "mark.check(" in file.read_text("utf-8")]
    with contextlib.redirect_stdout(output):
        # Nothing is run, so that assertions need no rewriting, which takes longer than the rest.
        code = pytest.main(["--collect-only", "-qq", "--assert=plain", *files], plugins=[collector])
    if code != pytest.ExitCode.OK:
        sys.exit(output.getvalue())
    return collector.proofs


def spread(numbers: str) -> list[str]:
    """The numbers that a text such as "A1 B2-4" means."""
    return [
        f"{letter}{number}"
        for letter, first, last in RANGE.findall(numbers)
        for number in range(int(first), int(last or first) + 1)
    ]


def faults(checks: Mapping[str, str], reasons: Mapping[str, str], proofs: Proofs) -> Iterator[str]:
    """What is inconsistent."""
    for number in sorted(proofs.keys() - checks.keys()):
        yield f"{number} is not in tests/checks.toml; it is named by {', '.join(proofs[number])}"
    for number in checks:
        if (number in proofs) == (number in reasons):
            yield f"{number} has {'both' if number in proofs else 'neither'}: a test, a reason to have none"
    yield from (f"{number} has a reason and is no check" for number in reasons.keys() - checks.keys())


def main() -> int:
    sections = tomllib.loads((TESTS / "checks.toml").read_text("utf-8"))
    reasons = {n: reason for numbers, reason in sections.pop("Without a test").items() for n in spread(numbers)}
    proofs = collect()
    for title, checks in sections.items():
        print(f"\n{title}")
        for number, meaning in checks.items():
            print(f"  {number:4}{meaning}")
            print("\n".join(f"      {test}" for test in proofs.get(number, [f"no test: {reasons.get(number)}"])))
    checks = {number: meaning for section in sections.values() for number, meaning in section.items()}
    found = list(faults(checks, reasons, proofs))
    print(f"\n{len(checks)} checks, {len(reasons)} without a test.", *found, sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
