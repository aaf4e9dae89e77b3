"""What can be done with things of every kind. Events are named after these functions, with the name of the kind.

What else happens when a thing of a certain kind is added, changed or removed is registered in RULES.
"""

from collections.abc import Mapping
from typing import Any, Final, Protocol, TypeVar
from uuid import UUID

from todo_core.errors import Conflict
from todo_core.model.kinds import Draft, E, Form, Kind, Patch
from todo_core.model.task import TASKS
from todo_core.model.task_list import LISTS
from todo_core.paging import Page
from todo_core.ports.storage import UnitOfWork, View
from todo_core.usecases import lists, subtasks

T = TypeVar("T")


class Rules(Protocol):
    """The rules of a kind across things, each with the unit of work in which it applies."""

    async def added(self, tx: UnitOfWork, values: Mapping[str, Any], fresh: UUID) -> Mapping[str, Any]:
        """The fields that follow from those of a new thing. ``fresh`` was made just now. Raises Invalid."""

    async def changed(self, tx: UnitOfWork, before: Any, after: Any, fields: Mapping[str, Any]) -> Any:
        """The thing as it is to be stored. Raises Invalid, TooMany."""

    async def remove(self, tx: UnitOfWork, thing_id: UUID) -> None:
        """Moves the thing to the trash, with what goes with it. Raises NotFound, TooMany."""


RULES: Final[Mapping[str, Rules]] = {TASKS.name: subtasks.RULES, LISTS.name: lists.RULES}


async def get_thing(view: View, thing_id: UUID, kind: Kind[E]) -> E:
    """Returns one thing. Raises NotFound."""
    return await view.of(kind).get(thing_id)


async def get_thing_as(view: View, thing_id: UUID, kind: Kind[Any], form: Form[T]) -> T:
    """Returns one thing in another form. Raises NotFound."""
    return await view.of(kind).get_as(thing_id, form)


async def list_things(view: View, kind: Kind[E], after: UUID | None, limit: int) -> Page[E, UUID]:
    """Returns a page of things, oldest first, from behind an id on."""
    return await view.of(kind).page(after, limit)


async def add_thing(tx: UnitOfWork, draft: Draft[E]) -> E:
    """Creates the thing that the draft describes. Raises Conflict if its id is in use, also in the trash."""
    kind, rules = draft.kind, RULES.get(draft.kind.name)
    if draft.id is not None or _joins_a_tree(draft):
        await tx.lock()
    if draft.id is not None and await tx.knows(draft.id):
        raise Conflict("There is already an item with this id.")
    fresh = tx.ids.new()
    fixed = await rules.added(tx, draft.values, fresh) if rules else {}
    thing = kind.new(draft.id or fresh, tx.owner, draft, tx.now, **fixed)
    tx.of(kind).add(thing)
    return thing


async def change_thing(tx: UnitOfWork, thing_id: UUID, patch: Patch[E]) -> E:
    """Changes a thing. Raises NotFound. A change that changes nothing is not a write."""
    kind, rules = patch.kind, RULES.get(patch.kind.name)
    if patch.values.keys() & kind.references.keys():
        await tx.lock()
    thing = await tx.of(kind).get(thing_id)
    changed = kind.change(thing, patch, tx.now)
    if changed is thing:
        return thing
    if rules:
        changed = await rules.changed(tx, thing, changed, patch.values)
    tx.of(kind).update(changed)
    return changed


async def remove_thing(tx: UnitOfWork, thing_id: UUID, kind: Kind[E]) -> None:
    """Moves a thing to the trash, with everything below it. Raises NotFound, TooMany."""
    if rules := RULES.get(kind.name):
        await rules.remove(tx, thing_id)
    else:
        tx.of(kind).remove(await tx.of(kind).get(thing_id))


def _joins_a_tree(draft: Draft[Any]) -> bool:
    """True if the thing is put below another one of its kind, which no other write may move meanwhile."""
    kind = draft.kind
    return any(draft.values.get(field) is not None for field, name in kind.references.items() if name == kind.name)
