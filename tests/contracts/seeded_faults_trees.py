"""Mistakes with trees, tags, order and the trash, put into the memory store or the core: each function plants one."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from typing import Any
from uuid import UUID

import pytest

from tests.contracts.seeded_faults import good_check, good_page, instead_of
from todo_adapters.contracts.kit import NOW
from todo_adapters.contracts.samples import make_thing
from todo_adapters.memory.accounts import MemoryAccountsView
from todo_adapters.memory.state import Draft, TrashedThing
from todo_adapters.memory.tasks import MemoryTaskReads
from todo_adapters.memory.things import MemoryThings, MemoryWrite, Numbering
from todo_adapters.memory.trash import MemoryTrashReads
from todo_adapters.memory.work import MemoryUnitOfWork, MemoryView
from todo_core.ids import UserId
from todo_core.model import task_sort
from todo_core.model.change import Action, Change
from todo_core.model.counts import TagUse
from todo_core.model.due import moment
from todo_core.model.rules import fold
from todo_core.model.task import TASKS, Task
from todo_core.model.task_sort import SortField
from todo_core.paging import Page
from todo_core.preconditions import CheckedTaskReads, CheckedTrash
from todo_core.usecases import moving, subtasks, tags, trash

good_restore = MemoryThings.restore
good_perform = Numbering._perform
good_subtrees = MemoryTaskReads.subtrees
good_tags = MemoryTaskReads.tags
good_counts = MemoryTaskReads.counts
good_things = MemoryTrashReads.things
good_trash_page = MemoryTrashReads.page
good_expired = MemoryTrashReads.expired
good_knows = MemoryUnitOfWork.knows
good_load = MemoryThings.load


@instead_of(MemoryThings, "restore")
def restored_thing_loses_its_tags(self: MemoryThings[Any], thing: Any) -> None:
    good_restore(self, replace(thing, tags=()) if isinstance(thing, Task) else thing)


@instead_of(MemoryThings, "restore")
def restored_thing_takes_its_stored_form(self: MemoryThings[Any], thing: Any) -> None:
    stored = self._trash.get(thing.id)
    good_restore(self, thing if stored is None else stored.thing)


@instead_of(MemoryTaskReads, "subtrees")
async def cascade_forgets_the_grandchildren(self: MemoryTaskReads, ids: Collection[UUID], most: int) -> Sequence[Task]:
    found = await good_subtrees(self, ids, most)
    return [task for task in found if task.id in ids or task.parent_id in ids]


@instead_of(MemoryTaskReads, "subtrees")
async def subtree_in_any_order(self: MemoryTaskReads, ids: Collection[UUID], most: int) -> Sequence[Task]:
    return (await good_subtrees(self, ids, most))[::-1]


@instead_of(MemoryTaskReads, "subtrees")
async def subtree_not_cut_off(self: MemoryTaskReads, ids: Collection[UUID], _: int) -> Sequence[Task]:
    return await good_subtrees(self, ids, 1_000)


@instead_of(MemoryTaskReads, "subtrees")
async def subtree_as_it_is_stored(self: MemoryTaskReads, ids: Collection[UUID], most: int) -> Sequence[Task]:
    return await good_subtrees(MemoryTaskReads(Draft(self._shelf.table(TASKS)), self._shelf), ids, most)


@instead_of(Numbering, "counted")
def trash_not_counted(self: Numbering, quota: str) -> int:
    return sum(len(self._draft(kind)) for kind in {*self._shelf.things, *self._drafts} if kind.counted == quota)


@instead_of(Numbering, "counted")
def lists_in_the_trash_counted(self: Numbering, quota: str) -> int:
    shelved = sum(each.kind.counted == quota for each in self._trash.values())
    return shelved + trash_not_counted_here(self, quota)


def trash_not_counted_here(numbering: Numbering, quota: str) -> int:
    kinds = {*numbering._shelf.things, *numbering._drafts}
    return sum(len(numbering._draft(kind)) for kind in kinds if kind.counted == quota)


@instead_of(Numbering, "_perform")
def purge_leaves_the_row(self: Numbering, write: MemoryWrite, seq: int) -> Change:
    left = self._trash.get(write.id) if write.action is Action.PURGED else None
    change = good_perform(self, write, seq)
    if left is not None:
        self._trash.put(write.id, left)
    return change


@instead_of(Numbering, "_perform")
def restoration_leaves_a_copy_in_the_trash(self: Numbering, write: MemoryWrite, seq: int) -> Change:
    left = self._trash.get(write.id) if write.action is Action.RESTORED else None
    change = good_perform(self, write, seq)
    if left is not None:
        self._trash.put(write.id, left)
    return change


@instead_of(Numbering, "_perform")
def root_of_a_deletion_forgotten(self: Numbering, write: MemoryWrite, seq: int) -> Change:
    return good_perform(self, replace(write, root=None), seq)


@instead_of(Numbering, "_check_read")
def trash_changed_unseen(self: Numbering, write: MemoryWrite, stored: Any) -> None:
    if write.action not in {Action.RESTORED, Action.PURGED} or stored is None:
        good_check(self, write, stored)


@instead_of(Numbering, "_check_references")
def references_unchecked(self: Numbering, writes: Sequence[MemoryWrite]) -> None:
    """As without foreign keys."""


@instead_of(MemoryTrashReads, "things")
async def children_before_parents(self: MemoryTrashReads, roots: Collection[UUID], most: int) -> Sequence[Any]:
    return (await good_things(self, roots, most))[::-1]


@instead_of(MemoryTrashReads, "page")
async def earliest_deletion_first(self: MemoryTrashReads, after: Any, limit: int) -> Page[Any, Any]:
    page = await good_trash_page(self, after, limit)
    return replace(page, items=page.items[::-1])


@instead_of(MemoryTrashReads, "expired")
async def expired_too_early(self: MemoryTrashReads, _: datetime, limit: int) -> Sequence[Any]:
    return await good_expired(self, datetime.max.replace(tzinfo=UTC), limit)


@instead_of(MemoryAccountsView, "owners_of_trash")
async def owners_without_trash_named(view: MemoryAccountsView, _: datetime, limit: int) -> Sequence[UserId]:
    return list(view._state.shelves)[:limit]


def trash_of_others_seen(patch: pytest.MonkeyPatch) -> None:
    def everybodys(view: MemoryView) -> MemoryTrashReads:
        shelves = view._state.shelves.values()
        thrown: dict[UUID, TrashedThing] = {key: each for shelf in shelves for key, each in shelf.trash.items()}
        return MemoryTrashReads(Draft(thrown), view._state.shelf(view.owner))

    patch.setattr(MemoryView, "trash", property(everybodys))


@instead_of(MemoryUnitOfWork, "knows")
async def ids_in_the_trash_unknown(unit: MemoryUnitOfWork, thing_id: UUID) -> bool:
    return await good_knows(unit, thing_id) and unit._trash.get(thing_id) is None


@instead_of(MemoryThings, "load")
async def loaded_as_it_is_stored(self: MemoryThings[Any], ids: Collection[UUID]) -> Any:
    table = self._shelf.table(self._kind)
    return {thing_id: table[thing_id] for thing_id in ids if thing_id in table}


@instead_of(MemoryTaskReads, "tags")
async def tags_told_apart_by_case(self: MemoryTaskReads) -> Page[TagUse, None]:
    spelled = sorted({tag for task in self._tasks.values() for tag in task.tags})
    uses = [sum(tag in task.tags for task in self._tasks.values()) for tag in spelled]
    found = [TagUse(tag, number, number) for tag, number in zip(spelled, uses, strict=True)]
    return replace(await good_tags(self), items=tuple(found))


@instead_of(MemoryTaskReads, "counts")
async def deferred_tasks_counted(self: MemoryTaskReads, moments: Any) -> Any:
    return await good_counts(self, replace(moments, now=moments.later))


@instead_of(MemoryTaskReads, "page")
async def positions_compared_without_case(self: MemoryTaskReads, *terms: Any) -> Any:
    with pytest.MonkeyPatch.context() as inside:
        inside.setitem(task_sort.SORT_VALUES, SortField.POSITION, lambda task: task.position.lower())
        return await good_page(self, *terms)


def deferral_read_in_utc(patch: pytest.MonkeyPatch) -> None:
    def in_utc(now: datetime, _: tzinfo) -> Any:
        return moment(now, UTC)

    patch.setattr("todo_core.model.task_filter.moment", in_utc)


def move_loses_the_list_of_subtasks(patch: pytest.MonkeyPatch) -> None:
    async def alone(tx: Any, task_id: UUID) -> Sequence[Task]:
        return [await tx.of(TASKS).get(task_id)]

    patch.setattr(subtasks, "tree", alone)


def depth_unchecked(patch: pytest.MonkeyPatch) -> None:
    async def shallow(*_: Any) -> int:
        return 0

    patch.setattr(subtasks, "level", shallow)
    patch.setattr(trash, "level", shallow)


def cycles_unchecked(patch: pytest.MonkeyPatch) -> None:
    good = subtasks.level

    async def level(tx: Any, task_id: UUID | None, except_below: UUID | None = None) -> int:
        return 1 if except_below else await good(tx, task_id)

    patch.setattr(subtasks, "level", level)


def lists_of_others_accepted(patch: pytest.MonkeyPatch) -> None:
    async def anything(things: Any, thing_id: UUID) -> Any:
        return (await things.load([thing_id])).get(thing_id) or make_thing(TASKS, thing_id, UserId(thing_id), NOW)

    patch.setattr(subtasks, "existing", anything)


def order_of_tags_lost(patch: pytest.MonkeyPatch) -> None:
    good = tags._renamed
    patch.setattr(tags, "_renamed", lambda *terms: tuple(sorted(good(*terms))))


def merged_tag_kept_twice(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(tags, "_renamed", lambda old, key, new, _: tuple(new if fold(tag) == key else tag for tag in old))


def ties_of_positions_ignored(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        moving, "replace", lambda value, **changes: value if set(changes) == {"id"} else replace(value, **changes)
    )


def subtrees_not_expected(patch: pytest.MonkeyPatch) -> None:
    async def unchecked(self: CheckedTaskReads, ids: Collection[UUID], most: int) -> Sequence[Task]:
        return await self._tasks.subtrees(ids, most)

    patch.setattr(CheckedTaskReads, "subtrees", unchecked)


def trash_not_expected(patch: pytest.MonkeyPatch) -> None:
    async def unchecked(self: CheckedTrash, roots: Collection[UUID], most: int) -> Sequence[Any]:
        return await self._trash.things(roots, most)

    patch.setattr(CheckedTrash, "things", unchecked)
