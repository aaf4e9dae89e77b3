"""What every Journal promises: it takes whatever it is told, at once, and never raises."""

import pytest

from todo_adapters.memory.security import ListJournal
from todo_adapters.telemetry.event_log import StructlogJournal
from todo_core.ports.runtime import Journal


class Untellable:
    """Something that cannot be written down."""

    def __repr__(self) -> str:
        raise ValueError("no")


@pytest.fixture(params=[ListJournal, StructlogJournal])
def journal(request: pytest.FixtureRequest) -> Journal:
    made: Journal = request.param()
    return made


@pytest.mark.parametrize("fact", [None, 1, "text", "half \ud83d of a face", "two\nlines", b"\xff", {"a": {1, 2}}])
def test_it_takes_whatever_it_is_told(journal: Journal, fact: object) -> None:
    journal.record("something_happened", user="somebody", fact=fact)


def test_it_never_raises(journal: Journal) -> None:
    journal.record("something_happened", fact=Untellable())
    for _ in range(200):
        journal.record("login_failed", user=None)
