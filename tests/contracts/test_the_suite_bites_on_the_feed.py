"""A test of the tests: faults with the feed, its pruning and its followers are planted, and a named test fails."""

from inspect import signature
from typing import Any

import pytest

from tests.contracts import seeded_faults_feed as fault
from tests.contracts import seeded_faults_pruning as pruning
from tests.contracts.seeded_faults import Fault
from tests.contracts.test_the_suite_bites import FAILURES, ContractTest, with_kind
from tests.contracts.test_the_suite_bites_on_trees import a_store
from tests.usecases import test_following as following
from tests.usecases import test_runner as runner
from tests.usecases import test_sync as sync
from tests.usecases.world import new_world
from todo_adapters.contracts import test_change_feed as feed
from todo_adapters.contracts import test_change_sets as sets
from todo_adapters.contracts import test_feed_pages as pages
from todo_adapters.contracts import test_feeds_of_all as feeds
from todo_adapters.contracts import test_histories as histories
from todo_adapters.contracts import test_pruning as pruned
from todo_adapters.contracts import test_quotas as quotas

ALONE: dict[str, Any] = {"size": 1, "key": None}
TOGETHER: dict[str, Any] = {"size": 3, "key": None}
BITES: list[tuple[Fault, ContractTest, dict[str, Any]]] = [
    (fault.each_change_a_set, sets.test_changes_of_one_unit_of_work_are_one_set, {}),
    (fault.set_begins_anew_after_a_look, sets.test_what_is_read_in_between_divides_no_set, {}),
    (fault.set_begins_anew_after_a_thousand, sets.test_more_than_a_thousand_writes_are_one_set, {}),
    (fault.previous_missing, feed.test_every_write_leaves_an_entry, {}),
    (fault.previous_missing, histories.test_the_history_of_a_thing_is_its_changes_the_latest_first, {"limit": 2}),
    (fault.previous_is_the_number_before, sets.test_the_previous_change_is_that_of_the_same_thing, {}),
    (fault.previous_as_it_was_read, sets.test_of_several_writes_to_a_thing_in_one_unit_each_follows_the_one_before, {}),
    (fault.previous_as_it_was_read, sets.test_a_thing_that_is_restored_and_removed_at_once_keeps_its_line, {}),
    (fault.session_forgotten, sets.test_a_change_tells_the_session_that_wrote_it, ALONE),
    (fault.session_of_the_first_only, sets.test_a_change_tells_the_session_that_wrote_it, TOGETHER),
    (fault.session_goes_with_its_end, sets.test_a_change_tells_its_session_after_that_has_ended, {}),
    (fault.root_forgotten, sets.test_a_deletion_tells_its_root_and_restorations_and_purges_follow_it, {}),
    (fault.root_is_the_thing, sets.test_a_deletion_tells_its_root_and_restorations_and_purges_follow_it, {}),
    (fault.dry_run_tells_no_sets, sets.test_a_dry_run_tells_the_same_of_its_changes, {}),
    (fault.state_of_the_feed_from_another_moment, pages.test_what_a_page_says_is_true_at_one_moment, {}),
    (fault.latest_is_that_of_the_page, pages.test_a_page_of_nothing_tells_the_end_of_the_feed, {}),
    (fault.latest_is_that_of_the_page, pages.test_changes_of_one_kind_come_without_the_others, {}),
    (fault.end_of_a_page_taken_for_the_end, pages.test_a_page_tells_where_the_feed_is, {}),
    (fault.end_of_a_page_taken_for_the_end, pages.test_a_page_of_changes_ends_where_its_values_reach_the_limit, {}),
    (fault.entity_ignored, pages.test_changes_of_one_kind_come_without_the_others, {}),
    (fault.feed_of_nobody_is_empty, pages.test_without_an_account_there_is_no_feed, {}),
    (fault.bytes_of_changes_unbounded, pages.test_a_page_of_changes_ends_where_its_values_reach_the_limit, {}),
    (fault.bytes_of_changes_unbounded, histories.test_a_page_of_history_ends_where_its_values_reach_the_limit, {}),
    (fault.a_few_numbers_at_once, pages.test_numbers_are_looked_up_by_the_thousand, {}),
    (fault.history_crosses_owners, histories.test_what_is_not_there_has_no_history, {}),
    (
        fault.history_goes_by_the_number_alone,
        histories.test_whoever_names_a_change_of_something_else_sees_nothing_of_it,
        {},
    ),
    (fault.history_of_the_trash_missing, histories.test_what_lies_in_the_trash_has_its_history, {}),
    (fault.history_of_what_is_purged, histories.test_what_is_not_there_has_no_history, {}),
    (fault.history_oldest_first, histories.test_what_lies_in_the_trash_has_its_history, {}),
    (fault.kind_of_history_ignored, histories.test_a_thing_of_another_kind_has_no_history, {}),
    (fault.pruned_changes_shown, pruned.test_no_page_goes_back_before_what_was_pruned, {}),
    (fault.pruned_untold, sync.test_a_position_from_before_what_was_pruned_has_expired, {}),
    *(
        (plant, pruned.test_the_last_change_of_each_thing_is_kept_and_everything_that_is_not_old, {"seed": 1})
        for plant in (
            pruning.pruning_deletes_the_last_change_of_what_exists,
            pruning.pruning_keeps_what_was_purged,
            pruning.pruning_keeps_what_is_in_the_trash_twice,
            pruning.pruning_forgets_how_far,
            pruning.pruning_takes_what_is_young,
            pruning.limit_of_pruning_ignored,
        )
    ),
    (
        pruning.pruning_deletes_the_last_change_of_what_exists,
        pruned.test_what_a_receipt_points_to_is_still_found,
        {},
    ),
    (pruning.pruning_gives_no_bytes_back, quotas.test_a_full_history_has_room_for_as_much_as_was_pruned, {}),
    (pruning.pruning_gives_all_bytes_back, quotas.test_a_full_history_has_room_for_as_much_as_was_pruned, {}),
    (pruning.pruning_passes_what_is_not_old, pruned.test_pruning_ends_at_the_first_change_that_is_not_old, {}),
    (pruning.pruned_while_somebody_writes, feeds.test_an_owner_who_is_writing_is_skipped, {}),
    (pruning.pruned_while_somebody_writes, feeds.test_of_several_who_prune_at_once_none_prunes_twice, {}),
    (pruning.pruning_cannot_be_undone, pruned.test_pruning_is_undone_with_its_unit_of_work, {}),
    (pruning.epoch_not_renewed, feeds.test_a_renewed_epoch_is_that_of_all_feeds, {}),
    (pruning.epoch_renewed_at_once, feeds.test_renewing_the_epoch_is_undone_with_its_unit_of_work, {}),
    (pruning.owners_without_old_changes_named, feeds.test_owners_with_something_to_prune_are_named_in_order, {}),
    (
        pruning.looking_for_owners_ends_where_one_is_found,
        feeds.test_owners_with_something_to_prune_are_named_in_order,
        {},
    ),
    (
        pruning.closed_accounts_have_revisions,
        feeds.test_the_numbers_of_the_latest_changes_are_read_for_many_at_once,
        {},
    ),
    (pruning.position_ahead_accepted, sync.test_a_position_ahead_of_the_feed_has_expired, {}),
    (pruning.position_of_another_epoch_accepted, sync.test_a_position_of_another_epoch_has_expired, {}),
    (
        pruning.position_of_what_is_pruned_accepted,
        sync.test_a_position_from_before_what_was_pruned_has_expired,
        {},
    ),
    (
        pruning.snapshot_takes_its_position_at_the_end,
        sync.test_changes_between_the_pages_of_a_snapshot_are_told_afterwards,
        {},
    ),
    (pruning.idle_page_repeats_changes, following.test_an_idle_follower_gets_a_page_without_changes, {}),
    (
        pruning.wake_between_read_and_wait_is_lost,
        following.test_what_is_written_while_a_page_is_used_comes_next,
        {},
    ),
    (
        pruning.wake_between_read_and_wait_is_lost,
        following.test_what_is_written_while_a_page_is_read_is_not_missed,
        {},
    ),
    (pruning.hub_told_before_the_commit, runner.test_the_hub_is_told_after_the_commit, {}),
    (pruning.session_not_passed_on, runner.test_the_feed_tells_the_session_of_the_options, {}),
    (pruning.whole_set_forgotten_under_a_key, runner.test_a_use_case_may_return_what_it_writes, {}),
]
every_bite = pytest.mark.parametrize(
    ("plant", "contract_test", "arguments"),
    BITES,
    ids=[f"{plant.__name__}-{test.__name__}" for plant, test, _ in BITES],
)


async def run(contract_test: ContractTest, arguments: dict[str, Any]) -> None:
    """Runs a test with what it asks for."""
    asked = signature(contract_test).parameters
    if "store" in asked:
        await contract_test(a_store(contract_test), **with_kind(contract_test, arguments))
    elif "scene" in asked:
        await contract_test(await following.new_scene())
    else:
        await contract_test(new_world())


@every_bite
async def test_the_named_test_catches_the_fault(
    monkeypatch: pytest.MonkeyPatch, plant: Fault, contract_test: ContractTest, arguments: dict[str, Any]
) -> None:
    plant(monkeypatch)
    with pytest.raises(FAILURES):
        await run(contract_test, arguments)


@every_bite
async def test_without_the_fault_it_passes(
    plant: Fault, contract_test: ContractTest, arguments: dict[str, Any]
) -> None:
    await run(contract_test, arguments)
