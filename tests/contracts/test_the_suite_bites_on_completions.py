"""A test of the tests: faults with completions are planted, and a named test fails each time."""

import pytest

from tests.contracts import seeded_faults_completions as fault
from tests.contracts.seeded_faults import Fault
from tests.contracts.test_the_suite_bites import FAILURES, ContractTest
from tests.usecases import test_purged_completions as purged
from todo_adapters.contracts import test_completions as completions
from todo_adapters.contracts import test_pairs as pairs
from todo_adapters.memory.store import MemoryStore

BITES: list[tuple[Fault, ContractTest]] = [
    (fault.occurrences_unchecked, completions.test_no_occurrence_is_completed_twice),
    (fault.occurrences_unchecked, completions.test_of_parallel_completions_of_one_occurrence_one_wins),
    (fault.occurrences_unchecked, pairs.test_of_a_pair_that_is_refused_nothing_is_left),
    (fault.completions_of_all_shown, completions.test_nobody_else_sees_what_was_done),
    (fault.log_as_it_is_stored, completions.test_a_unit_of_work_sees_what_it_has_done),
    (
        fault.recurring_tasks_told_twice,
        completions.test_the_log_tells_completions_and_what_was_done_once_the_latest_first,
    ),
    (fault.ties_in_the_log_ignored, completions.test_the_log_tells_completions_and_what_was_done_once_the_latest_first),
    (fault.end_of_the_log_included, completions.test_the_log_is_restricted_as_the_filter_says),
    (fault.latest_by_time, completions.test_the_completions_of_tasks_are_found),
    (fault.completions_not_cut_off, completions.test_the_completions_of_tasks_are_found),
    (
        fault.hidden_deletions_listed,
        purged.test_what_was_taken_back_is_not_listed_and_is_purged_when_its_time_is_over,
    ),
    (fault.hidden_deletions_kept, purged.test_what_was_taken_back_is_not_listed_and_is_purged_when_its_time_is_over),
]
every_bite = pytest.mark.parametrize(
    ("plant", "contract_test"), BITES, ids=[f"{plant.__name__}-{test.__name__}" for plant, test in BITES]
)


@every_bite
async def test_the_named_test_catches_the_fault(
    monkeypatch: pytest.MonkeyPatch, plant: Fault, contract_test: ContractTest
) -> None:
    plant(monkeypatch)
    with pytest.raises(FAILURES):
        await contract_test(MemoryStore())


@every_bite
async def test_without_the_fault_it_passes(plant: Fault, contract_test: ContractTest) -> None:
    await contract_test(MemoryStore())
