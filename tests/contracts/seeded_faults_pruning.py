"""Mistakes with pruning, the epoch, positions, followers and the runner: each function plants one."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from tests.contracts.seeded_faults import Fault, good_commit, instead_of, shelf_of
from tests.contracts.seeded_faults_feed import named
from todo_adapters.memory import accounts, feed
from todo_adapters.memory.accounts import MemoryAccountsUnitOfWork, MemoryAccountsView
from todo_adapters.memory.locks import Holding
from todo_adapters.memory.state import Shelf
from todo_adapters.memory.work import MemoryUnitOfWork
from todo_core.errors import CursorExpired
from todo_core.ids import UserId
from todo_core.live import Follower, Hub
from todo_core.model.change import Action, Change, FeedPage, FeedPosition
from todo_core.runner import Runner
from todo_core.usecases import following, sync

good_prune = feed.prune
good_old_changes = feed.old_changes
good_to_prune = MemoryAccountsView.owners_to_prune
good_revisions = MemoryAccountsView.revisions
good_accounts_commit = MemoryAccountsUnitOfWork.commit
good_wait = Follower.wait
good_carry_out = Runner.carry_out
FAR = datetime.max.replace(tzinfo=UTC)


def pruned_otherwise(plant: Callable[[Shelf, Sequence[Change]], None]) -> Fault:
    def fault(patch: pytest.MonkeyPatch) -> None:
        patch.setattr(accounts, "prune", plant)

    fault.__name__ = plant.__name__
    return fault


@pruned_otherwise
def pruning_deletes_the_last_change_of_what_exists(shelf: Shelf, old: Sequence[Change]) -> None:
    good_prune(shelf, old)
    shelf.feed = [change for change in shelf.feed if change.seq > shelf.pruned]


@pruned_otherwise
def pruning_keeps_what_was_purged(shelf: Shelf, old: Sequence[Change]) -> None:
    good_prune(shelf, [replace(change, action=Action.UPDATED) for change in old])


@pruned_otherwise
def pruning_keeps_what_is_in_the_trash_twice(shelf: Shelf, old: Sequence[Change]) -> None:
    kept = [replace(change, previous=None) if change.action is Action.DELETED else change for change in old]
    good_prune(shelf, kept)


@pruned_otherwise
def pruning_forgets_how_far(shelf: Shelf, old: Sequence[Change]) -> None:
    pruned = shelf.pruned
    good_prune(shelf, old)
    shelf.pruned = pruned


@pruned_otherwise
def pruning_gives_no_bytes_back(shelf: Shelf, old: Sequence[Change]) -> None:
    size = shelf.feed_bytes
    good_prune(shelf, old)
    shelf.feed_bytes = size


@pruned_otherwise
def pruning_gives_all_bytes_back(shelf: Shelf, old: Sequence[Change]) -> None:
    shelf.feed_bytes -= feed.bytes_of(old)
    good_prune(replace(shelf), old)
    shelf.feed = [change for change in shelf.feed if change.seq not in {each.previous for each in old}]
    shelf.pruned += len(old)


def old_otherwise(plant: Callable[[Shelf, datetime, int], Sequence[Change]]) -> Fault:
    def fault(patch: pytest.MonkeyPatch) -> None:
        patch.setattr(accounts, "old_changes", plant)

    fault.__name__ = plant.__name__
    return fault


@old_otherwise
def pruning_passes_what_is_not_old(shelf: Shelf, before: datetime, limit: int) -> Sequence[Change]:
    return [change for change in shelf.feed if change.seq > shelf.pruned and change.at < before][:limit]


@old_otherwise
def pruning_takes_what_is_young(shelf: Shelf, _: datetime, limit: int) -> Sequence[Change]:
    return good_old_changes(shelf, FAR, limit)


@old_otherwise
def limit_of_pruning_ignored(shelf: Shelf, before: datetime, _: int) -> Sequence[Change]:
    return good_old_changes(shelf, before, 1_000)


@instead_of(Holding, "take_if_free")
async def pruned_while_somebody_writes(_: Holding, __: object) -> bool:
    return True


@instead_of(MemoryAccountsUnitOfWork, "prune")
async def pruning_cannot_be_undone(self: MemoryAccountsUnitOfWork, owner: UserId, before: datetime, limit: int) -> int:
    shelf = self._draft.shelves.get(owner) or Shelf()
    old = good_old_changes(shelf, before, limit)
    good_prune(shelf, old)
    return len(old)


@instead_of(MemoryAccountsUnitOfWork, "commit")
async def epoch_not_renewed(self: MemoryAccountsUnitOfWork) -> None:
    self._epoch = None
    await good_accounts_commit(self)


@instead_of(MemoryAccountsUnitOfWork, "renew_epoch")
async def epoch_renewed_at_once(self: MemoryAccountsUnitOfWork, epoch: UUID) -> None:
    self._state.epoch = epoch


@instead_of(MemoryAccountsView, "owners_to_prune")
async def owners_without_old_changes_named(self: MemoryAccountsView, _: datetime, *terms: Any) -> Any:
    return await good_to_prune(self, FAR, *terms)


@instead_of(MemoryAccountsView, "owners_to_prune")
async def looking_for_owners_ends_where_one_is_found(self: MemoryAccountsView, *terms: Any) -> Any:
    page = await good_to_prune(self, *terms)
    return replace(page, next=page.items[-1] if page.items and page.next else None)


@instead_of(MemoryAccountsView, "revisions")
async def closed_accounts_have_revisions(self: MemoryAccountsView, owners: Collection[UserId]) -> Any:
    return dict.fromkeys(owners, 0) | dict(await good_revisions(self, owners))


def position_accepted(name: str, **otherwise: Callable[[FeedPosition, FeedPage], Any]) -> Fault:
    """Reading goes on from a position that says nothing; what is compared is taken from elsewhere."""

    def fault(patch: pytest.MonkeyPatch) -> None:
        good = sync.read_changes

        async def read_changes(view: Any, after: FeedPosition | None, limit: int, entity: str | None = None) -> Any:
            try:
                return await good(view, after, limit, entity)
            except CursorExpired:
                page = await view.changes.page(after.seq, limit, entity) if after else None
                if after and page and all(test(after, page) for test in otherwise.values()):
                    return page
                raise

        patch.setattr(sync, "read_changes", read_changes)

    return named(name, fault)


position_ahead_accepted = position_accepted(
    "position_ahead_accepted", ahead=lambda after, page: after.seq > page.latest and after.epoch == page.epoch
)
position_of_another_epoch_accepted = position_accepted(
    "position_of_another_epoch_accepted", epoch=lambda after, page: after.epoch != page.epoch
)
position_of_what_is_pruned_accepted = position_accepted(
    "position_of_what_is_pruned_accepted", old=lambda after, page: after.seq < page.pruned
)


def snapshot_takes_its_position_at_the_end(patch: pytest.MonkeyPatch) -> None:
    good = sync.read_snapshot

    async def read_snapshot(view: Any, *terms: Any) -> Any:
        page = await good(view, *terms)
        return replace(page, position=await sync.end_of_feed(view))

    patch.setattr(sync, "read_snapshot", read_snapshot)


def idle_page_repeats_changes(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(following, "replace", lambda page, **_: page)


@instead_of(Follower, "wait")
async def wake_between_read_and_wait_is_lost(self: Follower, seconds: float) -> bool:
    self._woken.clear()
    if seconds > 1 and not await good_wait(self, 0.05):
        raise TimeoutError  # which would take as long as the follower may be idle
    return True


@instead_of(Hub, "look")
async def look_wakes_nobody(self: Hub, store: Any) -> None:
    await store.accounts().revisions([*self._followers])


@instead_of(Runner, "carry_out")
async def hub_told_before_the_commit(self: Runner, owner: UserId, *terms: Any) -> Any:
    written: Callable[..., None] = self.hub.written
    written(owner)
    return await good_carry_out(self, owner, *terms)


@instead_of(Runner, "carry_out")
async def session_not_passed_on(self: Runner, owner: UserId, options: Any, *terms: Any) -> Any:
    return await good_carry_out(self, owner, replace(options, session=None), *terms)


@instead_of(MemoryUnitOfWork, "commit")
async def whole_set_forgotten_under_a_key(unit: MemoryUnitOfWork, key: Any = None, answer: str = "") -> Any:
    changes = await good_commit(unit, key, answer)
    if key and "set" in answer:
        receipt, at = shelf_of(unit).receipts[key.text]
        shelf_of(unit).receipts[key.text] = replace(receipt, answer='{"set": 1}'), at
    return changes
