"""scripts/report.py: which lines of a test file prove a check, and that its own list is in order."""

from pathlib import Path

import pytest
import report

ROOT = Path(__file__).resolve().parents[2]

SAMPLE = '''
"""Words about B1."""

CORPUS = [
    b"x",  # H1
]


# a remark that only mentions A1
@pytest.mark.parametrize(
    "given",
    ["x", "y"],  # A5
)
async def test_one(
    api: Api,
) -> None:  # A2, A3 and more
    assert 1  # T1, A4


def helper() -> None:  # B7
    ...


class Test:
    def test_two(self) -> None:  # D1
        ...
'''


def test_numbers_belong_to_the_test_that_they_stand_in() -> None:
    assert list(report.named_in(SAMPLE)) == [
        ("", "H1"),
        ("", "A5"),
        ("test_one", "A5"),
        ("test_one", "A2"),
        ("test_one", "A3"),
        ("test_one", "A4"),
        ("", "B7"),
        ("test_two", "D1"),
    ]


def test_a_row_of_reasons_may_name_ranges() -> None:
    assert report.spread("K1-K3, A5, L2, L4-9") == ["K1", "K2", "K3", "A5", "L2", "L4", "L5", "L6", "L7", "L8", "L9"]


def test_a_reason_for_what_is_no_check_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="A2"):
        report.read_page("- **A1** Something.\n| A2 | A reason. |")


def test_every_number_in_the_tests_is_in_the_list() -> None:
    page = report.read_page((ROOT / "docs" / "checks.md").read_text("utf-8"))
    proved = report.proofs(ROOT / "tests")
    assert len(page.checks) == 314
    assert sorted(proved.keys() - page.checks.keys()) == []
    text = report.report(page, proved)
    assert text.count("\n| ") >= len(page.checks)
    assert "| B7 | A hundred parallel guesses" in text
