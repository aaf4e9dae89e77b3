"""A unit of work in which one thing is written over only as the caller has seen it (If-Match, RFC 9110, 13.1.1)."""

from collections.abc import Collection, Sequence
from typing import Any, Generic, TypeVar
from uuid import UUID

from todo_core.model.kinds import E, Form, Kind
from todo_core.model.task import Task
from todo_core.model.write_options import Expected
from todo_core.ports.storage import TaskReads, Things, TrashReads, UnitOfWork

T = TypeVar("T")


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
        self._unit = unit
        self._expected = expected

    @property
    def tasks(self) -> "CheckedTaskReads":
        return CheckedTaskReads(self._unit.tasks, self._expected)

    @property
    def trash(self) -> "CheckedTrash":
        return CheckedTrash(self._unit.trash, self._expected)

    def of(self, kind: Kind[E]) -> "CheckedThings[E]":
        return CheckedThings(kind, self._unit.of(kind), self._expected)


class CheckedThings(Generic[E]):
    """The things of a kind."""

    def __init__(self, kind: Kind[E], things: Things[E], expected: Expected) -> None:
        self._kind = kind
        self._things = things
        self._expected = expected
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
        self._expected.check(thing)
        return thing

    async def get_as(self, thing_id: UUID, form: Form[T]) -> T:
        """Raises Stale."""
        return form(*self._kind.plain(await self.get(thing_id)))


class CheckedTaskReads:
    """What only tasks have."""

    def __init__(self, tasks: TaskReads, expected: Expected) -> None:
        self._tasks = tasks
        self._expected = expected
        self.page = tasks.page
        self.tags = tasks.tags
        self.counts = tasks.counts

    async def subtrees(self, ids: Collection[UUID], most: int) -> Sequence[Task]:
        """Raises Stale."""
        found = await self._tasks.subtrees(ids, most)
        for task in found:
            self._expected.check(task)
        return found


class CheckedTrash:
    """The trash."""

    def __init__(self, trash: TrashReads, expected: Expected) -> None:
        self._trash = trash
        self._expected = expected
        self.page = trash.page
        self.expired = trash.expired

    async def things(self, roots: Collection[UUID], most: int) -> Sequence[tuple[Kind[Any], Any]]:
        """Raises Stale."""
        found = await self._trash.things(roots, most)
        for _, thing in found:
            self._expected.check(thing)
        return found
