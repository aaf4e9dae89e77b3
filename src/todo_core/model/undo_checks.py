"""What there would be after an undo: where restored things go, what must hold then, and the order of the writes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from todo_core.errors import FieldConflict
from todo_core.limits import LEVELS_MAX
from todo_core.model.registry import KINDS
from todo_core.model.task import NO_SUCH_THING, TASKS, UNKNOWN_REFERENCE, Task
from todo_core.model.undo import Reversal, containers

REMAINS: Final = "Something has been put into this since and would remain; move it away first."


class Afterwards:
    """The things of which reversals consist, as they will be, and those around them.

    ``around`` has what relocated things refer to, the tasks below them, and those in removed lists, as they are now.
    """

    def __init__(self, reversals: Mapping[UUID, Reversal], around: Mapping[UUID, Any], now: datetime) -> None:
        self.things = {**around, **{each.id: each.thing for each in reversals.values()}}
        self.conflicts: dict[tuple[UUID, str | None], FieldConflict] = {}
        self._reversals = dict(reversals)
        self._removed = {each.id for each in reversals.values() if each.removes}
        self._now = now
        kinds = [*KINDS]
        self._order = sorted(
            self._reversals, key=lambda each: (kinds.index(reversals[each].kind.name), self._level(self.things[each]))
        )

    @property
    def reversals(self) -> Sequence[Reversal]:
        """What others refer to comes before them."""
        return [self._reversals[each] for each in self._order]

    def rehome(self, reversal: Reversal) -> None:
        """Puts a restored task into a list and below a parent that exist, as any restored task."""
        task = reversal.thing
        if not reversal.restores or reversal.removes or not isinstance(task, Task):
            return
        parent = self._there(task.parent_id)
        if parent is None:
            task = replace(task, parent_id=None, list_id=task.list_id if self._there(task.list_id) else None)
        else:
            task = replace(task, list_id=parent.list_id)
        if task != reversal.thing:
            task = replace(task, updated_at=self._now)
            self._reversals[task.id], self.things[task.id] = replace(reversal, thing=task), task

    def check(self, thing: Any) -> None:
        """Notes the conflicts of a thing with those around it."""
        kind = next(kind for kind in KINDS.values() if isinstance(thing, kind.entity))
        removed, reversal = thing.id in self._removed, self._reversals.get(thing.id)
        for field, name in kind.references.items():
            target = getattr(thing, field)
            if removed or target is None:
                continue
            if target in self._removed:
                self._conflict(name, target, None, "not-empty", REMAINS)
            elif target not in self.things and reversal is not None and reversal.relocates:
                self._conflict(kind.name, thing.id, field, UNKNOWN_REFERENCE, NO_SUCH_THING)
        if isinstance(thing, Task):
            self._check_tree(thing, removed)

    def _check_tree(self, task: Task, removed: bool) -> None:
        parent = None if task.parent_id is None else self.things.get(task.parent_id)
        if parent is None or removed is not (parent.id in self._removed):
            return
        if parent.list_id != task.list_id:
            self._conflict(TASKS.name, task.id, "list_id", "list-mismatch", "A subtask is in the list of its parent.")
        if not removed and self._level(task) > LEVELS_MAX:
            if any(above.id == task.id for above in self._above(task)):
                self._conflict(TASKS.name, task.id, "parent_id", "cycle", "A task cannot be below itself.")
            else:
                detail = f"There are at most {LEVELS_MAX} levels of subtasks."
                self._conflict(TASKS.name, task.id, "parent_id", "too-deep", detail)

    def roots(self) -> Mapping[UUID, UUID]:
        """For each removed thing the root of its deletion.

        The root of its parent, or of its list if it has no parent, if that is removed as well; otherwise the thing
        itself, also if it was so before.
        """
        roots: dict[UUID, UUID] = {}
        for each in self.reversals:
            if each.removes:
                nearest = None if each.root == each.id else next(iter(containers(each.kind, each.thing)), None)
                roots[each.id] = each.id if nearest is None else roots.get(nearest, each.id)
        return roots

    def storable(self, reversal: Reversal) -> Any:
        """The thing as it can be stored before it goes to the trash: it refers to nothing that is not there."""
        thing, present, kind = reversal.thing, reversal.present.thing, reversal.kind
        lost = [field for field in kind.references if getattr(thing, field) not in {None, *self.things}]
        return replace(thing, **{field: None if reversal.restores else getattr(present, field) for field in lost})

    def _there(self, thing_id: UUID | None) -> Any | None:
        return None if thing_id is None or thing_id in self._removed else self.things.get(thing_id)

    def _above(self, thing: Any) -> Iterator[Any]:
        """What the thing is below, up to more levels than there can be."""
        for _ in range(LEVELS_MAX):
            thing = self.things.get(thing.parent_id) if isinstance(thing, Task) and thing.parent_id else None
            if thing is None:
                return
            yield thing

    def _level(self, thing: Any) -> int:
        return 1 + sum(1 for _ in self._above(thing))

    def _conflict(self, entity: str, thing_id: UUID, field: str | None, code: str, detail: str) -> None:
        self.conflicts[thing_id, field] = FieldConflict(entity, thing_id, field, code, detail)
