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
        self.roots: dict[UUID, UUID] = {}
        self._reversals = dict(reversals)
        self._removed = {each.id for each in reversals.values() if each.removes}
        self._now = now
        self._kinds = {kind.entity: kind for kind in KINDS.values()}
        self._levels: dict[tuple[int, int], list[UUID]] = {}

    @property
    def reversals(self) -> Sequence[Reversal]:
        """Those for which a place was found, and before them what they refer to."""
        return [self._reversals[each] for level in sorted(self._levels) for each in self._levels[level]]

    def place(self, reversal: Reversal) -> None:
        """Finds the place of a reversal among the others."""
        level = [*KINDS].index(reversal.kind.name), self._level(reversal.thing)
        self._levels.setdefault(level, []).append(reversal.id)

    def settle(self, reversal: Reversal) -> None:
        """Decides where a thing goes, after what it refers to.

        A restored task goes into a list and below a parent that exist, as any restored task. The root of what is
        removed is that of its parent, or of its list if it has no parent, if that is removed as well; otherwise, and
        if it was so before, the thing itself.
        """
        if reversal.removes:
            near = [] if reversal.root == reversal.id else containers(reversal.kind, reversal.thing)[:1]
            self.roots[reversal.id] = next((self.roots[each] for each in near if each in self.roots), reversal.id)
        elif reversal.restores and isinstance(reversal.thing, Task):
            self._rehome(reversal, reversal.thing)

    def _rehome(self, reversal: Reversal, task: Task) -> None:
        parent = self._there(task.parent_id)
        if parent is None:
            home = replace(task, parent_id=None, list_id=task.list_id if self._there(task.list_id) else None)
        else:
            home = replace(task, list_id=parent.list_id)
        if home != task:
            home = replace(home, updated_at=self._now)
            self._reversals[task.id], self.things[task.id] = replace(reversal, thing=home), home

    def check(self, thing: Any) -> None:
        """Notes the conflicts of a thing with those around it."""
        kind = self._kinds[type(thing)]
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

    def storable(self, reversal: Reversal) -> Any:
        """The thing as it can be stored before it goes to the trash: it refers to nothing that is not there."""
        thing, present, kind = reversal.thing, reversal.present.thing, reversal.kind
        targets = {field: getattr(thing, field) for field in kind.references}
        lost = [field for field, target in targets.items() if target is not None and target not in self.things]
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
