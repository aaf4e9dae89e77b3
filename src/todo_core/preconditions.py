"""A unit of work in which one thing is written over only as the caller has seen it (If-Match, RFC 9110, 13.1.1)."""

from typing import Generic, TypeVar
from uuid import UUID

from todo_core.errors import Stale
from todo_core.model.kinds import E, Form, Kind
from todo_core.model.write_options import Expected
from todo_core.ports.storage import TaskReads, Things, UnitOfWork

T = TypeVar("T")


class Preconditions:
    """A unit of work for a caller who expects one thing to be in a certain state."""

    def __init__(self, unit: UnitOfWork, expected: Expected) -> None:
        self.owner = unit.owner
        self.now = unit.now
        self.ids = unit.ids
        self.lock = unit.lock
        self._unit = unit
        self._expected = expected

    @property
    def tasks(self) -> TaskReads:
        return self._unit.tasks

    def of(self, kind: Kind[E]) -> "CheckedThings[E]":
        return CheckedThings(kind, self._unit.of(kind), self._expected)


class CheckedThings(Generic[E]):
    """The things of a kind. The expected one is read only as expected; a use case has to read what it changes."""

    def __init__(self, kind: Kind[E], things: Things[E], expected: Expected) -> None:
        self._kind = kind
        self._things = things
        self._expected = expected
        self.add = things.add
        self.update = things.update
        self.page = things.page

    async def get(self, thing_id: UUID) -> E:
        """Raises Stale."""
        thing = await self._things.get(thing_id)
        if thing_id == self._expected.id and not self._expected.admits(thing.revision):
            raise Stale(thing.revision)
        return thing

    async def get_as(self, thing_id: UUID, form: Form[T]) -> T:
        """Raises Stale."""
        return form(*self._kind.plain(await self.get(thing_id)))

    async def remove(self, thing_id: UUID, revision: int | None = None) -> None:
        """Raises Stale."""
        if thing_id == self._expected.id:
            revision = (await self.get(thing_id)).revision
        await self._things.remove(thing_id, revision)
