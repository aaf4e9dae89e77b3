"""What completing or skipping an occurrence does to a recurring task and its subtasks."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from todo_core.ids import CompletionId
from todo_core.model.completion import COMPLETIONS, Before, Completion
from todo_core.model.due import DueDate, moment
from todo_core.model.recurrence import Recurrence
from todo_core.model.recurrence_occurrences import days_between, moved
from todo_core.model.task import TASKS, Task
from todo_core.ports.storage import UnitOfWork
from todo_core.usecases.gathering import in_pieces, tree

COMPLETED: Final = TASKS.patch(completed=True)


async def complete_all(tx: UnitOfWork, tasks: Sequence[Task]) -> list[Task]:
    """Completes these tasks, given with parents before their subtasks. Returns them in the same order.

    Recurring ones do not go on: they end with the task above them.
    """
    done: list[Task] = []
    async for task in in_pieces(reversed(tasks)):
        completed = TASKS.change(task, COMPLETED, tx.now)
        if completed is not task:
            if task.recurrence is not None:
                _record(tx, task, {})
            tx.of(TASKS).update(completed)
        done.append(completed)
    return done[::-1]


async def go_on(
    tx: UnitOfWork, task: Task, below: Sequence[Task], *, subtasks: bool = True, skipped: bool = False
) -> Task:
    """Records what became of the current occurrence. Returns the task as it is to be stored, with the next one.

    Its subtasks, which are all below it, are open again, but for those that recur themselves. At the end of the series
    the task itself is completed, and with ``subtasks`` also these.
    """
    assert task.recurrence is not None  # noqa: S101 - for type checkers
    following = task.recurrence.following(moment(tx.now, await tx.zone()))
    await asyncio.sleep(0)  # that may have taken milliseconds, and a batch completes many tasks
    if following is None:
        after = TASKS.change(task, COMPLETED, tx.now)
        changed = await complete_all(tx, below) if subtasks else ()
    else:
        after = _advanced(task, *following, tx.now)
        changed = await _reopened(tx, below)
    now = {each.id: each for each in changed}
    times: dict[UUID, datetime | None] = {
        each.id: each.completed_at for each in below if now.get(each.id, each) is not each
    }
    _record(tx, task, times, skipped=skipped)
    return after


def goes_on(before: Task, after: Task) -> bool:
    """True if both are in the same series."""
    if before.recurrence is None or after.recurrence is None:
        return False
    return before.recurrence.since == after.recurrence.since


async def take_back_end(tx: UnitOfWork, task: Task) -> None:
    """Removes the completion with which the task was completed, because it is reopened, if there is one."""
    assert task.recurrence is not None  # noqa: S101 - for type checkers
    latest = await tx.completions.latest(task.id)
    if latest is not None and latest.key == (task.recurrence.since, task.recurrence.number):
        await take_back_completion(tx, latest, (await tree(tx, task.id))[1:])


async def take_back_completion(tx: UnitOfWork, completion: Completion, below: Sequence[Task]) -> None:
    """Removes the completion, and restores the subtasks that it changed and that nothing has changed back since."""
    times = Before.read(completion.before).subtasks
    async for task in in_pieces(below):
        if task.id not in times or (task.completed_at is None) is (times[task.id] is None):
            continue
        if task.recurrence is not None:
            await take_back_end(tx, task)
        tx.of(TASKS).update(replace(task, completed_at=times[task.id], updated_at=tx.now))
    tx.of(COMPLETIONS).remove(completion)


def _advanced(task: Task, recurrence: Recurrence, due: DueDate, now: datetime) -> Task:
    """The task with this occurrence, and deferred until as many days later as it is due later."""
    deferred = task.deferred_until
    if deferred is not None and task.due_date is not None:
        try:
            deferred = moved(deferred, days_between(task.due_date, due))
        except (OverflowError, ValueError):
            deferred = None  # beyond the last year
    return replace(task, due_date=due, deferred_until=deferred, recurrence=recurrence, updated_at=now)


async def _reopened(tx: UnitOfWork, tasks: Sequence[Task]) -> list[Task]:
    opened: list[Task] = []
    async for task in in_pieces(tasks):
        if task.completed and task.recurrence is None:
            opened.append(replace(task, completed_at=None, updated_at=tx.now))
            tx.of(TASKS).update(opened[-1])
    return opened


def _record(tx: UnitOfWork, before: Task, subtasks: Mapping[UUID, datetime | None], *, skipped: bool = False) -> None:
    """Adds the completion, with what taking it back restores; ``subtasks`` says when they were completed."""
    assert before.due_date and before.recurrence  # noqa: S101, PT018 - for type checkers
    values: dict[str, str | None] = {
        "due_date": before.due_date.text,
        "deferred_until": None if before.deferred_until is None else before.deferred_until.text,
        "recurrence": before.recurrence.text,
    }
    completion = Completion(
        id=CompletionId(tx.ids.new()),
        user_id=tx.owner,
        task_id=before.id,
        title=before.title,
        occurrence=before.due_date,
        series=before.recurrence.since,
        number=before.recurrence.number,
        completed_at=tx.now,
        skipped=skipped,
        before=Before(values, subtasks).text(),
        created_at=tx.now,
        updated_at=tx.now,
    )
    tx.of(COMPLETIONS).add(completion)
