"""Completing tasks: once, or occurrence by occurrence; skipping; taking back."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from todo_core.errors import Invalid, Violation
from todo_core.ids import TaskId
from todo_core.model.completion import COMPLETIONS, Completion
from todo_core.model.due import DueDate
from todo_core.model.recurrence import Recurrence
from todo_core.model.task import TASKS, Task
from todo_core.ports.storage import UnitOfWork
from todo_core.usecases.gathering import in_pieces, tree
from todo_core.usecases.recurring import COMPLETED, complete_all, go_on
from todo_core.usecases.things import change_thing

REOPENED: Final = TASKS.patch(completed=False)

REPEATED: Final = timedelta(seconds=2)
"""A plain request that arrives within this time after a completion is about the same occurrence."""


async def complete_task(
    tx: UnitOfWork, task_id: TaskId, *, subtasks: bool = True, asked: datetime | None = None
) -> Task:
    """Completes the task and, with ``subtasks``, all open ones below it; of a recurring task the current occurrence.

    Then the next occurrence becomes the current one, and all subtasks are open again. At the end of the series the task
    itself is completed. ``asked`` is when the request arrived, if it may be a repeated one: if the occurrence before
    was completed at about that time or later, nothing changes. Raises NotFound, TooMany.
    """
    if not subtasks and (await tx.of(TASKS).get(task_id)).recurrence is None:
        return await change_thing(tx, task_id, COMPLETED)
    found = await tree(tx, task_id)
    task = found[0]
    if task.recurrence is None or task.completed:
        return (await complete_all(tx, found if subtasks else found[:1]))[0]
    if asked is not None and await _was_meant_before(tx, task, asked):
        return task
    after = await go_on(tx, task, found[1:], subtasks=subtasks)
    tx.of(TASKS).update(after)
    return after


async def skip_task(tx: UnitOfWork, task_id: TaskId) -> Task:
    """Makes the next occurrence of a recurring task the current one, without completing this one.

    Raises Invalid if the task does not recur or is completed, NotFound, TooMany.
    """
    found = await tree(tx, task_id)
    if found[0].recurrence is None or found[0].completed:
        raise Invalid([Violation("recurrence", "not-recurring", "Only an open task that recurs can be skipped.")])
    after = await go_on(tx, found[0], found[1:], skipped=True)
    tx.of(TASKS).update(after)
    return after


async def reopen_task(tx: UnitOfWork, task_id: TaskId) -> Task:
    """Reopens the task. For a recurring task this takes back the latest completion or skip. Raises NotFound."""
    task = await tx.of(TASKS).get(task_id)
    latest = await tx.completions.latest(task_id) if task.recurrence is not None else None
    if latest is None:
        return await change_thing(tx, task_id, REOPENED)
    return await _take_back(tx, latest)


async def _was_meant_before(tx: UnitOfWork, task: Task, asked: datetime) -> bool:
    latest = await tx.completions.latest(task.id)
    return latest is not None and latest.completed_at + REPEATED > asked


async def _take_back(tx: UnitOfWork, completion: Completion) -> Task:
    """Restores what the completion changed, as far as it has not been changed since."""
    found = await tree(tx, completion.task_id)
    task, fields, times = found[0], completion.before.fields, completion.before.subtasks
    values: dict[str, Any] = {"completed_at": None, "updated_at": tx.now}
    due, deferred, recurrence = fields["due_date"], fields["deferred_until"], fields["recurrence"]
    values |= {"due_date": due and DueDate(due), "deferred_until": deferred and DueDate(deferred)}
    if task.recurrence is not None and task.recurrence.text == fields["next"]:
        values["recurrence"] = recurrence and Recurrence(recurrence)
    back = replace(task, **values)
    tx.of(TASKS).update(back)
    async for each in in_pieces(found[1:]):
        if each.id in times and (each.completed_at is None) != (times[each.id] is None):
            tx.of(TASKS).update(replace(each, completed_at=times[each.id], updated_at=tx.now))
    tx.of(COMPLETIONS).remove(completion)
    return back
