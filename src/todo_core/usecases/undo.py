"""Reverts the changes of one write."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from todo_core.errors import CursorExpired, FieldConflict, NotFound, TooMany, UndoConflict
from todo_core.limits import AFFECTED_MAX, PAGE_MAX
from todo_core.model.budget import READ_MAX
from todo_core.model.change import Action, Change, Place
from todo_core.model.kinds import Kind
from todo_core.model.registry import KINDS
from todo_core.model.task import TASKS
from todo_core.model.task_filter import TaskFilter
from todo_core.model.task_list import LISTS
from todo_core.model.undo import NOWHERE, Effect, Reversal, Reversals, State, by_thing, earlier, effect_of
from todo_core.model.undo_checks import Afterwards
from todo_core.model.write_options import WHOLE_SET
from todo_core.ports.storage import UnitOfWork
from todo_core.usecases.gathering import gathered, in_pieces

FIRST_READ: Final = 10
"""Changes that are read at first: most sets are small."""

TOLD_MAX: Final = 1_000
"""Conflicts that are told."""


async def undo(tx: UnitOfWork, set_seq: int) -> Any:
    """Reverts the set of changes that begins with this number. Returns the changes that do it, as WHOLE_SET.

    Raises NotFound if no set begins there, CursorExpired if it is no longer kept, UndoConflict, TooMany.
    """
    await tx.lock()
    effects = await _effects(tx, await _set(tx, set_seq))
    reversals = await _reversals(tx, effects)
    afterwards = Afterwards(reversals, await _around(tx, reversals), tx.now)
    async for reversal in in_pieces(reversals.values()):
        afterwards.place(reversal)
    async for reversal in in_pieces(afterwards.reversals):
        afterwards.settle(reversal)
    async for thing in in_pieces([*afterwards.things.values()]):
        afterwards.check(thing)
    _refuse([*afterwards.conflicts.values()])
    await _write(tx, afterwards)
    return WHOLE_SET


async def _set(tx: UnitOfWork, set_seq: int) -> Sequence[Change]:
    """The changes of a set. Raises NotFound, CursorExpired, TooMany."""
    if set_seq < 1:
        raise NotFound("set of changes")
    found: list[Change] = []
    after, limit = set_seq - 1, FIRST_READ
    while True:
        page = await tx.changes.page(after, limit)
        if page.pruned >= set_seq:
            raise CursorExpired("These changes are too old to be undone.")
        mine = [change for change in page.items if change.set == set_seq]
        found += mine
        if len(found) > AFFECTED_MAX:
            raise TooMany
        if len(mine) < len(page.items) or not page.more:
            break
        after, limit = page.items[-1].seq, PAGE_MAX
    if not found:
        raise NotFound("set of changes")
    return found


async def _effects(tx: UnitOfWork, changes: Sequence[Change]) -> Sequence[Effect]:
    kept = await _kept(tx, earlier(changes))
    kept |= await _kept(tx, earlier(each for each in kept.values() if each.action is Action.DELETED))
    return [effect_of(each, kept) async for each in in_pieces(by_thing(changes))]


async def _kept(tx: UnitOfWork, seqs: Iterable[int]) -> dict[int, Change]:
    found: dict[int, Change] = {}
    wanted = sorted(seqs)
    for begin in range(0, len(wanted), PAGE_MAX):
        found |= await tx.changes.at(wanted[begin : begin + PAGE_MAX])
    return found


async def _reversals(tx: UnitOfWork, effects: Sequence[Effect]) -> Mapping[UUID, Reversal]:
    """What reverts these effects. Raises UndoConflict, TooMany."""
    present: dict[UUID, State] = {}
    for kind in KINDS.values():
        there = await tx.of(kind).load([effect.id for effect in effects if effect.kind is kind])
        present |= {thing_id: State(Place.TABLE, thing) for thing_id, thing in there.items()}
    deletions = await _deletions(tx, effects)
    present |= {state.thing.id: state for deletion in deletions for _, state in deletion}
    reversals = Reversals(tx.now)
    async for effect in in_pieces(effects):
        reversals.revert(effect, present.get(effect.id, NOWHERE))
    _refuse(reversals.conflicts)
    async for deletion in in_pieces(deletions):
        reversals.take_along(deletion)
    return reversals.found


async def _deletions(tx: UnitOfWork, effects: Sequence[Effect]) -> Sequence[Sequence[tuple[Kind[Any], State]]]:
    """What is in the trash as part of the set's deletions, each in the order of restoring. Raises TooMany."""
    roots = {effect.after.root for effect in effects if effect.after.root is not None}
    things = await tx.trash.things(roots, AFFECTED_MAX + 1) if roots else ()
    if len(things) > AFFECTED_MAX:
        raise TooMany
    root_at: dict[int, UUID | None] = {effect.seq: effect.after.root for effect in effects}
    later = await _kept(tx, [thing.revision for _, thing in things if thing.revision not in root_at])
    root_at |= {seq: change.root for seq, change in later.items()}
    found: dict[UUID, list[tuple[Kind[Any], State]]] = {}
    root: UUID | None = None
    for kind, thing in things:
        # Earlier releases did not record roots; things of one deletion come one after the other, its root first.
        root = root_at.get(thing.revision) or (thing.id if root is None or thing.id in roots else root)
        found.setdefault(root, []).append((kind, State(Place.TRASH, thing, root)))
    return [*found.values()]


