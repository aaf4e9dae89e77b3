"""Functions that see input from outside take time in proportion to its length, whatever is in it."""

import pytest

from tests.costs.growth import HEADING, Subject, measured
from tests.costs.subjects import SUBJECTS


@pytest.fixture(scope="module", autouse=True)
def heading() -> None:
    """For the table that ``pytest -s`` shows."""
    print(f"\n{HEADING}")


CASES = [(subject, hostile) for subject in SUBJECTS for hostile in subject.hostile]


@pytest.mark.check("P1", "P2", "P3")
@pytest.mark.parametrize(("subject", "hostile"), CASES, ids=[f"{subject.name}-{hostile}" for subject, hostile in CASES])
def test_eight_times_the_input_takes_about_eight_times_as_long(subject: Subject, hostile: str) -> None:
    figures = measured(subject, hostile)
    print(figures)
    assert not figures.fault, figures.fault
