"""What every EventLog promises: it takes whatever it is told, at once, and never raises."""

import pytest

from todo_adapters.memory.security import ListEventLog
from todo_adapters.telemetry.event_log import StructlogEventLog
from todo_core.ports.runtime import EventLog


class Untellable:
    """Something that cannot be written down."""

    def __repr__(self) -> str:
        raise ValueError("no")


@pytest.fixture(params=[ListEventLog, StructlogEventLog])
def event_log(request: pytest.FixtureRequest) -> EventLog:
    made: EventLog = request.param()
    return made


@pytest.mark.parametrize("fact", [None, 1, "text", "half \ud83d of a face", "two\nlines", b"\xff", {"a": {1, 2}}])
def test_it_takes_whatever_it_is_told(event_log: EventLog, fact: object) -> None:
    event_log.record("something_happened", user="somebody", fact=fact)


def test_it_never_raises(event_log: EventLog) -> None:
    event_log.record("something_happened", fact=Untellable())
    for _ in range(200):
        event_log.record("login_failed", user=None)
