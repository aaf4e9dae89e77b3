"""A unit of work in which one thing is written over only as the caller has seen it (If-Match, RFC 9110, 13.1.1)."""

from collections.abc import Callable, Collection, Sequence
from typing import Any, Generic, TypeAlias, TypeVar
from uuid import UUID

from todo_core.errors import Stale
from todo_core.model.kinds import E, Entity, Form, Kind
from todo_core.model.task import Task
from todo_core.model.write_options import Expected
from todo_core.ports.storage import ChangeReads, TaskReads, Things, TrashReads, UnitOfWork

T = TypeVar("T")

Check: TypeAlias = Callable[[Entity], None]


class Preconditions:
    """A unit of work for a caller who expects one thing to be in a certain state.

    The thing is checked wherever a use case reads it in order to change it.
    """

    def __init__(self, unit: UnitOfWork, expected: Expected) -> None:
        self.owner = unit.owner
        self.now = unit.now
        self.ids = unit.ids
        self.lock = unit.lock
        self.knows = unit.knows
        self.budget = unit.budget
        self._unit = unit
        self._expected = expected
        self._checked = False

    def check(self, thing: Entity) -> None:
        """Raises Stale if this is the expected thing, and has another revision."""
        if thing.id == self._expected.id:
            self._checked = True
            self._expected.check(thing)

    def require_checked(self) -> None:
        """Raises Stale if no use case has read the expected thing: what it wrote was something else."""
        if not self._checked:
            raise Stale(None)

    @property
    def tasks(self) -> "CheckedTaskReads":
        return CheckedTaskReads(self._unit.tasks, self.check)

    @property
    def trash(self) -> "CheckedTrash":
        return CheckedTrash(self._unit.trash, self.check)

    @property
    def changes(self) -> ChangeReads:
        return self._unit.changes

    def of(self, kind: Kind[E]) -> "CheckedThings[E]":
        return CheckedThings(kind, self._unit.of(kind), self.check)


class CheckedThings(Generic[E]):
    """The things of a kind."""

    def __init__(self, kind: Kind[E], things: Things[E], check: Check) -> None:
        self._kind = kind
        self._things = things
        self._check = check
        self.load = things.load
        self.add = things.add
        self.update = things.update
        self.remove = things.remove
        self.restore = things.restore
        self.purge = things.purge
        self.page = things.page

    async def get(self, thing_id: UUID) -> E:
        """Raises Stale."""
        thing = await self._things.get(thing_id)
        self._check(thing)
        return thing

    async def get_as(self, thing_id: UUID, form: Form[T]) -> T:
        """Raises Stale."""
        return form(*self._kind.plain(await self.get(thing_id)))


class CheckedTaskReads:
    """What only tasks have."""

    def __init__(self, tasks: TaskReads, check: Check) -> None:
        self._tasks = tasks
        self._check = check
        self.page = tasks.page
        self.tags = tasks.tags
        self.counts = tasks.counts

    async def subtrees(self, ids: Collection[UUID], most: int) -> Sequence[Task]:
        """Raises Stale."""
        found = await self._tasks.subtrees(ids, most)
        for task in found:
            self._check(task)
        return found


class CheckedTrash:
    """The trash."""

    def __init__(self, trash: TrashReads, check: Check) -> None:
        self._trash = trash
        self._check = check
        self.page = trash.page
        self.expired = trash.expired

    async def things(self, roots: Collection[UUID], most: int) -> Sequence[tuple[Kind[Any], Any]]:
        """Raises Stale."""
        found = await self._trash.things(roots, most)
        for _, thing in found:
            self._check(thing)
        return found
