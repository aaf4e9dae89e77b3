"""A world of its own for every test of the use cases; the stores of the contract kit; and a count of crashes tried."""

from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from tests.usecases.world import World, new_world
from todo_adapters.contracts.conftest import store

__all__ = ["store"]

cases_key = pytest.StashKey[Counter[str]]()


@pytest.fixture
def world() -> Iterator[World]:
    made = new_world()
    yield made
    made.hasher.close()


@pytest.fixture
def count(request: pytest.FixtureRequest, record_property: Callable[[str, object], None]) -> Callable[[str, int], None]:
    """Notes how many cases of a kind a test went through; they are told at the end of the run."""

    def note(kind: str, cases: int) -> None:
        record_property(kind, cases)
        request.config.stash.setdefault(cases_key, Counter())[kind] += cases

    return note


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say at the end how many ways of going wrong were tried."""
    if cases := config.stash.get(cases_key, None):
        kinds = ", ".join(f"{number:,} {kind}" for kind, number in sorted(cases.items()))
        terminalreporter.write_line(f"Crashes enumerated: {cases.total():,} cases ({kinds}).")
