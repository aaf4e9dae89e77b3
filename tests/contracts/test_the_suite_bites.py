"""A test of the tests: faults are put into a storage adapter one by one, and a named contract test fails each time."""

from collections.abc import Callable, Coroutine
from inspect import signature
from typing import Any

import pytest

from tests.contracts import seeded_faults as fault
from tests.contracts import seeded_faults_fields as field_fault
from tests.contracts import seeded_faults_once as once
from tests.contracts import test_memory_strictness as strictness
from tests.usecases import test_exactly_once as exactly_once
from tests.usecases import test_preconditions as preconditions
from todo_adapters.contracts import test_attempt_repository as attempts
from todo_adapters.contracts import test_change_feed as feed
from todo_adapters.contracts import test_dry_runs as dry_runs
from todo_adapters.contracts import test_receipts as receipts
from todo_adapters.contracts import test_round_trip as round_trip
from todo_adapters.contracts import test_session_repository as sessions
from todo_adapters.contracts import test_task_pages as pages
from todo_adapters.contracts import test_things as things
from todo_adapters.contracts import test_unit_of_work as units
from todo_adapters.contracts import test_user_repository as users
from todo_adapters.contracts.crowd import single_filters
from todo_adapters.contracts.samples import own_fields
from todo_adapters.memory.store import MemoryStore
from todo_core.errors import TodoError
from todo_core.model.change import Action
from todo_core.model.task import TASKS
from todo_core.model.task_sort import SortField, TaskSort

ContractTest = Callable[..., Coroutine[Any, Any, None]]

FAILURES = (AssertionError, TodoError, ValueError, TimeoutError, pytest.fail.Exception)
"""What a failing contract test raises: a broken assertion, a refusal that came or did not come, an entity that is
not valid, or a wait too long."""

