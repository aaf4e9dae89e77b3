"""Several writes to tasks as one: in order, all or nothing, later ones able to speak of what earlier ones made."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from todo_core.errors import MovedOn, NotFound, Stale, StepFailed, TodoError, Unavailable
from todo_core.ids import TaskId
from todo_core.model.task import Task, TaskDraft, TaskPatch
from todo_core.model.write_options import Revisions
from todo_core.ports.storage import UnitOfWork
from todo_core.usecases.tasks import add_task

Target: TypeAlias = TaskId | str
"""A task that exists, or the name that an earlier step of the batch gave to the one it made."""


@dataclass(frozen=True, slots=True)
class Add:
    """Makes a task, which later steps may call by this name."""

    draft: TaskDraft
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """Changes a task."""

    target: Target
    patch: TaskPatch
    revisions: Revisions = None


@dataclass(frozen=True, slots=True)
class Remove:
    """Removes a task."""

    target: Target
    revisions: Revisions = None


Step: TypeAlias = Add | Change | Remove


async def apply_batch(tx: UnitOfWork, steps: Sequence[Step]) -> tuple[Task | None, ...]:
    """What each step's task has become when all are done, None for those that are gone.

    Raises StepFailed with what the first step that cannot be taken would have raised alone.
    """
    await tx.lock()
    named: dict[str, TaskId] = {}
    results: list[Task | None] = []
    for place, step in enumerate(steps):
        try:
            results.append(await _take(tx, step, named))
        except (Unavailable, MovedOn):
            raise  # this is about the storage, not about the step
        except TodoError as refusal:
            raise StepFailed(place, refusal) from refusal
    return tuple(results)


async def _take(tx: UnitOfWork, step: Step, named: dict[str, TaskId]) -> Task | None:
    if isinstance(step, Add):
        task = await add_task(tx, step.draft)
        if step.name is not None:
            named[step.name] = task.id
        return task
    task_id = named.get(step.target) if isinstance(step.target, str) else step.target
    if task_id is None:
        raise NotFound("task")
    task = await tx.tasks.get(task_id)
    if step.revisions is not None and task.revision not in step.revisions:
        raise Stale(task.revision)
    if isinstance(step, Remove):
        await tx.tasks.remove(task_id)
        return None
    changed = task.change(step.patch, tx.now)
    if changed != task:
        tx.tasks.update(changed)
    return changed
