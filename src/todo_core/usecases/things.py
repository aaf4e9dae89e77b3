"""What can be done with things of every kind. Events are named after these functions, with the name of the kind."""

from typing import Any, TypeVar
from uuid import UUID

from todo_core.model.kinds import Draft, E, Form, Kind, Patch
from todo_core.paging import Page
from todo_core.ports.storage import UnitOfWork, View

T = TypeVar("T")


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
    """Creates the thing that the draft describes."""
    thing = draft.kind.new(tx.ids.new(), tx.owner, draft, tx.now)
    tx.of(draft.kind).add(thing)
    return thing


async def change_thing(tx: UnitOfWork, thing_id: UUID, patch: Patch[E]) -> E:
    """Changes a thing. Raises NotFound. A change that changes nothing is not a write."""
    thing = await tx.of(patch.kind).get(thing_id)
    changed = patch.kind.change(thing, patch, tx.now)
    if changed is not thing:
        tx.of(patch.kind).update(changed)
    return changed


async def remove_thing(tx: UnitOfWork, thing_id: UUID, kind: Kind[E]) -> None:
    """Deletes a thing. Raises NotFound."""
    await tx.of(kind).remove(thing_id)
