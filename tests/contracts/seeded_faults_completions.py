"""Mistakes with completions, put into the memory store or the core: each function plants one."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from tests.contracts.seeded_faults import instead_of
from todo_adapters.memory.completions import MemoryCompletionReads
from todo_adapters.memory.state import Draft
from todo_adapters.memory.things import Numbering
from todo_adapters.memory.trash import MemoryTrashReads
from todo_adapters.memory.work import MemoryUnitOfWork, MemoryView
from todo_core.model import completion
from todo_core.model.completion import COMPLETIONS, Completion, Done, DoneFilter, DonePosition
from todo_core.model.task import TASKS
from todo_core.model.trash import Trashed
from todo_core.paging import Page

good_page = MemoryCompletionReads.page
good_latest = MemoryCompletionReads.latest
good_of_tasks = MemoryCompletionReads.of_tasks


@instead_of(Numbering, "_check_unique")
def occurrences_unchecked(self: Numbering, *_: Any) -> None:
    """As without a unique constraint."""


def completions_of_all_shown(patch: pytest.MonkeyPatch) -> None:
    def everybody(view: MemoryView) -> MemoryCompletionReads:
        tables: list[dict[UUID, Any]] = [{}, {}]
        for shelf in view._state.shelves.values():
            for table, kind in zip(tables, (COMPLETIONS, TASKS), strict=True):
                table.update(shelf.table(kind))  # type: ignore[arg-type]
        return MemoryCompletionReads(Draft(tables[0]), Draft(tables[1]), view._state.shelf(view.owner))

    patch.setattr(MemoryView, "completions", property(everybody))


def log_as_it_is_stored(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        MemoryUnitOfWork, "completions", property(lambda unit: MemoryView(unit._state, unit.owner).completions)
    )


def recurring_tasks_told_twice(patch: pytest.MonkeyPatch) -> None:
    once = completion.done_once

    def told(task: Any) -> Done | None:
        return once(task) if task.recurrence is None else once(replace(task, recurrence=None))

    patch.setattr("todo_adapters.memory.completions.done_once", told)


@instead_of(MemoryCompletionReads, "page")
async def ties_in_the_log_ignored(
    self: MemoryCompletionReads, which: DoneFilter, after: DonePosition | None, limit: int
) -> Page[Done, DonePosition]:
    return await good_page(self, which, after and (after[0], UUID(int=0)), limit)


@instead_of(MemoryCompletionReads, "page")
async def end_of_the_log_included(
    self: MemoryCompletionReads, which: DoneFilter, after: DonePosition | None, limit: int
) -> Page[Done, DonePosition]:
    page = await good_page(self, DoneFilter(task_id=which.task_id, since=which.since), after, limit)
    return Page(tuple(each for each in page.items if not which.until or each.completed_at <= which.until), page.next)


@instead_of(MemoryCompletionReads, "latest")
async def latest_by_time(self: MemoryCompletionReads, task_id: UUID) -> Completion | None:
    found = await good_of_tasks(self, [task_id], 1_000)
    return max(found, key=lambda each: each.completed_at, default=None)


@instead_of(MemoryCompletionReads, "of_tasks")
async def completions_not_cut_off(
    self: MemoryCompletionReads, task_ids: Collection[UUID], _: int
) -> Sequence[Completion]:
    return await good_of_tasks(self, task_ids, 1_000)


def hidden_deletions_listed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(COMPLETIONS, "listed_in_trash", True)


def hidden_deletions_kept(patch: pytest.MonkeyPatch) -> None:
    good = MemoryTrashReads._deletions

    def listed(self: MemoryTrashReads) -> list[Trashed]:
        return [each for each in good(self) if each.entity != COMPLETIONS.name]

    patch.setattr(MemoryTrashReads, "_deletions", listed)
