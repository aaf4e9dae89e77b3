"""Completing tasks: once, or occurrence by occurrence; skipping; taking back."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from todo_core.errors import Invalid, MovedOn, Violation
from todo_core.ids import TaskId
from todo_core.model.completion import Before, Completion
from todo_core.model.due import DueDate
from todo_core.model.recurrence import Recurrence
from todo_core.model.task import TASKS, Task
from todo_core.ports.storage import UnitOfWork
from todo_core.usecases.gathering import tree
from todo_core.usecases.recurring import COMPLETED, complete_all, go_on, take_back_completion
from todo_core.usecases.things import change_thing

REOPENED: Final = TASKS.patch(completed=False)

REPEATED: Final = timedelta(seconds=2)
"""A plain request that arrives within this time after another one of its kind is about the same occurrence."""


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
    if asked is not None and await _was_meant_before(tx, task, asked, skipped=False):
        return task
    after = await go_on(tx, task, found[1:], subtasks=subtasks)
    tx.of(TASKS).update(after)
    return after


async def skip_task(tx: UnitOfWork, task_id: TaskId, *, asked: datetime | None = None) -> Task:
    """Makes the next occurrence of a recurring task the current one, without completing this one or any subtask.

    ``asked`` is as for ``complete_task``. Raises Invalid unless the task recurs and is open, NotFound, TooMany.
    """
    found = await tree(tx, task_id)
    if found[0].recurrence is None or found[0].completed:
        raise Invalid([Violation("recurrence", "not-recurring", "Only an open task that recurs can be skipped.")])
    if asked is not None and await _was_meant_before(tx, found[0], asked, skipped=True):
        return found[0]
    after = await go_on(tx, found[0], found[1:], subtasks=False, skipped=True)
    tx.of(TASKS).update(after)
    return after


async def reopen_task(tx: UnitOfWork, task_id: TaskId) -> Task:
    """Reopens the task. Of a recurring task this takes back the latest completion or skip. Raises NotFound, TooMany."""
    task = await tx.of(TASKS).get(task_id)
    latest = None if task.completed or task.recurrence is None else await tx.completions.latest(task_id)
    if latest is None:
        return await change_thing(tx, task_id, REOPENED)
    return await _take_back(tx, latest)


async def _was_meant_before(tx: UnitOfWork, task: Task, asked: datetime, *, skipped: bool) -> bool:
    """Raises MovedOn if it was completed after the task was read, which is then out of date."""
    if task.updated_at + REPEATED <= asked:
        return False  # a completion would have changed the task
    latest = await tx.completions.latest(task.id)
    if latest is None or latest.completed_at + (REPEATED if latest.skipped is skipped else timedelta()) <= asked:
        return False
    if latest.revision > task.revision:
        raise MovedOn
    return True


async def _take_back(tx: UnitOfWork, completion: Completion) -> Task:
    """Makes the occurrence current again as it was. In a series that began since, it comes before the first one."""
    task, *below = await tree(tx, completion.task_id)
    assert task.recurrence is not None  # noqa: S101 - for type checkers
    fields = Before.read(completion.before).fields
    due, deferred, recurrence = fields["due_date"], fields["deferred_until"], fields["recurrence"]
    assert due and recurrence  # noqa: S101, PT018 - for type checkers
    same = task.recurrence.since == completion.series
    back = replace(
        task,
        due_date=DueDate(due),
        deferred_until=DueDate(deferred) if deferred else None,
        recurrence=Recurrence(recurrence) if same else task.recurrence.preceded_by(DueDate(due)),
        updated_at=tx.now,
    )
    tx.of(TASKS).update(back)
    await take_back_completion(tx, completion, below)
    return back
