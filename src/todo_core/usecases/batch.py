"""Several writes as one: in order, all or nothing. Later steps can refer to what earlier ones created."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias
from uuid import UUID

from todo_core.errors import Invalid, MovedOn, NotFound, Stale, StepFailed, TodoError, Unavailable, Violation
from todo_core.limits import AFFECTED_MAX
from todo_core.model.kinds import Draft, Entity, Kind, Patch
from todo_core.model.rules import Reference
from todo_core.model.task import NO_SUCH_THING, TASKS, UNKNOWN_REFERENCE
from todo_core.model.write_options import Revisions
from todo_core.ports.storage import UnitOfWork
from todo_core.usecases.completing import complete_task, reopen_task
from todo_core.usecases.moving import Move, move_thing
from todo_core.usecases.things import add_thing, change_thing, remove_thing

AT_ONCE: Final = 100
"""Steps that are taken before other work has a turn."""

Target: TypeAlias = UUID | Reference
"""The id of a thing, or a reference to one that an earlier step created. Values of fields can be references too."""

Named: TypeAlias = Mapping[str, UUID]


@dataclass(frozen=True, slots=True)
class AddStep:
    """Creates a thing, which later steps can refer to by this name."""

    draft: Draft[Any]
    name: str | None = None

    @property
    def kind(self) -> Kind[Any]:
        return self.draft.kind

    async def take(self, tx: UnitOfWork, named: Named) -> Entity:
        if self.name in named:
            raise Invalid([Violation("ref", "repeated", "An earlier step has given this name.")])
        added: Entity = await add_thing(tx, replace(self.draft, values=_resolved(self.draft.values, named)))
        return added


@dataclass(frozen=True, slots=True)
class ChangeStep:
    """Changes a thing, which has to have one of the revisions."""

    target: Target
    patch: Patch[Any]
    revisions: Revisions = None

    @property
    def kind(self) -> Kind[Any]:
        return self.patch.kind

    async def take(self, tx: UnitOfWork, named: Named) -> Entity:
        patch = replace(self.patch, values=_resolved(self.patch.values, named))
        changed: Entity = await change_thing(tx, await _checked(self, tx, named), patch)
        return changed


@dataclass(frozen=True, slots=True)
class RemoveStep:
    """Moves a thing, which has to have one of the revisions, to the trash."""

    kind: Kind[Any]
    target: Target
    revisions: Revisions = None

    async def take(self, tx: UnitOfWork, named: Named) -> None:
        await remove_thing(tx, await _checked(self, tx, named), self.kind)


@dataclass(frozen=True, slots=True)
class CompleteStep:
    """Completes a task, with its subtasks or without, or reopens it. It has to have one of the revisions."""

    target: Target
    completed: bool = True
    subtasks: bool = True
    revisions: Revisions = None

    @property
    def kind(self) -> Kind[Any]:
        return TASKS

    async def take(self, tx: UnitOfWork, named: Named) -> Entity:
        task_id: Any = await _checked(self, tx, named)
        if not self.completed:
            return await reopen_task(tx, task_id)
        return await complete_task(tx, task_id, subtasks=self.subtasks)


@dataclass(frozen=True, slots=True)
class MoveStep:
    """Moves a thing, which has to have one of the revisions, in the manual order."""

    target: Target
    move: Move
    revisions: Revisions = None

    @property
    def kind(self) -> Kind[Any]:
        return self.move.into.kind

    async def take(self, tx: UnitOfWork, named: Named) -> Entity:
        side = "after" if self.move.after else "before"
        values = dict(_resolved({**self.move.into.values, side: self.move.anchor}, named))
        move = replace(self.move, anchor=values.pop(side), into=replace(self.move.into, values=values))
        moved: Entity = await move_thing(tx, await _checked(self, tx, named), move)
        return moved


Step: TypeAlias = AddStep | ChangeStep | RemoveStep | CompleteStep | MoveStep
Targeted: TypeAlias = ChangeStep | RemoveStep | CompleteStep | MoveStep


async def apply_batch(tx: UnitOfWork, steps: Sequence[Step]) -> tuple[Any, ...]:
    """Returns for each step its thing as it is after the last step, None if it was removed.

    Raises StepFailed with the error of the first step that fails.
    """
    await tx.lock()
    await _load(tx, [step for step in steps if not isinstance(step, AddStep)])
    named: dict[str, UUID] = {}
    results: list[Any] = []
    for number, step in enumerate(steps):
        try:
            result = await step.take(tx, named)
        except (Unavailable, MovedOn):
            raise  # this is about the storage, not about the step
        except TodoError as error:
            raise StepFailed(number, error) from error
        if isinstance(step, AddStep) and step.name is not None and result is not None:
            named[step.name] = result.id
        results.append(result)
        if number % AT_ONCE == AT_ONCE - 1:
            await asyncio.sleep(0)
    return tuple(results)


async def _load(tx: UnitOfWork, steps: Sequence[Targeted]) -> None:
    """Reads what the steps are about at once, so that they need not read it one by one."""
    targets: dict[Kind[Any], set[UUID]] = {}
    trees: set[UUID] = set()
    for step in steps:
        if isinstance(step.target, UUID):
            targets.setdefault(step.kind, set()).add(step.target)
            if step.kind is TASKS and not isinstance(step, ChangeStep):
                trees.add(step.target)
    for kind, ids in targets.items():
        await tx.of(kind).load(ids)
    if trees:
        await tx.tasks.subtrees(trees, AFFECTED_MAX)


async def _checked(step: Targeted, tx: UnitOfWork, named: Named) -> UUID:
    """The id of the thing that a step is about. Raises NotFound, Stale."""
    thing_id = _id(step.target, step.kind, named)
    thing = await tx.of(step.kind).get(thing_id)
    if step.revisions is not None and thing.revision not in step.revisions:
        raise Stale(thing.revision)
    return thing_id


def _id(target: Target, kind: Kind[Any], named: Named) -> UUID:
    if isinstance(target, UUID):
        return target
    if target.name not in named:
        raise NotFound(kind.name)
    return named[target.name]


def _resolved(values: Mapping[str, Any], named: Named) -> Mapping[str, Any]:
    """The values with ids in the place of references. Raises Invalid for names that no earlier step has given."""
    resolved = dict(values)
    for field, value in values.items():
        if isinstance(value, Reference):
            if value.name not in named:
                raise Invalid([Violation(field, UNKNOWN_REFERENCE, NO_SUCH_THING)])
            resolved[field] = named[value.name]
    return resolved
