"""Reads the things that one write is about, at most AFFECTED_MAX of them."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Final, TypeVar
from uuid import UUID

from todo_core.errors import NotFound, TooMany
from todo_core.limits import AFFECTED_MAX, PAGE_MAX
from todo_core.model.kinds import E
from todo_core.model.task import TASKS, Task
from todo_core.model.task_filter import TaskFilter
from todo_core.model.task_sort import SortField, TaskPosition, TaskSort
from todo_core.ports.storage import UnitOfWork
from todo_core.ports.things import Things

T = TypeVar("T")

AT_ONCE: Final = 200
"""Things that are changed before other work gets a turn."""

IN_ORDER: Final = TaskSort(SortField.POSITION)


async def existing(things: Things[E], thing_id: UUID) -> E | None:
    """The thing, or None."""
    return (await things.load([thing_id])).get(thing_id)


async def tree(tx: UnitOfWork, task_id: UUID) -> Sequence[Task]:
    """The task and everything below it, parents before their subtasks. Raises NotFound, TooMany."""
    found = await tx.tasks.subtrees([task_id], AFFECTED_MAX + 1)
    tx.budget.spend(len(found))
    if not found:
        raise NotFound(TASKS.name)
    if len(found) > AFFECTED_MAX:
        raise TooMany
    return found


async def gathered(tx: UnitOfWork, which: TaskFilter) -> list[Task]:
    """All matching tasks in manual order. Raises TooMany. Without the lock some could be found twice."""
    found: list[Task] = []
    after: TaskPosition | None = None
    while True:
        page = await tx.tasks.page(which, IN_ORDER, after, PAGE_MAX, TASKS.of_plain)
        found += page.items
        tx.budget.spend(len(page.items))
        if len(found) > AFFECTED_MAX:
            raise TooMany
        if page.next is None:
            return found
        after = page.next


async def in_pieces(things: Iterable[T]) -> AsyncIterator[T]:
    """The same things. Gives other work on the event loop a turn now and then."""
    for number, thing in enumerate(things, 1):
        yield thing
        if number % AT_ONCE == 0:
            await asyncio.sleep(0)


def parents_first(tasks: Sequence[Task]) -> list[Task]:
    """The same tasks, those without a parent among them first, then their subtasks, and so on."""
    within = {task.id for task in tasks}
    levels: list[list[Task]] = [[task for task in tasks if task.parent_id not in within]]
    below: dict[UUID, list[Task]] = {}
    for task in tasks:
        if task.parent_id in within:
            below.setdefault(task.parent_id, []).append(task)
    while levels[-1]:
        levels.append([child for task in levels[-1] for child in below.get(task.id, [])])
    return [task for level in levels for task in level]


def height(below: Sequence[Task]) -> int:
    """The levels of a tree that is given with its top first and parents before their subtasks."""
    levels = {below[0].id: 1}
    for task in below[1:]:
        levels[task.id] = levels[task.parent_id] + 1  # type: ignore[index]
    return max(levels.values())
