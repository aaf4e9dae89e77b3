"""Moves things in the manual order: tasks among those with the same list and parent, and lists."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol
from uuid import UUID

from todo_core.errors import Invalid, Violation
from todo_core.ids import TaskId
from todo_core.limits import POSITION_MAX
from todo_core.model import order
from todo_core.model.kinds import Kind, Patch
from todo_core.model.rules import Broken, Reference, id_of
from todo_core.model.task import NO_SUCH_THING, TASKS, UNKNOWN_REFERENCE, Task
from todo_core.model.task_filter import TaskFilter
from todo_core.model.task_list import LISTS, TaskList
from todo_core.model.task_sort import SortField, TaskSort
from todo_core.ports.storage import UnitOfWork
from todo_core.usecases.gathering import IN_ORDER, existing, gathered
from todo_core.usecases.lists import all_lists
from todo_core.usecases.subtasks import relocated

BACKWARD: Final = TaskSort(SortField.POSITION, descending=True)
FIRST_ID: Final = TaskId(UUID(int=0))


@dataclass(frozen=True, slots=True)
class Move:
    """Where a thing is to be: with new values of its references, next to ``anchor``. Make it with ``of``.

    Without an anchor the thing goes last, or first if ``after``.
    """

    into: Patch[Any]
    anchor: UUID | Reference | None = None
    after: bool = False

    @staticmethod
    def of(kind: Kind[Any], **plain: Any) -> "Move":
        """From any of the kind's references and one of "before" and "after", each an id or None. Raises Invalid."""
        sides = [side for side in ("before", "after") if side in plain]
        anchors: list[UUID | Reference | None] = [None]
        violations = [Violation("after", "conflicting", "Give before or after, not both.")] if len(sides) > 1 else []
        for side in sides:
            try:
                anchors[0] = _anchor(plain[side])
            except Broken:
                violations.append(Violation(side, UNKNOWN_REFERENCE, NO_SUCH_THING))
        fields = {name: value for name, value in plain.items() if name not in sides}
        if unknown := fields.keys() - kind.references.keys():
            raise TypeError(f"a {kind.name} cannot be moved by {', '.join(sorted(unknown))}")
        try:
            into = kind.patch(**fields)
        except Invalid as invalid:
            raise Invalid([*invalid.violations, *violations]) from None
        if violations:
            raise Invalid(violations)
        return Move(into, anchors[0], after="after" in sides)


def _anchor(plain: Any) -> UUID | Reference | None:
    return plain if plain is None or isinstance(plain, Reference) else id_of(plain)


class Siblings(Protocol):
    """The things among which one is moved, itself not included."""

    async def find(self, thing_id: UUID) -> Any | None:
        """The sibling with this id, or None."""

    async def next_to(self, sibling: Any | None, *, forward: bool) -> Any | None:
        """The next one in a direction, from the sibling or else from the end; None where there is none."""

    async def all(self) -> Sequence[Any]:
        """All of them, in order. Raises TooMany."""


class TaskSiblings:
    """The tasks with the same list and parent."""

    def __init__(self, tx: UnitOfWork, task: Task) -> None:
        self._tx = tx
        self._task = task
        self._which = TaskFilter(lists=frozenset([task.list_id]), parents=frozenset([task.parent_id]))

    async def find(self, thing_id: UUID) -> Task | None:
        found = await existing(self._tx.of(TASKS), thing_id)
        return found if found and found.id != self._task.id and self._which.matches(found) else None

    async def next_to(self, sibling: Task | None, *, forward: bool) -> Task | None:
        sort = IN_ORDER if forward else BACKWARD
        after = sort.position(sibling) if sibling else None
        if after and not forward:
            after = replace(after, id=FIRST_ID)  # finds any other task at this position, which leaves no room
        page = await self._tx.tasks.page(self._which, sort, after, 3, TASKS.of_plain)
        known = {self._task.id, sibling.id if sibling else None}
        return next((task for task in page.items if task.id not in known), None)

    async def all(self) -> Sequence[Task]:
        return [task for task in await gathered(self._tx, self._which) if task.id != self._task.id]


