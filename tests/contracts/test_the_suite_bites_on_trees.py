"""A test of the tests: faults with trees, tags, order and the trash are planted, and a named test fails each time."""

from typing import Any

import pytest

from tests.contracts import seeded_faults as fault
from tests.contracts import seeded_faults_trees as trees
from tests.contracts.test_the_suite_bites import FAILURES, ContractTest, with_kind
from tests.usecases import test_completing as completing
from tests.usecases import test_deferring as deferring
from tests.usecases import test_lists as lists
from tests.usecases import test_moving as moving
from tests.usecases import test_subtasks as subtasks
from tests.usecases import test_tags as tags
from tests.usecases import test_trash_and_restore as restore
from todo_adapters.contracts import test_change_feed as feed
from todo_adapters.contracts import test_known_things as known
from todo_adapters.contracts import test_quotas as quotas
from todo_adapters.contracts import test_references as references
from todo_adapters.contracts import test_task_pages as pages
from todo_adapters.contracts import test_task_sums as sums
from todo_adapters.contracts import test_trash as trash
from todo_adapters.memory.store import MemoryStore
from todo_core.model.change import Action
from todo_core.model.task_sort import SortField, TaskSort
from todo_core.ports.storage import Store

BY_POSITION = {"sort": TaskSort(SortField.POSITION)}
IN_NEW_YORK = {"zone": "America/New_York", "hidden": (2, 3, 4, 6, 7)}
PARENT = {"field": "parent_id"}
BITES: list[tuple[fault.Fault, ContractTest, dict[str, Any]]] = [
    (trees.restored_thing_loses_its_tags, trash.test_a_restored_thing_has_every_field_it_had, {}),
    (trees.restored_thing_loses_its_tags, restore.test_a_restored_tree_is_as_it_was, {}),
    (trees.restored_thing_takes_its_stored_form, trash.test_a_thing_is_restored_as_it_is_given, {}),
    (trees.restored_thing_takes_its_stored_form, restore.test_without_its_list_a_task_comes_back_in_the_inbox, {}),
    (trees.cascade_forgets_the_grandchildren, sums.test_a_subtree_is_everything_below_a_task, {}),
    (
        trees.cascade_forgets_the_grandchildren,
        completing.test_completing_completes_the_open_subtasks_of_all_levels,
        {},
    ),
    (trees.cascade_forgets_the_grandchildren, subtasks.test_a_task_takes_its_subtasks_along, {}),
    (trees.subtree_in_any_order, sums.test_a_subtree_is_everything_below_a_task, {}),
    (trees.subtree_not_cut_off, sums.test_a_subtree_is_cut_off_at_the_limit, {}),
    (trees.subtree_as_it_is_stored, sums.test_a_unit_of_work_sees_the_subtrees_as_it_has_changed_them, {}),
    (trees.trash_not_counted, quotas.test_tasks_in_the_trash_count, {}),
    (
        trees.lists_in_the_trash_counted,
        quotas.test_an_account_has_at_most_so_many_lists_and_those_in_the_trash_do_not_count,
        {},
    ),
    (trees.purge_leaves_the_row, trash.test_what_was_purged_is_gone_for_good, {}),
    (trees.purge_leaves_the_row, restore.test_an_emptied_trash_is_empty, {}),
    (trees.restoration_leaves_a_copy_in_the_trash, trash.test_a_restored_thing_has_every_field_it_had, {}),
    (
        trees.root_of_a_deletion_forgotten,
        trash.test_what_went_together_is_one_entry_that_begins_with_the_deleted_thing,
        {},
    ),
    (trees.root_of_a_deletion_forgotten, lists.test_a_removed_list_takes_its_tasks_to_the_trash, {}),
    (trees.trash_changed_unseen, trash.test_what_lies_in_the_trash_is_changed_only_as_it_was_read, {}),
    (trees.references_unchecked, references.test_a_reference_to_another_owners_thing_cannot_be_stored, PARENT),
    (trees.references_unchecked, references.test_what_is_referred_to_cannot_be_removed_alone, PARENT),
    (
        trees.references_unchecked,
        subtasks.test_a_change_of_parent_and_a_removal_of_it_at_once_leave_no_orphan,
        {},
    ),
    (
        trees.children_before_parents,
        trash.test_what_went_together_is_one_entry_that_begins_with_the_deleted_thing,
        {},
    ),
    (
        trees.earliest_deletion_first,
        trash.test_the_latest_deletion_comes_first_and_pages_leave_nothing_out,
        {},
    ),
    (trees.expired_too_early, trash.test_what_has_expired_comes_earliest_first, {}),
    (trees.owners_without_trash_named, trash.test_owners_of_what_has_expired_are_found, {}),
    (trees.trash_of_others_seen, trash.test_nobody_else_sees_or_touches_the_trash, {}),
    (fault.no_entry_for(Action.RESTORED), feed.test_every_write_leaves_an_entry, {}),
    (fault.no_entry_for(Action.PURGED), feed.test_every_write_leaves_an_entry, {}),
    (trees.ids_in_the_trash_unknown, known.test_an_id_is_known_while_a_thing_has_it_in_the_trash_or_not, {}),
    (trees.ids_in_the_trash_unknown, restore.test_an_id_in_the_trash_is_taken, {}),
    (trees.loaded_as_it_is_stored, known.test_things_are_loaded_as_far_as_there_are_any, {}),
    (trees.tags_told_apart_by_case, sums.test_tags_follow_every_change_of_their_tasks, {}),
    (trees.deferred_tasks_counted, deferring.test_open_tasks_that_are_not_deferred_are_counted, {}),
    (
        trees.positions_compared_without_case,
        pages.test_a_page_is_what_the_predicate_says_in_the_order_of_the_sort,
        BY_POSITION,
    ),
    (
        trees.deferral_read_in_utc,
        deferring.test_a_task_is_deferred_until_a_time_where_the_person_lives,
        IN_NEW_YORK,
    ),
    (trees.move_loses_the_list_of_subtasks, subtasks.test_a_task_takes_its_subtasks_along, {}),
    (trees.depth_unchecked, subtasks.test_there_are_at_most_eight_levels, {}),
    (trees.depth_unchecked, restore.test_a_task_that_would_be_too_deep_comes_back_at_the_top_level, {}),
    (trees.cycles_unchecked, subtasks.test_a_task_cannot_be_below_itself, {}),
    (fault.no_lock_on("account"), subtasks.test_two_tasks_cannot_get_below_each_other_at_once, {}),
    (trees.lists_of_others_accepted, subtasks.test_an_unknown_reference_is_refused_alike_for_another_owners_id, PARENT),
    (trees.order_of_tags_lost, tags.test_a_renamed_tag_keeps_its_place_on_every_task, {}),
    (trees.merged_tag_kept_twice, tags.test_a_tag_that_takes_the_name_of_another_is_merged_with_it, {}),
    (
        trees.ties_of_positions_ignored,
        moving.test_tasks_that_share_a_position_are_told_apart,
        {"side": "before"},
    ),
    (
        trees.subtrees_not_expected,
        completing.test_only_the_completed_task_has_to_be_as_it_was_seen,
        {"subtasks": True},
    ),
    (
        trees.trash_not_expected,
        restore.test_a_restoration_and_a_purge_expect_the_deletion_that_was_seen,
        {},
    ),
]
every_bite = pytest.mark.parametrize(
    ("plant", "contract_test", "arguments"),
    BITES,
    ids=[f"{plant.__name__}-{test.__name__}" for plant, test, _ in BITES],
)


def a_store(contract_test: ContractTest) -> Store:
    """A store of the kind that the test expects."""
    return MemoryStore(quotas.SMALL) if contract_test.__module__ == quotas.__name__ else MemoryStore()


@every_bite
async def test_the_named_test_catches_the_fault(
    monkeypatch: pytest.MonkeyPatch, plant: fault.Fault, contract_test: ContractTest, arguments: dict[str, Any]
) -> None:
    plant(monkeypatch)
    with pytest.raises(FAILURES):
        await contract_test(a_store(contract_test), **with_kind(contract_test, arguments))


@every_bite
async def test_without_the_fault_it_passes(
    plant: fault.Fault, contract_test: ContractTest, arguments: dict[str, Any]
) -> None:
    await contract_test(a_store(contract_test), **with_kind(contract_test, arguments))
