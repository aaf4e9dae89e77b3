"""Several writes as one: in order, all or nothing. Later steps can refer to what earlier ones created."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias
from uuid import UUID

from todo_core.errors import MovedOn, NotFound, Stale, StepFailed, TodoError, Unavailable
from todo_core.model.kinds import Draft, Entity, Kind, Patch
from todo_core.model.write_options import Revisions
from todo_core.ports.storage import UnitOfWork
from todo_core.usecases.things import add_thing

Target: TypeAlias = UUID | str
"""The id of a thing, or the name that an earlier step of the batch gave to the one it created."""


@dataclass(frozen=True, slots=True)
class AddStep:
    """Creates a thing, which later steps can refer to by this name."""

    draft: Draft[Any]
    name: str | None = None


@dataclass(frozen=True, slots=True)
class ChangeStep:
    """Changes a thing, which has to have one of the revisions."""

    target: Target
    patch: Patch[Any]
    revisions: Revisions = None


@dataclass(frozen=True, slots=True)
class RemoveStep:
    """Deletes a thing, which has to have one of the revisions."""

    kind: Kind[Any]
    target: Target
    revisions: Revisions = None


Step: TypeAlias = AddStep | ChangeStep | RemoveStep


async def apply_batch(tx: UnitOfWork, steps: Sequence[Step]) -> tuple[Any, ...]:
    """Returns for each step its thing as it is after the last step, None if it was deleted.

    Raises StepFailed with the error of the first step that fails.
    """
    await tx.lock()
    named: dict[str, UUID] = {}
    results: list[Any] = []
    for number, step in enumerate(steps):
        try:
            results.append(await _take(tx, step, named))
        except (Unavailable, MovedOn):
            raise  # this is about the storage, not about the step
        except TodoError as error:
            raise StepFailed(number, error) from error
    return tuple(results)


async def _take(tx: UnitOfWork, step: Step, named: dict[str, UUID]) -> Any:
    if isinstance(step, AddStep):
        added: Entity = await add_thing(tx, step.draft)
        if step.name is not None:
            named[step.name] = added.id
        return added
    kind: Kind[Any] = step.kind if isinstance(step, RemoveStep) else step.patch.kind
    things = tx.of(kind)
    thing_id = named.get(step.target) if isinstance(step.target, str) else step.target
    if thing_id is None:
        raise NotFound(kind.name)
    thing = await things.get(thing_id)
    if step.revisions is not None and thing.revision not in step.revisions:
        raise Stale(thing.revision)
    if isinstance(step, RemoveStep):
        await things.remove(thing_id)
        return None
    changed: Entity = kind.change(thing, step.patch, tx.now)
    if changed is not thing:
        things.update(changed)
    return changed