async def _around(tx: UnitOfWork, reversals: Mapping[UUID, Reversal]) -> Mapping[UUID, Any]:
    """What there is above relocated things, below them, and in removed lists. Raises TooMany."""
    relocated = [each async for each in in_pieces(reversals.values()) if each.relocates]
    found: dict[UUID, Any] = {}
    tasks = {each.id: each.present.thing for each in relocated if each.kind is TASKS and not each.restores}
    if tops := [task.id for task in tasks.values() if task.parent_id not in tasks]:
        below = await tx.tasks.subtrees(tops, READ_MAX + 1)
        tx.budget.spend(len(below))
        found |= {task.id: task for task in below}
    if lists := frozenset([each.id for each in relocated if each.kind is LISTS and each.removes]):
        found |= {task.id: task for task in await gathered(tx, TaskFilter(lists=lists))}  # type: ignore[arg-type]
    things = [(each.kind, each.thing) for each in relocated]
    while things:
        unseen: dict[str, set[UUID]] = {}
        async for kind, thing in in_pieces(things):
            for field, name in kind.references.items():
                if (target := getattr(thing, field)) is not None and target not in found:
                    unseen.setdefault(name, set()).add(target)
        things = []
        for name, ids in unseen.items():
            kind = KINDS[name]
            near = {each: reversals[each].thing for each in ids if each in reversals}
            near |= await tx.of(kind).load(ids - near.keys())
            things += [(kind, thing) for thing in near.values()]
            found |= near
    return found


def _refuse(conflicts: Sequence[FieldConflict]) -> None:
    if conflicts:
        raise UndoConflict(conflicts[:TOLD_MAX])


async def _write(tx: UnitOfWork, afterwards: Afterwards) -> None:
    """Restores first, with what others refer to before them; removes last, the other way round.

    What goes to the trash is changed before, so that the feed tells what it is like there.
    """
    reversals = afterwards.reversals
    async for each in in_pieces([each for each in reversals if each.restores]):
        tx.of(each.kind).restore(afterwards.storable(each) if each.removes else each.thing)
    async for each in in_pieces([each for each in reversals if not each.restores]):
        _update(tx, each, each.present.thing, afterwards.storable(each))
    async for each in in_pieces([each for each in reversed(reversals) if each.removes]):
        thing = afterwards.storable(each)
        if not each.restores:
            _update(tx, each, thing, each.thing)
            thing = each.thing
        tx.of(each.kind).remove(thing, afterwards.roots[each.id])


def _update(tx: UnitOfWork, reversal: Reversal, before: Any, thing: Any) -> None:
    if replace(thing, updated_at=before.updated_at) != before:
        tx.of(reversal.kind).update(thing)