UNLOCKED = {"exclusive": False}
PLAIN_ADD = {"size": 1, "exclusive": False}
ADDING = exactly_once.DEEDS[0]
BY_PRIORITY = {"sort": TaskSort(SortField.PRIORITY)}
BITES: list[tuple[fault.Fault, ContractTest, dict[str, Any]]] = [
    (fault.owner_forgotten_in_reads, things.test_nobody_else_sees_a_task, {}),
    (fault.owner_forgotten_in_removals, things.test_nobody_else_can_remove_a_task, {}),
    (fault.revision_unchecked_on_update, things.test_an_update_of_what_has_moved_on_is_refused, {}),
    (fault.revision_unchecked_on_update, things.test_parallel_updates_through_the_runner_all_succeed, {}),
    (fault.update_brings_back_what_is_gone, things.test_an_update_of_what_is_gone_is_refused, {}),
    (fault.own_writes_unseen, things.test_a_unit_of_work_sees_what_it_has_written, {}),
    (fault.no_entry_for(Action.UPDATED), feed.test_every_write_leaves_an_entry, {}),
    (fault.no_entry_for(Action.DELETED), things.test_of_four_parallel_removals_one_succeeds, {}),
    (fault.number_taken_without_the_lock, feed.test_parallel_writers_get_consecutive_numbers, {}),
    (fault.entry_visible_after_a_later_one, feed.test_a_reader_behind_parallel_writers_misses_nothing, {}),
    (fault.refused_write_advances_the_counter, feed.test_refused_writes_leave_no_gap, {}),
    (fault.refused_write_leaves_half_of_it, units.test_a_refused_commit_undoes_everything, {}),
    (fault.write_shows_before_commit, users.test_nothing_shows_before_commit_but_to_the_unit_itself, {}),
    (fault.no_lock_on("account"), units.test_a_rule_across_rows_holds_under_the_lock, {}),
    (fault.no_lock_on("account"), users.test_a_locked_person_waits_for_the_end_of_the_unit_of_work, {}),
    (fault.no_lock_on("session"), sessions.test_parallel_changes_of_a_locked_session_are_all_kept, {}),
    (fault.no_lock_on("attempts"), attempts.test_parallel_failures_are_all_counted, {}),
    (fault.no_lock_on("address"), users.test_of_parallel_registrations_of_one_address_one_wins, {}),
    (fault.address_unchecked, users.test_an_address_is_taken_once_and_the_unit_of_work_goes_on, {}),
    (fault.account_leaves_its_tasks_behind, users.test_with_an_account_goes_everything_that_was_in_it, {}),
    (fault.one_part_not_committed, sessions.test_the_sessions_of_a_user_come_oldest_first, {}),
    (
        fault.more_forgotten_than_named,
        sessions.test_of_those_that_have_ended_exactly_those_named_are_forgotten,
        {},
    ),
    (fault.rotation_forgotten, sessions.test_an_update_changes_generation_use_and_replays_and_nothing_else, {}),
    (fault.first_use_taken_back, sessions.test_a_first_use_is_never_taken_back_nor_ahead_of_its_generation, {}),
    (fault.ended_sessions_not_remembered, sessions.test_what_has_ended_is_gone_and_remembered, {}),
    *(
        (field_fault.field_forgotten(name, Action.CREATED), round_trip.test_every_field_comes_back, {})
        for name in own_fields(TASKS)
    ),
    *(
        (field_fault.field_forgotten(name, Action.UPDATED), round_trip.test_every_field_comes_back_from_an_update, {})
        for name in own_fields(TASKS)
    ),
    *(
        (
            field_fault.filter_inverted(field),
            pages.test_each_field_of_the_filter_restricts_as_the_predicate_says,
            {"field": field},
        )
        for field in single_filters()
    ),
    (field_fault.microseconds_lost, round_trip.test_every_field_comes_back, {}),
    (field_fault.time_zone_lost, round_trip.test_every_field_comes_back, {}),
    (
        field_fault.due_date_rewritten,
        round_trip.test_a_due_date_comes_back_exactly_as_it_was_written,
        {"text": "2026-11-20T15:00:00+01:00[!Europe/Berlin]"},
    ),
    (fault.position_ignores_ties, pages.test_pages_of_every_size_leave_nothing_out_and_repeat_nothing, BY_PRIORITY),
    (fault.without_priority_never_found, pages.test_those_without_a_priority_are_found_and_come_last, {}),
    (fault.position_ignored, pages.test_pages_of_every_size_leave_nothing_out_and_repeat_nothing, BY_PRIORITY),
    (fault.limit_ignored, pages.test_pages_of_every_size_leave_nothing_out_and_repeat_nothing, BY_PRIORITY),
    (fault.abandoned_write_accepted, strictness.test_an_abandoned_write_is_refused, {}),
    (fault.account_leaves_its_tasks_behind, receipts.test_receipts_go_with_the_account, {}),
    (once.key_claimed_after_the_writes, receipts.test_of_twenty_parallel_commits_under_one_key_one_wins, PLAIN_ADD),
    (once.key_claimed_before_the_writes, receipts.test_what_is_undone_or_refused_leaves_the_key_free, {"size": 1}),
    (once.key_never_claimed, receipts.test_a_key_commits_once_and_then_nothing_and_takes_no_number, {"size": 1}),
    (
        once.key_used_again_replaces_the_receipt,
        receipts.test_a_key_commits_once_and_then_nothing_and_takes_no_number,
        {"size": 3},
    ),
    (once.used_key_takes_a_number, receipts.test_a_key_commits_once_and_then_nothing_and_takes_no_number, {"size": 1}),
    (once.key_without_writes_not_claimed, receipts.test_a_key_without_writes_is_used_all_the_same, {}),
    (once.key_never_claimed, exactly_once.test_a_replay_gives_the_first_answer_and_does_nothing, {"deed": ADDING}),
    (once.first_number_forgotten, receipts.test_what_was_done_under_a_key_leaves_a_receipt, {}),
    (once.fingerprint_lost, receipts.test_what_was_done_under_a_key_leaves_a_receipt, {}),
    (once.fingerprint_ignored, exactly_once.test_a_key_is_good_for_one_request_only, {"deed": ADDING}),
    (once.receipts_of_others_found, receipts.test_the_same_key_of_somebody_else_is_another_key, {}),
    (once.keys_of_others_in_the_way, receipts.test_the_same_key_of_somebody_else_is_another_key, {}),
    (once.expired_receipts_still_valid, receipts.test_a_receipt_from_before_a_moment_is_not_found, {}),
    (
        once.expired_receipts_in_the_way,
        exactly_once.test_a_key_is_as_good_as_new_after_its_time_even_if_nobody_has_cleaned_up,
        {},
    ),
    (
        once.receipts_never_forgotten,
        receipts.test_receipts_are_forgotten_after_a_time_and_their_keys_are_free_again,
        {},
    ),
    (
        once.young_receipts_forgotten_too,
        receipts.test_receipts_are_forgotten_after_a_time_and_their_keys_are_free_again,
        {},
    ),
    (once.forgetting_cannot_be_undone, receipts.test_forgetting_is_undone_with_its_unit_of_work, {}),
    (once.dry_run_commits, dry_runs.test_a_dry_run_tells_what_commit_does_and_leaves_nothing, UNLOCKED),
    (once.dry_run_takes_a_number, dry_runs.test_a_dry_run_of_one_write_takes_no_number, UNLOCKED),
    (once.dry_run_of_what_would_be_refused, dry_runs.test_a_dry_run_is_refused_as_commit_is, {}),
    (once.revision_ignored_on_removal, things.test_only_what_was_read_is_removed, {}),
    (
        once.revision_ignored_on_removal,
        preconditions.test_who_was_right_when_it_was_checked_and_is_late_is_refused_as_well,
        {},
    ),
    (once.number_of_a_page_from_another_moment, pages.test_a_page_tells_up_to_which_change_it_goes, {}),
    (
        once.writes_told_once_for_each_thing,
        units.test_a_unit_of_work_tells_what_was_written_in_it_once_for_each_write,
        {},
    ),
]
ids = [f"{plant.__name__}-{test.__name__}" for plant, test, _ in BITES]
every_bite = pytest.mark.parametrize(("plant", "contract_test", "arguments"), BITES, ids=ids)


def with_kind(contract_test: ContractTest, arguments: dict[str, Any]) -> dict[str, Any]:
    """The arguments, with tasks for a test that takes any kind."""
    return {"kind": TASKS, **arguments} if "kind" in signature(contract_test).parameters else arguments


@every_bite
async def test_the_named_test_catches_the_fault(
    monkeypatch: pytest.MonkeyPatch, plant: fault.Fault, contract_test: ContractTest, arguments: dict[str, Any]
) -> None:
    plant(monkeypatch)
    with pytest.raises(FAILURES):
        await contract_test(MemoryStore(), **with_kind(contract_test, arguments))


@every_bite
async def test_without_the_fault_it_passes(
    plant: fault.Fault, contract_test: ContractTest, arguments: dict[str, Any]
) -> None:
    await contract_test(MemoryStore(), **with_kind(contract_test, arguments))
