"""The trash: lists what was deleted, restores it, and deletes it for good."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, TypeAlias
from uuid import UUID

from todo_core.errors import NotFound, TooMany
from todo_core.limits import AFFECTED_MAX, LEVELS_MAX, PAGE_MAX
from todo_core.model.completion import COMPLETIONS, Completion
from todo_core.model.kinds import Kind
from todo_core.model.task import TASKS, Task
from todo_core.model.task_list import LISTS
from todo_core.model.trash import Trashed, TrashPosition
from todo_core.paging import Page
from todo_core.ports.storage import UnitOfWork, View
from todo_core.usecases.gathering import existing, height, in_pieces
from todo_core.usecases.subtasks import level

Deleted: TypeAlias = Sequence[tuple[Kind[Any], Any]]

PURGED_AT_ONCE: Final = 1_000
"""Things that one unit of work purges when their time is over, unless a single deletion has more."""


async def list_trash(view: View, after: TrashPosition | None, limit: int) -> Page[Trashed, TrashPosition]:
    """Returns a page of deletions, the latest first."""
    return await view.trash.page(after, limit)


async def restore_thing(tx: UnitOfWork, thing_id: UUID) -> Any:
    """Restores a deleted thing and everything deleted with it. Raises NotFound, LimitReached.

    If its list no longer exists, a task comes back in the inbox; if its parent does not, or is too deep by now, at the
    top level.
    """
    await tx.lock()
    things = await _deleted(tx, thing_id)
    if things[0][0] is TASKS:
        things = [(TASKS, task) for task in await _rehomed(tx, [task for _, task in things])]
    async for kind, thing in in_pieces(things):
        tx.of(kind).restore(thing)
    return things[0][1]


async def purge_thing(tx: UnitOfWork, thing_id: UUID) -> None:
    """Deletes for good what was deleted with a thing, itself included. Raises NotFound."""
    await tx.lock()
    await _purge(tx, await _deleted(tx, thing_id))


async def empty_trash(tx: UnitOfWork) -> None:
    """Deletes everything in the trash for good. Raises TooMany."""
    await tx.lock()
    roots: list[UUID] = []
    page = await tx.trash.page(None, PAGE_MAX)
    while True:
        roots += [each.id for each in page.items]
        if len(roots) > AFFECTED_MAX:
            raise TooMany
        if page.next is None:
            break
        page = await tx.trash.page(page.next, PAGE_MAX)
    await _purge(tx, await tx.trash.things(roots, AFFECTED_MAX + 1))


async def purge_expired(tx: UnitOfWork, before: datetime) -> int:
    """Deletes for good some of what was deleted before a time. Returns the number of deletions."""
    await tx.lock()
    roots: list[UUID] = []
    things = 0
    for each in await tx.trash.expired(before, PURGED_AT_ONCE):
        if roots and things + each.things > PURGED_AT_ONCE:
            break
        roots.append(each.id)
        things += each.things
    if roots:
        deleted = await tx.trash.things(roots, AFFECTED_MAX + 1)
        if len(completions := await _completions(tx, deleted, PURGED_AT_ONCE + 1)) > PURGED_AT_ONCE:
            await _purge_completions(tx, completions)  # the tasks next time
        else:
            await _purge(tx, deleted)
    return len(roots)


async def _deleted(tx: UnitOfWork, thing_id: UUID) -> Deleted:
    things = await tx.trash.things([thing_id], AFFECTED_MAX + 1)
    if not things:
        raise NotFound("item in the trash")
    return things


async def _purge(tx: UnitOfWork, things: Deleted) -> None:
    """Deletes these things for good, and the completions of the tasks among them. Raises TooMany."""
    completions = await _completions(tx, things, AFFECTED_MAX + 1)
    if len(things) + len(completions) > AFFECTED_MAX:
        raise TooMany
    await _purge_completions(tx, completions)
    async for kind, thing in in_pieces(things):
        tx.of(kind).purge(thing)


async def _completions(tx: UnitOfWork, things: Deleted, most: int) -> Sequence[Completion]:
    tasks = [thing.id for kind, thing in things if kind is TASKS]
    return await tx.completions.of_tasks(tasks, most) if tasks else ()


async def _purge_completions(tx: UnitOfWork, completions: Sequence[Completion]) -> None:
    async for each in in_pieces(completions):
        tx.of(COMPLETIONS).remove(each)
        tx.of(COMPLETIONS).purge(each)


async def _rehomed(tx: UnitOfWork, tasks: Sequence[Task]) -> Sequence[Task]:
    """The deleted tasks in a list that exists, and below a parent that exists if that is possible."""
    root = tasks[0]
    parent = None if root.parent_id is None else await existing(tx.of(TASKS), root.parent_id)
    if parent is not None and await level(tx, parent.id) + height(tasks) > LEVELS_MAX:
        parent = None
    list_id = root.list_id if parent is None else parent.list_id
    if list_id is not None and await existing(tx.of(LISTS), list_id) is None:
        list_id = None
    parent_id = None if parent is None else parent.id
    if (list_id, parent_id) == (root.list_id, root.parent_id):
        return tasks
    parents = {root.id: parent_id}
    return [
        replace(task, list_id=list_id, parent_id=parents.get(task.id, task.parent_id), updated_at=tx.now)
        for task in tasks
    ]
