"""The storage of one owner's things: what each repository keeps. Opened by ``Store``."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol, TypeVar
from uuid import UUID

from todo_core.model.completion import Completion, Done, DoneFilter, DonePosition
from todo_core.model.counts import Counts, Moments, TagUse
from todo_core.model.kinds import E, Entity, Form, Kind
from todo_core.model.task import Task
from todo_core.model.task_filter import TaskFilter
from todo_core.model.task_sort import TaskPosition, TaskSort
from todo_core.model.trash import Trashed, TrashPosition
from todo_core.paging import Page

T = TypeVar("T")
E_co = TypeVar("E_co", bound=Entity, covariant=True)


class ThingReads(Protocol[E_co]):
    """Read access to the owner's things of one kind."""

    async def get(self, thing_id: UUID) -> E_co:
        """Raises NotFound."""

    async def get_as(self, thing_id: UUID, form: Form[T]) -> T:
        """The thing in this form. Raises NotFound."""

    async def page(self, after: UUID | None, limit: int) -> Page[E_co, UUID]:
        """At most ``limit`` things with greater ids, in the order of ids, which is that of creation.

        The page ends with the thing with which texts reach PAGE_BYTES, as pages of tasks do.
        """


class Things(ThingReads[E], Protocol[E]):
    """Write access to the owner's things of one kind. Writes take effect at ``commit``; own reads see them before.

    After any of them ``commit`` raises MovedOn if the stored thing is not as it was read, or if a thing to which one
    of its references points is gone, unless the next write removes it as well. Things that refer to a removed thing
    have to be removed before it.
    """

    async def load(self, ids: Collection[UUID]) -> Mapping[UUID, E]:
        """The things with these ids, as far as there are any. Reads them at once; ``get`` does not read them again."""

    def add(self, thing: E) -> None:
        """A new thing. Its id must be new, its revision 0.

        ``commit`` raises MovedOn if the id has come into use, or if the kind has unique fields and another thing has
        the same values in them, unless that is removed in the same unit of work. So it does after ``restore``.
        """

    def update(self, thing: E) -> None:
        """Replaces the stored thing, which must have the ``revision`` of this one."""

    def remove(self, thing: E, root: UUID | None = None) -> None:
        """Moves the thing to the trash, together with the ``root`` whose deletion it is part of; its own if None."""

    def restore(self, thing: E) -> None:
        """Puts a thing from the trash back, as it is given."""

    def purge(self, thing: E) -> None:
        """Deletes a thing from the trash for good."""


class TaskReads(Protocol):
    """What only tasks have: pages, subtasks, tags and counts."""

    async def page(
        self, which: TaskFilter, sort: TaskSort, after: TaskPosition | None, limit: int, form: Form[T]
    ) -> Page[T, TaskPosition]:
        """At most ``limit`` matching tasks after the position, in order, each in this form.

        The page ends with the task with which titles and descriptions reach PAGE_BYTES, so it may have fewer items
        than ``limit`` and still a next position; it has at least one if any task matches.
        """

    async def subtrees(self, ids: Collection[UUID], most: int) -> Sequence[Task]:
        """The tasks with these ids and everything below them, each once, parents before their subtasks.

        At most ``most``; ids without a task are left out.
        """

    async def tags(self) -> Page[TagUse, None]:
        """The tags of all tasks, ordered by folded name, as ``tag_uses`` defines them."""

    async def counts(self, moments: Moments) -> Counts:
        """The counts at these moments, as ``count`` defines them."""


class CompletionReads(Protocol):
    """What was done, and when."""

    async def page(self, which: DoneFilter, after: DonePosition | None, limit: int) -> Page[Done, DonePosition]:
        """At most ``limit`` of what was done, the latest first: completions, and tasks that were done once.

        Those in the trash are not in it. Bounded by PAGE_BYTES as other pages.
        """

    async def latest(self, task_id: UUID) -> Completion | None:
        """The completion of a task with the greatest ``series`` and ``number``, or None; the times do not matter."""

    async def of_tasks(self, task_ids: Collection[UUID], most: int) -> Sequence[Completion]:
        """At most ``most`` completions of these tasks, ordered by task, series and number; none from the trash."""


class TrashReads(Protocol):
    """The owner's trash."""

    async def page(self, after: TrashPosition | None, limit: int) -> Page[Trashed, TrashPosition]:
        """At most ``limit`` deletions after the position, the latest first, bounded by PAGE_BYTES as other pages.

        Those of things that are not ``listed_in_trash`` are left out.
        """

    async def expired(self, before: datetime, limit: int) -> Sequence[Trashed]:
        """At most ``limit`` deletions from before a time, the earliest first, also those that ``page`` leaves out."""

    async def things(self, roots: Collection[UUID], most: int) -> Sequence[tuple[Kind[Any], Any]]:
        """What went to the trash in these deletions, with its kinds; at most ``most`` things.

        They come in the order in which they can be put back, those of one deletion beginning with the deleted thing.
        Their revision is the number of their deletion. Deletions that are not there are left out.
        """
