"""Tasks in lists and below other tasks: what may refer to what, and what happens to subtasks."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from todo_core.errors import Invalid, Violation
from todo_core.limits import LEVELS_MAX
from todo_core.model import order
from todo_core.model.task import NO_SUCH_THING, TASKS, UNKNOWN_REFERENCE, Task
from todo_core.model.task_list import LISTS
from todo_core.ports.storage import UnitOfWork
from todo_core.usecases.gathering import existing, height, tree


class TaskRules:
    """What is particular to adding, changing and removing tasks."""

    async def added(self, tx: UnitOfWork, task: Task, fields: Mapping[str, Any]) -> Task:
        """The task in its list, below its parent, behind all others there. Raises Invalid."""
        task = await _placed(tx, task, fields.keys())
        if task.parent_id is not None:
            await _check_levels(tx, [task], task.parent_id)
        return replace(task, position=order.newest(tx.ids.new()))

    async def changed(self, tx: UnitOfWork, before: Task, after: Task, fields: Mapping[str, Any]) -> Task:
        """The task where it belongs now; its subtasks follow. Raises Invalid, TooMany."""
        placed = await relocated(tx, before, after, fields.keys())
        if (placed.list_id, placed.parent_id) == (before.list_id, before.parent_id):
            return placed
        return replace(placed, position=order.newest(tx.ids.new()))

    async def remove(self, tx: UnitOfWork, task_id: UUID) -> None:
        """Moves the task and its subtasks to the trash. Raises NotFound, TooMany."""
        remove_all(tx, await tree(tx, task_id), task_id)


RULES: Final = TaskRules()


def remove_all(tx: UnitOfWork, tasks: Sequence[Task], root: UUID) -> None:
    """Moves tasks to the trash, given with parents before their subtasks."""
    for task in reversed(tasks):
        tx.of(TASKS).remove(task, root)


async def relocated(tx: UnitOfWork, before: Task, after: Task, fields: Collection[str]) -> Task:
    """The changed task in the list and below the parent where it belongs. Its subtasks are moved along.

    Raises Invalid, TooMany.
    """
    if not TASKS.references.keys() & set(fields):
        return after
    if "list_id" in fields and after.list_id != before.list_id and "parent_id" not in fields:
        after = replace(after, parent_id=None)
    after = await _placed(tx, after, fields)
    if (after.list_id, after.parent_id) == (before.list_id, before.parent_id):
        return after
    below = await tree(tx, before.id)
    if after.parent_id is not None:
        await _check_levels(tx, below, after.parent_id)
    if after.list_id != before.list_id:
        for task in below[1:]:
            tx.of(TASKS).update(replace(task, list_id=after.list_id, updated_at=tx.now))
    return after


async def _placed(tx: UnitOfWork, task: Task, fields: Collection[str]) -> Task:
    """The task in the list of its parent, where these fields were given. Raises Invalid."""
    violations = []
    parent = None
    if "parent_id" in fields and task.parent_id is not None:
        parent = await existing(tx.of(TASKS), task.parent_id)
        if parent is None:
            violations.append(Violation("parent_id", UNKNOWN_REFERENCE, NO_SUCH_THING))
    if "list_id" in fields and task.list_id is not None and await existing(tx.of(LISTS), task.list_id) is None:
        violations.append(Violation("list_id", UNKNOWN_REFERENCE, NO_SUCH_THING))
    elif parent is not None and "list_id" in fields and task.list_id != parent.list_id:
        violations.append(Violation("list_id", "list-mismatch", "A subtask is in the list of its parent."))
    if violations:
        raise Invalid(violations)
    return task if parent is None else replace(task, list_id=parent.list_id)


async def level(tx: UnitOfWork, task_id: UUID | None, except_below: UUID | None = None) -> int:
    """1 for a task at the top, 2 for its subtasks ... 0 for None. Raises Invalid where it would be a cycle."""
    levels = 0
    while task_id is not None:
        if task_id == except_below:
            raise Invalid([Violation("parent_id", "cycle", "A task cannot be below itself.")])
        levels += 1
        task_id = (await tx.of(TASKS).get(task_id)).parent_id
    return levels


async def _check_levels(tx: UnitOfWork, below: Sequence[Task], parent_id: UUID) -> None:
    if await level(tx, parent_id, except_below=below[0].id) + height(below) > LEVELS_MAX:
        detail = f"There are at most {LEVELS_MAX} levels of subtasks."
        raise Invalid([Violation("parent_id", "too-deep", detail)])
