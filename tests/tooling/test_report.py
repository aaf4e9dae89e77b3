"""scripts/report.py: every check has a test or a reason, and tests name no others."""

import subprocess
import sys
from pathlib import Path

import pytest
import report

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.timeout(300)
def test_every_check_has_a_test_or_a_reason_and_tests_name_no_others() -> None:
    done = subprocess.run([sys.executable, "scripts/report.py"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2_000:] + done.stderr
    assert "tests/attacks/test_throttle.py::" in done.stdout


def test_the_numbers_of_a_reason_may_be_ranges() -> None:
    assert report.spread("K1-3 A5 L2 L9-10") == ["K1", "K2", "K3", "A5", "L2", "L9", "L10"]


@pytest.mark.parametrize(
    ("reasons", "proofs", "expected"),
    [
        ({}, {}, "A1 has neither: a test, a reason to have none"),
        ({"A1": "No."}, {"A1": {"test_one": None}}, "A1 has both: a test, a reason to have none"),
        ({"A1": "No."}, {"B1": {"test_one": None}}, "B1 is not in tests/checks.toml; it is named by test_one"),
        ({"A1": "No.", "A2": "No."}, {}, "A2 has a reason and is no check"),
    ],
)
def test_a_check_without_a_test_and_a_number_without_a_check_are_faults(
    reasons: dict[str, str], proofs: report.Proofs, expected: str
) -> None:
    assert list(report.faults({"A1": "Something."}, reasons, proofs)) == [expected]