class ListSiblings:
    """The other lists."""

    def __init__(self, tx: UnitOfWork, task_list: TaskList) -> None:
        self._tx = tx
        self._moved = task_list
        self._others: Sequence[TaskList] | None = None

    async def find(self, thing_id: UUID) -> TaskList | None:
        return next((each for each in await self.all() if each.id == thing_id), None)

    async def next_to(self, sibling: TaskList | None, *, forward: bool) -> TaskList | None:
        lists = await self.all() if forward else [*reversed(await self.all())]
        ids = [each.id for each in lists]
        place = ids.index(sibling.id) + 1 if sibling else 0
        return lists[place] if place < len(lists) else None

    async def all(self) -> Sequence[TaskList]:
        if self._others is None:
            self._others = [each for each in await all_lists(self._tx) if each.id != self._moved.id]
        return self._others


SIBLINGS: Final[Mapping[str, Callable[[UnitOfWork, Any], Siblings]]] = {
    TASKS.name: TaskSiblings,
    LISTS.name: ListSiblings,
}


async def move_thing(tx: UnitOfWork, thing_id: UUID, move: Move) -> Any:
    """Moves a thing. Raises NotFound, Invalid, TooMany. No other thing changes, unless positions would get too long."""
    await tx.lock()
    kind = move.into.kind
    thing = await tx.of(kind).get(thing_id)
    moved = kind.change(thing, move.into, tx.now)
    if kind is TASKS and moved is not thing:
        moved = await relocated(tx, thing, moved, move.into.values.keys())
    stays = all(getattr(moved, name) == getattr(thing, name) for name in kind.references)
    position = await _position(tx, SIBLINGS[kind.name](tx, moved), move, moved, stays)
    if stays and position == thing.position:
        return thing
    moved = replace(moved, position=position, updated_at=tx.now)
    tx.of(kind).update(moved)
    return moved


async def _position(tx: UnitOfWork, siblings: Siblings, move: Move, thing: Any, stays: bool) -> str:
    """The position that the move asks for. The present one if the thing stays where it is already there."""
    near = await siblings.find(move.anchor) if isinstance(move.anchor, UUID) else None
    if near is None and move.anchor is not None:
        raise Invalid([Violation("after" if move.after else "before", UNKNOWN_REFERENCE, "There is no such sibling.")])
    far = await siblings.next_to(near, forward=move.after)
    low, high = (near, far) if move.after else (far, near)
    if stays and (low is None or low.position < thing.position) and (high is None or thing.position < high.position):
        return str(thing.position)
    try:
        position = _between(low, high, tx.ids.new())
    except ValueError:
        position = ""
    return position if 0 < len(position) <= POSITION_MAX else await _renumbered(tx, siblings, move, near)


def _between(low: Any | None, high: Any | None, fresh: UUID) -> str:
    """Raises ValueError where there is no position between these two."""
    if high is None:
        return order.newest(fresh) if low is None else order.after(low.position, fresh)
    return order.before(high.position) if low is None else order.between(low.position, high.position)


async def _renumbered(tx: UnitOfWork, siblings: Siblings, move: Move, near: Any | None) -> str:
    """Gives all siblings new positions. Returns the one that is left free where the move goes. Raises TooMany."""
    others = await siblings.all()
    ids = [each.id for each in others]
    free = (0 if move.after else len(others)) if near is None else ids.index(near.id) + (1 if move.after else 0)
    positions = list(order.spread(len(others) + 1, tx.ids.new()))
    position = positions.pop(free)
    for each, new in zip(others, positions, strict=True):
        if each.position != new:
            tx.of(move.into.kind).update(replace(each, position=new, updated_at=tx.now))
    return position
