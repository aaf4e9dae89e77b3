"""Tasks in lists and below other tasks: what may refer to what, and what happens to subtasks."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from todo_core.errors import Invalid, Violation
from todo_core.ids import ListId, TaskId
from todo_core.limits import LEVELS_MAX
from todo_core.model import order
from todo_core.model.task import NO_SUCH_THING, TASKS, UNKNOWN_REFERENCE, Task
from todo_core.model.task_list import LISTS
from todo_core.ports.storage import UnitOfWork
from todo_core.usecases.gathering import existing, height, in_pieces, tree
from todo_core.usecases.recurring import go_on, goes_on, take_back_end


class TaskRules:
    """What is particular to adding, changing and removing tasks."""

    async def added(self, tx: UnitOfWork, values: Mapping[str, Any], fresh: UUID) -> Mapping[str, Any]:
        """In the list of its parent, behind all others there. Raises Invalid."""
        fixed: dict[str, Any] = {"position": order.newest(fresh)}
        list_id, parent_id = values.get("list_id"), values.get("parent_id")
        if list_id is not None or parent_id is not None:
            fixed["list_id"] = await _list_of(tx, list_id, parent_id, values)
        if parent_id is not None:
            await _check_levels(tx, parent_id, 1)
        return fixed

    async def changed(self, tx: UnitOfWork, before: Task, after: Task, fields: Mapping[str, Any]) -> Task:
        """The task where it belongs now; its subtasks follow. Raises Invalid, TooMany."""
        placed = await relocated(tx, before, after, fields.keys())
        if placed.completed and not before.completed and placed.recurrence is not None:
            below = (await tree(tx, before.id))[1:]
            placed = await go_on(tx, replace(placed, completed_at=None), below, subtasks=False)
        elif before.completed and not placed.completed and goes_on(before, placed):
            await take_back_end(tx, before)
        if (placed.list_id, placed.parent_id) == (before.list_id, before.parent_id):
            return placed
        return replace(placed, position=order.newest(tx.ids.new()))

    async def remove(self, tx: UnitOfWork, task_id: UUID) -> None:
        """Moves the task and its subtasks to the trash. Raises NotFound, TooMany."""
        await remove_all(tx, await tree(tx, task_id), task_id)


RULES: Final = TaskRules()


async def remove_all(tx: UnitOfWork, tasks: Sequence[Task], root: UUID) -> None:
    """Moves tasks to the trash, given with parents before their subtasks."""
    async for task in in_pieces(reversed(tasks)):
        tx.of(TASKS).remove(task, root)


async def relocated(tx: UnitOfWork, before: Task, after: Task, fields: Collection[str]) -> Task:
    """The changed task in the list and below the parent where it belongs. Its subtasks are moved along.

    Raises Invalid, TooMany.
    """
    if not TASKS.references.keys() & set(fields):
        return after
    if after.list_id != before.list_id and "parent_id" not in fields:
        after = replace(after, parent_id=None)
    parent_id = after.parent_id if "parent_id" in fields else None
    list_id = await _list_of(tx, after.list_id, parent_id, fields)
    if list_id != after.list_id:
        after = replace(after, list_id=list_id)
    if (after.list_id, after.parent_id) == (before.list_id, before.parent_id):
        return after
    below = await tree(tx, before.id)
    if after.parent_id is not None:
        await _check_levels(tx, after.parent_id, height(below), except_below=before.id)
    if after.list_id != before.list_id:
        async for task in in_pieces(below[1:]):
            tx.of(TASKS).update(replace(task, list_id=after.list_id, updated_at=tx.now))
    return after


async def _list_of(
    tx: UnitOfWork, list_id: ListId | None, parent_id: TaskId | None, fields: Collection[str]
) -> ListId | None:
    """The list of a task for which these references were given: that of its parent if there is one. Raises Invalid."""
    violations = []
    parent = None if parent_id is None else await existing(tx.of(TASKS), parent_id)
    if parent_id is not None and parent is None:
        violations.append(Violation("parent_id", UNKNOWN_REFERENCE, NO_SUCH_THING))
    if "list_id" in fields and list_id is not None and await existing(tx.of(LISTS), list_id) is None:
        violations.append(Violation("list_id", UNKNOWN_REFERENCE, NO_SUCH_THING))
    elif "list_id" in fields and parent is not None and list_id != parent.list_id:
        violations.append(Violation("list_id", "list-mismatch", "A subtask is in the list of its parent."))
    if violations:
        raise Invalid(violations)
    return list_id if parent is None else parent.list_id


async def level(tx: UnitOfWork, task_id: UUID | None, except_below: UUID | None = None) -> int:
    """1 for a task at the top, 2 for its subtasks ... 0 for None. Raises Invalid where it would be a cycle."""
    levels = 0
    while task_id is not None:
        if task_id == except_below:
            raise Invalid([Violation("parent_id", "cycle", "A task cannot be below itself.")])
        levels += 1
        task_id = (await tx.of(TASKS).get(task_id)).parent_id
    return levels


async def _check_levels(tx: UnitOfWork, parent_id: UUID, levels: int, except_below: UUID | None = None) -> None:
    """Raises Invalid where so many levels below a parent are too many, and as ``level`` does."""
    if await level(tx, parent_id, except_below) + levels > LEVELS_MAX:
        detail = f"There are at most {LEVELS_MAX} levels of subtasks."
        raise Invalid([Violation("parent_id", "too-deep", detail)])
